import Analysis
import Foundation
import Synchronization
import Testing

@testable import LocalService

/// A speech model behind a real HTTP server that listens to what it is sent. The camera sounds for 1.2 s and is silent for 1.8 s, over
/// and over.
@Suite(.serialized) struct SpeechModelTests {
  private static let key = "sk-speech-0123456789"

  private static func verbose(_ text: String, _ words: [(String, Double, Double)]) -> LoopbackServer.Reaction {
    let list = words.map { word -> JSON in ["word": .string(word.0), "start": .number(word.1), "end": .number(word.2)] }
    let segment: JSON = ["id": 0, "start": 0, "end": 2, "text": .string(text), "avg_logprob": -0.1]
    return .answer(
      200, body: JSON.object([.init("text", .string(text)), .init("words", .array(list)), .init("segments", [segment])]).text)
  }

  private static let frontDoor = verbose(
    " Please open the front door.",
    [("Please", 0.3, 0.5), ("open", 0.5, 0.7), ("the", 0.7, 0.8), ("front", 0.8, 1.0), ("door", 1.0, 1.4)])

  private func run(
    _ server: LoopbackServer, interim: Bool = false, eyes: LoopbackServer? = nil,
    _ body: (TestService, _ clip: String) async throws -> Void
  ) async throws {
    let clip = TestService.temporaryDirectory() + ".mkv"
    defer { try? FileManager.default.removeItem(atPath: clip) }
    let maker = try Program(
      "ffmpeg",
      [
        "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=5", "-f", "lavfi", "-i",
        "aevalsrc='0.5*sin(2*PI*440*t)*between(mod(t,3),1,2.2)':s=44100", "-t", "12", "-c:v", "mpeg4", "-c:a", "flac", clip,
      ])
    #expect(try await maker.exit().code == 0, "\(maker.standardError)")
    try await TestService.run({ settings in
      var model = try! ModelServer(
        url: "http://127.0.0.1:\(server.port)/v1", .transcription, model: "ear", key: Self.key)
      model.pauseSeconds = 0.05
      settings.recogniser = .model(model, interim: interim)
      if let eyes { settings.eyes = .model(try! ModelServer(url: "http://127.0.0.1:\(eyes.port)", .chat), width: 64) }
    }) { try await body($0, clip) }
    server.stop()
  }

  @Test func whatIsSaidIsSentAndTold() async throws {
    let server = try LoopbackServer { _, _ in Self.frontDoor }
    try await run(server) { service, clip in
      #expect(service.log.contains("ears: recognised by the speech model ear at http://127.0.0.1:\(server.port)"))
      let socket = try await service.webSocket()
      let stream = try await service.connect(clip)
      #expect(
        try await service.post(
          "/rtstream/\(stream)/transcription", ["action": "start", "ws_connection_id": .string(socket.connectionID)]
        ).status == 200)
      let index = try await service.post(
        "/rtstream/\(stream)/index/scene",
        [
          "extraction_type": "transcript", "extraction_config": ["segmenter": "sentence", "segmentation_value": 1],
          "prompt": "What is asked for?",
        ])
      let event = try await service.event("somebody says \"front door\"", label: "door")
      _ = try await service.alert(
        stream, index.data["rtstream_index_id"]?.string ?? "", event, connection: socket.connectionID)

      let told = try await socket.message(on: "transcript")
      #expect(told["data"]?["text"] == "Please open the front door." && told["data"]?["is_final"] == true)
      let alert = try await socket.message(on: "alert")
      #expect(alert["data"]?["label"] == "door" && alert["data"]?["text"] == "said: front door.")
      #expect(abs((alert["data"]?["confidence"]?.double ?? 0) - exp(-0.1)) < 1e-9)
      let kept = try await service.get("/rtstream/\(stream)/transcription").data["transcription_records"]?.items ?? []
      let words = kept.first?["word_timestamps"]?.items ?? []
      #expect(words.compactMap { $0["word"]?.string } == ["Please", "open", "the", "front", "door."])
      let times = words.compactMap { $0["start"]?.double }
      let first = try #require(times.first)
      #expect(zip(times, [0, 0.2, 0.4, 0.5, 0.7]).allSatisfy { abs($0 - first - $1) < 1e-6 }, "\(times)")
      #expect(abs(first - Timestamp.now()) < 30)
      let status = try await service.get("/rtstream/\(stream)/transcription/status")
      #expect(status.data["status"] == "running" && status.message.isEmpty)

      let call = SpeechCall(try #require(server.received.first))
      #expect(call.call.target == "POST /v1/audio/transcriptions")
      #expect(call.call.header("Authorization") == "Bearer \(Self.key)")
      #expect(call.field("model")?.text == "ear" && call.field("response_format")?.text == "verbose_json")
      #expect(call.field("timestamp_granularities[]")?.text == "word")
      #expect(call.field("file")?.head.contains("filename=\"speech.wav\"\r\nContent-Type: audio/wav") == true)
      let sound = try #require(call.sound)
      #expect(sound.channels == 1 && sound.samplesPerSecond == 16_000 && sound.bits == 16)
      #expect((1.3...2.1).contains(sound.seconds), "\(sound.seconds)")
      #expect(sound.loudness > 5000, "\(sound.loudness)")
      #expect(!service.log.contains(Self.key))
    }
  }

