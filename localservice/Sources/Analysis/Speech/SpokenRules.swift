import Foundation

/// Event prompts on what is said: a fixed rule on words. What stands in quotation marks must be said as it stands, one of
/// several is enough; without any, all words of the prompt that mean something must be said.
public enum SpokenRules {
  private static let framing: Set<String> = [
    "a", "about", "alert", "an", "and", "any", "anyone", "anybody", "are", "as", "asks", "at", "be", "been", "being", "by",
    "detect", "for", "has", "have", "hear", "heard", "he", "if", "in", "is", "it", "me", "mention", "mentioned", "mentions",
    "notify", "of", "on", "or", "people", "person", "phrase", "said", "say", "saying", "says", "she", "somebody", "someone",
    "something", "speaker", "speaks", "spoken", "talk", "talking", "talks", "tell", "that", "the", "they", "this", "to",
    "trigger", "was", "were", "what", "when", "whenever", "where", "who", "will", "with", "word", "words",
  ]

  /// Each one a sequence of words.
  private static func phrases(of prompt: String) -> [[String]] {
    let quotes = prompt.split(omittingEmptySubsequences: false) { "\"“”„".contains($0) }
    return quotes.enumerated().filter { $0.offset % 2 == 1 }.map { words(String($0.element)) }.filter { !$0.isEmpty }
  }

  private static func words(_ text: String) -> [String] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "'" }.map(String.init)
  }

  private static func terms(of prompt: String) -> [String] { words(prompt).filter { !framing.contains($0) } }

  /// How a prompt is understood; nil when it never matches.
  public static func understanding(of prompt: String) -> String? {
    let phrases = phrases(of: prompt).map { "\"" + $0.joined(separator: " ") + "\"" }
    if !phrases.isEmpty { return "somebody says " + phrases.joined(separator: " or ") }
    let terms = terms(of: prompt)
    return terms.isEmpty ? nil : "somebody says all of: " + terms.joined(separator: ", ")
  }

  public static func match(prompt: String, window: SpokenWindow) -> EventMatch? {
    let phrases = phrases(of: prompt)
    // Some recognisers add punctuation.
    let said = window.words.map { words($0.text).joined() }
    if !phrases.isEmpty {
      for phrase in phrases where phrase.count <= said.count {
        for first in 0...(said.count - phrase.count) where Array(said[first..<(first + phrase.count)]) == phrase {
          return found(Array(window.words[first..<(first + phrase.count)]))
        }
      }
      return nil
    }
    let terms = terms(of: prompt)
    let places = terms.map { said.firstIndex(of: $0) }
    guard !terms.isEmpty, !places.contains(nil) else { return nil }
    return found(places.compactMap { $0.map { window.words[$0] } })
  }

  /// As sure as the recogniser is of the words.
  private static func found(_ words: [SpokenWord]) -> EventMatch {
    EventMatch(
      confidence: words.map(\.confidence).reduce(0, +) / Double(words.count),
      explanation: "said: " + words.map(\.text).joined(separator: " "))
  }
}
