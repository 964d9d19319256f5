/// What turns the windows of streams into words, and judges events in them: measured pixels, a vision model, or what somebody
/// else writes. One serves all streams at once. `Examples/BrightnessAnalyser.swift` is a small one.
///
/// The service cuts the windows, calls `describe` for each, keeps and sends what it says, and asks `judge` for every event that an
/// alert waits for. Windows of one index come one at a time and in order, on no particular thread; those of several indexes at once.
/// Both calls may take long and may throw: cameras do not wait for them, windows that come too fast are skipped and counted, and
/// what was thrown stands in the index's `analysis`. They are cancelled when their index is stopped.
public protocol Analyser: Sendable {
  /// What it is, in a few words, for logs. No key, no password.
  var name: String { get }
  /// What the window shows, in words. `prompt` is what the index was asked for.
  func describe(_ window: SeenWindow, prompt: String?) async throws -> String
  /// Nil when the event, in the words of whoever made it, does not happen in the window. `text` is what `describe` said.
  func judge(_ event: String, in window: SeenWindow, described text: String) async throws -> EventMatch?

  /// What everything below has a default for.
  ///
  /// How wide frames are, in pixels, even and from 16 to 1920 (320); their height follows from the camera's shape.
  var frameWidth: Int { get }
  /// What picks the frames of windows, for one index (`FrameSampler`: `frameCount` of them, spread evenly). Who measures on every
  /// frame has one of his own.
  func gatherer(_ window: WindowConfig) -> any FrameGatherer
  /// How the prompt of an event is understood, for whoever writes one.
  func understanding(of event: String) -> String

  /// The same for what is said in a stream (the words themselves; alerts by `SpokenRules`).
  func describe(_ window: SpokenWindow, prompt: String?) async throws -> String
  func judge(_ event: String, in window: SpokenWindow, described text: String) async throws -> EventMatch?
  /// Nil when it never matches.
  func understanding(ofSpoken event: String) -> String?
}

extension Analyser {
  public var frameWidth: Int { 320 }
  public func gatherer(_ window: WindowConfig) -> any FrameGatherer { FrameSampler(window) }
  public func understanding(of event: String) -> String { "judged by \(name)" }

  public func describe(_ window: SpokenWindow, prompt: String?) async throws -> String { window.text }
  public func judge(_ event: String, in window: SpokenWindow, described text: String) async throws -> EventMatch? {
    SpokenRules.match(prompt: event, window: window)
  }
  public func understanding(ofSpoken event: String) -> String? { SpokenRules.understanding(of: event) }
}

/// Gathers what an analyser needs of a window, for one index of one stream. Called on the camera's thread, which reads no further
/// frame meanwhile: what takes longer than a few milliseconds belongs into the analyser's `describe`.
public protocol FrameGatherer: AnyObject {
  /// The next frame, in order. Gives the windows that ended before it.
  func add(_ frame: Frame) -> [SeenWindow]
  /// No frame follows: the window at hand, up to its last frame.
  func finish() -> [SeenWindow]
}

/// One window of a stream.
public struct SeenWindow: Sendable {
  /// Seconds since 1970.
  public let start: Double
  public let end: Double
  /// In order of time.
  public let frames: [Frame]
  /// What was measured, where pixels are.
  public let facts: [Fact]
  private let encoded = EncodedFrames()

  public init(start: Double, end: Double, frames: [Frame] = [], facts: [Fact] = []) {
    self.start = start
    self.end = end
    self.frames = frames
    self.facts = facts
  }

  /// The frames as JPEG files, made once by this ffmpeg.
  public func jpegs(ffmpeg: String) async throws -> [[UInt8]] { try await encoded.of(frames, ffmpeg: ffmpeg) }
}
