import VideoDBCore

/// The service's answer to where its WebSocket is (PROTOCOL 3.1).
struct WebSocketTarget {
  /// It holds a token.
  let url: Secret
  /// Without path and query.
  let origin: URLParts

  /// Overwrites the answer.
  init(answer: [UInt8], _ settings: Settings) throws(VideoDBError) {
    var answer = answer
    defer { wipe(&answer) }
    guard var url = JSON(answer)?["websocket_url"]?.stringBytes else {
      throw VideoDBError(.badAnswer, "Opening the WebSocket: the service's answer has no websocket_url.")
    }
    defer { wipe(&url) }
    var parts: URLParts
    do { parts = try URLParts.parse(url) } catch {
      throw VideoDBError(
        .url, "Opening the WebSocket: the service's websocket_url is none that can be used: \(error.text).")
    }
    defer { parts.wipeTarget() }
    guard parts.scheme == .ws || parts.scheme == .wss else {
      throw VideoDBError(.url, "Opening the WebSocket: the service's websocket_url does not begin with wss:// or ws://.")
    }
    guard parts.isEncrypted || parts.isLoopback || settings.allowCleartext else {
      throw VideoDBError(
        .cleartext,
        "Opening the WebSocket: the service's websocket_url is ws:// to another machine, which would send its token unencrypted. Set http.allow_cleartext to allow it."
      )
    }
    self.url = url.withUnsafeBytes { Secret($0) }
    origin = parts.origin
  }
}
