/// One HTTP request to the service.
public struct Request: Sendable {
  public enum Method: Equatable, Sendable {
    case get, post, put, patch, delete

    /// In capitals; nil for any other.
    public init?(named name: [UInt8]) {
      for method in [.get, .post, .put, .patch, .delete] as [Method] where name.equals(method.text) {
        self = method
        return
      }
      return nil
    }

    public var text: StaticString {
      switch self {
      case .get: "GET"
      case .post: "POST"
      case .put: "PUT"
      case .patch: "PATCH"
      case .delete: "DELETE"
      }
    }
  }

  public var method: Method
  /// Path, beginning with a slash, and query; percent-encoded.
  public var target: [UInt8]
  public var body: [UInt8]?

  public init(_ method: Method, _ target: [UInt8], body: [UInt8]? = nil) {
    self.method = method
    self.target = target
    self.body = body
  }

  /// Repeating it cannot do anything twice.
  public var onlyReads: Bool {
    if case .get = method { return true }
    return false
  }

  /// "GET /rtstream": how errors and log lines call it. Without the query.
  public var name: Message {
    let path = target.prefix { $0 != 0x3F }
    return "\(method.text) \(Array(path))"
  }
}

public struct Response: Sendable {
  public var httpStatus: Int32
  public var body: [UInt8]
  /// -1: the server does not say.
  public var retryAfterMs: Int64

  public init(httpStatus: Int32, body: [UInt8], retryAfterMs: Int64) {
    self.httpStatus = httpStatus
    self.body = body
    self.retryAfterMs = retryAfterMs
  }
}
