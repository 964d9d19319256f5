import Analysis

/// What a model answers when it is asked whether an event happens.
enum Verdict {
  private static let longestExplanation = 1000

  /// Nil when it does not. Models put words or a code fence around their JSON, quote numbers and say yes for true; what cannot be
  /// read for sure is an error and no verdict.
  static func read(_ answer: String) throws -> EventMatch? {
    guard let verdict = object(in: answer), let triggered = verdict["triggered"].flatMap(flag) else {
      throw ModelFailure(description: "the model gave no verdict that can be read, but: \(answer.prefix(100))")
    }
    guard triggered else { return nil }
    let given = verdict["confidence"].flatMap(number)
    let explanation: String = if case .string(let text)? = verdict["explanation"] { text } else { "" }
    return EventMatch(
      // Some think in percent.
      confidence: given.map { min(max($0 >= 2 ? $0 / 100 : $0, 0), 1) } ?? 0.5,
      explanation: explanation.isEmpty ? "the model gave no explanation" : String(explanation.prefix(longestExplanation)))
  }

  /// The first JSON object that has a verdict.
  private static func object(in answer: String) -> JSON? {
    let bytes = Array(answer.utf8)
    var tries = 0
    for start in bytes.indices where bytes[start] == UInt8(ascii: "{") {
      tries += 1
      guard tries <= 20 else { return nil }
      if let end = end(of: bytes, from: start), let found = JSON.parse(Array(bytes[start...end])), found["triggered"] != nil {
        return found
      }
    }
    return nil
  }

  /// Where the braces that open here are closed, not counting those in strings.
  private static func end(of bytes: [UInt8], from start: Int) -> Int? {
    var (depth, isText, isEscaped) = (0, false, false)
    for (place, byte) in zip(bytes[start...].indices, bytes[start...]) {
      switch byte {
      case _ where isEscaped: isEscaped = false
      case UInt8(ascii: "\\") where isText: isEscaped = true
      case UInt8(ascii: "\""): isText.toggle()
      case UInt8(ascii: "{") where !isText: depth += 1
      case UInt8(ascii: "}") where !isText:
        depth -= 1
        if depth == 0 { return place }
      default: break
      }
    }
    return nil
  }

  private static func flag(_ value: JSON) -> Bool? {
    switch value {
    case .bool(let flag): flag
    case .integer(1): true
    case .integer(0): false
    case .string(let word):
      switch word.lowercased() {
      case "true", "yes": true
      case "false", "no": false
      default: nil
      }
    default: nil
    }
  }

  private static func number(_ value: JSON) -> Double? {
    let number: Double? =
      switch value {
      case .integer(let whole): Double(whole)
      case .number(let number): number
      case .string(let text): Double(text)
      default: nil
      }
    return number.flatMap { $0.isFinite ? $0 : nil }
  }
}
