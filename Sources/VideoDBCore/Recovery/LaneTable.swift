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
  /// What was found for messages of a shape, by its number: nothing in them has to be compared again.
  private var found: UnsafeMutablePointer<(shape: UInt32, lane: Unmanaged<Lane>?)>?
  private static let shapes = 32

  deinit {
    slots.deallocate()
    found?.deallocate()
  }

  var isEmpty: Bool { all.isEmpty }

  /// Not owned, so that a message costs no counting of references.
  @inline(__always)
  func find(_ record: UnsafeMutablePointer<EventRecord>) -> Unmanaged<Lane>? {
    guard let found else { return nil }
    let shape = record.pointee.shape
    let known = found + (Int(truncatingIfNeeded: shape) & (Self.shapes &- 1))
    if shape != 0, known.pointee.shape == shape { return known.pointee.lane }
    let lane = find(record.pointee.rtstreamID(), hash: record.pointee.streamHash(), record.pointee.fields.kind)
    if shape != 0 { known.pointee = (shape, lane) }
    return lane
  }

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
    let found = found ?? .allocate(capacity: Self.shapes)
    found.initialize(repeating: (0, nil), count: Self.shapes)
    self.found = found
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
