/// An event prompt, taken apart: any of the alternatives, each of which is all of its clauses.
struct EventPrompt {
  let alternatives: [[EventClause]]
  /// Words of the whole prompt that carry meaning, for prompts without any rule.
  let contentWords: [String]

  /// Longer prompts are cut; no rule needs more.
  private static let mostWords = 300

  init(_ text: String) {
    let words = Self.words(of: text)
    contentWords = words.filter { word in
      guard word != "or", word != "and", Double(word) == nil else { return false }
      return switch EventVocabulary.meaning(of: word) {
      case .filler, .preposition, .not, .become, .locality, .on, .inward: false
      default: true
      }
    }
    var alternatives: [[EventClause]] = []
    for part in Self.split(words, at: ["or", ","]) {
      let clauses = Self.split(part, at: ["and", "while", "then", "after", "before", "but"]).map { EventClause($0) }
      alternatives.append(Self.joined(clauses))
    }
    self.alternatives = Self.withBorrowedSubjects(alternatives.filter { !$0.isEmpty })
  }

  /// Lower-case words, with "," for all punctuation that separates thoughts. "isn't" becomes "isnt".
  private static func words(of text: String) -> [String] {
    var words: [String] = []
    var word = ""
    func finish() {
      if !word.isEmpty { words.append(word) }
      word = ""
    }
    for character in text.lowercased().prefix(4000) {
      switch character {
      case "'", "’": continue
      case _ where character.isLetter || character.isNumber: word.append(character)
      case "." where word.last?.isNumber == true: word.append(character)
      case ",", ";", ".", ":", "/", "!", "?", "\n":
        finish()
        words.append(",")
      default: finish()
      }
    }
    finish()
    return Array(words.prefix(mostWords)).flatMap { word -> [String] in
      // "10s" is a number and a unit.
      let digits = word.prefix { $0.isNumber || $0 == "." }
      return digits.isEmpty || digits.count == word.count ? [word] : [String(digits), String(word.dropFirst(digits.count))]
    }
  }

  private static func split(_ words: [String], at separators: Set<String>) -> [[String]] {
    words.split { separators.contains($0) }.map(Array.init)
  }

  /// A clause that asks for nothing measurable adds its words, as not understood, to the one that does; one that has
  /// only a colour or a place takes its action from its neighbour.
  private static func joined(_ clauses: [EventClause]) -> [EventClause] {
    var result: [EventClause] = []
    var unknown: [String] = []
    for clause in clauses {
      if clause.isEmpty {
        unknown += clause.unknown
      } else {
        result.append(clause)
      }
    }
    if result.isEmpty { return [] }
    result[0].unknown += unknown
    return lending(result)
  }

  private static func withBorrowedSubjects(_ alternatives: [[EventClause]]) -> [[EventClause]] {
    let firsts = lending(alternatives.map { $0[0] })
    return zip(alternatives, firsts).map { [$1] + $0.dropFirst() }
  }

  private static func lending(_ clauses: [EventClause]) -> [EventClause] {
    var result = clauses
    for index in clauses.indices where clauses[index].isModifierOnly {
      let after = clauses.dropFirst(index + 1).first { !$0.isModifierOnly }
      let before = clauses.prefix(index).last { !$0.isModifierOnly }
      guard let lender = after ?? before else { continue }
      result[index].borrow(from: lender)
    }
    return result
  }
}