  /// With a model that can be asked, prompts on what is said are followed, and events judged.
  @Test func promptsOnWhatIsSaidAreFollowed() async throws {
    let server = try LoopbackServer { _, _ in Self.frontDoor }
    let eyes = try LoopbackServer { _, call in
      let chat = ChatCall(call)
      return chat.event == nil
        ? ChatCall.answer("A door is to be opened.")
        : ChatCall.answer("{\"triggered\": true, \"confidence\": 1, \"explanation\": \"\(chat.event ?? "")!\"}")
    }
    try await run(server, eyes: eyes) { service, clip in
      let socket = try await service.webSocket()
      let stream = try await service.connect(clip)
      let index = try await service.post(
        "/rtstream/\(stream)/index/scene",
        [
          "extraction_type": "transcript", "extraction_config": ["segmenter": "sentence", "segmentation_value": 1],
          "prompt": "What is asked for?", "ws_connection_id": .string(socket.connectionID), "auto_start_transcript": true,
        ])
      let id = try #require(index.data["rtstream_index_id"]?.string)
      let event = try await service.event("somebody wants to come in")
      _ = try await service.alert(stream, id, event, connection: socket.connectionID)
      #expect(try await socket.message(on: "audio_index")["data"]?["text"] == "A door is to be opened.")
      #expect(try await socket.message(on: "alert")["data"]?["text"] == "somebody wants to come in!")
      // The index hears from its creation on, which may be in the middle of the first sentence.
      let sentence = "Please open the front door."
      let calls = try await eventually("both questions about a whole sentence") {
        let calls = eyes.received.map(ChatCall.init).filter { $0.request.contains(sentence) }
        return Set(calls.map { $0.event == nil }).count == 2 ? calls : nil
      }
      let description = try #require(calls.first { $0.event == nil })
      #expect(description.request.hasPrefix("What is asked for?") && description.pictures.isEmpty)
      #expect(description.request.hasSuffix("\"\(sentence)\"") && description.json["model"] == nil)
      let verdict = try #require(calls.first { $0.event != nil })
      #expect(JSON.parse(Array(verdict.request.utf8))?["description"]?.string == sentence)
    }
    eyes.stop()
  }

  @Test func modelsThatTellNoTimesAreAskedForWordsAlone() async throws {
    let server = try LoopbackServer { _, call in
      SpeechCall(call).field("response_format")?.text == "json"
        ? .answer(200, body: "{\"text\": \"Open it\", \"usage\": {\"type\": \"tokens\"}}")
        : .answer(400, body: "{\"error\": {\"message\": \"response_format 'verbose_json' is not compatible with model\"}}")
    }
    try await run(server) { service, clip in
      let stream = try await service.connect(clip)
      let records = try await eventually("two transcripts") {
        let all = try await service.get("/rtstream/\(stream)/transcription").data["transcription_records"]?.items ?? []
        return all.count >= 2 ? all : nil
      }
      #expect(records.allSatisfy { $0["text"] == "Open it" })
      let words = records[0]["word_timestamps"]?.items ?? []
      #expect(words.count == 2 && words[0]["end"] == words[1]["start"] && words[0]["start"] == records[0]["start"])
      #expect(words.allSatisfy { $0["confidence"] == 0.5 })
      let formats = server.received.compactMap { SpeechCall($0).field("response_format")?.text }
      #expect(formats.first == "verbose_json" && formats.dropFirst().allSatisfy { $0 == "json" })
      #expect(service.log.contains("tells no times of words"))
    }
  }

