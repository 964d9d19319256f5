import Analysis

/// One window of a job in words, and what judges events in it.
struct DescribedWindow: Sendable {
  let start: Double
  let end: Double
  let text: String
  /// Nil when the event does not happen.
  let judge: @Sendable (_ event: String) async throws -> EventMatch?
}

extension WindowJob {
  var workName: String { "stream \(streamID), \(kind.words) \(id)" }
}
