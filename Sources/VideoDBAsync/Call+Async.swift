import VideoDB
import VideoDBCore
import VideoDBTransport

extension Call where Value: Sendable {
  /// Sends the call and suspends until its answer is there; no thread waits. Cancelling the task ends it at once with `.cancelled`.
  public var value: Value {
    get async throws(VideoDBError) {
      let op = makeOp()
      return try await suspending(op) { completion throws(VideoDBError) in try start(op: op, completion: completion) }.get()
    }
  }
}

/// Suspends until what `start` has started calls its completion. Cancelling the task cancels the op.
func suspending<Value: Sendable>(
  _ op: Op, _ start: (@escaping (Result<Value, VideoDBError>) -> Void) throws(VideoDBError) -> Void
) async -> Result<Value, VideoDBError> {
  await withTaskCancellationHandler {
    await withCheckedContinuation { continuation in
      do throws(VideoDBError) {
        try start { continuation.resume(returning: $0) }
      } catch {
        continuation.resume(returning: .failure(error))
      }
    }
  } onCancel: {
    op.cancel()
  }
}
