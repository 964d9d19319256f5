/// Gives the words of a clause with their meanings, where these depend on the neighbours: "left" as a side or as a
/// departure, "still" as rest or as "yet", numbers with units of time.
struct ClauseReader {
  private let words: [String]
  private var at = 0
  /// The last preposition, until something other than an article follows it.
  private(set) var preposition: Preposition?
  private var isPrepositionFresh = false
  private(set) var seconds: Double?

  init(_ words: [String]) { self.words = words }

  mutating func next() -> (word: String, meaning: Meaning?)? {
    guard at < words.count else { return nil }
    let word = words[at]
    let meaning = meaning(of: word)
    at += 1
    if case .preposition(let found) = meaning {
      preposition = found
      isPrepositionFresh = true
    } else if !isArticle(word) {
      if !isPrepositionFresh { preposition = nil }
      isPrepositionFresh = false
    }
    return (word, meaning)
  }

  func follows(_ meaning: Meaning) -> Bool {
    at < words.count && EventVocabulary.meaning(of: words[at]) == meaning
  }

  /// "walks in", "drives in from the left", but not "walks in the garden".
  var isFollowedByIn: Bool {
    guard at < words.count, words[at] == "in" else { return false }
    return at + 1 == words.count || ["from", "through", "to"].contains(words[at + 1])
  }

  private mutating func meaning(of word: String) -> Meaning? {
    let before = at > 0 ? words[at - 1] : ""
    let after = at + 1 < words.count ? words[at + 1] : ""
    if let number = Self.numbers[word] ?? Double(word) {
      guard let unit = Self.units[after] else { return nil }
      seconds = number * unit
      return .filler
    }
    switch word {
    case "left": return isSide(before, after) ? .column(.left) : .action(.leaves)
    case "right": return ["now", "away", "after"].contains(after) ? .filler : .column(.right)
    case "still":
      return EventVocabulary.meaning(of: after) == .action(.moves) ? .filler : .action(.isStill)
    case "stop", "stops", "stopped", "stopping", "halt", "halts", "halted", "ceases":
      return .action(.isStill)
    case "run", "runs", "ran", "running", "rush", "rushes", "rushing", "sprint", "sprints", "race", "races", "racing":
      return .action(.moves)
    case "come", "comes", "came", "coming", "go", "goes", "going", "went", "walk", "get", "gets", "break", "breaks":
      if let passage = passage(after) { return passage }
    case "show", "shows", "showed", "turn", "turns", "turned", "pops":
      if after == "up" {
        at += 1
        return .action(.enters)
      }
    case "lost", "lose", "loses", "loss":
      return .action(.noPicture)
    case "cuts" where before == "power", "cut" where before == "power", "failure" where before == "power",
      "outage" where before == "power":
      return .action(.lightOff)
    case "power": return .filler
    default: break
    }
    return EventVocabulary.meaning(of: word)
  }

  /// "comes in", "goes away"; "goes out" only of what is no light.
  private func passage(_ after: String) -> Meaning? {
    switch after {
    case "in", "into", "inside": return .action(.enters)
    case "away": return .action(.leaves)
    case "out": return words.contains { EventVocabulary.meaning(of: $0) == .light } ? nil : .action(.leaves)
    default: return nil
    }
  }

  private func isSide(_ before: String, _ after: String) -> Bool {
    let ahead = ["the", "to", "from", "on", "at", "far", "upper", "lower", "top", "bottom", "its", "toward", "towards", "or"]
    let behind = ["side", "edge", "half", "corner", "part", "third", "hand", "to", "or"]
    return ahead.contains(before) || behind.contains(after)
      || EventVocabulary.meaning(of: before) == .action(.moves)
  }

  private func isArticle(_ word: String) -> Bool { ["the", "a", "an", "its"].contains(word) }

  private static let numbers: [String: Double] = [
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "sixty": 60,
  ]

  private static let units: [String: Double] = [
    "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1, "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hour": 3600, "hours": 3600,
  ]
}
