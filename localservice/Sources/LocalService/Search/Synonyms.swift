import GRDB

/// What the scene analyser says for words that people search with. Only what means the same is here: it never says "car", and
/// no word of it stands for one.
enum Synonyms {
  /// Pairs of the words asked for, and the words or phrases that records have for them, separated by bars.
  private static let entries: [(asked: String, said: String)] = [
    ("move movement motion activity", "moved"),
    ("quick quickly rapid rapidly speeding speed", "fast"),
    ("enter entry arrive arrival emerge come came", "entered|appeared"),
    ("appear", "entered"),
    ("leave exit depart departure disappear gone go went", "left through|vanished"),
    ("vanish", "left through"),
    ("still motionless stationary idle static inactive unmoving stillness", "nothing moved"),
    ("gray", "grey"),
    ("cyan teal", "turquoise"),
    ("violet", "purple"),
    ("magenta", "pink"),
    ("centre center central", "middle"),
    ("up upward", "upwards"),
    ("down downward", "downwards"),
    ("rightward rightwards", "left right"),
    ("leftward leftwards", "right left"),
    ("bright brighten brightness", "brighter|bright"),
    ("dark darken darkness", "darker|dark"),
    ("lamp lamps lighting illumination", "lights|light"),
    ("steady constant unchanged", "steady"),
    ("sudden abrupt", "suddenly|abruptly"),
    ("change", "changed|became"),
    ("freeze froze stuck", "frozen"),
    ("blocked obstructed obscured tampered covered", "covered lens"),
    ("blank empty", "without detail"),
    ("glare dazzle dazzling blinding overexposure", "overexposed"),
    ("shake shook shaking", "camera itself"),
    ("offline outage disconnected", "no picture came"),
    ("border", "edge"),
    ("image frame view", "picture"),
  ]

  /// What records may say for the word, as sequences of words without stop words.
  static func phrases(for word: Word, _ lexicon: Lexicon, _ database: Database) throws -> [[Word]] {
    var phrases: [[Word]] = []
    for (asked, said) in entries
    where try lexicon.words(asked, database).contains(where: { $0.stem == word.stem }) {
      for phrase in said.split(separator: "|") {
        let words = try lexicon.words(String(phrase), database).filter { !StopWords.contains($0) }
        if words.map(\.stem) != [word.stem] { phrases.append(words) }
      }
    }
    return phrases
  }
}
