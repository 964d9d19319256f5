import VideoDBCore

/// A client's loop, what runs it, and what is on it: connections and calls. Kept alive by its thread, so that a client can go away
/// while its connections are still closing.
public final class Engine: @unchecked Sendable {
  private enum Runner {
    case thread(LoopThread)
    case application(Stepping)
    /// The thread is being made.
    case none
  }

  let loop: IOLoop
  private let settings: Settings
  /// The client's blocking calls, which run elsewhere.
  private let blockingCalls: RESTClient
  private let runner = Locked(Runner.none)

  // The loop's.
  private let calls: LoopCalls
  /// Opening a channel does not wait behind calls.
  private let openings: LoopCalls
  private let dialer: Dialer
  private var connections = Bag<WebSocketConnection>()
  private(set) var isStopping = false

  /// Every channel that has not ended.
  private let hubs = Locked(Bag<EventHub>())
  let alerts = AlertAliases()

  public static func start(_ settings: Settings, _ blockingCalls: RESTClient) throws(VideoDBError) -> Engine {
    let engine = Engine(try IOLoop.make(), settings, blockingCalls)
    if settings.hasExternalLoop {
      engine.runner.withLock { $0 = .application(Stepping(engine.loop)) }
    } else {
      let thread = try LoopThread.start(engine.loop) { withExtendedLifetime(engine) {} }
      engine.runner.withLock { $0 = .thread(thread) }
    }
    return engine
  }

  private init(_ loop: IOLoop, _ settings: Settings, _ blockingCalls: RESTClient) {
    self.loop = loop
    self.settings = settings
    self.blockingCalls = blockingCalls
    calls = LoopCalls(loop, settings, maxConnections: 16)
    dialer = Dialer(loop)
    openings = LoopCalls(loop, settings, dialer)
  }

  private var stepping: Stepping? {
    if case .application(let stepping) = runner.withLock({ $0 }) { return stepping }
    return nil
  }

  public var isCurrentThread: Bool {
    switch runner.withLock({ $0 }) {
    case .thread(let thread): thread.isCurrent
    case .application(let stepping): stepping.isCurrent
    case .none: false
    }
  }

  // MARK: Work

  /// Runs a call on the loop; the completion is called there, once. false: the engine has stopped, and will not call it.
  public func call(_ request: Request, _ op: Op?, completion: @escaping CallCompletion) -> Bool {
    let deadlineMs = RESTClient.deadlineMs(op, settings)
    return loop.post { [self] in
      if isStopping {
        completion(.failure(Self.stopped))
      } else {
        calls.start(request, op, deadlineMs: deadlineMs) { [self] result in
          completion(result)
          stopWhenDone()
        }
      }
    }
  }

  /// Asks for the URL of a channel's WebSocket when it is the channel's turn. false: the engine has stopped.
  func open(_ hub: EventHub, _ op: Op?) -> Bool {
    loop.post { [self] in
      if isStopping { return hub.connect(.failure(Self.stopped), nil) }
      dialer.enter { [self] turn in
        guard hub.link.phase != .over else { return }
        // The time that it waited for its turn is not the call's.
        openings.start(hub.link.request, op, deadlineMs: RESTClient.deadlineMs(op, settings)) { [self] result in
          hub.connect(result, turn)
          stopWhenDone()
        }
      }
    }
  }

  /// A connection that has yet to be started; what becomes of it is told to the hub. On the loop.
  func makeConnection(_ hub: EventHub, url: Secret, parts: URLParts) -> WebSocketConnection {
    let connection = WebSocketConnection(loop, settings, url: url, parts: parts, owner: hub) { [self] ended in
      connections.remove(ended)
      stopWhenDone()
    }
    connections.add(connection)
    return connection
  }

  /// A connection was found dead that has been silent since then: so are those that calls are kept waiting by. On the loop.
  func fellSilent(sinceMs: Int64) {
    logSilence(settings)
    for calls in [calls, openings] { calls.renew(silentSinceMs: sinceMs) }
    blockingCalls.renew(silentSinceMs: sinceMs)
  }

  // MARK: Channels

  /// From any thread.
  public func add(_ hub: EventHub) { hubs.withLock { $0.add(hub) } }

  func forget(_ hub: EventHub) {
    hubs.withLock { _ = $0.remove(hub) }
    alerts.changed(hub, [])
    // Not from within: whoever ends it may go on with it.
    _ = loop.post { [self] in stopWhenDone() }
  }

