/// Why something failed: what was attempted, what came back, what to do. Never holds a key or a token.
public struct VideoDBError: Error, Sendable {
  public var status: Status
  public var message: String
  /// HTTP status of the answer; 0 where there was none.
  public var httpStatus: Int32
  /// The same call may succeed later, and repeating it cannot do its work twice.
  public var isRetryable: Bool
  /// Milliseconds that the service asks to wait; -1 where it does not say.
  public var retryAfterMs: Int64
  /// The JSON answer of the service, secrets redacted.
  public var body: [UInt8]?

  // Errors are made in a hundred places, and none of them is in a hurry.
  @inline(never)
  public init(
    _ status: Status, _ message: Message, httpStatus: Int32 = 0, isRetryable: Bool = false, retryAfterMs: Int64 = -1,
    body: [UInt8]? = nil
  ) {
    self.status = status
    self.message = message.text
    self.httpStatus = httpStatus
    self.isRetryable = isRetryable
    self.retryAfterMs = retryAfterMs
    self.body = body
  }
}
