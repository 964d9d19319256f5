/// How well a description fits an event prompt.
public struct EventMatch: Sendable {
  /// From 0 to 1, from the size of what was measured.
  public let confidence: Double
  /// Which measurement matched, and what of the prompt was not understood.
  public let explanation: String

  public init(confidence: Double, explanation: String) {
    self.confidence = confidence
    self.explanation = explanation
  }
}

/// Matches English event prompts by fixed rules with what was measured. The same prompt and the same facts always
/// give the same answer.
///
/// - A prompt is cut at "or", commas and full stops into alternatives, these at "and" into clauses that must all hold.
/// - A clause asks for actions: moves, comes into view, leaves, lights on or off, darker, brighter, dark, bright,
///   flickers, covered, frozen, still, scene cut, camera moves, overexposed, much going on, no picture. Each has its
///   synonyms in `EventVocabulary`.
/// - Colours, places ("on the left"), ways ("from left to right"), speed ("fast") and times ("for 30 seconds") narrow it.
/// - Who or what ("person", "car") is not recognised: any moving thing counts, the confidence is at most 0.7, and the
///   explanation says so. A subject with no action ("a dog") asks for something that comes or moves.
/// - "no", "not", "nothing" and the like turn a clause round.
/// - Words without a meaning lower the confidence and are named; next to a mere subject ("a person falls") they prevent
///   a match.
/// - A prompt without any action, subject or colour matches when all its words occur in the description's text.
public enum EventRules {
  public static let summary = """
    Events are matched by fixed rules on measured pixels. A prompt may ask for: motion, something coming into view or \
    leaving (with colour, place, direction, speed), lights on or off, darker or brighter, dark, bright, flicker, a \
    covered or frozen camera, stillness ("no motion for 30 seconds"), a scene cut, a moved camera, overexposure, dominant \
    colours, no picture. People, cars and objects are not recognised: "a person enters" is taken as "something came \
    into view", with a confidence of at most 0.7. A prompt that fits no rule matches only when all its words occur in \
    a description; otherwise never.
    """

  public static func match(prompt: String, description: SceneDescription) -> EventMatch? {
    let prompt = EventPrompt(prompt)
    let evidence = EventEvidence(facts: description.facts)
    let found = prompt.alternatives.compactMap { all($0, evidence) }
    if let best = found.max(by: { $0.confidence < $1.confidence }) {
      return EventMatch(confidence: best.confidence, explanation: best.words)
    }
    return prompt.alternatives.isEmpty ? byWords(prompt.contentWords, description.text) : nil
  }

  /// How a prompt is understood, for whoever writes one.
  public static func understanding(of prompt: String) -> String {
    let prompt = EventPrompt(prompt)
    guard !prompt.alternatives.isEmpty else {
      return prompt.contentWords.isEmpty
        ? "not understood; it never matches"
        : "not understood; it matches when a description contains all of: \(prompt.contentWords.joined(separator: ", "))"
    }
    return prompt.alternatives.map { $0.map(\.spoken).joined(separator: " and ") }.joined(separator: "; or ")
  }

  private static func all(_ clauses: [EventClause], _ evidence: EventEvidence) -> EventEvidence.Found? {
    let found = clauses.map { evidence.find($0) }
    guard !found.contains(where: { $0 == nil }) else { return nil }
    let all = found.compactMap { $0 }
    guard let least = all.map(\.confidence).min() else { return nil }
    return EventEvidence.Found(confidence: least, words: all.map(\.words).joined(separator: "; and "))
  }

  private static func byWords(_ words: [String], _ text: String) -> EventMatch? {
    guard !words.isEmpty else { return nil }
    let told = Set(text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init))
    guard words.allSatisfy({ told.contains($0) }) else { return nil }
    return EventMatch(
      confidence: 0.5,
      explanation: "no rule fits the prompt; its words occur in the description: \(words.joined(separator: ", "))")
  }
}

extension EventClause {
  /// The clause as it is understood.
  var spoken: String {
    var text = isNegated ? "not: " : ""
    if actions.isEmpty {
      text +=
        isSubjectGeneric != nil
        ? (unknown.isEmpty ? "something comes into view or moves" : "never (a subject without a known action)") : "present"
    } else {
      text += actions.map(\.spoken).joined(separator: " or ")
    }
    if !colours.isEmpty { text += ", " + colours.map(\.rawValue).joined(separator: " or ") }
    let places = columns.map { "\($0)" } + rows.map { "\($0)" }
    if !places.isEmpty { text += ", at " + places.joined(separator: " ") }
    if let from { text += ", from the \(from.rawValue)" }
    if let to { text += ", to the \(to.rawValue)" }
    if isFast { text += ", fast" }
    if isSlow { text += ", slowly" }
    if let seconds { text += ", for \(SceneText.number(seconds)) s" }
    let ignored = localities + unknown
    if !ignored.isEmpty { text += " (ignored: \(ignored.joined(separator: ", ")))" }
    return text
  }
}

extension Action {
  var spoken: String {
    switch self {
    case .moves: "something moves"
    case .enters: "something comes into view"
    case .leaves: "something leaves"
    case .isStill: "nothing moves"
    case .isBusy: "much moves"
    case .lightOn: "lights go on"
    case .lightOff: "lights go off"
    case .lightChanges: "the light changes"
    case .flickers: "the light flickers"
    case .becomesDarker: "it becomes darker"
    case .becomesBrighter: "it becomes brighter"
    case .isDark: "it is dark"
    case .isBright: "it is bright"
    case .isOverexposed: "the picture is overexposed"
    case .isCovered: "the picture shows no detail"
    case .isFrozen: "the picture is frozen"
    case .isCut: "the scene changes at once"
    case .cameraMoves: "the camera moves"
    case .noPicture: "no picture comes"
    }
  }
}
