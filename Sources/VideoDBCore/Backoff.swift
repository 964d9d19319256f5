/// Full-jitter exponential backoff: a wait is random between 0 and a bound that doubles with each attempt. Many clients that lost the
/// same server so come back spread out.
public struct Backoff: Sendable {
  public let baseMs: Int64
  public let maxMs: Int64

  public init(baseMs: Int64, maxMs: Int64) {
    self.baseMs = baseMs
    self.maxMs = maxMs
  }

  /// `attempt` counts from 0; `random` is uniform over UInt64.
  public func waitMs(attempt: Int, random: UInt64) -> Int64 {
    let factor = Int64(1) << Int64(min(max(attempt, 0), 30))
    let (product, overflow) = baseMs.multipliedReportingOverflow(by: factor)
    let bound = overflow ? maxMs : min(product, maxMs)
    return Int64(truncatingIfNeeded: random % UInt64(max(bound, 0) + 1))
  }
}
