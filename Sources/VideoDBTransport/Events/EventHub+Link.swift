import VideoDBCore

/// What connects a channel to the service: one connection after the other.
struct Link {
  enum Phase {
    case opening
    case open
    /// Until `dueMs`.
    case waiting
    /// Closed because nobody takes what comes; to be opened when there is room.
    case full
    case over
  }

  /// What the service sent so long before the last bytes were read may still have been on its way behind them; the service's clock, too, is
  /// only known to half a second.
  static let transitMs: Int64 = 1_000

  /// Asks for the WebSocket's URL, which is good for one connection (PROTOCOL 3.1).
  let request: Request
  /// A first connection that fails for a reason that may pass is tried again, like one after a cut.
  let retries: Bool
  var phase = Phase.opening
  var connection: WebSocketConnection?
  /// Attempts in a row.
  var attempt = 0
  var waitedMs: Int64 = 0
  var openedMs: Int64 = 0
  var dueMs: Int64 = -1
  /// When reading was paused for want of room; negative: it is not.
  var pausedMs: Int64 = -1
  /// When the state file is flushed.
  var flushMs: Int64 = -1
  /// When the recovery wants to be called.
  var wakeMs: Int64 = -1
  var token: UInt64?

  init(_ request: Request, retries: Bool) {
    self.request = request
    self.retries = retries
  }
}

extension EventHub: ConnectionOwner, LoopSource {
  /// Asks for the WebSocket's URL and connects to it. From any thread; false: the engine has stopped.
  public func open(_ op: Op?) -> Bool {
    engine.open(self, op)
  }

  /// With the answer to that. `turn` is there where there is a URL.
  func connect(_ result: Result<[UInt8], VideoDBError>, _ turn: Dialer.Turn?) {
    if link.phase == .over {
      if case .success(var answer) = result { wipe(&answer) }
      return
    }
    if link.token == nil { link.token = engine.loop.add(self) }
    do throws(VideoDBError) {
      let target = try WebSocketTarget(answer: result.get(), settings)
      redactor = settings.redactor.adding(target.url)
      guard let turn, !engine.isStopping else { throw Engine.stopped }
      let connection = engine.makeConnection(self, url: target.url, parts: target.origin)
      link.connection = connection
      connection.start(turn)
    } catch {
      ended(error, closeCode: 1006)
    }
  }

  // MARK: From the connection

  func opened(connectionID: [UInt8]) {
    link.phase = .open
    link.openedMs = Clock.now
    recovery.counters.attempts += Int64(link.attempt)
    var data = JSONWriter()
    data.set("connection_id", connectionID)
    data.set("reconnects", recovery.counters.connections)
    data.set("attempts", Int64(link.attempt))
    announce(.connected, data.text) { state in
      state.phase = .open(connectionID: connectionID)
      state.connectionIDs.append(connectionID)
      state.hasOpened = true
    }
    if recovery.counters.connections == 0 { giveKept() }
    recovery.opened(connectionID)
    state.withLock { $0.counters = recovery.counters }
    arm()
  }

  func fellSilent(sinceMs: Int64) { engine.fellSilent(sinceMs: sinceMs) }

  func ended(_ why: VideoDBError, closeCode: UInt16) {
    let asked = state.withLock { $0.closing }
    let why = (asked ?? why).redacted(by: redactor)
    link.connection = nil
    link.pausedMs = -1
    let mayRetry = recovery.counters.connections > 0 || link.retries && mayPass(why)
    let goesOn = asked == nil && mayRetry && settings.recovery.isReconnecting && !engine.isStopping
    settings.log(asked == nil ? .warning : .info, "ws", Message(why.messageBytes))
    if link.phase == .open {
      // A connection that holds is a good one: the next wait is short again.
      if Clock.now - link.openedMs >= max(5 * link.waitedMs, 1_000) { link.attempt = 0 }
      recovery.cut(aliveMs: settings.serverClock.nowMs - (Clock.now - receivedAtMs) - Link.transitMs, reason: why.messageBytes)
    }
    if goesOn, link.phase == .open { disconnected(why, closeCode, goesOn: true) { _ in } }
    if goesOn {
      isFullAndClosed(why) ? waitForRoom() : retry(why)
      return
    }
    finish(why, closeCode)
  }

