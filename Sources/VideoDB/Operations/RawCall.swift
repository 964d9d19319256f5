import VideoDBCore
import VideoDBTransport

/// Calls that have no operation of their own.
enum RawCall {
  static func request(
    _ method: [UInt8], _ path: [UInt8], _ query: UnsafeRawBufferPointer?, _ body: UnsafeRawBufferPointer?
  ) throws(VideoDBError) -> Request {
    var target = path
    try check(path)
    if let query {
      let tree = try JSONTree.parseObject(query, "call: query_json")
      var writer = QueryWriter("call")
      try tree.forEachMember { name, value throws(VideoDBError) in try writer.add(Array(bytes(name)), value) }
      target += writer.text
    }
    guard let verb = Request.Method(named: method) else {
      throw VideoDBError(.argument, "call: the method must be GET, POST, PUT, PATCH or DELETE, in capitals.")
    }
    var request = Request(verb, target)
    if let body {
      // Checked, and sent byte for byte as it was given.
      _ = try JSONTree.parseObject(body, "call: body_json")
      request.body = Array(body)
    }
    return request
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
    if let problem { throw VideoDBError(.argument, "call: the path \(problem.text). It looks like /rtstream.") }
  }

  private static func hasDots(_ path: [UInt8]) -> Bool {
    path.split(separator: 0x2F).contains { Array($0).equals(".") || Array($0).equals("..") }
  }
}
