import Foundation
import Testing

@testable import Analysis

@Suite struct CameraTests {
  @Test func aSyntheticSourceGivesPicturesAtTheRateAskedForAndEndsWithoutAChild() async throws {
    let heard = Recorder()
    // The colour marks the process.
    let camera = heard.camera("lavfi:testsrc2=size=640x360:rate=25,drawbox=c=0x1234AB", framesPerSecond: 5)
    #expect(camera.lastError == nil)
    camera.start()
    camera.start()
    await eventually("11 frames") { heard.frameCount >= 11 }
    #expect(processes(with: "0x1234AB").count == 1)
    let begin = Clock.steady()
    camera.stop()
    #expect(Clock.steady() - begin < 1)
    #expect(processes(with: "0x1234AB").isEmpty)
    let count = heard.frameCount
    #expect(heard.states == [.connecting, .live, .ended("stopped")])
    let frames = heard.firstFrames
    #expect(frames.allSatisfy { $0.width == 320 && $0.height == 180 && $0.rgb.count == 320 * 180 * 3 })
    #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.time < $1.time })
    // Ten intervals of 0.2 s; a busy machine takes longer, but nothing is played faster than it is.
    #expect(frames[10].time - frames[0].time > 1.6)
    #expect(abs(frames[0].time - Date().timeIntervalSince1970) < 20)
    camera.stop()
    #expect(heard.frameCount == count)
  }

  @Test func ofARecordedSourceExactlyEveryNthPictureIsTaken() async {
    let heard = Recorder()
    // Picture N of 25 a second has the brightness 2 N; ffmpeg stretches 16...235 to 0...255.
    let camera = heard.camera(
      "lavfi:nullsrc=size=64x64:rate=25,format=yuv420p,geq=lum='16+2*N':cb=128:cr=128", framesPerSecond: 5, width: 64)
    camera.start()
    await eventually("10 frames") { heard.frameCount >= 10 }
    camera.stop()
    for (index, frame) in heard.firstFrames.prefix(10).enumerated() {
      let expected = Double(index * 10) * 255 / 219
      let seen = Double(frame.rgb[1000])
      #expect(abs(seen - expected) < 2.5, "picture \(index)")
    }
  }

  @Test func aStoppedCameraCanBeStartedAgain() async {
    let heard = Recorder()
    let camera = heard.camera("lavfi:testsrc2=rate=10")
    for round in 1...2 {
      camera.start()
      await eventually("live in round \(round)") { heard.states.filter { $0 == .live }.count == round }
      camera.stop()
    }
    #expect(heard.states == [.connecting, .live, .ended("stopped"), .connecting, .live, .ended("stopped")])
  }

  @Test func aFileIsPlayedAtItsOwnSpeedAndLooped() async throws {
    let folder = try TemporaryFolder()
    let clip = folder.path + "/one second.mkv"
    try await encode("testsrc2=size=96x160:rate=10:duration=1", to: clip)
    let heard = Recorder()
    let camera = heard.camera(clip, framesPerSecond: 10)
    camera.start()
    await eventually("25 frames of a clip that has 10") { heard.frameCount >= 25 }
    camera.stop()
    #expect(heard.states == [.connecting, .live, .ended("stopped")])
    let frames = heard.firstFrames
    // Upright, and the shape is kept: 96x160 becomes 320 wide and 532 high, even.
    #expect(frames[0].width == 320 && frames[0].height == 532)
    let length = frames[24].time - frames[0].time
    #expect(length > 1.7 && length < 12, "\(length) s for 24 intervals of 0.1 s")
  }

  @Test func aCameraThatNobodyHoldsEnds() async {
    let heard = Recorder()
    var camera: Camera? = heard.camera("lavfi:testsrc2=rate=10,drawbox=c=0x5678CD")
    camera?.start()
    await eventually("live") { heard.frameCount > 0 }
    camera = nil
    #expect(heard.states.last == .ended("stopped"))
    #expect(processes(with: "0x5678CD").isEmpty)
    _ = camera
  }

  @Test func stopWithinACallbackDoesNotWaitForItself() async {
    let heard = Recorder()
    let box = Box()
    let camera = Camera(
      url: "lavfi:testsrc2=rate=10", framesPerSecond: 5,
      onFrame: { frame in
        heard.add(frame)
        box.camera?.stop()
      }, onState: { heard.add($0) })
    box.camera = camera
    camera.start()
    await eventually("ended") { heard.states.last == .ended("stopped") }
    #expect(heard.frameCount == 1)
    box.camera = nil
  }

