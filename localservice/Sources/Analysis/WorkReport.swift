/// What became of the work of a queue that nobody waits for.
public struct WorkReport: Sendable, Equatable {
  public var done = 0
  /// Dropped, as newer work came before there was time for it.
  public var skipped = 0
  public var failed = 0
  /// Why the last piece failed; nil when it did not.
  public var error: String?

  public init() {}

  public static func + (left: WorkReport, right: WorkReport) -> WorkReport {
    var sum = left
    sum.done += right.done
    sum.skipped += right.skipped
    sum.failed += right.failed
    sum.error = left.error ?? right.error
    return sum
  }
}
