/// The lanes of a channel, found by stream and kind at each message: a hash table of few entries.
struct LaneTable {
  private struct Slot {
    var key: UInt64
    var lane: Unmanaged<Lane>
  }

  /// In the order of their making; these own them.
  private(set) var all: [Lane] = []
  /// A power of two, at most half full.
  private var slots: [Slot?] = []

  var isEmpty: Bool { all.isEmpty }

  /// Not owned, so that a message costs no counting of references.
  @inline(__always)
  func find(_ stream: UnsafeRawBufferPointer, hash: UInt64, _ kind: EventKind) -> Unmanaged<Lane>? {
    guard !slots.isEmpty else { return nil }
    let key = Self.key(hash, kind)
    var at = Int(truncatingIfNeeded: key) & (slots.count &- 1)
    while let slot = slots[at] {
      if slot.key == key, slot.lane._withUnsafeGuaranteedRef({ $0.isOf(stream, kind) }) { return slot.lane }
      at = (at &+ 1) & (slots.count &- 1)
    }
    return nil
  }

  mutating func append(_ lane: Lane) {
    all.append(lane)
    rebuild()
  }

  mutating func remove(_ lane: Lane) {
    all.removeAll { $0 === lane }
    rebuild()
  }

  private mutating func rebuild() {
    var size = 4
    while size < 2 * all.count { size *= 2 }
    slots = [Slot?](repeating: nil, count: size)
    for lane in all {
      let key = Self.key(lane.stream.withUnsafeBytes { textHash($0) }, lane.kind)
      var at = Int(truncatingIfNeeded: key) & (size - 1)
      while slots[at] != nil { at = (at + 1) & (size - 1) }
      slots[at] = Slot(key: key, lane: .passUnretained(lane))
    }
  }

  @inline(__always)
  private static func key(_ stream: UInt64, _ kind: EventKind) -> UInt64 {
    stream ^ UInt64(truncatingIfNeeded: kind.rawValue)
  }
}
