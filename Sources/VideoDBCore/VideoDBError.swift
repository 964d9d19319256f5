/// Why something failed: what was attempted, what came back, what to do. Never holds a key or a token.
public struct VideoDBError: Error, Sendable {
  /// On the heap, so that whatever may throw hands on one word: as a struct of six this took 24 KB more of code.
  private final class Parts: Sendable {
    let status: Status
    let message: [UInt8]
    let httpStatus: Int32
    let isRetryable: Bool
    let retryAfterMs: Int64
    let body: [UInt8]?

    init(
      _ status: Status, _ message: [UInt8], _ httpStatus: Int32, _ isRetryable: Bool, _ retryAfterMs: Int64, _ body: [UInt8]?
    ) {
      self.status = status
      self.message = message
      self.httpStatus = httpStatus
      self.isRetryable = isRetryable
      self.retryAfterMs = retryAfterMs
      self.body = body
    }
  }

  private let parts: Parts

  public var status: Status { parts.status }
  public var message: String { parts.message.text }
  /// HTTP status of the answer; 0 where there was none.
  public var httpStatus: Int32 { parts.httpStatus }
  /// The same call may succeed later, and repeating it cannot do its work twice.
  public var isRetryable: Bool { parts.isRetryable }
  /// Milliseconds that the service asks to wait; -1 where it does not say.
  public var retryAfterMs: Int64 { parts.retryAfterMs }
  /// The JSON answer of the service, secrets redacted.
  public var body: [UInt8]? { parts.body }
  /// The message as UTF-8.
  package var messageBytes: [UInt8] { parts.message }

  // Errors are made in a hundred places, and none of them is in a hurry.
  @inline(never)
  public init(
    _ status: Status, _ message: Message, httpStatus: Int32 = 0, isRetryable: Bool = false, retryAfterMs: Int64 = -1,
    body: [UInt8]? = nil
  ) {
    parts = Parts(status, Array(message.text.utf8), httpStatus, isRetryable, retryAfterMs, body)
  }

  /// The same, with the secrets taken out of what it says and carries.
  @inline(never)
  package func redacted(by redactor: Redactor) -> VideoDBError {
    VideoDBError(
      status, Message(redactor.redact(messageBytes)), httpStatus: httpStatus, isRetryable: isRetryable,
      retryAfterMs: retryAfterMs,
      body: body.map { redactor.redact($0) })
  }

  /// The same, of a call that may be repeated or not.
  @inline(never)
  package func retryable(_ isRetryable: Bool) -> VideoDBError {
    VideoDBError(
      status, Message(messageBytes), httpStatus: httpStatus, isRetryable: isRetryable, retryAfterMs: retryAfterMs, body: body)
  }
}

#if !hasFeature(Embedded)
  extension VideoDBError: CustomStringConvertible {
    /// What a program that ends with the error prints.
    public var description: String { "\(status): \(message)" }
  }
#endif
