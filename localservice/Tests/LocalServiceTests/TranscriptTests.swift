import Foundation
import Testing

@testable import LocalService

/// Sentences spoken into a stream, and what the service makes of them.
@Suite(.enabled(if: SpokenClip.missing == nil, "needs Debian's libpocketsphinx3, pocketsphinx-en-us and flite"), .serialized)
struct TranscriptTests {
  private func withSpeech(
    _ sentences: [String] = SpokenClip.sentences, _ body: (TestService, _ clip: String) async throws -> Void
  ) async throws {
    try await SpokenClip.with(sentences) { clip in
      try await TestService.run({ $0.recogniser = .auto }) { try await body($0, clip) }
    }
  }

  private func connect(_ service: TestService, _ clip: String, _ more: JSON.Member...) async throws -> String {
    let answer = try await service.post("/rtstream", .object([.init("url", .string(clip)), .init("name", "talk")] + more))
    return "/rtstream/" + (try #require(answer.data["id"]?.string, "\(answer.body.text)"))
  }

  private func seconds(_ event: JSON, _ key: String) -> Double { (event["data"]?[key]?.double ?? 0) / 1000 }

  @Test func whatIsSaidArrivesLiveAndIsKept() async throws {
    try await withSpeech { service, clip in
      let socket = try await service.webSocket()
      let began = Date().timeIntervalSince1970
      let stream = try await connect(service, clip, .init("ws_connection_id", .string(socket.connectionID)))
      #expect(try await service.get(stream + "/transcription/status").data["status"] == "running")

      var interims: [String] = []
      var finals: [JSON] = []
      var delays: [Double] = []
      while finals.count < 3 {
        let event = try await socket.message(on: "transcript")
        let now = Date().timeIntervalSince1970
        #expect("/rtstream/" + (event["rtstream_id"]?.string ?? "") == stream && event["rtstream_name"] == "talk")
        let text = try #require(event["data"]?["text"]?.string)
        #expect(!text.isEmpty && seconds(event, "start") < seconds(event, "end"))
        #expect(seconds(event, "start") >= began && seconds(event, "end") <= now + 0.1)
        if event["data"]?["is_final"] == true {
          finals.append(event)
          delays.append(now - seconds(event, "end"))
          #expect(!interims.isEmpty, "no interim before: \(text)")
          let first = interims.last?.split(separator: " ").first
          #expect(text.split(separator: " ").first == first, "\(interims) became \(text)")
          interims = []
        } else {
          #expect(event["data"]?["is_final"] == false)
          interims.append(text)
        }
      }
      let heard = finals.compactMap { $0["data"]?["text"]?.string }
      let said = SpokenClip.words(SpokenClip.sentences.joined(separator: " "))
      let errors = SpokenClip.errors(heard.flatMap(SpokenClip.words), said)
      print("recognised \(said.count) words with \(errors) errors: \(heard); finals came \(delays) s after their ends")
      #expect(errors * 5 <= said.count, "\(heard)")
      #expect(delays.allSatisfy { $0 < 10 })

      let kept = try await service.get(stream + "/transcription?page_size=2&engine=AAIS").data
      let records = kept["transcription_records"]?.items ?? []
      #expect(records.compactMap { $0["text"]?.string } == Array(heard.prefix(2)))
      #expect(kept["next_page"] == true && kept["page"] == 1 && (kept["total_count"]?.double ?? 0) >= 3)
      let first = try #require(records.first)
      let words = first["word_timestamps"]?.items ?? []
      #expect(words.compactMap { $0["word"]?.string }.joined(separator: " ") == heard[0])
      #expect(words.first?["start"] == first["start"] && words.last?["end"] == first["end"])
      #expect(abs((first["start"]?.double ?? 0) - seconds(finals[0], "start")) < 0.002)
      // Half-open ranges, and what is newer than the first.
      let end = first["end"]?.double ?? 0
      let begin = first["start"]?.double ?? 0
      #expect(try await texts(of: service, stream, "?since=\(end)").first == heard[1])
      #expect(try await texts(of: service, stream, "?start=\(begin)&end=\(end)") == [heard[0]])
      #expect(try await texts(of: service, stream, "?page=1000").isEmpty)
    }
  }

  private func texts(of service: TestService, _ stream: String, _ query: String = "") async throws -> [String] {
    let answer = try await service.get(stream + "/transcription" + query)
    return (answer.data["transcription_records"]?.items ?? []).compactMap { $0["text"]?.string }
  }

  @Test func audioIndexesByWordsSentencesAndSeconds() async throws {
    try await withSpeech { service, clip in
      let socket = try await service.webSocket()
      let stream = try await connect(service, clip, .init("enable_transcript", false))
      func index(_ segmenter: String, _ value: Int, _ more: JSON.Member...) async throws -> String {
        let answer = try await service.post(
          stream + "/index/scene",
          .object(
            [
              .init("extraction_type", "transcript"), .init("prompt", "What is talked about?"),
              .init("extraction_config", ["segmenter": .string(segmenter), "segmentation_value": .integer(value)]),
              .init("ws_connection_id", .string(socket.connectionID)),
            ] + more))
        #expect(answer.data["extraction_type"] == "transcript" && answer.data["prompt"] == "What is talked about?")
        #expect(answer.data["extraction_config"]?["segmentation_value"] == .integer(value))
        return try #require(answer.data["rtstream_index_id"]?.string, "\(answer.body.text)")
      }
      let byWords = try await index("word", 4)
      #expect(try await service.get(stream + "/transcription/status").data["status"] == "not_configured")
      let bySentence = try await index("sentence", 1)
      // The last one starts the transcript for all.
      let bySeconds = try await index("time", 3, .init("auto_start_transcript", true))
      let event = try await service.event("somebody says \"front door\"", label: "door")
      let id = String(stream.dropFirst("/rtstream/".count))
      _ = try await service.alert(id, bySentence, event, connection: socket.connectionID)
      let vague = try await service.post(
        stream + "/index/\(bySentence)/alert", ["event_id": .string(try await service.event("somebody is talking"))])
      #expect(vague.status == 400 && vague.message.contains("words"))

      let fired = try await socket.message(on: "alert")
      #expect(fired["data"]?["label"] == "door" && fired["data"]?["text"] == "said: front door")
      #expect((fired["data"]?["confidence"]?.double ?? 0) > 0.3)
      #expect(try await socket.message(on: "audio_index")["data"]?["text"]?.string?.isEmpty == false)

      func records(_ index: String, _ count: Int) async throws -> [JSON] {
        try await eventually("records of \(index)") {
          let all = try await service.get(stream + "/index/scene/\(index)").data["scene_index_records"]?.items ?? []
          return all.count >= count ? all.reversed() : nil
        }
      }
      let sentences = try await records(bySentence, 3)
      let said = try await texts(of: service, stream).prefix(sentences.count)
      #expect(sentences.compactMap { $0["description"]?.string } == Array(said))
      let fours = try await records(byWords, 3)
      #expect(fours.allSatisfy { SpokenClip.words($0["description"]?.string ?? "").count == 4 }, "\(fours)")
      let spans = try await records(bySeconds, 2)
      for span in spans {
        let (start, end) = (span["start"]?.double ?? 0, span["end"]?.double ?? 0)
        #expect(abs(end - start - 3) < 0.001)
        let inside = try await service.get(stream + "/transcription?start=\(start)&end=\(end)")
        let words = (inside.data["transcription_records"]?.items ?? []).flatMap { $0["word_timestamps"]?.items ?? [] }
          .filter { (start..<end).contains($0["start"]?.double ?? 0) }.compactMap { $0["word"]?.string }
        #expect(words.joined(separator: " ") == span["description"]?.string)
      }

      #expect(try await service.patch(stream + "/index/scene/\(byWords)/status", ["action": "stop"]).status == 200)
      let count = try await records(byWords, 3).count
      _ = try await records(bySentence, sentences.count + 2)
      #expect(try await records(byWords, 3).count == count)
    }
  }

  @Test func aStopTellsOrDropsWhatIsBeingSaid() async throws {
    let long = [
      "There is a red car in front of the house and the quick brown fox jumps over the lazy dog in the middle of the street"
    ]
    try await withSpeech(long) { service, clip in
      let socket = try await service.webSocket()
      let stream = try await connect(service, clip, .init("enable_transcript", false))
      func speak() async throws {
        let started = try await service.post(
          stream + "/transcription", ["action": "start", "ws_connection_id": .string(socket.connectionID)])
        #expect(started.data["status"] == "running", "\(started.body.text)")
        while true {
          let event = try await socket.message(on: "transcript")
          if event["data"]?["is_final"] == false, (event["data"]?["text"]?.string ?? "").contains(" ") { return }
        }
      }
      func stop(_ mode: JSON) async throws {
        let stopped = try await service.post(
          stream + "/transcription", ["action": "stop", "engine": "assemblyai", "mode": mode])
        #expect(stopped.data["status"] == "stopped" && stopped.data["engine"] == "assemblyai")
      }
      try await speak()
      try await stop("force")
      #expect(try await texts(of: service, stream).isEmpty)
      #expect(try await service.post(stream + "/transcription", ["action": "stop", "mode": "soon"]).status == 400)

      try await speak()
      try await stop("graceful")
      let kept = try await texts(of: service, stream)
      #expect(kept.count == 1 && kept[0].hasPrefix("there is"), "\(kept)")
      while true {
        let event = try await socket.message(on: "transcript")
        if event["data"]?["is_final"] == true {
          #expect(event["data"]?["text"]?.string == kept.first)
          break
        }
      }
    }
  }

  @Test func theLastConnectionHearsAndARestartGoesOn() async throws {
    let directory = TestService.temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try await SpokenClip.with { clip in
      var stream = ""
      try await TestService.run(directory: directory, { $0.recogniser = .auto }) { service in
        let (first, second) = (try await service.webSocket(), try await service.webSocket())
        stream = try await connect(service, clip, .init("ws_connection_id", .string(first.connectionID)))
        _ = try await first.message(on: "transcript")
        let moved = try await service.post(
          stream + "/transcription", ["action": "start", "ws_connection_id": .string(second.connectionID)])
        #expect(moved.data["status"] == "running")
        _ = try await second.message(on: "transcript")
      }
      try await TestService.run(directory: directory, { $0.recogniser = .auto }) { service in
        let before = try await texts(of: service, stream).count
        _ = try await eventually("more is said") { try await texts(of: service, stream).count > before ? true : nil }
        #expect(try await service.patch(stream + "/status", ["action": "stop"]).status == 200)
        let status = try await service.get(stream + "/transcription/status")
        #expect(status.data["status"] == "running" && status.message.contains("stopped"))
      }
      // What was said can be read where nothing is recognised any more.
      try await TestService.run(directory: directory) { service in
        let kept = try await texts(of: service, stream)
        #expect(!kept.isEmpty)
        let refused = try await service.post(stream + "/transcription", ["action": "start"])
        #expect(refused.status == 501)
      }
    }
  }

  @Test func aSilentCameraIsSaid() async throws {
    try await SpokenClip.withoutSound { clip in
      try await TestService.run({ $0.recogniser = .auto }) { service in
        for camera in [clip, TestService.camera] {
          let stream = try await connect(service, camera)
          _ = try await eventually("the transcript is given up") {
            try await service.get(stream + "/transcription/status").data["status"] == "not_configured" ? true : nil
          }
          let refused = try await service.post(stream + "/transcription", ["action": "start"])
          #expect(refused.status == 400 && refused.message.contains("no sound"), "\(refused.body.text)")
          let index = try await service.post(
            stream + "/index/scene", ["extraction_type": "transcript", "auto_start_transcript": true])
          #expect(index.status == 400 && index.message.contains("no sound"))
          #expect(try await service.get(stream + "/index/scene").data["scene_indexes"]?.items.isEmpty == true)
          #expect(try await service.get(stream).data["status"] == "connected")
          #expect(try await texts(of: service, stream).isEmpty)
        }
      }
    }
  }
}

/// Where there is no recogniser.
@Suite struct NoRecogniserTests {
  @Test func nothingIsInvented() async throws {
    try await TestService.run { service in
      #expect(service.log.contains("no recogniser"))
      let answer = try await service.post(
        "/rtstream", ["url": .string(TestService.camera), "enable_transcript": true])
      #expect(answer.message.contains("no speech recogniser"))
      let stream = "/rtstream/" + (answer.data["id"]?.string ?? "")
      for refused in [
        try await service.post(stream + "/transcription", ["action": "start"]),
        try await service.get(stream + "/transcription"),
        try await service.post(stream + "/index/scene", ["extraction_type": "transcript"]),
      ] {
        #expect(refused.status == 501 && refused.message.contains("no speech recogniser"), "\(refused.body.text)")
      }
      let status = try await service.get(stream + "/transcription/status")
      #expect(status.data["status"] == "not_configured" && status.message.contains("no speech recogniser"))
    }
  }

  @Test func oneThatWasNamedMustBeThere() async throws {
    await #expect(throws: StartError.self) {
      try await TestService.run({ $0.recogniser = .program("/nonexistent/recogniser") }) { _ in }
    }
  }
}
