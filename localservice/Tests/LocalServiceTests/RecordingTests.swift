import Foundation
import Testing

@testable import LocalService

/// What is kept of cameras, and for how long.
@Suite struct RecordingTests {
  /// A camera with H.264 of its own, which goes away when it is killed.
  private func camera(_ port: Int) throws -> Program {
    try Program(
      "ffmpeg",
      [
        "-nostdin", "-v", "quiet", "-re", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=10", "-c:v", "libx264",
        "-preset", "veryfast", "-g", "10", "-pix_fmt", "yuv420p", "-f", "mpegts", "-listen", "1",
        "http://127.0.0.1:\(port)/live.ts",
      ])
  }

  @Test func aRangeIsPlayedWithinOneSegment() async throws {
    try await TestService.run { service in
      let stream = try await service.connect()
      let all = try await service.segments(stream, atLeast: 5)
      let began = all[0].start
      // Where a busy machine was late with a picture, pieces overlap on the clock by as much.
      let overlap = zip(all, all.dropFirst()).reduce(0.05) { $0 + abs($1.0.end - $1.1.start) }
      for (from, length) in [(0.0, 6.0), (1.3, 5.9), (2.9, 2.2), (0.7, 8.1), (3.1, 0.3)] {
        let answer = try await service.playback(stream, began + from, began + from + length)
        #expect(answer.status == 200 && answer.body["message"] == nil, "\(answer.body.text)")
        let url = try #require(answer.data["stream_url"]?.string)
        let probed = try await probedDuration(url)
        #expect(abs(probed - length) <= 2 + overlap, "\(probed) s for \(length) s; overlap \(overlap) s")
        print("asked for \(length) s, ffprobe says \(probed) s")
      }
      let whole = try await service.playback(stream, began, all[4].end)
      #expect(
        try await decodedPictures(whole.data["stream_url"]?.string ?? "")
          == all.prefix(5).reduce(0) { $0 + Int(($1.duration * 10).rounded()) })
      // The same wish has the same link.
      #expect(try await service.playback(stream, began, all[4].end).data == whole.data)
    }
  }

  @Test func whatIsNotRecordedIsSaid() async throws {
    try await TestService.run { service in
      let stream = try await service.connect()
      let all = try await service.segments(stream, atLeast: 2)
      let none = try await service.playback(stream, 1, 2)
      #expect(none.status == 400 && none.body["error_code"] == "NO_RECORDING")
      #expect(none.message.contains("there is a recording from \(String(format: "%.1f", all[0].start)) to"), "\(none.message)")
      let part = try await service.playback(stream, all[0].start - 60, all[0].start + 3)
      #expect(part.status == 200 && part.message.contains("of the 63.0 s asked for, 3.0 s are recorded"), "\(part.message)")
      #expect(abs(try await probedDuration(part.data["stream_url"]?.string ?? "") - 3) <= 2.05)
      for query in ["start=2&end=1", "start=1", "start=1&end=99999999999", "start=x&end=1"] {
        #expect(try await service.get("/rtstream/\(stream)/stream?\(query)").status == 400, "\(query)")
      }
    }
    try await TestService.run {
      $0.recording.enabled = false
    } _: { service in
      let stream = try await service.connect()
      for query in ["", "?start=1&end=2"] {
        let answer = try await service.get("/rtstream/\(stream)/stream" + query)
        #expect(answer.status == 400 && answer.message.contains("--no-recording"))
      }
      #expect(try await service.get("/rtstream/\(stream)").data["recording"] == ["state": "off"])
      #expect(try await service.post("/rtstream", ["url": .string(TestService.camera), "store": true]).status == 501)
    }
  }

  /// The camera's own video is kept as it came, and its absence marked.
  @Test func aDropIsMarked() async throws {
    try await TestService.run { service in
      let port = try WebhookReceiver.unusedPort()
      var server = try camera(port)
      let stream = try await service.connect("http://127.0.0.1:\(port)/live.ts")
      try await service.segments(stream, atLeast: 2)
      server.signal(SIGKILL)
      try await server.exit()
      let before = try await service.recorded(stream)
      server = try camera(port)
      let all = try await eventually("segments after the return") { () -> [Segment]? in
        let found = try await service.recorded(stream)
        return found.count >= before.count + 2 && found.last?.runID != before.last?.runID ? found : nil
      }
      server.signal(SIGKILL)
      let recorded = all.reduce(0) { $0 + $1.duration }
      let answer = try await service.playback(stream, all[0].start, all[all.count - 1].end)
      #expect(answer.message.contains("are recorded"), "\(answer.body.text)")
      let url = try #require(answer.data["stream_url"]?.string)
      let playlist = try await service.fetch(url).text
      #expect(playlist.components(separatedBy: "#EXT-X-DISCONTINUITY\n").count == 2, "\(playlist)")
      // Our own encoder makes baseline (42), the camera's does not.
      #expect(playlist.contains("#codecs avc1.64"))
      let probed = try await probedDuration(url)
      #expect(abs(probed - recorded) <= 2.05, "\(probed) s of \(recorded) s")
      #expect(abs(Double(try await packets(url)) - recorded * 10) <= 3)
    }
  }

  @Test func aRestartKeepsWhatWasRecorded() async throws {
    let directory = TestService.temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    var stream = ""
    var first: [Segment] = []
    try await TestService.run(directory: directory) { service in
      stream = try await service.connect()
      first = try await service.segments(stream, atLeast: 2)
    }
    // As after a kill: a file that nobody knows, and one cut short.
    let run = directory + "/recordings/\(stream)/\(first[0].runID)"
    try Data([0, 0, 0, 99]).write(to: URL(filePath: run + "/77.m4s"))
    try FileManager.default.createDirectory(atPath: directory + "/recordings/\(stream)/999", withIntermediateDirectories: true)
    try await TestService.run(directory: directory) { service in
      #expect(!FileManager.default.fileExists(atPath: run + "/77.m4s"))
      #expect(!FileManager.default.fileExists(atPath: directory + "/recordings/\(stream)/999"))
      let all = try await eventually("segments of both lives") { () -> [Segment]? in
        let found = try await service.recorded(stream)
        return found.filter { $0.runID != first[0].runID }.count >= 2 ? found : nil
      }
      #expect(all.starts(with: first) { $0.id == $1.id })
      let answer = try await service.playback(stream, all[0].start, all[all.count - 1].end)
      let url = try #require(answer.data["stream_url"]?.string)
      #expect(try await service.fetch(url).text.contains("#EXT-X-DISCONTINUITY\n"))
      #expect(abs(try await probedDuration(url) - all.reduce(0) { $0 + $1.duration }) <= 2.05)
    }
  }

  @Test func theOldestGoes() async throws {
    try await TestService.run {
      $0.recording.bytes = 120_000
    } _: { service in
      let stream = try await service.connect()
      try await eventually("the first segments to be gone") {
        (try await service.recorded(stream).first?.number ?? 0) > 1 ? () : nil
      }
      let kept = try await service.recorded(stream)
      #expect(kept.reduce(0) { $0 + $1.bytes } < 300_000)
      let folder = service.service.recordings.folder + "/\(stream)/\(kept[0].runID)"
      #expect(ActiveRun.numbers(in: folder).min() == kept[0].number)
    }
    try await TestService.run {
      $0.recording.hours = 3.0 / 3600
    } _: { service in
      let stream = try await service.connect()
      try await eventually("the first segments to be gone") {
        (try await service.recorded(stream).first?.number ?? 0) > 1 ? () : nil
      }
    }
  }

  /// A disk without room ends the recording, visibly, and nothing else.
  @Test func aFullDiskDoesNotStopTheAnalysis() async throws {
    try await TestService.run {
      $0.recording.reserveBytes = .max
    } _: { service in
      let stream = try await service.connect()
      let index = try await service.index(stream)
      let failed = try await eventually("the failure to show") { () -> Answer? in
        let answer = try await service.get("/rtstream/\(stream)")
        return answer.data["recording"]?["state"] == "failed" ? answer : nil
      }
      #expect(failed.data["recording"]?["error"]?.string?.contains("are free") == true && failed.data["status"] == "connected")
      try await eventually("scenes all the same") {
        try await service.get("/rtstream/\(stream)/index/scene/\(index)").data["scene_index_records"]?.items.isEmpty == false
          ? () : nil
      }
      #expect(try await service.recorded(stream).isEmpty && service.log.contains("is not recorded: less than"))
      let none = try await service.playback(stream, 1, 2)
      #expect(none.message.contains("at the moment it is not recorded: less than"))
    }
  }

  /// What ffmpeg leaves when a disk is full: files that end too early.
  @Test func aFileCutShortIsNoSegment() async throws {
    try await TestService.run { service in
      let stream = try await service.connect()
      let segment = try await service.segments(stream, atLeast: 1)[0]
      let file = service.service.recordings.file(of: segment)
      #expect(FragmentedFile.isWhole(file))
      let folder = TestService.temporaryDirectory()
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let whole = try Data(contentsOf: URL(filePath: file))
      for (name, data) in [("0", whole), ("1", whole.dropLast(1)), ("2", Data()), ("3", whole), ("4", whole)] {
        try data.write(to: URL(filePath: "\(folder)/\(name).m4s"))
      }
      try "#EXTM3U\n#EXTINF:2.0,\n0.m4s\n#EXTINF:2.0,\n1.m4s\n#EXTINF:2.0,\n2.m4s\n".write(
        toFile: folder + "/index.m3u8", atomically: true, encoding: .utf8)
      var run = ActiveRun(id: 1, streamID: stream, folder: folder)
      var news = run.look(isOver: false)
      #expect(news.segments.map(\.number) == [0] && news.broken == 2)
      try "#EXTM3U\n#EXTINF:2.0,\n3.m4s\n".write(toFile: folder + "/index.m3u8", atomically: true, encoding: .utf8)
      news = run.look(isOver: true)
      #expect(news.segments.map(\.number) == [3] && news.broken == 1)
      #expect(ActiveRun.numbers(in: folder).sorted() == [0, 3])
    }
  }

  /// Video that no browser plays is encoded.
  @Test func oldVideoIsEncoded() async throws {
    let clip = TestService.temporaryDirectory() + ".ts"
    defer { try? FileManager.default.removeItem(atPath: clip) }
    let maker = try Program(
      "ffmpeg",
      ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=10", "-t", "6", "-c:v", "mpeg2video", clip])
    try await maker.exit()
    try await TestService.run { service in
      let stream = try await service.connect(clip)
      let segments = try await service.segments(stream, atLeast: 1)
      let run = try await service.service.store.recordingRun(segments[0].runID)
      #expect(run?.codecs.hasPrefix("avc1.42") == true && service.log.contains("it is encoded"))
    }
  }

  @Test func anExportIsAFileThatPlays() async throws {
    try await TestService.run { service in
      let made = try await service.post("/rtstream", ["url": .string(TestService.camera), "name": "gate", "store": true])
      #expect(made.data["store"] == true)
      let stream = try #require(made.data["id"]?.string)
      try await service.segments(stream, atLeast: 2)
      let early = try await service.post("/rtstream/\(stream)/export", [:])
      #expect(early.status == 400 && early.message.contains("stopped"))
      try await service.stop(stream)
      // Two runs become one file.
      #expect(try await service.patch("/rtstream/\(stream)/status", ["action": "start"]).status == 200)
      let before = try await service.recorded(stream).count
      try await service.segments(stream, atLeast: before + 1)
      try await service.stop(stream)
      let recorded = try await service.recorded(stream).reduce(0) { $0 + $1.duration }

      let export = try await service.post("/rtstream/\(stream)/export", [:])
      #expect(export.status == 200 && export.data["name"] == "gate - Recording", "\(export.body.text)")
      #expect(abs((export.data["duration"]?.double ?? 0) - recorded) < 0.001)
      let file = try #require(export.data["download_url"]?.string)
      #expect(abs(try await probedDuration(file) - recorded) < 0.5)
      #expect(abs(Double(try await decodedPictures(file)) - recorded * 10) <= 3)
      #expect(abs(try await probedDuration(export.data["stream_url"]?.string ?? "") - recorded) < 0.1)
      #expect(try await service.post("/rtstream/\(stream)/export", ["name": "b"]).data["video_id"] == export.data["video_id"])
      let page = try await service.fetch(export.data["player_url"]?.string ?? "")
      #expect(page.status == 200 && page.text.contains("recording.mp4"))

      let plain = try await service.connect()
      try await service.stop(plain)
      #expect(try await service.post("/rtstream/\(plain)/export", [:]).message.contains("'store'"))
    }
  }

  @Test func exportedFilesAreBounded() async throws {
    let directory = TestService.temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    func files() -> Set<String> {
      Set((try? FileManager.default.contentsOfDirectory(atPath: directory + "/exports")) ?? [])
    }
    var links: [String] = []
    var ids: [String] = []
    try await TestService.run(directory: directory) { service in
      let made = try await service.post("/rtstream", ["url": .string(TestService.camera), "store": true])
      let stream = try #require(made.data["id"]?.string)
      for count in 1...2 {
        try await service.segments(stream, atLeast: 2 * count)
        try await service.stop(stream)
        let export = try await service.post("/rtstream/\(stream)/export", [:])
        ids.append(try #require(export.data["video_id"]?.string))
        links.append(try #require(export.data["download_url"]?.string.map { $0.components(separatedBy: "/manifests")[1] }))
        if count == 1 { #expect(try await service.patch("/rtstream/\(stream)/status", ["action": "start"]).status == 200) }
      }
      #expect(files() == Set(ids.map { $0 + ".mp4" }))
    }
    // What a service that was killed while it exported leaves.
    try FileManager.default.createDirectory(atPath: directory + "/exports/m-x.parts", withIntermediateDirectories: true)
    try await TestService.run(directory: directory) {
      $0.recording.exportBytes = 1
      $0.limits.housekeepingSeconds = 0.5
    } _: { service in
      try await eventually("the older one to be gone") { files() == [ids[1] + ".mp4"] ? () : nil }
      #expect(try await service.fetch("/manifests" + links[0]).status == 404)
      #expect(try await service.fetch("/manifests" + links[1]).status == 200)
      #expect(service.log.contains("export \(ids[0]) of stream"))
    }
    try await TestService.run(directory: directory) {
      $0.recording.exportDays = 0.5 / 86_400
      $0.limits.housekeepingSeconds = 0.5
    } _: { service in
      try await eventually("both to be gone") { files().isEmpty ? () : nil }
      #expect(try await service.fetch("/manifests" + links[1]).status == 404)
    }
  }

  @Test func anExportLeavesRoomOnTheDisk() async throws {
    try await TestService.run {
      $0.recording.bytes = .max
    } _: { service in
      let made = try await service.post("/rtstream", ["url": .string(TestService.camera), "store": true])
      let stream = try #require(made.data["id"]?.string)
      try await service.segments(stream, atLeast: 1)
      try await service.stop(stream)
      // No disk has this.
      try await service.service.store.database.write { try $0.execute(sql: "UPDATE segment SET bytes = 1000000000000000") }
      let refused = try await service.post("/rtstream/\(stream)/export", [:])
      #expect(refused.status == 503 && refused.body["error_code"] == "NO_ROOM" && refused.message.contains("the export needs"))
    }
  }
}
