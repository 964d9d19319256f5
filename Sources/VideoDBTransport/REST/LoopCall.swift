import CCurl
import VideoDBCore

/// Gets the `data` of a call's answer, or why there is none, on the loop's thread.
public typealias CallCompletion = (Result<[UInt8], VideoDBError>) -> Void

/// The calls that run on the loop. They share one multi handle, their own or the dialer's: its kept connections, and HTTP/2 streams
/// where the server has them.
final class LoopCalls {
  private let loop: IOLoop
  private let settings: Settings
  private let dialer: Dialer?
  private var multi: LoopMulti?
  private var idle: [Transfer] = []
  private var running = Bag<LoopCall>()

  /// Connections at one time; further calls wait for one. 0: as many as calls.
  private let maxConnections: Int
  private static let maxIdle = 16

  init(_ loop: IOLoop, _ settings: Settings, _ dialer: Dialer? = nil, maxConnections: Int = 0) {
    self.loop = loop
    self.settings = settings
    self.dialer = dialer
    self.maxConnections = maxConnections
  }

  /// Some calls wait for others.
  fileprivate var isCrowded: Bool { maxConnections > 0 && running.count > maxConnections }

  var isEmpty: Bool { running.isEmpty }

  /// Runs the call; `completion` is called once, on the loop's thread, and not before this returns unless it fails at once.
  func start(_ request: Request, _ op: Op?, deadlineMs: Int64, completion: @escaping CallCompletion) {
    do throws(VideoDBError) {
      let kept = idle.popLast()
      let transfer = if let kept { kept } else { try Transfer.make(settings, ownsConnection: false) }
      let call = LoopCall(self, loop, transfer, Exchange(request, settings, deadlineMs: deadlineMs), op)
      running.add(call)
      call.start { [self] result in
        running.remove(call)
        if idle.count < Self.maxIdle { idle.append(transfer) }
        completion(result)
      }
    } catch {
      completion(.failure(error))
    }
  }

  fileprivate func readyMulti() throws(VideoDBError) -> LoopMulti {
    if let dialer { return try dialer.first() }
    if let multi { return multi }
    let multi = try LoopMulti.make(loop)
    multi.limitConnections(maxConnections)
    self.multi = multi
    return multi
  }

  fileprivate var patienceMs: Int64 { settings.ws.pongTimeoutMs }

  /// What was sent then is not acknowledged. The connection may have been made within the same millisecond.
  fileprivate func fellSilent(sentMs: Int64) {
    logSilence(settings)
    renew(silentSinceMs: sentMs + 1)
  }

  /// The network has been silent since then: no kept connection that is older is used again, and calls that only read and wait for an
  /// answer over one are sent again over a new one.
  func renew(silentSinceMs: Int64) {
    if let dialer {
      dialer.retireFirst(madeBefore: silentSinceMs)
    } else if let multi, multi.madeMs < silentSinceMs {
      self.multi = nil
      multi.retire()
    }
    for call in running.all { call.renew(silentSinceMs: silentSinceMs) }
  }

  /// Ends what runs with this error.
  func end(_ why: (Message) -> VideoDBError) {
    for call in running.all { call.stop(why(call.name)) }
  }

  /// Closes the kept connections, once nothing runs.
  func close() {
    multi?.end()
    multi = nil
    idle = []
  }
}

/// One call on the loop.
final class LoopCall: LoopSource, Bagged, @unchecked Sendable {
  // Touched on the loop's thread only.
  var place = -1
  private let owner: LoopCalls
  private let loop: IOLoop
  /// Where it is sent.
  private var multi: LoopMulti?
  private let transfer: Transfer
  private var exchange: Exchange
  private let op: Op?
  private var waker: Int?
  private var token: UInt64 = 0
  private var isSending = false
  private var startedMs: Int64 = 0
  private var completion: CallCompletion?

  init(_ owner: LoopCalls, _ loop: IOLoop, _ transfer: Transfer, _ exchange: Exchange, _ op: Op?) {
    self.owner = owner
    self.loop = loop
    self.transfer = transfer
    self.exchange = exchange
    self.op = op
  }

  var name: Message { exchange.name }

  func start(_ completion: @escaping CallCompletion) {
    self.completion = completion
    token = loop.add(self)
    waker = op?.register { [self] in _ = loop.post { [self] in cancelled() } }
    if op?.isCancelled ?? false { cancelled() } else { take(.send) }
  }

  /// Ends it early.
  func stop(_ why: VideoDBError) {
    guard completion != nil else { return }
    if isSending { abandon() }
    finish(.failure(exchange.redacted(why)))
  }

  private func abandon() {
    multi?.remove(transfer.easy)
    transfer.abandon()
  }

  func renew(silentSinceMs: Int64) {
    guard isSending, exchange.request.onlyReads, let multi, multi.madeMs < silentSinceMs, transfer.heardMs < silentSinceMs
    else { return }
    abandon()
    take(exchange.send())
  }

  private func cancelled() { stop(Op.cancelled(name)) }

  private func take(_ step: Exchange.Step) {
    switch step {
    case .send:
      do throws(VideoDBError) { try send() } catch { finish(.failure(exchange.redacted(error))) }
    case .wait(let untilMs): loop.setDeadline(token, untilMs)
    case .done(let result): finish(result)
    }
  }

  private func send() throws(VideoDBError) {
    startedMs = Clock.now
    let multi = try owner.readyMulti()
    self.multi = multi
    isSending = true
    transfer.prepare(exchange)
    setDeadline(now: startedMs)
    multi.add(transfer.easy) { [self] code in
      multi.remove(transfer.easy)
      sent(transfer.outcome(code))
    }
  }

  private func sent(_ outcome: Transfer.Outcome) {
    isSending = false
    take(exchange.received(outcome, afterMs: Clock.now - startedMs))
  }

  /// A call that only reads looks now and then whether what was sent arrives at all.
  private func setDeadline(now: Int64) {
    let lookMs = exchange.request.onlyReads && transfer.heardMs < 0 ? now + owner.patienceMs : -1
    loop.setDeadline(token, Clock.earlier(exchange.deadlineMs, lookMs))
  }

  func ready(fd: Int32, events: UInt32) {}

  func deadlineReached(now: Int64) {
    if isSending, exchange.deadlineMs < 0 || now < exchange.deadlineMs {
      setDeadline(now: now)
      if transfer.heardMs < 0, let multi, multi.isSilent { owner.fellSilent(sentMs: startedMs) }
    } else if isSending {
      let outcome = transfer.outcome(CURLE_OPERATION_TIMEDOUT, isQueued: owner.isCrowded)
      multi?.remove(transfer.easy)
      sent(outcome)
    } else {
      take(exchange.resume())
    }
  }

  private func finish(_ result: Result<[UInt8], VideoDBError>) {
    guard let completion else { return }
    self.completion = nil
    isSending = false
    if let op, let waker { op.unregister(waker) }
    loop.remove(token)
    completion(result)
  }
}