  private final class Box: @unchecked Sendable { var camera: Camera? }

  @Test func stopWhileItPausesOrConnectsIsQuick() async throws {
    let silent = try LocalServer(answer: nil)
    for url in ["rtsp://127.0.0.1:\(try LocalServer.freePort())/x", "http://127.0.0.1:\(silent.port)/x"] {
      let heard = Recorder()
      var patience = CameraRun.Patience.quick
      patience.pause = 60
      patience.longestPause = 60
      let camera = heard.camera(url, patience: patience)
      camera.start()
      await eventually("it tries") {
        // Where nothing answers it connects until it gives up.
        heard.states.count == 2 || (url.hasPrefix("http") && !processes(with: url).isEmpty)
      }
      let begin = Clock.steady()
      camera.stop()
      #expect(Clock.steady() - begin < 1, "\(url)")
      #expect(heard.states.last == .ended("stopped"))
      #expect(processes(with: url).isEmpty)
    }
    withExtendedLifetime(silent) {}
  }

  @Test func aMissingProgramIsSaidAndNotRetried() async {
    let heard = Recorder()
    let camera = heard.camera("lavfi:testsrc2", ffmpeg: "no-such-ffmpeg")
    camera.start()
    await eventually("ended") { heard.states.count == 2 }
    #expect(heard.reasons.first?.contains("no-such-ffmpeg was not found") == true)
    #expect(heard.reasons.first?.contains("apt-get install ffmpeg") == true)
    #expect(camera.lastError == heard.reasons.first)
  }

  @Test func aUrlThatIsNotAllowedIsSaidAndNotRetried() async {
    let heard = Recorder()
    let camera = heard.camera("concat:/etc/passwd|/etc/hosts")
    camera.start()
    await eventually("ended") { heard.states.count == 2 }
    #expect(heard.reasons.first?.contains("may not begin with \"concat:\"") == true)
    #expect(heard.frameCount == 0)
  }

