import Testing
import VideoDBCore

@testable import VideoDBTransport

struct TimerQueueTests {
  /// Beside a sorted list: the same deadlines in the same order, whatever is added and taken between.
  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  func givesWhatIsDueEarliestFirst(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var queue = TimerQueue()
    var model: [Int64: Set<UInt64>] = [:]
    var now: Int64 = 0
    for token in 0..<5_000 as Range<UInt64> {
      if Int.random(in: 0...2, using: &random) > 0 {
        let deadline = now + Int64.random(in: -20...200, using: &random)
        queue.add(deadline, token)
        model[deadline, default: []].insert(token)
      } else {
        now += Int64.random(in: 0...60, using: &random)
        while let due = queue.popDue(now) {
          #expect(due.deadlineMs == model.keys.min())
          #expect(model[due.deadlineMs]?.remove(due.token) != nil)
          if model[due.deadlineMs]?.isEmpty == true { model[due.deadlineMs] = nil }
        }
        #expect((model.keys.min() ?? .max) > now)
      }
      #expect(queue.first?.deadlineMs == model.keys.min())
    }
    while let due = queue.popDue(.max) { model[due.deadlineMs]?.remove(due.token) }
    let left = model.values.reduce(0) { $0 + $1.count }
    #expect(left == 0)
    #expect(queue.first?.deadlineMs == nil)
  }

  @Test func keepsOnlyWhatIsWanted() {
    var queue = TimerQueue()
    for i in 0..<100 { queue.add(Int64(i * 7 % 100), UInt64(i)) }
    queue.keep { $0.token % 2 == 0 }
    var taken: [Int64] = []
    while let due = queue.popDue(.max) { taken.append(due.deadlineMs) }
    #expect(taken.count == 50 && taken == taken.sorted())
  }

  @Test func isDueAtItsDeadline() {
    var queue = TimerQueue()
    queue.add(100, 1)
    #expect(queue.popDue(99) == nil)
    #expect(queue.popDue(100)?.token == 1)
    #expect(queue.popDue(.max) == nil)
  }
}

struct EventQueueTests {
  static func record(_ number: Int, bytes: Int) -> EventQueue.Record {
    let message = [UInt8](repeating: 0x20, count: bytes)
    return message.withUnsafeBytes { EventRecord.make(EventFields(), $0, receivedMs: Int64(number))! }
  }

  /// Beside an array, over sizes that make the ring grow, wrap and be given back.
  @Test(arguments: [(1, 4), (2, 40), (3, 3_000)] as [(UInt64, Int)])
  func keepsOrderNumberAndBytes(_ seed: UInt64, _ burst: Int) {
    var random = SeededRandom(seed: seed)
    var queue = EventQueue()
    var model: [(number: Int, cost: Int)] = []
    var next = 0
    for _ in 0..<30 {
      for _ in 0..<Int.random(in: 0...burst, using: &random) {
        let record = Self.record(next, bytes: Int.random(in: 0...100, using: &random))
        model.append((next, record.pointee.cost))
        queue.append(record)
        next += 1
      }
      #expect(queue.bytes == model.reduce(0) { $0 + $1.cost })
      let all = Int.random(in: 0...3, using: &random) == 0
      var taken = 0
      let wanted = all ? model.count : Int.random(in: 0...model.count, using: &random)
      for _ in 0..<wanted {
        guard let record = queue.popFirst() else { break }
        if record.pointee.receivedMs != Int64(model[taken].number) { Issue.record("out of order") }
        EventRecord.destroy(record)
        taken += 1
      }
      model.removeFirst(taken)
      #expect(taken == wanted)
      #expect(queue.count == model.count && queue.isEmpty == model.isEmpty)
      #expect(queue.bytes == model.reduce(0) { $0 + $1.cost })
    }
    while let record = queue.popFirst() { EventRecord.destroy(record) }
    #expect(queue.count == 0 && queue.bytes == 0)
  }
}
