import Foundation
import GRDB

/// A query as words that can be looked for.
struct SearchQuery: Sendable {
  struct Term: Sendable {
    let word: Word
    /// What records may say instead, each a sequence of words. Only what some record has.
    let synonyms: [[Word]]
    /// How much the word says: the rarer it is among all records, the more. Its share of the whole query.
    var weight: Double
    /// In about how many records it is, as itself and in all.
    let recordsAsItself: Int
    let records: Int

    var hasChoice: Bool { recordsAsItself > 0 && !synonyms.isEmpty }
    var bestQuality: Double { recordsAsItself > 0 ? 1 : SearchScore.synonym }
    /// For the word itself if there are such records.
    var strictMatch: String { recordsAsItself > 0 ? word.quoted : match }

    /// For the full-text index. Tokens hold letters and digits only, so nothing in them can end the quotes.
    var match: String {
      let phrases = [[word]] + synonyms
      return "(" + phrases.map { "(" + $0.map(\.quoted).joined(separator: " AND ") + ")" }.joined(separator: " OR ") + ")"
    }
  }

  let terms: [Term]
  /// More words than this of a query have no effect.
  private static let mostTerms = 32

  init(_ text: String, records: Int, _ lexicon: Lexicon, _ database: Database) throws {
    var seen = Set<String>()
    let words = try lexicon.words(text, database).filter { !$0.isMark && seen.insert($0.stem).inserted }
    let telling = words.filter { !StopWords.contains($0) }
    var terms: [Term] = []
    for word in (telling.isEmpty ? words : telling).prefix(Self.mostTerms) {
      let itself = try SearchIndex.records(with: word, database)
      var count = itself
      var synonyms: [[Word]] = []
      for phrase in try Synonyms.phrases(for: word, lexicon, database) {
        let least = try phrase.map { try SearchIndex.records(with: $0, database) }.min() ?? 0
        if least > 0 { synonyms.append(phrase) }
        count += least
      }
      let weight = count == 0 ? 0 : log(1 + Double(records) / Double(min(count, records)))
      terms.append(
        Term(word: word, synonyms: synonyms, weight: weight, recordsAsItself: itself, records: min(count, records)))
    }
    // A word that no record has cannot tell records apart; it takes from the score what a usual word would.
    let known = terms.filter { $0.records > 0 }
    let usual = known.isEmpty ? 1 : known.reduce(0) { $0 + $1.weight } / Double(known.count)
    for index in terms.indices where terms[index].records == 0 { terms[index].weight = usual }
    let total = terms.reduce(0) { $0 + $1.weight }
    for index in terms.indices { terms[index].weight /= max(total, .leastNonzeroMagnitude) }
    self.terms = terms
  }
}

extension Word {
  var quoted: String { "\"\(form)\"" }
}
