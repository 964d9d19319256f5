import Foundation
import Testing

@testable import Analysis

/// Cameras that disappear and return.
@Suite struct ReturningCameraTests {
  @Test func anHttpCameraThatIsKilledAndStartedAgainComesBack() async throws {
    let port = try LocalServer.freePort()
    let url = "http://127.0.0.1:\(port)/live.ts"
    func serve() throws -> Process {
      let server = Process()
      server.executableURL = URL(filePath: Clip.ffmpeg)
      server.arguments = [
        "-nostdin", "-loglevel", "quiet", "-re", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", "-c:v", "mpeg2video",
        "-g", "10", "-f", "mpegts", "-flush_packets", "1", "-listen", "1", url,
      ]
      try server.run()
      return server
    }
    var server = try serve()
    let heard = Recorder()
    let camera = heard.camera(url, patience: .impatient)
    camera.start()
    await eventually("live") { heard.frameCount >= 3 }
    kill(server.processIdentifier, SIGKILL)
    await eventually("lost") { !heard.reasons.isEmpty }
    // It stays away for some attempts.
    await eventually("tried in vain") { heard.reasons.filter { $0.contains("nothing listens") }.count >= 2 }
    server = try serve()
    let before = heard.frameCount
    await eventually("live again") { heard.frameCount > before + 3 }
    #expect(heard.states.last == .live)
    #expect(camera.lastError != nil)
    // It hangs: the connection stays, no more pictures come.
    let reasons = heard.reasons.count
    kill(server.processIdentifier, SIGSTOP)
    await eventually("lost by silence") { heard.reasons.dropFirst(reasons).contains { $0.hasPrefix("no picture for") } }
    camera.stop()
    kill(server.processIdentifier, SIGKILL)
    await eventually("the server is gone") { !server.isRunning }
    #expect(processes(with: url).isEmpty)
  }

  @Test(.enabled(if: RtspCamera.isAvailable, "needs gir1.2-gst-rtsp-server-1.0 and python3-gi"))
  func anRtspCameraDisappearsFreezesAndReturns() async throws {
    let folder = try TemporaryFolder()
    let server = try await RtspCamera(folder: folder)
    let heard = Recorder()
    let camera = heard.camera(server.url, patience: .impatient)
    camera.start()
    await eventually("live", within: 45) { heard.frameCount >= 3 }
    try server.say("down")
    await eventually("tried in vain") { heard.reasons.contains { $0.contains("nothing listens") } }
    try server.say("up")
    await eventually("live again", within: 45) { heard.states.last == .live }
    let reasons = heard.reasons.count
    try server.say("freeze")
    await eventually("lost by silence") { heard.reasons.count > reasons }
    try server.say("thaw")
    await eventually("live for the third time", within: 45) { heard.states.last == .live }
    camera.stop()
    #expect(processes(with: server.url).isEmpty)
    server.end()
  }
}

/// The repository's RTSP server, with a clip that ffmpeg makes.
final class RtspCamera {
  let url: String
  private let process = Process()
  private let input = Foundation.Pipe()

  private static let python = "/usr/bin/python3"
  private static let script = Repository.path + "/Tests/Support/rtsp_camera.py"

  static let isAvailable: Bool = {
    guard FileManager.default.fileExists(atPath: script) else { return false }
    let probe = Process()
    probe.executableURL = URL(filePath: python)
    probe.arguments = ["-c", "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"]
    probe.standardError = FileHandle.nullDevice
    guard (try? probe.run()) != nil else { return false }
    probe.waitUntilExit()
    return probe.terminationStatus == 0
  }()

  init(folder: TemporaryFolder) async throws {
    let clip = folder.path + "/clip.mp4"
    let make = Process()
    make.executableURL = URL(filePath: Clip.ffmpeg)
    make.arguments = [
      "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=10:duration=4", "-c:v", "mpeg4", clip,
    ]
    let output = Foundation.Pipe()
    process.executableURL = URL(filePath: Self.python)
    process.arguments = [Self.script, clip]
    process.standardInput = input
    process.standardOutput = output
    let (process, make2) = (process, make)
    url = try await withCheckedThrowingContinuation { continuation in
      Thread {
        continuation.resume(
          with: Result {
            try make2.run()
            make2.waitUntilExit()
            try process.run()
            var text = ""
            while !text.contains("url ") || !text.hasSuffix("\n") {
              let data = output.fileHandleForReading.availableData
              guard !data.isEmpty else { throw Clip.Failure(description: "the RTSP server did not start") }
              text += String(decoding: data, as: UTF8.self)
            }
            return text.split(separator: "\n").first { $0.hasPrefix("url ") }.map { String($0.dropFirst(4)) } ?? ""
          })
      }.start()
    }
  }

  func say(_ command: String) throws {
    try input.fileHandleForWriting.write(contentsOf: Data((command + "\n").utf8))
  }

  /// Closing its input ends it.
  func end() {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }
}
