import Analysis
import Testing

@testable import LocalService

/// The choices of a service that nobody knows of the hosted one.
@Suite struct ConductTests {
  /// A service that is told what is seen and heard, a stream of it, and the stream's id.
  private func withStream(
    _ configure: @escaping (inout Settings.Conduct) -> Void, _ body: (TestService, String) async throws -> Void
  ) async throws {
    try await TestService.run({ settings in
      settings.watchesCameras = false
      settings.recogniser = .program("/bin/cat")
      configure(&settings.conduct)
    }) { service in
      try await body(service, try await service.connect("rtsp://127.0.0.1:1/none"))
    }
  }

  private func say(_ text: String, at start: Double = 1000, _ service: TestService, _ stream: String) {
    let word = SpokenWord(text: text, start: start, end: start + 1, confidence: 1)
    service.service.speech.heard(.final([word]), streamID: stream)
  }

  private func show(_ text: String, at start: Double = 1000, _ service: TestService, _ index: String) throws {
    let scene = Scene(jobID: index, start: start, end: start + 1, text: text)
    let audiences = try service.service.store.keep(scene)
    #expect(service.service.scenes.announce(scene, to: audiences, as: service.service.messages.scene).count == 1)
  }

  private func startTranscript(_ service: TestService, _ stream: String, _ connection: String) async throws -> Answer {
    try await service.post(
      "/rtstream/\(stream)/transcription", ["action": "start", "ws_connection_id": .string(connection)])
  }

  @Test(arguments: Settings.RepeatedStart.allCases)
  func aRepeatedStart(how: Settings.RepeatedStart) async throws {
    try await withStream({ $0.repeatedStart = how }) { service, stream in
      // The transcript runs since the stream was connected, without a listener: the first start gives it one, whatever the switch.
      let first = try await service.webSocket()
      let second = try await service.webSocket()
      #expect(try await startTranscript(service, stream, first.connectionID).status == 200)
      say("one", service, stream)
      #expect(try await first.message(on: "transcript")["data"]?["text"] == "one")

      let repeated = try await startTranscript(service, stream, second.connectionID)
      #expect(repeated.status == (how == .refused ? 400 : 200), "\(repeated.body.text)")
      if how == .refused { #expect(repeated.message.contains("stop it first")) }
      say("two", service, stream)
      let hearer = how == .moves ? second : first
      #expect(try await hearer.message(on: "transcript")["data"]?["text"] == "two")

      // A stop and a start always move it.
      _ = try await service.post("/rtstream/\(stream)/transcription", ["action": "stop"])
      #expect(try await startTranscript(service, stream, second.connectionID).status == 200)
      say("three", service, stream)
      #expect(try await second.message(on: "transcript")["data"]?["text"] == "three")
    }
  }

  @Test(arguments: [false, true])
  func aConnectionIDOnIndexStatus(moves: Bool) async throws {
    try await withStream({ $0.indexStartMoves = moves }) { service, stream in
      let first = try await service.webSocket()
      let second = try await service.webSocket()
      let index = try await service.index(stream, connection: first.connectionID)
      let answer = try await service.patch(
        "/rtstream/\(stream)/index/scene/\(index)/status",
        ["action": "start", "ws_connection_id": .string(second.connectionID)])
      #expect(answer.status == 200)
      try show("seen", service, index)
      #expect(try await (moves ? second : first).message(on: "scene_index")["data"]?["text"] == "seen")
    }
  }

  @Test(arguments: Settings.RecordOrder.allCases)
  func recordsInOrder(order: Settings.RecordOrder) async throws {
    try await withStream({ $0.recordOrder = order }) { service, stream in
      let index = try await service.index(stream)
      for start in [1001.0, 1000, 1002] {
        try show("s\(Int(start))", at: start, service, index)
        say("t\(Int(start))", at: start, service, stream)
      }
      let scenes = try await service.get("/rtstream/\(stream)/index/scene/\(index)").data["scene_index_records"]?.items ?? []
      let oldest = ["s1000", "s1001", "s1002"]
      #expect(scenes.compactMap { $0["description"]?.string } == (order == .oldest ? oldest : oldest.reversed()))
      let said = try await service.get("/rtstream/\(stream)/transcription").data["transcription_records"]?.items ?? []
      let first = ["t1000", "t1001", "t1002"]
      #expect(said.compactMap { $0["text"]?.string } == (order == .newest ? first.reversed() : first))
    }
  }

  @Test func timesOfRecordsAreRoundedAndThoseOfEventsNot() async throws {
    try await withStream({ $0.recordTimeStep = 0.25 }) { service, stream in
      let socket = try await service.webSocket()
      let index = try await service.index(stream, connection: socket.connectionID)
      try show("seen", at: 1000.3, service, index)
      #expect(try await socket.message(on: "scene_index")["data"]?["start"] == 1_000_300)
      let scene = try await service.get("/rtstream/\(stream)/index/scene/\(index)").data["scene_index_records"]?.items.first
      #expect(scene?["start"]?.double == 1000.25 && scene?["end"]?.double == 1001.25)
    }
  }

  @Test func aRecordIsListedLate() async throws {
    try await withStream({ $0.recordDelay = 1 }) { service, stream in
      func listed() async throws -> JSON? {
        try await service.get("/rtstream/\(stream)/transcription").data["transcription_records"]?.items.first
      }
      let began = ContinuousClock.now
      say("late", service, stream)
      #expect(try await listed() == nil || ContinuousClock.now - began >= .seconds(1))
      _ = try await eventually("the record is listed") { try await listed() }
      #expect(ContinuousClock.now - began >= .seconds(1))
    }
  }
}
