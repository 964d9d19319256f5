/// Cuts a stream into windows that follow one another from its first frame, and picks `frameCount` frames of each, spread evenly.
/// A window without any frame is left out.
public final class FrameSampler: FrameGatherer {
  private let seconds: Double
  private let frameCount: Int
  private var origin: Double?
  private var last: Double?
  private var start = 0.0
  private var frames: [Frame] = []

  /// The share of a frame's due interval by which it may come early: cameras are not punctual.
  private static let earliness = 0.2

  /// Seconds are kept within 0.1 and 86400, the frame count within 1 and 1000.
  public init(_ window: WindowConfig) {
    seconds = window.seconds.isFinite ? min(max(window.seconds, 0.1), 86_400) : 10
    frameCount = min(max(window.frameCount, 1), 1000)
  }

  /// A frame that contradicts itself is ignored.
  public func add(_ frame: Frame) -> [SeenWindow] {
    guard frame.time.isFinite, frame.isWellFormed else { return [] }
    var ended: [SeenWindow] = []
    if let last, frame.time <= last {
      // Two frames of one instant are one; a clock set back begins a new stream.
      guard frame.time < last - seconds else { return [] }
      ended = finish()
    }
    let first = origin ?? frame.time
    origin = first
    last = frame.time
    let start = first + ((frame.time - first) / seconds).rounded(.down) * seconds
    if start != self.start { ended += end(at: self.start + seconds) }
    self.start = start
    let due = start + (Double(frames.count) - Self.earliness) * seconds / Double(frameCount)
    if frames.isEmpty || (frames.count < frameCount && frame.time >= due) { frames.append(frame) }
    return ended
  }

  public func finish() -> [SeenWindow] {
    defer { (origin, last) = (nil, nil) }
    return end(at: last ?? start)
  }

  private func end(at time: Double) -> [SeenWindow] {
    defer { frames = [] }
    return frames.isEmpty ? [] : [SeenWindow(start: start, end: time, frames: frames)]
  }
}
