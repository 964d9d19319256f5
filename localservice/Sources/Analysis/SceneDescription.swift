/// What was measured in one window of a stream.
public struct SceneDescription: Sendable {
  /// Seconds since 1970.
  public let start: Double
  public let end: Double
  /// One to three English sentences that say the facts.
  public let text: String
  public let facts: [Fact]

  public init(start: Double, end: Double, text: String, facts: [Fact]) {
    self.start = start
    self.end = end
    self.text = text
    self.facts = facts
  }
}

/// How long a window is and how many of its frames are looked at for colours. The rest is measured on all frames.
public struct WindowConfig: Sendable {
  public var seconds: Double
  public var frameCount: Int

  public init(seconds: Double, frameCount: Int) {
    self.seconds = seconds
    self.frameCount = frameCount
  }
}
