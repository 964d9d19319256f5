import Foundation
import Synchronization
import Testing

@testable import Analysis

/// Pictures made or read by the real ffmpeg, as fast as it goes, with the times they have in the clip.
enum Clip {
  static let ffmpeg = Executable.find("ffmpeg") ?? "ffmpeg"
  /// Where the first frame's time lies; any time of this century will do.
  static let epoch = 1_800_000_000.0

  struct Failure: Error { let description: String }

  static func synthetic(_ graph: String, seconds: Double, framesPerSecond: Int = 5) async throws -> [Frame] {
    try await frames(["-f", "lavfi", "-t", "\(seconds)", "-i", graph], framesPerSecond)
  }

  static func file(_ path: String, framesPerSecond: Int = 5) async throws -> [Frame] {
    try await frames(["-i", path], framesPerSecond)
  }

  /// On a thread of its own: the cameras that are tested at the same time need the few threads of the tests.
  private static func frames(_ input: [String], _ framesPerSecond: Int) async throws -> [Frame] {
    try await withCheckedThrowingContinuation { continuation in
      Thread { continuation.resume(with: Result { try framesNow(input, framesPerSecond) }) }.start()
    }
  }

  private static func framesNow(_ input: [String], _ framesPerSecond: Int) throws -> [Frame] {
    let child = try ChildProcess.spawn(
      executable: ffmpeg,
      arguments: ["-nostdin", "-loglevel", "error"] + input + [
        "-map", "0:V:0", "-vf", "fps=\(framesPerSecond),scale=w=320:h='trunc(ow/dar/2)*2':flags=area,setsar=1",
        "-f", "image2pipe", "-c:v", "ppm", "pipe:1",
      ])
    defer { child.end(grace: 1) }
    _ = fcntl(child.output, F_SETFL, 0)
    var reader = PictureReader()
    var frames: [Frame] = []
    while true {
      let (count, picture) = try reader.take { read(child.output, $0.baseAddress, $0.count) }
      if let picture {
        let time = epoch + Double(frames.count) / Double(framesPerSecond)
        frames.append(Frame(width: picture.width, height: picture.height, rgb: picture.rgb, time: time))
      }
      if count <= 0 { break }
    }
    guard !frames.isEmpty else { throw Failure(description: "ffmpeg made no picture from \(input)") }
    return frames
  }

  /// A yard in daylight with some grain, as a camera would give it.
  static func yard(_ more: String = "", grain: Int = 6) -> String {
    "color=c=0x8FB0C8:s=640x360:r=10,drawbox=x=0:y=120:w=640:h=140:c=0xA09080:t=fill,"
      + "drawbox=x=0:y=260:w=640:h=100:c=0x707868:t=fill,drawbox=x=280:y=160:w=70:h=100:c=0x504840:t=fill"
      + more + ",noise=alls=\(grain):allf=t:all_seed=1"
  }

  /// The yard with a box of this colour; `x` and `y` are ffmpeg expressions in `t`, the box is there from..to.
  static func yard(box colour: String, size: String, x: String, y: String, from: Double = 0, to: Double = 1000) -> String {
    let yard = yard().replacingOccurrences(
      of: ",noise",
      with: "[yard];color=c=\(colour):s=\(size):r=10[box];[yard][box]overlay="
        + "x='\(x)':y='\(y)':eval=frame:shortest=0:enable='between(t,\(from),\(to))',noise")
    return yard
  }
}

/// On a thread of its own, as the making of clips is.
func describe(
  _ frames: [Frame], window: Double, frameCount: Int = 2, prompt: String? = nil
) async -> [SceneDescription] {
  await withCheckedContinuation { continuation in
    Thread {
      let analyser = SceneAnalyser(window: WindowConfig(seconds: window, frameCount: frameCount), prompt: prompt)
      continuation.resume(returning: frames.flatMap { analyser.add($0) } + analyser.finish())
    }.start()
  }
}

