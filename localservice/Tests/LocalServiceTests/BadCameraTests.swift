import Foundation
import Testing

@testable import LocalService

/// Cameras that stall, lie and flood, and the one beside them that does what it should.
@Suite struct BadCameraTests {
  private static let script = (1...2).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent() }
    .appending(path: "cameras/bad_camera.py").path

  private func start(_ arguments: String...) async throws -> (source: Program, port: Int) {
    let source = try Program("python3", ["-B", Self.script] + arguments)
    return (source, try await eventually("a port of \(arguments)") { Int(source.standardOutput.dropLast()) })
  }

  @Test func noneHurtsAnother() async throws {
    let clip = TestService.temporaryDirectory() + ".ts"
    defer { try? FileManager.default.removeItem(atPath: clip) }
    let maker = try Program(
      "ffmpeg",
      [
        "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25", "-t", "10", "-c:v", "libx264",
        "-preset", "veryfast", "-g", "25", "-pix_fmt", "yuv420p", clip,
      ])
    try await maker.exit()
    var sources: [Program] = []
    defer { for source in sources { source.signal(SIGKILL) } }
    try await TestService.run { service in
      let socket = try await service.webSocket()
      let good = try await service.connect()
      let index = try await service.index(good, connection: socket.connectionID)
      try await service.segments(good, atLeast: 1)

      var bad: [(stream: String, reason: String)] = []
      for (arguments, scheme, reason) in [
        (["silent"], "rtsp", ""), (["silent"], "http", "does not answer in time"),
        (["noise"], "http", ""), (["page"], "http", ""),
        (["sdp"], "rtsp", ""),
        (["flood", clip], "tcp", "live"),
      ] {
        let (source, port) = try await arguments.count == 1 ? start(arguments[0]) : start(arguments[0], arguments[1])
        sources.append(source)
        bad.append((try await service.connect("\(scheme)://127.0.0.1:\(port)/camera", name: arguments[0]), reason))
      }
      let before = try await frames(service, good)
      let began = Date()
      // Each says what is wrong with it, and the flood is read like any other camera.
      for (stream, reason) in bad {
        try await eventually("\(reason) of \(stream)") { () -> Void? in
          let answer = try await service.get("/rtstream/\(stream)").data
          let camera = answer["camera"]
          if reason == "live" { return camera?["state"] == "live" ? () : nil }
          guard answer["status"] == "error", let error = camera?["error"]?.string else { return nil }
          return reason.isEmpty || error.contains(reason) ? () : nil
        }
        let asked = ContinuousClock.now
        print("\(try await service.get("/rtstream/\(stream)").data["camera"]?.text ?? "")")
        #expect(ContinuousClock.now - asked < .seconds(10))
      }
      // While they do, nothing of the good one is missing or late.
      try await Task.sleep(for: .seconds(max(0, 10 - Date().timeIntervalSince(began))))
      let seconds = Date().timeIntervalSince(began)
      let seen = try await frames(service, good) - before
      print("beside \(bad.count) bad cameras: \(seen) pictures of the good one in \(seconds) s")
      #expect(seen > 5 * seconds, "\(seen) pictures in \(seconds) s")
      let scenes = try await service.get("/rtstream/\(good)/index/scene/\(index)?page_size=1000").data["scene_index_records"]
      let times = (scenes?.items ?? []).reversed().map { ($0["start"]?.double ?? 0, $0["end"]?.double ?? 0) }
      // A busy machine may cost it one window of half a second, a bad camera none.
      for (one, next) in zip(times, times.dropFirst()) { #expect(next.0 - one.1 < 0.75, "a hole in \(times)") }
      let last = try await socket.message(on: "scene_index")
      #expect(last["rtstream_id"]?.string == good)
      let pieces = try await service.recorded(good)
      #expect(Set(pieces.map(\.interruptions)) == [0] && (pieces.last?.end ?? 0) > Date().timeIntervalSince1970 - 8)
      #expect(!service.log.contains("stream \(good): camera lost"))
    }
  }

  private func frames(_ service: TestService, _ stream: String) async throws -> Double {
    try await service.get("/rtstream/\(stream)").data["camera"]?["frames"]?.double ?? 0
  }

  /// A camera that sends more than the others shortens its own recording.
  @Test func theLargestRecordingGivesWay() async throws {
    let recorded = try Recorded()
    for (id, bytes) in [("rts-flood", 1000), ("rts-good", 10)] {
      try await recorded.stream(id)
      let run = try recorded.store.insert(RecordingRun(streamID: id))
      for number in 0..<20 {
        // The good camera's pieces are the older ones.
        let start = Recorded.epoch + 2 * Double(number) + (id == "rts-good" ? 0 : 1)
        try recorded.store.append(
          Segment(streamID: id, runID: run, number: number, start: start, end: start + 2, duration: 2, bytes: bytes),
          codecs: "avc1.42c015")
      }
    }
    let gone = try recorded.store.forgetSegments(before: Recorded.epoch, over: 5200)
    #expect(gone.map(\.streamID) == Array(repeating: "rts-flood", count: 15) && gone.map(\.number) == Array(0..<15))
    // With less room than both have, both are cut to the same size.
    _ = try recorded.store.forgetSegments(before: Recorded.epoch, over: 100)
    let left = try await recorded.store.segments(of: "rts-good", from: 0, to: .greatestFiniteMagnitude)
    #expect(left.count >= 9 && left.last?.number == 19)
    // Age counts for all.
    #expect(try recorded.store.forgetSegments(before: Recorded.epoch + 100, over: .max).count == left.count)
  }

  /// Who kills ffmpeg is told of, and the camera and its recording come back by themselves.
  @Test func aKilledFFmpegIsSaidAndStartedAgain() async throws {
    try await TestService.run { service in
      let camera = "lavfi:testsrc2=size=162x122:rate=10"
      let stream = try await service.connect(camera)
      try await service.segments(stream, atLeast: 1)
      let child = try #require(Self.ffmpeg(with: "testsrc2=size=162x122"))
      kill(child, SIGKILL)
      try await eventually("the loss") { () -> Void? in
        let answer = try await service.get("/rtstream/\(stream)").data
        let error = answer["camera"]?["error"]?.string
        return answer["status"] == "error" && error == "ffmpeg was killed by signal 9" ? () : nil
      }
      #expect(service.log.contains("stream \(stream): camera lost, trying again: ffmpeg was killed by signal 9"))
      let all = try await eventually("segments of a second process") { () -> [Segment]? in
        let found = try await service.recorded(stream)
        return Set(found.map(\.interruptions)) == [0, 1] ? found : nil
      }
      #expect(try await service.get("/rtstream/\(stream)").data["status"] == "connected")
      let answer = try await service.playback(stream, all[0].start, all[all.count - 1].end)
      #expect(try await service.fetch(answer.data["stream_url"]?.string ?? "").text.contains("#EXT-X-DISCONTINUITY\n"))
    }
  }

  /// A child of this process whose command line holds the text.
  private static func ffmpeg(with text: String) -> Int32? {
    let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
    return processes.first { pid in
      let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline").map { String(decoding: $0, as: UTF8.self) }
      let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
      return line?.contains(text) == true && status.contains("PPid:\t\(getpid())\n")
    }
  }
}
