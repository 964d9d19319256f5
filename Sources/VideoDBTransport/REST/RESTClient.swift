import CCurl
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

  /// The `data` of the answer, or all of it where it has none.
  public func call(_ request: Request, _ op: Op?) throws(VideoDBError) -> [UInt8] {
    let session = try take(request.name)
    let waker = op.map { $0.register { session.wake() } }
    defer {
      if let op, let waker { op.unregister(waker) }
      giveBack(session)
    }
    var guardPipe = vdbshim_sigpipe_guard()
    vdbshim_sigpipe_begin(&guardPipe)
    defer { vdbshim_sigpipe_end(&guardPipe) }

    var exchange = Exchange(request, settings, deadlineMs: Self.deadlineMs(op, settings))
    var step = Exchange.Step.send
    let isStopped = { op?.isCancelled ?? false || self.isClosed }
    while true {
      if case .done(let result) = step { return try result.get() }
      if isStopped() {
        throw exchange.redacted(op?.isCancelled ?? false ? Op.cancelled(request.name) : Self.closed(request.name))
      }
      switch step {
      case .send:
        let started = Clock.now
        session.transfer.prepare(exchange)
        guard let outcome = session.perform(deadlineMs: exchange.deadlineMs, isStopped: isStopped) else {
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
      if !state.isClosed, state.idle.count < Self.maxIdle { state.idle.append(session) }
    }
  }

  static func closed(_ what: Message) -> VideoDBError { VideoDBError(.closed, "\(what): the client was shut down.") }
}
