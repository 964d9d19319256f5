/// How well a text answers a query, from 0 to 1. It is 1 when the text has every word of the query in its form and next to one
/// another. A word counts by its weight: fully in its form, a little less in another form, less again as a synonym; and what is
/// found counts less when it lies scattered.
enum SearchScore {
  static let otherForm = 0.95
  static let synonym = 0.85
  static let scattered = 0.85

  static func of(_ words: [Word], for query: SearchQuery) -> Double {
    let words = words.filter { !StopWords.contains($0) }
    var coverage = 0.0
    /// Where the words of the query are, each with its position among them.
    var places: [(place: Int, term: Int)] = []
    var found = 0
    for (index, term) in query.terms.enumerated() {
      let (quality, at) = match(term, words)
      guard quality > 0 else { continue }
      coverage += term.weight * quality
      found += 1
      places += at.map { ($0, index) }
    }
    guard found > 1 else { return rounded(coverage) }
    let span = shortestSpan(places.sorted { $0 < $1 }, of: found)
    let closeness = min(1, Double(found - 1) / Double(max(span, 1)))
    return rounded(coverage * (scattered + (1 - scattered) * closeness))
  }

  /// To four digits: sums of weights are not exact.
  static func rounded(_ score: Double) -> Double { min((score * 10_000).rounded() / 10_000, 1) }

  private static func match(_ term: SearchQuery.Term, _ words: [Word]) -> (Double, [Int]) {
    var places: [Int] = []
    var isExact = false
    for (place, word) in words.enumerated() where word.stem == term.word.stem {
      places.append(place)
      isExact = isExact || word.form == term.word.form
    }
    if !places.isEmpty { return (isExact ? 1 : otherForm, places) }
    for phrase in term.synonyms {
      for start in words.indices.dropLast(phrase.count - 1)
      where phrase.indices.allSatisfy({ words[start + $0].stem == phrase[$0].stem }) {
        places.append(start)
      }
    }
    return (places.isEmpty ? 0 : synonym, places)
  }

  /// The distance from the first to the last word of the shortest stretch that has all of them.
  private static func shortestSpan(_ places: [(place: Int, term: Int)], of terms: Int) -> Int {
    var counts: [Int: Int] = [:]
    var (first, shortest) = (0, Int.max)
    for (place, term) in places {
      counts[term, default: 0] += 1
      while counts.count == terms {
        shortest = min(shortest, place - places[first].place)
        let dropped = places[first].term
        counts[dropped]! -= 1
        if counts[dropped] == 0 { counts[dropped] = nil }
        first += 1
      }
    }
    return shortest
  }
}
