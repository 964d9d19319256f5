import Foundation
import Testing
import VideoDB
import VideoDBCore

/// One camera end to end: a clip whose picture changes, the local service, and the Swift interface.
struct LocalServiceTests {
  /// The program, where it has been built.
  static let program = ProcessInfo.processInfo.environment["VDBRT_LOCAL_SERVICE"].flatMap {
    FileManager.default.isExecutableFile(atPath: $0) ? $0 : nil
  }

  static func run(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }

  @Test(.enabled(if: program != nil, "VDBRT_LOCAL_SERVICE names no program"), .timeLimit(.minutes(2)))
  func scenesOfACameraArrive() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vdbrt-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let clip = folder.appendingPathComponent("clip.mp4").path
    try Self.run([
      "ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=10", "-t", "20", "-pix_fmt",
      "yuv420p", clip,
    ])

    let service = Process()
    let output = Pipe()
    service.executableURL = URL(fileURLWithPath: try #require(Self.program))
    service.arguments = [
      "--port", "0", "--data-dir", folder.appendingPathComponent("data").path, "--api-key", "sk-swift", "--log-level", "error",
    ]
    service.standardOutput = output
    try service.run()
    defer {
      service.terminate()
      service.waitUntilExit()
    }
    var said = ""
    while !said.contains("\n") {
      let data = output.fileHandleForReading.availableData
      try #require(!data.isEmpty, "the local service ended")
      said += String(decoding: data, as: UTF8.self)
    }
    let url = said.trimmingCharacters(in: .whitespacesAndNewlines).replacingOccurrences(of: "listening ", with: "")

    var configuration = Configuration()
    for (key, value) in ["base_url": url, "api_key": "sk-swift"] {
      try configuration.set(Array(key.utf8), text: Array(value.utf8))
    }
    let client = try Client.make(configuration)
    let channel = try client.openEvents()
    let connection = try channel.connectionID()
    let stream = try client.defaultCollection.connectRTStream(url: clip, name: "clip").wait()
    #expect(stream.name == "clip" && stream.status == "connected")
    let index = try stream.indexVisuals(batch: .time(seconds: 2, frameCount: 4), connectionID: connection).wait()
    #expect(try stream.sceneIndexes().wait().map(\.id) == [index.id])
    var event = try channel.next(timeoutMs: 30_000)
    #expect(event.kind == .connected)
    event = try channel.next(timeoutMs: 30_000)
    #expect(event.kind == .sceneIndex)
    #expect(event.rtstreamID == stream.id)
    #expect(event.text?.isEmpty == false)
    #expect(event.end > event.start && event.start > 1.6e9)
    let scene = try #require(try index.scenes().wait().items.first)
    #expect(scene.text?.isEmpty == false && scene.start ?? 0 > 1.6e9)
    try stream.stop().wait()
    #expect(try client.defaultCollection.rtstream(stream.id).wait().status == "stopped")
    try client.shutdown(timeoutMs: 10_000)
  }
}
