import VideoDBCore

/// Events that wait to be pulled: a ring of owned records with a bound in number and in bytes.
struct EventQueue {
  typealias Record = UnsafeMutablePointer<EventRecord>

  /// Of a size that is a power of two.
  private var ring: [Record?] = []
  private var head = 0
  private(set) var count = 0
  private(set) var bytes = 0

  var isEmpty: Bool { count == 0 }

  mutating func append(_ record: Record) {
    if count == ring.count { grow() }
    ring[(head &+ count) & (ring.count &- 1)] = record
    count += 1
    bytes += record.pointee.cost
  }

  mutating func popFirst() -> Record? {
    guard count > 0, let record = ring[head] else { return nil }
    ring[head] = nil
    head = (head &+ 1) & (ring.count &- 1)
    count -= 1
    bytes -= record.pointee.cost
    // A burst's room is given back when it has been worked off.
    if count == 0, ring.count > 1_024 {
      ring = []
      head = 0
    }
    return record
  }

  private mutating func grow() {
    var larger = [Record?](repeating: nil, count: max(ring.count * 2, 16))
    for i in 0..<count { larger[i] = ring[(head + i) & (ring.count - 1)] }
    ring = larger
    head = 0
  }
}
