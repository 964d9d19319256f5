/// One request as routes see it: complete, bounded, decoded as far as every route needs it.
public struct Request: Sendable {
  public let method: String
  public let path: [String]
  public let query: Query
  public let body: [UInt8]
  /// The address under which the client reached us, such as `http://127.0.0.1:8080`.
  public let origin: String
  /// Whether a client token let it in, rather than the key.
  public var usesClientToken = false
  public var parameters: [String: String] = [:]

  public init(method: String, path: [String], query: Query, body: [UInt8], origin: String) {
    self.method = method
    self.path = path
    self.query = query
    self.body = body
    self.origin = origin
  }

  /// A path parameter; the router only calls a handler whose pattern names it.
  func parameter(_ name: String) -> String { parameters[name] ?? "" }
}

/// One answer. The body is a JSON object, as clients of this protocol fail on anything else; browsers and players get other
/// content.
public struct Reply: Sendable {
  public var status: Int
  public var body: JSON
  public var headers: [(String, String)] = []
  /// Instead of the body.
  var content: Content?

  struct Content: Sendable {
    enum Source: Sendable {
      case bytes([UInt8])
      case file(String, Range<Int>)
    }

    var type: String
    var source: Source
  }

  public static func data(_ data: JSON, message: String? = nil) -> Reply {
    var members: [JSON.Member] = [.init("success", true)]
    if let message { members.append(.init("message", .string(message))) }
    members.append(.init("data", data))
    return Reply(status: 200, body: .object(members))
  }

  public static func done(_ message: String) -> Reply {
    Reply(status: 200, body: ["success": true, "message": .string(message)])
  }
}

/// A refusal with the HTTP status, a stable code for programs and a sentence for people.
public struct Refusal: Error, Sendable {
  public let status: Int
  public let code: String
  public let message: String
  public var headers: [(String, String)] = []

  public init(_ status: Int, _ code: String, _ message: String) {
    self.status = status
    self.code = code
    self.message = message
  }

  static func invalid(_ message: String) -> Refusal { Refusal(400, "INVALID_REQUEST", message) }
  static func notFound(_ message: String) -> Refusal { Refusal(404, "NOT_FOUND", message) }
  static func unavailable(_ message: String) -> Refusal { Refusal(501, "NOT_IMPLEMENTED", message) }

  public var reply: Reply {
    let body: JSON = ["success": false, "message": .string(message), "error_code": .string(code)]
    return Reply(status: status, body: body, headers: headers)
  }
}
