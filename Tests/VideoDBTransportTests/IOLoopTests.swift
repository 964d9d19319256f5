import CSystemShims
import Testing
import VideoDBCore

@testable import VideoDBTransport

struct IOLoopTests {
  /// Notes what the loop tells it.
  final class Source: LoopSource {
    var log: [String]
    var onReady: (() -> Void)?
    let name: String
    let note: (String) -> Void
    init(_ name: String, _ note: @escaping (String) -> Void) {
      (self.name, self.note, log) = (name, note, [])
    }
    func ready(fd: Int32, events: UInt32) {
      note("\(name) ready")
      onReady?()
    }
    func deadlineReached(now: Int64) { note("\(name) due") }
  }

  final class Notes {
    var lines: [String] = []
  }

  /// A deadline that was taken back, or whose source is gone, wakes nobody.
  @Test func staleDeadlinesDoNotWake() throws {
    let loop = try IOLoop.make()
    let source = Source("s") { _ in }
    for i in 0..<1000 {
      let token = loop.add(source)
      loop.setDeadline(token, Clock.now + 20 + Int64(i % 50))
      if i % 2 == 0 { loop.remove(token) } else { loop.setDeadline(token, -1) }
      _ = loop.step(maxWaitMs: 0)
    }
    let before = Clock.now
    #expect(loop.step(maxWaitMs: 200))
    #expect(Clock.now - before >= 200)
  }

  @Test func runsWhatWasPostedInOrderAndThenStops() throws {
    let loop = try IOLoop.make()
    let notes = Notes()
    for i in 0..<100 { #expect(loop.post { notes.lines.append("\(i)") }) }
    // What an action posts runs in a later round, before the loop ends.
    #expect(loop.post { _ = loop.post { notes.lines.append("later") } })
    #expect(loop.step(maxWaitMs: 0))
    #expect(notes.lines == (0..<100).map { "\($0)" })
    loop.stop()
    #expect(!loop.post { notes.lines.append("too late") })
    while loop.step(maxWaitMs: -1) {}
    #expect(notes.lines.last == "later")
    #expect(notes.lines.count == 101)
  }

  @Test func aPostWakesTheWait() throws {
    let loop = try IOLoop.make()
    let done = Locked(0)
    let thread = try LoopThread.start(loop) { done.withLock { $0 += 100 } }
    #expect(!thread.isCurrent)
    for _ in 0..<1_000 { #expect(loop.post { done.withLock { $0 += thread.isCurrent ? 1 : 0 } }) }
    loop.stop()
    #expect(thread.join(deadlineMs: Clock.deadline(afterMs: 10_000)))
    #expect(done.withLock { $0 } == 1_100)
  }

  @Test func timersComeInOrderOnceAndOnlyTheLastOfEach() throws {
    let loop = try IOLoop.make()
    let notes = Notes()
    let note = { (line: String) in notes.lines.append(line) }
    let (a, b, c, d) = (Source("a", note), Source("b", note), Source("c", note), Source("d", note))
    let tokens = [a, b, c, d].map { loop.add($0) }
    let now = Clock.now
    loop.setDeadline(tokens[0], now + 40)
    loop.setDeadline(tokens[1], now + 20)
    loop.setDeadline(tokens[2], now + 1)
    loop.setDeadline(tokens[2], now + 60)  // moved
    loop.setDeadline(tokens[3], now + 10)
    loop.setDeadline(tokens[3], -1)  // taken back
    let end = Clock.deadline(afterMs: 10_000)
    while notes.lines.count < 3, Clock.now < end { _ = loop.step(maxWaitMs: 1_000) }
    #expect(notes.lines == ["b due", "a due", "c due"])
    #expect(Clock.now >= now + 60)
    #expect(loop.step(maxWaitMs: 0))
    #expect(notes.lines.count == 3)
  }

  @Test func aRemovedSourceIsNotCalled() throws {
    let loop = try IOLoop.make()
    let notes = Notes()
    let note = { (line: String) in notes.lines.append(line) }
    let (first, second) = (Source("first", note), Source("second", note))
    let fds = [vdbshim_eventfd_new(), vdbshim_eventfd_new()]
    defer { for fd in fds { vdbshim_close(fd) } }
    for fd in fds { vdbshim_eventfd_signal(fd) }
    let tokens = [loop.add(first), loop.add(second)]
    // Whichever comes first in a round takes the other out.
    func removeBoth() {
      for token in tokens {
        loop.unwatch(token)
        loop.remove(token)
      }
    }
    first.onReady = { removeBoth() }
    second.onReady = { removeBoth() }
    for (token, fd) in zip(tokens, fds) { #expect(loop.watch(token, fd, EPOLLIN.rawValue)) }
    loop.setDeadline(tokens[0], Clock.now - 1)
    #expect(loop.step(maxWaitMs: 1_000))
    #expect(loop.step(maxWaitMs: 0))
    #expect(notes.lines.count == 1)
    // The room is used again, under another token; the old ones stay dead.
    let third = Source("third", note)
    let token = loop.add(third)
    #expect(!tokens.contains(token))
    loop.setDeadline(tokens[0], 1)
    loop.setDeadline(tokens[1], 1)
    #expect(!loop.watch(tokens[0], fds[0], EPOLLIN.rawValue))
    #expect(loop.step(maxWaitMs: 0))
    #expect(notes.lines.count == 1)
  }

  @Test func watchesWhatItIsToldTo() throws {
    let loop = try IOLoop.make()
    let notes = Notes()
    let source = Source("s") { notes.lines.append($0) }
    let fd = vdbshim_eventfd_new()
    defer { vdbshim_close(fd) }
    let token = loop.add(source)
    #expect(loop.watch(token, fd, EPOLLIN.rawValue))
    #expect(loop.step(maxWaitMs: 0))
    #expect(notes.lines.isEmpty)
    #expect(loop.watch(token, fd, EPOLLIN.rawValue | EPOLLOUT.rawValue))
    #expect(loop.step(maxWaitMs: 1_000))
    #expect(notes.lines == ["s ready"])
    loop.unwatch(token)
    #expect(loop.step(maxWaitMs: 0))
    #expect(notes.lines == ["s ready"])
  }
}

struct OpTests {
  @Test func wakesAllThatWaitAndThoseOnly() {
    let op = Op(timeoutMs: -1)
    let woken = Locked<[Int]>([])
    let ids = (0..<3).map { i in op.register { woken.withLock { $0.append(i) } } }
    op.unregister(ids[1])
    #expect(op.deadlineMs == -1 && !op.isCancelled)
    op.cancel()
    #expect(op.isCancelled)
    #expect(woken.withLock { $0 } == [0, 2])
  }

  @Test(arguments: [(0, 0), (1_000, 1_000), (Int64.max, -1), (-5, -1)] as [(Int64, Int64)])
  func deadlinesAreInTheFutureOrNever(_ timeout: Int64, _ expected: Int64) {
    let before = Clock.now
    let deadline = Op(timeoutMs: timeout).deadlineMs
    if expected < 0 {
      #expect(deadline == -1)
    } else {
      #expect(deadline >= before + expected && deadline <= Clock.now + expected)
    }
  }

  @Test(arguments: [(-1, -1, -1), (-1, 5, 5), (5, -1, 5), (4, 5, 4), (0, 5, 0)] as [(Int64, Int64, Int64)])
  func theEarlierDeadlineCounts(_ a: Int64, _ b: Int64, _ earlier: Int64) { #expect(Clock.earlier(a, b) == earlier) }
}
