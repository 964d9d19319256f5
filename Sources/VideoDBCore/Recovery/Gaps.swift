/// The gaps of a pipeline whose records may not all have been listed, oldest first; times are in milliseconds since the Unix epoch.
///
/// One after the other is settled, so that cuts which leave no time for the last look into any of them do not make what is asked for ever
/// longer.
struct Gaps {
  private var all: [(fromMs: Int64, toMs: Int64)] = []
  private static let most = 64

  /// Since when records may be missing; nil: none are.
  var fromMs: Int64? { all.first?.fromMs }
  /// Until when: what ended later was never missed.
  var toMs: Int64 { all.last?.toMs ?? .min }

  mutating func begin(_ fromMs: Int64) {
    all.append((fromMs, .max))
    // Clocks may have been set: the oldest begins first.
    reachBack(fromMs)
    if all.count > Self.most {
      all[1].fromMs = min(all[0].fromMs, all[1].fromMs)
      all.removeFirst()
    }
  }

  /// The newest one ends here, where it had not ended, or later than was thought.
  mutating func end(_ toMs: Int64) {
    if !all.isEmpty { all[all.count - 1].toMs = toMs }
  }

  /// What ended by then has been listed. The newest gap stays, until it has been looked into for the last time.
  mutating func settle(_ ms: Int64) {
    while all.count > 1, all[0].toMs <= ms { all.removeFirst() }
  }

  /// Also what is as old as this may be missing.
  mutating func reachBack(_ ms: Int64) {
    if !all.isEmpty { all[0].fromMs = min(all[0].fromMs, ms) }
  }

  mutating func clear() { all = [] }
}
