import VideoDBCore
import VideoDBTransport

/// A connection to the service: its settings, its kept connections, and the I/O thread of its event channels. Safe on any thread.
public final class Client: Sendable {
  let settings: Settings
  private let rest: RESTClient
  private let state = Locked(State())

  private struct State {
    var engine: Engine?
    var isShutDown = false
  }

  /// A client of this key and service; what is nil comes from the environment (VIDEO_DB_API_KEY, VIDEO_DB_API). Sends nothing.
  public static func connect(apiKey: String? = nil, baseURL: String? = nil) throws(VideoDBError) -> Client {
    var configuration = Configuration()
    if let apiKey { try configuration.set(Array("api_key" as StaticString), text: Array(apiKey.utf8)) }
    if let baseURL { try configuration.set(Array("base_url" as StaticString), text: Array(baseURL.utf8)) }
    return try make(configuration)
  }

  /// Sends nothing. Throws `.credential`, `.url` or `.cleartext` where the configuration does not make a client.
  public static func make(_ configuration: Configuration) throws(VideoDBError) -> Client {
    Client(try Settings(configuration))
  }

  private init(_ settings: Settings) {
    self.settings = settings
    rest = RESTClient(settings)
  }

  deinit {
    rest.close()
    if let engine = state.withLock({ $0.engine }) {
      engine.stop()
      engine.detach()
    }
  }

  // MARK: Calls

  /// Runs an operation. `ids` fill its path in order; `options` is the text of a JSON object. Gives the `data` of the answer.
  public func run(_ operation: Operation, ids: [[UInt8]?] = [], options: UnsafeRawBufferPointer? = nil, op: Op? = nil)
    throws(VideoDBError) -> [UInt8]
  {
    try rest.call(try operation.request(ids, options), op)
  }

  /// A call that has no operation. `query` and `body` are texts of JSON objects.
  public func call(
    _ method: [UInt8], _ path: [UInt8], query: UnsafeRawBufferPointer?, body: UnsafeRawBufferPointer?, op: Op?
  ) throws(VideoDBError) -> [UInt8] {
    try rest.call(try RawCall.request(method, path, query, body), op)
  }

  // MARK: Events

  /// Opens an event channel and waits for its connection id. `options` is the text of a JSON object: `collection_id`.
  public func openEvents(options: UnsafeRawBufferPointer?, op: Op? = nil) throws(VideoDBError) -> EventChannel {
    guard let options else { return try openEvents(op: op) }
    let tree = try JSONTree.parseObject(options, "events_open: options_json")
    _ = try CheckedOptions("events_open", [OptionRule(UnsafeRawBufferPointer("collection_id text"))], tree)
    return try openEvents(collection: tree.member("collection_id").flatMap(JSONTree.string), op: op)
  }

  /// Opens an event channel of a collection, `default` if none is named, and waits for its connection id.
  public func openEvents(collection: [UInt8]? = nil, op: Op? = nil) throws(VideoDBError) -> EventChannel {
    if isOnIOThread {
      throw VideoDBError(
        .reentrant, "A channel cannot be opened in an event callback: the callback holds the thread that would open it.")
    }
    let deadlineMs = op.map { $0.deadlineMs } ?? -1
    var answer = try run(.websocketURL, ids: [collection ?? Array("default" as StaticString)], op: op)
    defer { wipe(&answer) }
    guard var url = JSON(answer)?["websocket_url"]?.stringBytes else {
      throw VideoDBError(.badAnswer, "Opening the WebSocket: the service's answer has no websocket_url.")
    }
    defer { wipe(&url) }
    let parts = try webSocketParts(url).origin
    let secret = url.withUnsafeBytes { Secret($0) }
    let engine = try startedEngine()
    let hub = EventHub(engine, settings, url: secret)
    guard engine.connect(hub, settings, url: secret, parts: parts) else { throw Engine.stopped }
    let channel = EventChannel(self, hub)
    switch hub.waitUntilOpen(op, deadlineMs: deadlineMs) {
    case .open: return channel
    case .ended(let why):
      settings.log(.warning, "ws", why.message)
      throw why
    case .opening, nil:
      channel.release()
      if op?.isCancelled ?? false { throw VideoDBError(.cancelled, "Opening the WebSocket: cancelled.") }
      throw VideoDBError(.timeout, "Opening the WebSocket: not open at the deadline.", isRetryable: true)
    }
  }

  private func webSocketParts(_ url: [UInt8]) throws(VideoDBError) -> URLParts {
    let parts: URLParts
    do { parts = try URLParts.parse(url) } catch {
      throw VideoDBError(
        .url, "Opening the WebSocket: the service's websocket_url is none that can be used: \(error.text.text).")
    }
    guard parts.scheme == .ws || parts.scheme == .wss else {
      throw VideoDBError(.url, "Opening the WebSocket: the service's websocket_url does not begin with wss:// or ws://.")
    }
    guard parts.isEncrypted || parts.isLoopback || settings.allowCleartext else {
      throw VideoDBError(
        .cleartext,
        "Opening the WebSocket: the service's websocket_url is ws:// to another machine, which would send its token unencrypted. Set http.allow_cleartext to allow it."
      )
    }
    return parts
  }

  private func startedEngine() throws(VideoDBError) -> Engine {
    // Under the lock, so that two first channels share one thread; starting it takes microseconds.
    try state.withLock { state throws(VideoDBError) in
      if state.isShutDown { throw Engine.stopped }
      if let engine = state.engine { return engine }
      try CurlLibrary.start()
      let engine = try Engine.start()
      state.engine = engine
      return engine
    }
  }

  /// Whether this is the thread that runs event callbacks.
  var isOnIOThread: Bool { state.withLock { $0.engine }?.isCurrentThread ?? false }

  // MARK: Ending

  /// Ends calls, channels and the I/O thread. `.timeout`: it goes on ending in the background.
  public func shutdown(timeoutMs: Int64) throws(VideoDBError) {
    if isOnIOThread {
      throw VideoDBError(
        .reentrant, "A client cannot be shut down from an event callback: the callback holds the thread that has to end.")
    }
    let engine = state.withLock { state in
      state.isShutDown = true
      return state.engine
    }
    rest.close()
    guard let engine else { return }
    engine.stop()
    guard engine.join(deadlineMs: Clock.deadline(afterMs: timeoutMs)) else {
      throw VideoDBError(
        .timeout,
        "The I/O thread did not end within \(timeoutMs) ms: a callback is still running, or a server does not answer the close. It goes on ending in the background."
      )
    }
  }
}
