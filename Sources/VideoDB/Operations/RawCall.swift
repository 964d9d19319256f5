import VideoDBCore
import VideoDBTransport

/// Calls that have no operation of their own.
enum RawCall {
  /// `query` and `body` are texts of JSON objects; the body is sent byte for byte as it was given.
  static func request(
    _ method: [UInt8], _ path: [UInt8], _ query: UnsafeRawBufferPointer?, _ body: UnsafeRawBufferPointer?
  ) throws(VideoDBError) -> Request {
    let queryTree = if let query { try JSONTree.parseObject(query, "call: query_json") } else { try JSONTree.object() }
    if let body { _ = try JSONTree.parseObject(body, "call: body_json") }
    return try request(method, path, queryTree, body.map { Array($0) })
  }

  /// The same from one object: method, path, query, body.
  static func request(_ arguments: JSONTree) throws(VideoDBError) -> Request {
    let rules = ["method text!", "path text!", "query object", "body object"] as [StaticString]
    _ = try CheckedOptions("call", rules.map { OptionRule(UnsafeRawBufferPointer($0)) }, arguments)
    let query = if let given = arguments.member("query") { try JSONTree.borrowing(given) } else { try JSONTree.object() }
    let body: [UInt8]? = if let given = arguments.member("body") { try JSONTree.text(given) } else { nil }
    return try request(
      arguments.member("method").flatMap(JSONTree.string) ?? [], arguments.member("path").flatMap(JSONTree.string) ?? [], query,
      body)
  }

  private static func request(_ method: [UInt8], _ path: [UInt8], _ query: JSONTree, _ body: [UInt8]?) throws(VideoDBError)
    -> Request
  {
    try check(path)
    guard let verb = Request.Method(named: method) else {
      throw VideoDBError(.argument, "call: the method must be GET, POST, PUT, PATCH or DELETE, in capitals.")
    }
    var writer = QueryWriter("call")
    try query.forEachMember { name, value throws(VideoDBError) in try writer.add(Array(bytes(name)), value) }
    return Request(verb, path + writer.text, body: body)
  }

  private static func check(_ path: [UInt8]) throws(VideoDBError) {
    let problem: StaticString? =
      path.first != 0x2F || path.count > 1 && path[1] == 0x2F
      ? "must begin with one slash"
      : path.contains(0x3F)
        ? "must not hold a query: use query_json"
        : path.contains { $0 <= 0x20 || $0 >= 0x7F || $0 == 0x23 || $0 == 0x5C }
          ? "holds a character that must be percent-encoded"
          : hasDots(path) ? "must not hold . or .. as a segment" : nil
    if let problem { throw VideoDBError(.argument, "call: the path \(problem). It looks like /rtstream.") }
  }

  private static func hasDots(_ path: [UInt8]) -> Bool {
    path.split(separator: 0x2F).contains { Array($0).equals(".") || Array($0).equals("..") }
  }
}