extension SceneDescription {
  var motion: Motion? { facts.compactMap { if case .motion(let motion) = $0 { motion } else { nil } }.first }
  var entered: [Passage] { facts.compactMap { if case .entered(let passage) = $0 { passage } else { nil } } }
  var left: [Passage] { facts.compactMap { if case .left(let passage) = $0 { passage } else { nil } } }
  var lightChanges: [LightChange] { facts.compactMap { if case .lightChange(let change) = $0 { change } else { nil } } }
  var cuts: [Double] { facts.compactMap { if case .sceneCut(let at) = $0 { at - Clip.epoch } else { nil } } }
  var light: Light? { facts.compactMap { if case .light(let light) = $0 { light } else { nil } }.first }
  var colours: [ColourShare] { facts.compactMap { if case .colours(let colours) = $0 { colours } else { nil } }.first ?? [] }
  var still: Double? { facts.compactMap { if case .still(let seconds) = $0 { seconds } else { nil } }.first }
  var frozen: Double? { facts.compactMap { if case .frozen(let seconds) = $0 { seconds } else { nil } }.first }
  var blank: Colour? { facts.compactMap { if case .blank(let colour, _) = $0 { colour } else { nil } }.first }
  var gap: Double? { facts.compactMap { if case .gap(let seconds) = $0 { seconds } else { nil } }.first }
}

/// What a camera said, with a wait for what it is to say.
final class Recorder: Sendable {
  private struct Heard {
    var states: [CameraState] = []
    var frames: [Frame] = []
    var frameCount = 0
  }

  private let heard = Mutex(Heard())

  var states: [CameraState] { heard.withLock { $0.states } }
  var frameCount: Int { heard.withLock { $0.frameCount } }
  var firstFrames: [Frame] { heard.withLock { $0.frames } }
  /// The reasons of all failures so far.
  var reasons: [String] {
    states.compactMap {
      switch $0 {
      case .lost(let reason), .ended(let reason): reason
      default: nil
      }
    }
  }
  var allText: String { states.map { "\($0)" }.joined(separator: "\n") }

  func add(_ state: CameraState) { heard.withLock { $0.states.append(state) } }

  func add(_ frame: Frame) {
    heard.withLock { heard in
      heard.frameCount += 1
      if heard.frames.count < 50 { heard.frames.append(frame) }
    }
  }

  func camera(
    _ url: String, ffmpeg: String = "ffmpeg", framesPerSecond: Int = 5, width: Int = 320,
    patience: CameraRun.Patience = .quick
  ) -> Camera {
    Camera(
      setup: CameraRun.Setup(
        url: url, ffmpeg: ffmpeg, framesPerSecond: framesPerSecond, width: width, patience: patience,
        onFrame: { self.add($0) }, onState: { self.add($0) }))
  }
}

extension CameraRun.Patience {
  /// As the standard one, but for people who wait; still with room for a machine that does much else.
  static let quick = CameraRun.Patience(
    first: 20, next: 5, pause: 0.1, longestPause: 0.4, recovered: 1000, farewell: 0.4)

  /// For cameras that are to fall silent.
  static let impatient = {
    var patience = quick
    patience.next = 2
    return patience
  }()
}

/// Waits until it is so; records an issue when it is not within the time.
@discardableResult
func eventually(
  _ what: String, within seconds: Double = 12, sourceLocation: SourceLocation = #_sourceLocation,
  _ isSo: () -> Bool
) async -> Bool {
  let deadline = Clock.steady() + seconds
  while Clock.steady() < deadline {
    if isSo() { return true }
    try? await Task.sleep(for: .milliseconds(15))
  }
  if isSo() { return true }
  Issue.record("not within \(seconds) s: \(what)", sourceLocation: sourceLocation)
  return false
}

/// A folder that is gone when the test is.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/analysis-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file there and gives its path.
  func write(_ text: String, to name: String, executable: Bool = false) throws -> String {
    let file = path + "/" + name
    try text.write(toFile: file, atomically: false, encoding: .utf8)
    if executable { try makeExecutable(file) }
    return file
  }
}

/// A program that any process still has open for writing cannot be started, and a process that another test spawns
/// at this moment may have inherited that. A lease is granted once nobody has.
private func makeExecutable(_ file: String) throws {
  chmod(file, 0o755)
  let descriptor = open(file, O_RDONLY)
  defer { close(descriptor) }
  let deadline = Clock.steady() + 5
  while fcntl(descriptor, 1024 /* F_SETLEASE */, F_RDLCK) != 0 {
    guard Clock.steady() < deadline else { throw Clip.Failure(description: "\(file) stays open for writing") }
    usleep(1000)
  }
}

/// The ids of running processes whose command line contains `mark`.
func processes(with mark: String) -> [pid_t] {
  let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
  return all.compactMap { pid_t($0) }.filter { pid in
    guard let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return false }
    return String(decoding: line, as: UTF8.self).contains(mark)
  }
}

enum Repository {
  /// The checkout this file lies in, wherever the package is built.
  static let path = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent().path + "/../../.."
}
