import Foundation
import GRDB

/// One search at work. It asks the full-text index for the records that have all words of the query, then for those that lack
/// the least telling word or have a synonym of one, and so on: always the combination that can score most. It stops as soon as what is left cannot
/// be among the best. Of each combination it takes a bounded number, the newest; all work ends at a deadline.
struct SearchRun {
  /// More words than these, the most telling, are not combined; the others still count in the score.
  static let mostCombined = 6
  /// In seconds of the processor.
  static let patience = 0.1
  /// Entries that the full-text index looks through before the time is looked at again.
  private static let stretch: Int64 = 1_000_000

  private let search: Store.Search
  private let query: SearchQuery
  private let lexicon: Lexicon
  private let database: Database
  private let page: Int
  private let deadline: Double
  private var seen = Set<Int64>()
  private var hits: [Store.Hit] = []
  /// Where in `hits` the record of one moment is, to find it once only.
  private var moments: [Moment: Int] = [:]

  private struct Moment: Hashable {
    let family: String
    let start: Double
    let end: Double
  }

  init(_ search: Store.Search, _ query: SearchQuery, _ lexicon: Lexicon, _ database: Database) {
    self.search = search
    self.query = query
    self.lexicon = lexicon
    self.database = database
    page = max(200, 2 * search.limit)
    deadline = Self.clock() + Self.patience
  }

  /// The time that this thread has worked: a machine that does much else must not make results worse.
  private static func clock() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  var best: [Store.Hit] {
    let least = leastScore
    return Array(
      hits.filter { $0.score >= least }.sorted { ($0.score, $0.end, $0.entry) > ($1.score, $1.end, $1.entry) }
        .prefix(search.limit))
  }

  private var leastScore: Double {
    max(search.leastScore, search.leastShare * (hits.lazy.map(\.score).max() ?? 0), .leastNonzeroMagnitude)
  }

  /// What a record must score to be among those that will be answered.
  private var bar: Double {
    let least = leastScore
    let scores = hits.map(\.score).filter { $0 >= least }
    return scores.count < search.limit ? least : scores.sorted(by: >)[search.limit - 1].nextUp
  }

  mutating func find(in entries: ClosedRange<Int64>) throws {
    let known = query.terms.filter { $0.records > 0 }.sorted { $0.weight > $1.weight }
    let terms = Array(known.prefix(Self.mostCombined))
    guard !terms.isEmpty, search.limit > 0 else { return }
    let others = known.dropFirst(terms.count).reduce(0) { $0 + $1.weight }
    let combinations = (1..<(1 << terms.count)).flatMap { Combination.all($0, of: terms, others: others) }
      .sorted { ($0.worth, $0.chosen) > ($1.worth, $1.chosen) }
    // Of a rare word all records are looked at once, which answers every combination with it.
    var done = 0
    for (index, term) in terms.enumerated() where term.records <= page {
      if try fetch([term.match], entries) { done |= 1 << index }
    }
    var isFirst = true
    for combination in combinations where combination.chosen & done == 0 {
      guard combination.worth >= bar, Self.clock() < deadline else { return }
      _ = try fetch(combination.match, entries)
      // When hardly a record has all, some with any word are a beginning, and rule out much of what would come next.
      if isFirst, hits.count < search.limit {
        for term in terms where term.records > page { _ = try fetch([term.match], entries) }
      }
      isFirst = false
    }
  }

  /// Some terms of the query, as they are or as synonyms too.
  private struct Combination {
    let chosen: Int
    let match: [String]
    /// What a record can score at most that has these.
    let worth: Double

    static func all(_ chosen: Int, of terms: [SearchQuery.Term], others: Double) -> [Combination] {
      let found = terms.indices.filter { chosen & 1 << $0 != 0 }.map { terms[$0] }
      let best = found.reduce(others) { $0 + $1.weight * $1.bestQuality }
      let itself = Combination(chosen: chosen, match: found.map(\.strictMatch), worth: SearchScore.rounded(best))
      let loss = found.filter(\.hasChoice).map { $0.weight * (1 - SearchScore.synonym) }.min()
      guard let loss else { return [itself] }
      return [itself, Combination(chosen: chosen, match: found.map(\.match), worth: SearchScore.rounded(best - loss))]
    }
  }

  /// Whether these were all records with these words.
  private mutating func fetch(_ terms: [String], _ entries: ClosedRange<Int64>) throws -> Bool {
    var match = terms
    if let marks = search.marks { match.insert("(" + marks.map { "\"\($0)\"" }.joined(separator: " OR ") + ")", at: 0) }
    let statement = try database.cachedStatement(
      sql: """
        SELECT rowid FROM searchText WHERE searchText MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid DESC LIMIT ?
        """)
    var (last, found) = (entries.upperBound, 0)
    while last >= entries.lowerBound {
      let first = max(entries.lowerBound, last - Self.stretch + 1)
      let arguments: StatementArguments = [match.joined(separator: " AND "), first, last, page]
      let rows = try Int64.fetchAll(statement, arguments: arguments)
      for row in rows where try look(at: row) { found += 1 }
      last = rows.count < page ? first - 1 : rows[rows.count - 1] - 1
      guard last < entries.lowerBound || (found < page && Self.clock() < deadline) else { return false }
    }
    return true
  }

  /// Whether the entry is within what is searched.
  private mutating func look(at entry: Int64) throws -> Bool {
    guard seen.insert(entry).inserted else { return true }
    guard let hit = try hit(entry) else {
      seen.remove(entry)
      return false
    }
    let moment = Moment(family: hit.owner.family, start: hit.start, end: hit.end)
    if let other = moments[moment] {
      // The index on an understanding stands for it.
      if hits[other].owner.id == hit.owner.family { hits[other] = hit }
    } else {
      moments[moment] = hits.count
      hits.append(hit)
    }
    return true
  }

  private func hit(_ entry: Int64) throws -> Store.Hit? {
    let place = try Row.fetchOne(
      database.cachedStatement(sql: "SELECT source, row FROM searchEntry WHERE id = ?"), arguments: [entry])
    guard let place, let source = SearchIndex.Source(rawValue: place[0]),
      let record = try Row.fetchOne(database.cachedStatement(sql: source.record), arguments: [place[1] as Int64]),
      let owner = search.owners[record[0]]
    else { return nil }
    let (start, end, text) = (record[1] as Double, record[2] as Double, record[3] as String)
    if let from = search.start, end <= from { return nil }
    if let to = search.end, start >= to { return nil }
    let score = SearchScore.of(try lexicon.words(text, database), for: query)
    return Store.Hit(entry: entry, owner: owner, start: start, end: end, text: text, score: score)
  }
}
