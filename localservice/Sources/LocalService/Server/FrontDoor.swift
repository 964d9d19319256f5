import NIOHTTP1

/// Between HTTP and the routes: reads the request line, checks the key, turns every outcome into an answer.
struct FrontDoor: Sendable {
  let credentials: Credentials
  let playback: PlaybackDoor
  let router: Router
  let usesTLS: Bool
  let log: Log

  func answer(_ head: HTTPRequestHead, _ body: [UInt8], _ localAddress: String) async -> Reply {
    let began = ContinuousClock.now
    let reply = await reply(head, body, localAddress)
    log.debug("\(head.method.rawValue) \(Self.loggable(head.uri)) \(reply.status) in \(ContinuousClock.now - began)")
    return reply
  }

  private func reply(_ head: HTTPRequestHead, _ body: [UInt8], _ localAddress: String) async -> Reply {
    do {
      if SocketRegistry.ticket(inTarget: head.uri) != nil { throw Self.refusedUpgrade(head) }
      if let reply = try await playback.answer(head) { return reply }
      let caller = Self.isOpen(head.uri) ? nil : try await credentials.check(head.headers.first(name: "x-access-token"))
      var request = try request(head, body, localAddress)
      request.usesClientToken = caller == .clientToken
      return try await router.route(request)
    } catch let refusal as Refusal {
      return refusal.reply
    } catch {
      log.error("\(head.method.rawValue) \(Self.loggable(head.uri)): \(error)")
      if let words = StorageTrouble.words(error) {
        return Refusal(503, "STORAGE_UNAVAILABLE", words + "; ask again when that is over").reply
      }
      return Refusal(500, "INTERNAL", "the service failed on this request; its log says why").reply
    }
  }

  /// The description of the service may be read by all.
  private static func isOpen(_ target: String) -> Bool {
    let path = target.prefix { $0 != "?" }
    return path == OpenAPI.path || path == OpenAPI.path + "/"
  }

  private func request(_ head: HTTPRequestHead, _ body: [UInt8], _ localAddress: String) throws -> Request {
    let sides = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard let rawPath = sides.first, rawPath.hasPrefix("/"),
      let query = Query(sides.count > 1 ? sides[1] : "")
    else { throw Refusal(400, "BAD_REQUEST", "the request target is not a valid path and query") }
    var segments = rawPath.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    // Both forms of every path are answered, with and without a final slash.
    if segments.last?.isEmpty == true { segments.removeLast() }
    let path = try segments.map { segment in
      guard let decoded = segment.removingPercentEncoding else {
        throw Refusal(400, "BAD_REQUEST", "the request path has a broken percent escape")
      }
      return decoded
    }
    return Request(
      method: head.method.rawValue, path: path, query: query, body: body,
      origin: (usesTLS ? "https://" : "http://") + (try Self.host(head) ?? localAddress))
  }

  /// The Host header goes into the WebSocket address, so it must be a plain host and port.
  private static func host(_ head: HTTPRequestHead) throws -> String? {
    let given = head.headers["host"]
    guard let host = given.first else {
      if head.version.minor == 0 { return nil }
      throw Refusal(400, "BAD_REQUEST", "the Host header is missing")
    }
    let allowed = host.utf8.allSatisfy { byte in
      switch UInt8(byte) {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
        true
      default: false
      }
    }
    guard given.count == 1, !host.isEmpty, host.utf8.count <= 255, allowed else {
      throw Refusal(400, "BAD_REQUEST", "the Host header is not a host and port")
    }
    return host
  }

  /// A request to the WebSocket path arrives here only when it could not become a WebSocket.
  private static func refusedUpgrade(_ head: HTTPRequestHead) -> Refusal {
    let asks = head.headers[canonicalForm: "upgrade"].contains { $0.lowercased() == "websocket" }
    guard asks, head.headers.first(name: "sec-websocket-version") == "13",
      head.headers.contains(name: "sec-websocket-key")
    else {
      var refusal = Refusal(426, "UPGRADE_REQUIRED", "this address takes a WebSocket handshake of version 13")
      refusal.headers = [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")]
      return refusal
    }
    return Refusal(
      403, "TICKET_INVALID",
      "this WebSocket address was used already or is too old; ask for a new one at /collection/default/websocket")
  }

  /// Without the query, and without the ticket of a WebSocket address.
  private static func loggable(_ target: String) -> String {
    if SocketRegistry.ticket(inTarget: target) != nil { return "/ws/..." }
    return Fields.short(String(target.prefix { $0 != "?" }))
  }
}
