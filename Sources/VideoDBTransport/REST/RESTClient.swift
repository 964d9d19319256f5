import CSystemShims
import VideoDBCore

/// Blocking calls of the service over kept connections. Each call runs on its caller's thread: handing it to another costs about as
/// much as the call itself. No lock is held meanwhile.
public final class RESTClient: Sendable {
  private let settings: Settings
  private let state = Locked(State())

  /// Connections kept beyond the calls that run: enough for a burst, few enough for a camera.
  private static let maxIdle = 8

  private struct State {
    var idle: [RESTSession] = []
    var busy: [RESTSession] = []
    var isClosed = false
    /// What was connected earlier may be dead.
    var silentSinceMs: Int64 = -1
  }

  public init(_ settings: Settings) { self.settings = settings }

  /// Ends the calls under way and refuses those to come.
  public func close() {
    let idle = state.withLock { state in
      state.isClosed = true
      for session in state.busy { session.wake() }
      defer { state.idle = [] }
      return state.idle
    }
    _ = idle  // released here, outside the lock: closing a TLS connection writes to it
  }

  private var isClosed: Bool { state.withLock { $0.isClosed } }
  private var silentSinceMs: Int64 { state.withLock { $0.silentSinceMs } }

  /// What was sent then over a kept connection is not acknowledged. The connection may have been made within the same millisecond.
  private func fellSilent(sentMs: Int64) {
    logSilence(settings)
    renew(silentSinceMs: sentMs + 1)
  }

  /// The network has been silent since then: no kept connection is used again, and calls that only read and wait for an answer over one
  /// that is older are sent again over a new one.
  func renew(silentSinceMs: Int64) {
    let dead = state.withLock { state in
      state.silentSinceMs = max(state.silentSinceMs, silentSinceMs)
      for session in state.busy { session.wake() }
      defer { state.idle = [] }
      return state.idle
    }
    _ = dead  // released here, as in `close`
  }

  /// The `data` of the answer, or all of it where it has none.
  public func call(_ request: Request, _ op: Op?) throws(VideoDBError) -> [UInt8] {
    var guardPipe = vdbshim_sigpipe_guard()
    vdbshim_sigpipe_begin(&guardPipe)
    defer { vdbshim_sigpipe_end(&guardPipe) }
    var exchange = Exchange(request, settings, deadlineMs: Self.deadlineMs(op, settings))
    while true {
      if let answer = try run(&exchange, op) { return answer }
    }
  }

  /// Goes on with a call over a kept connection or a new one; nil: the connection is dead, and another may be tried.
  private func run(_ exchange: inout Exchange, _ op: Op?) throws(VideoDBError) -> [UInt8]? {
    let session = try take(exchange.name)
    let waker = op.map { $0.register { session.wake() } }
    defer {
      if let op, let waker { op.unregister(waker) }
      giveBack(session)
    }
    let isStopped = { op?.isCancelled ?? false || self.isClosed }
    var step = exchange.send()
    while true {
      if case .done(let result) = step { return try result.get() }
      if isStopped() {
        throw exchange.redacted(op?.isCancelled ?? false ? Op.cancelled(exchange.name) : Self.closed(exchange.name))
      }
      switch step {
      case .send:
        if session.madeMs < silentSinceMs { return nil }
        let started = Clock.now
        let onlyReads = exchange.request.onlyReads
        let patienceMs = onlyReads ? settings.ws.pongTimeoutMs : 60_000
        session.transfer.prepare(exchange)
        let outcome = session.perform(deadlineMs: exchange.deadlineMs, everyMs: patienceMs) {
          if onlyReads, Clock.now - started >= patienceMs, session.transfer.isSilent { fellSilent(sentMs: started) }
          return isStopped() || onlyReads && max(session.madeMs, session.transfer.heardMs) < silentSinceMs
        }
        guard let outcome else {
          session.transfer.abandon()
          continue
        }
        if exchange.issue == nil { session.transfer.forgetConnection() }
        step = exchange.received(outcome, afterMs: Clock.now - started)
      case .wait(let untilMs):
        session.pause(untilMs: untilMs, isStopped: isStopped)
        if !isStopped() { step = exchange.resume() }
      case .done: break
      }
    }
  }

  static func deadlineMs(_ op: Op?, _ settings: Settings) -> Int64 {
    op.map { $0.deadlineMs } ?? Clock.deadline(afterMs: settings.timeoutMs)
  }

  private func take(_ what: Message) throws(VideoDBError) -> RESTSession {
    let (kept, isClosed) = state.withLock { state in
      let session = state.isClosed ? nil : state.idle.popLast()
      if let session { state.busy.append(session) }
      return (session, state.isClosed)
    }
    if isClosed { throw Self.closed(what) }
    if let kept { return kept }
    let fresh = try RESTSession.make(settings)
    let isTooLate = state.withLock { state in
      state.busy.append(fresh)
      return state.isClosed
    }
    if isTooLate {
      giveBack(fresh)
      throw Self.closed(what)
    }
    return fresh
  }

  private func giveBack(_ session: RESTSession) {
    state.withLock { state in
      state.busy.removeAll { $0 === session }
      if !state.isClosed, session.madeMs >= state.silentSinceMs, state.idle.count < Self.maxIdle { state.idle.append(session) }
    }
  }

  static func closed(_ what: Message) -> VideoDBError { VideoDBError(.closed, "\(what): the client was shut down.") }
}

func logSilence(_ settings: Settings) {
  settings.log(.info, "http", "The network was silent: calls go over new connections, and reads are sent again.")
}
