import Analysis
import Examples
import Foundation
import Synchronization
import Testing

@testable import LocalService

/// Eyes of one's own.
@Suite struct AnalyserTests {
  @Test func theExampleDescribesAndJudges() async throws {
    try await TestService.run({ $0.eyes = .analyser(BrightnessAnalyser()) }) { service in
      #expect(service.log.contains("eyes: the brightness of the picture"))
      let socket = try await service.webSocket()
      let stream = try await service.connect("lavfi:color=c=white:size=160x120:rate=10")
      let index = try await service.index(stream, connection: socket.connectionID)
      let bright = try await service.event("brighter than 50", label: "bright")
      let brighter = try await service.event("brighter than 150", label: "brighter")
      for event in [brighter, bright] { _ = try await service.alert(stream, index, event, connection: socket.connectionID) }
      let scene = try await socket.message(on: "scene_index")
      #expect(scene["data"]?["text"]?.string?.wholeMatch(of: /The picture is (99|100) percent bright\./) != nil, "\(scene)")
      for _ in 1...2 {
        let alert = try await socket.message(on: "alert")
        #expect(alert["data"]?["label"] == "bright" && alert["data"]?["confidence"] == 1)
      }
    }
  }

  private struct Broken: Analyser {
    let name = "one that fails"
    func describe(_ window: SeenWindow, prompt: String?) async throws -> String {
      if prompt == "fail" { throw StartError("the lens is dirty") }
      return "fine"
    }
    func judge(_ event: String, in window: SeenWindow, described text: String) async throws -> EventMatch? {
      throw StartError("no idea")
    }
  }

  @Test func whatItThrowsShows() async throws {
    try await TestService.run({ $0.eyes = .analyser(Broken()) }) { service in
      let stream = try await service.connect()
      let index = try await service.index(stream)
      let path = "/rtstream/\(stream)/index/\(index)"
      _ = try await eventually("a window") {
        try await service.get(path).data["analysis"]?["done"]?.double ?? 0 >= 1 ? true : nil
      }
      // An event that cannot be judged takes no record away.
      _ = try await service.alert(stream, index, try await service.event())
      let judged = try await eventually("the failure of the verdict") {
        try await service.get(path).data["analysis"]?["error"]?.string
      }
      #expect(judged.contains("could not be judged: no idea"))
      let records = try await service.get("/rtstream/\(stream)/index/scene/\(index)").data["scene_index_records"]?.items ?? []
      #expect(records.count >= 2)
      _ = try await service.patch("/rtstream/\(stream)/index/scene/\(index)", ["prompt": "fail"])
      _ = try await eventually("the failure of the description") {
        try await service.get(path).data["analysis"]?["error"] == "the lens is dirty" ? true : nil
      }
    }
  }

  private final class Gate: Sendable {
    private let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])
    var count: Int { waiting.withLock { $0.count } }
    func wait() async { await withCheckedContinuation { done in waiting.withLock { $0.append(done) } } }
    func open() {
      waiting.withLock { all in
        for one in all { one.resume() }
        all = []
      }
    }
  }

  @Test func aQueueKeepsTheNewestAndSaysWhatItSkips() async throws {
    let lines = Mutex<[String]>([])
    let log = Log(level: .debug) { line in lines.withLock { $0.append(line) } }
    let gate = Gate()
    let done = Mutex<[Int]>([])
    let queue = WorkQueue<Int>("work", log: log) { item in
      await gate.wait()
      done.withLock { $0.append(item) }
    }
    queue.add(0)
    _ = try await eventually("the first to be begun") { gate.count == 1 ? true : nil }
    for item in 1...10 { queue.add(item) }
    #expect(queue.report.skipped == 6)
    _ = try await eventually("all to be done") {
      gate.open()
      return queue.isIdle ? true : nil
    }
    #expect(done.withLock { $0 } == [0, 7, 8, 9, 10] && queue.report.done == 5)
    let said = lines.withLock { $0 }
    #expect(said.count == 2 && said[0].contains("falls behind") && said[1].contains("6 skipped"), "\(said)")

    // Work that heeds no cancellation does not hold up the end.
    queue.add(11)
    queue.add(12)
    _ = try await eventually("it to be begun") { gate.count == 1 ? true : nil }
    await queue.finish(within: 0.1)
    #expect(queue.report.skipped == 8)
    queue.add(13)
    gate.open()
    _ = try await eventually("it to end") { queue.isIdle ? true : nil }
    #expect(!done.withLock { $0 }.contains(12) && !done.withLock { $0 }.contains(13))
  }

  @Test func aQueueKeepsNoMoreThanFitsInMemory() async throws {
    let gate = Gate()
    let done = Mutex<[Int]>([])
    let queue = WorkQueue<Int>("work", log: Log(level: .error) { _ in }, bytes: { $0 << 20 }) { item in
      await gate.wait()
      done.withLock { $0.append(item) }
    }
    queue.add(1)
    _ = try await eventually("the first to be begun") { gate.count == 1 ? true : nil }
    // Megabytes: each new one leaves what fits beside it, and one too large for all stays alone.
    for (item, skipped) in [(60, 0), (61, 0), (30, 1), (37, 1), (1000, 4), (2, 5)] {
      queue.add(item)
      #expect(queue.report.skipped == skipped, "\(item)")
    }
    _ = try await eventually("all to be done") {
      gate.open()
      return queue.isIdle ? true : nil
    }
    #expect(done.withLock { $0 } == [1, 2])
  }
}
