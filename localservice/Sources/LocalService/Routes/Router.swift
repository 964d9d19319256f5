/// Finds the handler of a request. A literal segment wins over a parameter, so `/rtstream/event` is never taken
/// for a stream called "event".
struct Router: Sendable {
  typealias Handler = @Sendable (Request) async throws -> Reply

  private struct Endpoint: Sendable {
    let pattern: [Substring]
    var handlers: [String: Handler]
  }

  private var endpoints: [Endpoint] = []

  /// Patterns look like `/rtstream/{id}/status`.
  mutating func on(_ method: String, _ pattern: String, _ handler: @escaping Handler) {
    let segments = pattern.split(separator: "/")
    if let known = endpoints.firstIndex(where: { $0.pattern == segments }) {
      endpoints[known].handlers[method] = handler
    } else {
      endpoints.append(Endpoint(pattern: segments, handlers: [method: handler]))
    }
  }

  /// All operations, as `GET /rtstream/{id}`.
  var operations: [String] {
    endpoints.flatMap { endpoint in
      endpoint.handlers.keys.map { $0 + " /" + endpoint.pattern.joined(separator: "/") }
    }
  }

  func route(_ request: Request) async throws -> Reply {
    var best: Endpoint?
    for endpoint in endpoints where Self.matches(endpoint.pattern, request.path) {
      if let known = best, !Self.isMoreLiteral(endpoint.pattern, known.pattern) { continue }
      best = endpoint
    }
    guard let endpoint = best else {
      throw Refusal.notFound("there is no such path: /" + Fields.short(request.path.joined(separator: "/")))
    }
    guard let handler = endpoint.handlers[request.method] else {
      let allowed = endpoint.handlers.keys.sorted().joined(separator: ", ")
      var refusal = Refusal(
        405, "METHOD_NOT_ALLOWED", "this path takes \(allowed), not \(Fields.short(request.method))")
      refusal.headers = [("Allow", allowed)]
      throw refusal
    }
    var bound = request
    for (segment, value) in zip(endpoint.pattern, request.path) where segment.hasPrefix("{") {
      bound.parameters[String(segment.dropFirst().dropLast())] = value
    }
    return try await handler(bound)
  }

  private static func matches(_ pattern: [Substring], _ path: [String]) -> Bool {
    pattern.count == path.count
      && zip(pattern, path).allSatisfy { ($0.hasPrefix("{") && !$1.isEmpty) || $0 == $1 }
  }

  /// Compares two patterns that match one path: the first segment in which only one is literal decides.
  private static func isMoreLiteral(_ left: [Substring], _ right: [Substring]) -> Bool {
    for (a, b) in zip(left, right) where a.hasPrefix("{") != b.hasPrefix("{") { return b.hasPrefix("{") }
    return false
  }
}
