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
    Client(try Settings.make(configuration))
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
    try call(try operation.request(ids, options), op)
  }

  /// A call that has no operation. `query` and `body` are texts of JSON objects.
  public func call(
    _ method: [UInt8], _ path: [UInt8], query: UnsafeRawBufferPointer?, body: UnsafeRawBufferPointer?, op: Op?
  ) throws(VideoDBError) -> [UInt8] {
    try call(try RawCall.request(method, path, query, body), op)
  }

  func call(_ request: Request, _ op: Op?) throws(VideoDBError) -> [UInt8] {
    guard let prepared = running?.prepare(request) else { return try rest.call(request, op) }
    return prepared.settled(try rest.call(prepared.request, op))
  }

  /// An answer that is not what it has to be. It may echo the key.
  func badAnswer(_ what: Message, _ answer: JSON) -> VideoDBError {
    VideoDBError(.badAnswer, what, body: settings.redactor.redact(answer.bytes))
  }

  // MARK: Events

  /// Opens an event channel. `options` is the text of a JSON object: `collection_id`, `wait`, `retry`, `state_file`.
  public func openEvents(options: UnsafeRawBufferPointer?, op: Op? = nil) throws(VideoDBError) -> EventChannel {
    guard let options else { return try openEvents(op: op) }
    let tree = try JSONTree.parseObject(options, "events_open: options_json")
    let rules = ["collection_id text", "wait bool", "retry bool", "state_file text"] as [StaticString]
    _ = try CheckedOptions("events_open", rules.map { OptionRule(UnsafeRawBufferPointer($0)) }, tree)
    return try openEvents(
      collection: tree.member("collection_id").flatMap(JSONTree.string),
      wait: tree.member("wait").map { JSONTree.isTrue($0) } ?? true, retry: tree.member("retry").map { JSONTree.isTrue($0) },
      stateFile: tree.member("state_file").flatMap(JSONTree.string), op: op)
  }

  /// Opens an event channel of a collection, `default` if none is named, and waits for its connection id. Without `wait` it returns at
  /// once, and the events say how it went. With `retry`, which is the opposite of `wait` unless it is given, a first attempt that fails
  /// for a reason that may pass is repeated like one after a cut. `stateFile` nil: the one of the configuration, if any.
  public func openEvents(
    collection: [UInt8]? = nil, wait: Bool = true, retry: Bool? = nil, stateFile: [UInt8]? = nil, op: Op? = nil
  ) throws(VideoDBError) -> EventChannel {
    if wait, isOnIOThread {
      throw VideoDBError(
        .reentrant,
        "A callback cannot wait for a channel to open: it holds the thread that would open it. Set wait to false.")
    }
    let request = try Operation.websocketURL.request([collection], nil)
    let engine = try startedEngine()
    let hub = try EventHub.make(engine, settings, request, stateFile: stateFile ?? settings.stateFile, retries: retry ?? !wait)
    engine.add(hub)
    guard hub.open(op) else { throw Engine.stopped }
    let channel = EventChannel(self, hub)
    guard wait else { return channel }
    switch hub.waitUntilOpen(op, deadlineMs: op.map { $0.deadlineMs } ?? -1) {
    case .open: return channel
    case .ended(let why): throw why
    case .opening, nil:
      channel.release()
      if op?.isCancelled ?? false { throw VideoDBError(.cancelled, "Opening the WebSocket: cancelled.") }
      throw VideoDBError(.timeout, "Opening the WebSocket: not open at the deadline.", isRetryable: true)
    }
  }

  func startedEngine() throws(VideoDBError) -> Engine {
    // Under the lock, so that two first channels share one thread; starting it takes microseconds.
    try state.withLock { state throws(VideoDBError) in
      if state.isShutDown { throw Engine.stopped }
      if let engine = state.engine { return engine }
      try CurlLibrary.start()
      let engine = try Engine.start(settings, rest)
      state.engine = engine
      return engine
    }
  }

  /// The engine, where there is one.
  var running: Engine? { state.withLock { $0.engine } }

  /// Whether this is the thread that runs event callbacks.
  var isOnIOThread: Bool { running?.isCurrentThread ?? false }

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