  private func disconnected(_ why: VideoDBError, _ closeCode: UInt16, goesOn: Bool, together change: (inout State) -> Void) {
    var data = JSONWriter()
    data.set("status", why.status.name)
    data.set("reason", why.messageBytes)
    data.set("close_code", Int64(closeCode))
    data.set("reconnecting", goesOn)
    announce(.disconnected, data.text, together: change)
  }

  private func finish(_ why: VideoDBError, _ closeCode: UInt16) {
    link.phase = .over
    if isHolding { hold(false) }
    // Nothing of it was handed out, and whoever is told of the failure may open the channel again at once.
    if !state.withLock({ $0.hasOpened }) { ledger?.unlock() }
    if let token = link.token { engine.loop.remove(token) }
    link.token = nil
    disconnected(why, closeCode, goesOn: false) { state in state.phase = .ended(why) }
    if isPushing { endSubscriptions() }
    ledger?.flush()
    engine.forget(self)
  }

  // MARK: Connecting again

  /// A certificate is refused too while the clock of a machine that has just started is wrong.
  private func mayPass(_ why: VideoDBError) -> Bool {
    why.isRetryable || why.status == .server || why.status == .tls || why.status == .noMemory
  }

  private func retry(_ why: VideoDBError) {
    link.attempt += 1
    let most = settings.recovery.maxAttempts
    if most > 0, Int64(link.attempt) > most { return finish(why, 1006) }
    let wait = settings.recovery.reconnect.waitMs(attempt: link.attempt - 1, random: randomWord())
    link.waitedMs = max(wait, why.retryAfterMs)
    link.phase = .waiting
    link.dueMs = Clock.deadline(afterMs: link.waitedMs)
    var data = JSONWriter()
    data.set("attempt", Int64(link.attempt))
    data.set("delay_ms", link.waitedMs)
    data.set("status", why.status.name)
    data.set("reason", why.messageBytes)
    announce(.reconnecting, data.text) { _ in }
    arm()
  }

  private func reopen() {
    link.dueMs = -1
    // Each attempt adds an event to those that nobody takes.
    if !bounds.dropOldest, state.withLock({ $0.queue.count >= bounds.maxEvents }) { return waitForRoom() }
    link.phase = .opening
    if !open(nil) { finish(Engine.stopped, 1006) }
  }

  /// A new credential may be what was missing.
  func credentialChanged() {
    if link.phase == .waiting { reopen() }
  }

  // MARK: Room

  private static let slowConsumer: StaticString = "slow_consumer"

  private func isFullAndClosed(_ why: VideoDBError) -> Bool {
    why.status == .state && why.messageBytes.equals(Self.slowConsumer)
  }

  private func waitForRoom() {
    link.phase = .full
    let hasRoom = state.withLock { state in
      state.wantsRoom = !self.hasRoom(state)
      return !state.wantsRoom
    }
    if hasRoom { roomCame() }
  }

  /// The application has taken enough for more to come.
  func roomCame() {
    link.pausedMs = -1
    switch link.phase {
    case .full: reopen()
    case .open: link.connection?.resume()
    case .opening, .waiting, .over: break
    }
    recovery.advance()
  }

  // MARK: Time

  func ready(fd: Int32, events: UInt32) {}

  func arm() {
    guard let token = link.token else { return }
    let bound = bounds.pauseMaxMs
    let full = link.pausedMs >= 0 && bound > 0 ? link.pausedMs + bound : -1
    if ledger != nil, link.flushMs < 0 { link.flushMs = Clock.deadline(afterMs: settings.stateSyncMs) }
    engine.loop.setDeadline(
      token, Clock.earlier(Clock.earlier(link.dueMs, link.wakeMs), Clock.earlier(full, link.flushMs)))
  }

  func deadlineReached(now: Int64) {
    if link.dueMs >= 0, now >= link.dueMs { reopen() }
    if link.pausedMs >= 0, bounds.pauseMaxMs > 0, now >= link.pausedMs + bounds.pauseMaxMs {
      link.pausedMs = -1
      link.connection?.close(VideoDBError(.state, "\(Self.slowConsumer)"))
    }
    if link.flushMs >= 0, now >= link.flushMs {
      link.flushMs = -1
      ledger?.beginFlush()
    }
    if link.wakeMs >= 0, now >= link.wakeMs {
      link.wakeMs = -1
      recovery.advance()
    }
    arm()
  }

  // MARK: The application's end (loop)

  func closeConnection(_ why: VideoDBError) {
    if let connection = link.connection { connection.close(why) } else if link.phase != .over { ended(why, closeCode: 1006) }
  }
}
