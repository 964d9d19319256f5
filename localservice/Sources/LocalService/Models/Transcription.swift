import Analysis
import Foundation

/// What a transcription endpoint answers.
enum Transcription {
  /// Nil when it is no transcript. Times of words, where none are told, are spread over what is known of them: those of their
  /// segment, or of the whole sound.
  static func words(ofAnswer bytes: [UInt8], of sound: SpokenSound) -> [SpokenWord]? {
    guard let answer = JSON.parse(bytes), case .string(let text)? = answer["text"] else { return nil }
    let length = sound.end - sound.start
    let whole = text.split(whereSeparator: \.isWhitespace).map(String.init)
    // Models that hear nothing say so in brackets.
    let isRemark = ["[]", "()"].contains {
      text.trimmingCharacters(in: .whitespaces).first == $0.first && text.hasSuffix($0.suffix(1))
    }
    guard !whole.isEmpty, !isRemark else { return [] }
    let segments = list(answer["segments"]).compactMap { Span($0, "text", within: length) }
    let words = list(answer["words"]).compactMap { Span($0, "word", within: length) }
    let timed: [Span]
    if words.isEmpty {
      timed =
        segments.isEmpty
        ? spread(whole, over: Span(text: "", start: 0, end: length))
        : segments.flatMap { spread($0.text.split(whereSeparator: \.isWhitespace).map(String.init), over: $0) }
    } else {
      // The text has the punctuation.
      timed = whole.count == words.count ? zip(whole, words).map { Span(text: $0, start: $1.start, end: $1.end) } : words
    }
    return timed.map { word in
      let certainty = segments.last { $0.start <= word.start }?.certainty
      return SpokenWord(
        text: word.text, start: sound.start + word.start, end: sound.start + word.end, confidence: certainty ?? unknown)
    }
  }

  /// The confidence of words whose recogniser does not tell it.
  private static let unknown = 0.5

  private struct Span {
    let text: String
    let start: Double
    let end: Double
    var certainty: Double?

    init(text: String, start: Double, end: Double) {
      (self.text, self.start, self.end) = (text, start, end)
    }

    /// Nil without a text; times are kept in order and within the sound.
    init?(_ json: JSON, _ key: String, within length: Double) {
      guard case .string(let text)? = json[key] else { return nil }
      let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
      guard !trimmed.isEmpty, let start = Transcription.number(json["start"]), let end = Transcription.number(json["end"])
      else { return nil }
      let begin = min(max(start, 0), length)
      self.init(text: trimmed, start: begin, end: min(max(end, begin), length))
      certainty = Transcription.number(json["avg_logprob"]).map { min(max(exp($0), 0), 1) }
    }
  }

  private static func list(_ json: JSON?) -> [JSON] { if case .array(let items)? = json { items } else { [] } }

  private static func number(_ json: JSON?) -> Double? {
    switch json {
    case .integer(let whole): Double(whole)
    case .number(let number): number.isFinite ? number : nil
    default: nil
    }
  }

  /// By their lengths.
  private static func spread(_ words: [String], over span: Span) -> [Span] {
    let letters = Double(words.reduce(0) { $0 + $1.count })
    var start = span.start
    return words.map { word in
      let end = start + (span.end - span.start) * Double(word.count) / max(letters, 1)
      defer { start = end }
      return Span(text: word, start: start, end: end)
    }
  }
}
