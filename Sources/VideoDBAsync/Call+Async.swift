import VideoDB
import VideoDBCore
import VideoDBTransport

extension Call where Value: Sendable {
  /// Sends the call and suspends until its answer is there; no thread waits. Cancelling the task ends it at once with `.cancelled`.
  public var value: Value {
    get async throws(VideoDBError) {
      let op = makeOp()
      let result = await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          do throws(VideoDBError) {
            try start(op: op) { continuation.resume(returning: $0) }
          } catch {
            continuation.resume(returning: Result<Value, VideoDBError>.failure(error))
          }
        }
      } onCancel: {
        op.cancel()
      }
      return try result.get()
    }
  }
}
