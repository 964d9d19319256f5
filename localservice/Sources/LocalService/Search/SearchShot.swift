/// One result: a record, or several of one index that touch each other.
struct SearchShot: Sendable {
  let owner: Store.Owner
  private(set) var start: Double
  private(set) var end: Double
  /// The best of its records.
  private(set) var score: Double
  private(set) var records = 1
  /// In the order of time, without repetitions.
  private(set) var texts: [String]

  /// Times of windows that follow one another differ by their rounding.
  private static let touching = 0.01

  init(_ hit: Store.Hit) {
    owner = hit.owner
    (start, end, score, texts) = (hit.start, hit.end, hit.score, [hit.text])
  }

  /// The best first, the newest of equals first.
  static func stitched(_ hits: [Store.Hit]) -> [SearchShot] {
    var shots: [SearchShot] = []
    for hit in hits.sorted(by: { ($0.owner.id, $0.start) < ($1.owner.id, $1.start) }) {
      if let last = shots.last, last.owner.id == hit.owner.id, hit.start <= last.end + touching {
        shots[shots.count - 1].add(hit)
      } else {
        shots.append(SearchShot(hit))
      }
    }
    return shots.sorted { ($0.score, $0.end) > ($1.score, $1.end) }
  }

  private mutating func add(_ hit: Store.Hit) {
    end = max(end, hit.end)
    score = max(score, hit.score)
    records += 1
    if texts.last != hit.text { texts.append(hit.text) }
  }
}
