import Analysis

/// Eyes of one's own: tells how bright the picture is, and knows events such as "brighter than 50".
///
/// A service uses it with `settings.eyes = .analyser(BrightnessAnalyser())`.
public struct BrightnessAnalyser: Analyser {
  public let name = "the brightness of the picture"

  public init() {}

  public func describe(_ window: SeenWindow, prompt: String?) async throws -> String {
    "The picture is \(Int(brightness(of: window).rounded())) percent bright."
  }

  public func judge(_ event: String, in window: SeenWindow, described text: String) async throws -> EventMatch? {
    guard let limit = event.split(separator: " ").compactMap({ Double($0) }).first else { return nil }
    let brightness = brightness(of: window)
    return brightness > limit
      ? EventMatch(confidence: 1, explanation: "it is \(Int(brightness.rounded())) percent bright") : nil
  }

  /// The mean of all bytes of all frames, in percent.
  private func brightness(of window: SeenWindow) -> Double {
    let count = window.frames.reduce(0) { $0 + $1.rgb.count }
    let sum = window.frames.reduce(0) { $0 + $1.rgb.reduce(0) { $0 + Int($1) } }
    return 100 * Double(sum) / Double(255 * max(count, 1))
  }
}