  var channels: [EventHub] { hubs.withLock { $0.all } }
  var hasChannels: Bool { hubs.withLock { !$0.isEmpty } }

  /// The channel that has or had this connection id, with its current one and that one's number.
  func channel(of id: [UInt8]) -> (EventHub, [UInt8], Int)? {
    for hub in channels {
      let ids = hub.state.withLock { $0.connectionIDs }
      guard let current = ids.last, ids.contains(id) else { continue }
      return (hub, current, ids.count)
    }
    return nil
  }

  /// What has to be sent for a call of the application's, where it concerns a channel.
  public func prepare(_ request: Request) -> PreparedCall? { PreparedCall(request, self) }

  /// A new credential may be what a channel waits for.
  public func credentialChanged() {
    _ = loop.post { [self] in for hub in channels { hub.credentialChanged() } }
  }

  // MARK: Running

  /// The loop's descriptor, for an application that polls.
  public func pollFD() throws(VideoDBError) -> Int32 {
    guard stepping != nil else { throw Self.hasThread }
    return loop.fd
  }

  /// One round of a loop that the application runs.
  public func step(timeoutMs: Int64) throws(VideoDBError) {
    guard let stepping else { throw Self.hasThread }
    if stepping.isCurrent {
      throw VideoDBError(.reentrant, "The loop cannot be stepped from a callback, which a step is running already.")
    }
    guard stepping.step(deadlineMs: Clock.deadline(afterMs: timeoutMs)) else { throw Self.stopped }
  }

  private static var hasThread: VideoDBError {
    VideoDBError(.state, "The client has an I/O thread of its own. Set loop.mode to external to run the loop yourself.")
  }

  /// Waits for what the loop does: until `ready` gives a result; nil at the deadline. In external mode this thread runs the loop
  /// meanwhile. Whoever makes `ready` true without the loop's doing has to `poke`.
  func wait<Value, R>(_ watched: Watched<Value>, until deadlineMs: Int64, _ ready: (inout Value) -> R?) -> R? {
    guard let stepping else { return watched.wait(until: deadlineMs, ready) }
    while true {
      let seen = stepping.rounds
      if let result = watched.withLock(ready) { return result }
      let goesOn = stepping.step(deadlineMs: deadlineMs, after: seen)
      if !goesOn || Clock.left(until: deadlineMs, limit: 1) == 0 { return watched.withLock(ready) }
    }
  }

  /// Ends a wait of the loop.
  public func poke() { _ = loop.post {} }

  // MARK: Ending

  /// Ends every call, closes every connection and then stops the loop. Returns at once.
  public func stop() {
    let isPosted = loop.post { [self] in
      guard !isStopping else { return }
      isStopping = true
      dialer.forgetWaiting()
      for calls in [calls, openings] { calls.end { name in RESTClient.closed(name) } }
      for hub in channels { hub.closeConnection(Self.stopped) }
      for connection in connections.all { connection.close(Self.stopped) }
      stopWhenDone()
    }
    _ = isPosted  // false: it has stopped already
  }

  private func stopWhenDone() {
    guard isStopping, !hasChannels, connections.isEmpty, calls.isEmpty, openings.isEmpty else { return }
    calls.close()
    openings.close()
    dialer.close()
    loop.stop()
  }

  /// Waits for the loop's end; false at the deadline.
  public func join(deadlineMs: Int64) -> Bool {
    switch runner.withLock({ $0 }) {
    case .none: return true
    case .thread(let thread): return thread.join(deadlineMs: deadlineMs)
    case .application(let stepping):
      while stepping.step(deadlineMs: deadlineMs) {
        if Clock.left(until: deadlineMs, limit: 1) == 0 { return stepping.hasEnded }
      }
      return true
    }
  }

  /// Nobody waits for the end: the thread goes on alone. A loop without one is run as far as it goes without waiting, and what is left
  /// is dropped.
  public func detach() {
    switch runner.withLock({ $0 }) {
    case .none: break
    case .thread(let thread): thread.detach()
    case .application(let stepping):
      if stepping.isCurrent { return }
      _ = loop.post { [self] in
        for connection in connections.all { connection.abort() }
      }
      var rounds = 0
      while rounds < 100, stepping.step(deadlineMs: Clock.now) { rounds += 1 }
    }
  }

  public static var stopped: VideoDBError { VideoDBError(.closed, "The client was shut down.") }
}
