/// The lanes of a channel, found by stream and kind at each message: a hash table of few entries, in raw memory, so that a look counts no
/// reference.
struct LaneTable: ~Copyable {
  private struct Slot {
    var key: UInt64 = 0
    var lane: Unmanaged<Lane>?
  }

  /// In the order of their making; these own them.
  private(set) var all: [Lane] = []
  /// A power of two, at most half full.
  private var slots = UnsafeMutableBufferPointer<Slot>(start: nil, count: 0)

  deinit { slots.deallocate() }

  var isEmpty: Bool { all.isEmpty }

  /// Not owned, so that a message costs no counting of references.
  @inline(__always)
  func find(_ stream: UnsafeRawBufferPointer, hash: UInt64, _ kind: EventKind) -> Unmanaged<Lane>? {
    guard let base = slots.baseAddress else { return nil }
    let key = Self.key(hash, kind)
    let mask = slots.count &- 1
    var at = Int(truncatingIfNeeded: key) & mask
    while let lane = base[at].lane {
      if base[at].key == key, lane._withUnsafeGuaranteedRef({ $0.isOf(stream, kind) }) { return lane }
      at = (at &+ 1) & mask
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
    slots.deallocate()
    slots = .allocate(capacity: size)
    slots.initialize(repeating: Slot())
    for lane in all {
      let key = Self.key(lane.stream.withUnsafeBytes { textHash($0) }, lane.kind)
      var at = Int(truncatingIfNeeded: key) & (size - 1)
      while slots[at].lane != nil { at = (at + 1) & (size - 1) }
      slots[at] = Slot(key: key, lane: .passUnretained(lane))
    }
  }

  @inline(__always)
  private static func key(_ stream: UInt64, _ kind: EventKind) -> UInt64 {
    stream ^ UInt64(truncatingIfNeeded: kind.rawValue)
  }
}