  @Test func everyFailureHasItsReasonAndKeepsThePassword() async throws {
    let folder = try TemporaryFolder()
    let text = try folder.write("this is no video, however long one looks at it\n", to: "text.mp4")
    let sound = folder.path + "/sound.wav"
    try await encode("sine=duration=1", to: sound)
    let closed = try LocalServer.freePort()
    func http(_ status: String) throws -> LocalServer {
      try LocalServer(answer: "HTTP/1.1 \(status)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    }
    func rtsp(_ status: String) throws -> LocalServer { try LocalServer(answer: "RTSP/1.0 \(status)\r\nCSeq: 1\r\n\r\n") }
    let servers = [
      try http("404 Not Found"), try http("401 Unauthorized"), try http("403 Forbidden"), try http("503 Service Unavailable"),
      try rtsp("404 Not Found"), try rtsp("401 Unauthorized"),
      try LocalServer(answer: "HTTP/1.1 200 OK\r\n\r\n<html>hello</html>"),
      try LocalServer(answer: ""),
    ]
    let secret = "joe:Gehe1mnis@127.0.0.1"
    let cases: [(url: String, words: String)] = [
      ("rtsp://\(secret):\(closed)/live", "nothing listens"),
      ("http://\(secret):\(closed)/live?token=Gehe1mnis2", "nothing listens"),
      ("http://\(secret):\(servers[0].port)/live", "no such path"),
      ("http://\(secret):\(servers[1].port)/live", "user name and password"),
      ("http://\(secret):\(servers[2].port)/live", "refuses access"),
      ("http://\(secret):\(servers[3].port)/live", "internal error"),
      ("rtsp://\(secret):\(servers[4].port)/live", "no such path"),
      ("rtsp://\(secret):\(servers[5].port)/live", "user name and password"),
      ("http://\(secret):\(servers[6].port)/live", "no video"),
      ("http://\(secret):\(servers[7].port)/live", "closed the connection"),
      ("rtsp://\(secret.replacingOccurrences(of: "127.0.0.1", with: "camera.invalid"))/live", "does not resolve"),
      (text, "no video"), (sound, "the source has no video"), ("/dev/video987", "no such file"),
    ]
    await withTaskGroup(of: Void.self) { group in
      for (url, words) in cases {
        group.addTask {
          let heard = Recorder()
          let camera = heard.camera(url)
          camera.start()
          await eventually("\(url) fails with a reason") { !heard.reasons.isEmpty }
          camera.stop()
          #expect(heard.reasons.first?.contains(words) == true, "\(url): \(heard.reasons)")
          #expect(heard.reasons.first?.isEmpty == false)
          #expect(!heard.allText.contains("Gehe1mnis") && !(camera.lastError ?? "").contains("Gehe1mnis"), "\(heard.allText)")
          #expect(heard.frameCount == 0)
        }
      }
    }
    withExtendedLifetime(servers) {}
  }

  @Test func aCameraThatFallsSilentIsLostAndTriedAgain() async throws {
    let folder = try TemporaryFolder()
    // Sends one picture of 4 by 4 pixels and then nothing more, without ending.
    let program = try folder.write(
      "#!/bin/sh\nprintf 'P6\\n4 4\\n255\\n%048d' 0\nsleep 600\n", to: "silent-ffmpeg", executable: true)
    let heard = Recorder()
    let camera = heard.camera("lavfi:testsrc2", ffmpeg: program, patience: .impatient)
    camera.start()
    await eventually("lost and live again") { heard.states.filter { $0 == .live }.count >= 2 }
    camera.stop()
    #expect(heard.reasons.first?.hasPrefix("no picture for 2 s") == true, "\(heard.reasons)")
    #expect(processes(with: program).isEmpty)
  }

  @Test func whatIsNoPictureIsRefused() async throws {
    let folder = try TemporaryFolder()
    let program = try folder.write("#!/bin/sh\nyes\n", to: "lying-ffmpeg", executable: true)
    let heard = Recorder()
    let camera = heard.camera("lavfi:testsrc2", ffmpeg: program)
    camera.start()
    await eventually("lost") { !heard.reasons.isEmpty }
    camera.stop()
    #expect(heard.reasons.first?.contains("no PPM header") == true, "\(heard.reasons)")
  }

  @Test func aFloodOfMessagesIsBounded() async throws {
    let folder = try TemporaryFolder()
    let program = try folder.write(
      "#!/bin/sh\nhead -c 20000000 /dev/zero | tr '\\0' 'x' >&2\necho >&2\necho 'the last words' >&2\nexit 3\n",
      to: "loud-ffmpeg",
      executable: true)
    let heard = Recorder()
    let camera = heard.camera("lavfi:testsrc2", ffmpeg: program)
    camera.start()
    await eventually("lost") { !heard.reasons.isEmpty }
    camera.stop()
    #expect(heard.reasons.first == "ffmpeg: the last words")
  }

  @Test func aSlowListenerSlowsTheSourceAndDoesNotGather() async throws {
    let heard = Recorder()
    let camera = Camera(
      url: "lavfi:testsrc2=size=640x360:rate=50", framesPerSecond: 50, width: 640,
      onFrame: { frame in
        heard.add(frame)
        usleep(200_000)
      }, onState: { heard.add($0) })
    camera.start()
    await eventually("10 frames") { heard.frameCount >= 10 }
    camera.stop()
    // At most five a second were taken; ffmpeg has waited, and nothing was kept to be delivered later.
    let frames = heard.firstFrames
    #expect(frames.last!.time - frames[0].time > 0.19 * Double(frames.count - 1))
  }

  private func encode(_ graph: String, to path: String) async throws {
    let child = try ChildProcess.spawn(
      executable: Clip.ffmpeg, arguments: ["-nostdin", "-loglevel", "error", "-y", "-f", "lavfi", "-i", graph, path])
    let deadline = Clock.steady() + 20
    var exited = siginfo_t()
    while Clock.steady() < deadline {
      waitid(P_PID, id_t(child.pid), &exited, WEXITED | WNOHANG | WNOWAIT)
      if exited.si_signo != 0 { break }
      try await Task.sleep(for: .milliseconds(20))
    }
    let status = child.end(grace: 0)
    guard status == "exit status 0" else { throw Clip.Failure(description: "ffmpeg could not make \(path): \(status)") }
  }
}