  @Test func interimWordsWhereTheyAreWanted() async throws {
    let server = try LoopbackServer { number, call in
      let seconds = SpeechCall(call).sound?.seconds ?? 0
      return seconds < 1.75 ? .answer(200, body: "{\"text\": \"one\"}") : .answer(200, body: "{\"text\": \"one two\"}")
    }
    try await run(server, interim: true) { service, clip in
      let socket = try await service.webSocket()
      let stream = try await service.connect(clip)
      _ = try await service.post(
        "/rtstream/\(stream)/transcription", ["action": "start", "ws_connection_id": .string(socket.connectionID)])
      while true {
        let told = try await socket.message(on: "transcript")
        if told["data"]?["is_final"] == false {
          #expect(told["data"]?["text"]?.string?.hasPrefix("one") == true)
          break
        }
      }
      while try await socket.message(on: "transcript")["data"]?["is_final"] != true {}
      let kept = try await service.get("/rtstream/\(stream)/transcription").data["transcription_records"]?.items ?? []
      #expect(kept.allSatisfy { $0["end"]?.double ?? 0 > $0["start"]?.double ?? 0 })
    }
  }

  @Test func failuresShowAndPass() async throws {
    let broken = Mutex(true)
    let server = try LoopbackServer { number, _ in
      guard broken.withLock({ $0 }) else { return Self.frontDoor }
      switch number % 3 {
      case 0: return .answer(200, body: "{\"txt\": 1}")
      case 1: return .answer(403, body: "the key \(Self.key) is not allowed")
      default: return .answer(200, body: "\u{0}")
      }
    }
    try await run(server) { service, clip in
      let stream = try await service.connect(clip)
      let message = try await eventually("the failure to show") {
        let message = try await service.get("/rtstream/\(stream)/transcription/status").message
        return message.contains("missing") ? message : nil
      }
      #expect(message.contains("the speech server"), "\(message)")
      let form = try await service.get("/rtstream/\(stream)").data
      #expect(form["analysis"]?["state"] == "failing" && (form["analysis"]?["failed"]?.double ?? 0) >= 1)
      _ = try await eventually("a refusal") { server.received.count >= 2 ? true : nil }
      broken.withLock { $0 = false }
      _ = try await eventually("it to pass") {
        let works = try await service.get("/rtstream/\(stream)/transcription/status").message.isEmpty
        let kept = try await service.get("/rtstream/\(stream)/transcription").data["total_count"]?.double ?? 0
        return works && kept >= 1 ? true : nil
      }
      #expect(!service.log.contains(Self.key))
    }
  }

  @Test func transcriptsAreReadWithCare() throws {
    let sound = SpokenSound(samples: [UInt8](repeating: 0, count: 2 * SoundFormat.bytesPerSecond), start: 100)
    func words(_ answer: String) -> [SpokenWord]? { Transcription.words(ofAnswer: Array(answer.utf8), of: sound) }
    for answer in ["", "null", "[]", "{}", "{\"text\": 5}", "{\"text\": null}", "text"] {
      #expect(words(answer) == nil, "\(answer)")
    }
    for answer in ["{\"text\": \"\"}", "{\"text\": \" \\n\"}", "{\"text\": \"[BLANK_AUDIO]\"}", "{\"text\": \" (music)\"}"] {
      #expect(words(answer) == [], "\(answer)")
    }
    // Times that make no sense stay within the sound and in order.
    let odd = try #require(
      words(
        "{\"text\": \"a b c\", \"words\": [{\"word\": \"a\", \"start\": -5, \"end\": 1}, {\"word\": \" b \", \"start\": 1, \"end\": 0},"
          + "{\"word\": \"c\", \"start\": 1e300, \"end\": 5}, {\"word\": \"\", \"start\": 1, \"end\": 2}, {\"word\": 1}, 7]}"))
    #expect(odd.map(\.text) == ["a", "b", "c"])
    #expect(odd.allSatisfy { $0.start >= 100 && $0.start <= $0.end && $0.end <= 102 })
    let spread = try #require(
      words("{\"text\": \"aa bb\", \"words\": {}, \"segments\": [{\"text\": \"aa bb\", \"start\": 0.5, \"end\": 1.5}]}"))
    #expect(spread.map(\.start) == [100.5, 101] && spread.map(\.end) == [101, 101.5] && spread[0].confidence == 0.5)
  }
}
