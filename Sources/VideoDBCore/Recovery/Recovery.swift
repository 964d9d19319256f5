/// What a recovery needs of the channel that it belongs to. All of it on one thread.
public protocol RecoveryHost: AnyObject {
  /// Monotonic milliseconds.
  var nowMs: Int64 { get }
  /// Milliseconds since the Unix epoch by the service's clock, as far as it is known.
  var serverMs: Int64 { get }
  func random() -> UInt64
  /// Sends a call of the recovery's own. The completion comes later, never from within.
  func ask(_ request: Request, completion: @escaping (Result<[UInt8], VideoDBError>) -> Void)
  /// Whether the application takes more for now; `Recovery.advance` is called again when it does.
  var hasRoom: Bool { get }
  /// Hands out a message that came from the record endpoints.
  func deliver(_ message: [UInt8])
  func announce(_ kind: EventKind, _ data: [UInt8])
  /// Keeps what comes over the socket back, or lets it go.
  func hold(_ isHolding: Bool)
  /// Calls `Recovery.advance` at this time; negative: not.
  func wake(atMs: Int64)
  /// Calls that name an alert of the application's are about another one by now.
  func alertsChanged()
  /// `Recovery.bindings` is another text by now.
  func bindingsChanged()
}

/// Makes a lossy service lossless for one channel: remembers what is bound to it, binds it again after a cut, and fetches the records that
/// the cut swallowed (PROTOCOL 3.7 to 3.9). It decides; the host does. No I/O, no clock, no randomness of its own.
public final class Recovery {
  let settings: RecoverySettings
  // The host owns the recovery and outlives it.
  unowned(unsafe) let host: any RecoveryHost

  public var counters = RecoveryCounters()
  /// A connection's number is its place in the order of all, from 1.
  public private(set) var connectionIDs = ConnectionIDs()
  public private(set) var isUp = false
  private(set) var lanes = LaneTable()
  private(set) var pipelines: [Pipeline] = []
  var families: [AlertFamily] = []
  var sessions: [CaptureWatch] = []
  var asking = 0
  var fetches: UInt32 = 0
  var restores: HourlyBudget
  var alertCreations: HourlyBudget
  /// Where the gap began that has not been told of yet: since when, and why.
  private var gap: (fromMs: Int64, reason: [UInt8])?
  private var holdUntilMs: Int64 = -1
  var isAdvancing = false
  /// What is bound, since the host was told.
  var hasChanged = false

  /// Calls of a channel's recovery that run at one time.
  static let maxAsking = 4

  public init(_ settings: RecoverySettings, _ host: any RecoveryHost) {
    self.settings = settings
    self.host = host
    restores = HourlyBudget(settings.restoresPerHour)
    alertCreations = HourlyBudget(settings.alertsPerHour)
  }

  public var connection: Int { connectionIDs.count }
  /// Something is bound to the channel: its messages have to be looked at.
  public var isWatching: Bool { !lanes.isEmpty || !sessions.isEmpty }
  var connectionID: [UInt8] { connectionIDs.last ?? [] }

  // MARK: The connection

  /// A connection is up and has this id.
  public func opened(_ id: [UInt8]) {
    connectionIDs.append(id)
    isUp = true
    hasChanged = true
    counters.connections += 1
    guard let gap else { return advance() }
    self.gap = nil
    let now = host.nowMs
    counters.gaps += 1
    for pipeline in pipelines where pipeline.isAsked { restart(pipeline, now) }
    for family in families where family.connection != connection { family.dueMs = now + settings.alertSettleMs }
    for session in sessions { session.dueMs = now }
    tell(gap)
    if pipelines.contains(where: { $0.isAsked }) {
      holdUntilMs = now + settings.holdMs
      host.hold(true)
    }
    advance()
  }

  /// The connection is gone. `aliveMs`: when it was known to be there last, in milliseconds since the Unix epoch.
  public func cut(aliveMs: Int64, reason: [UInt8]) {
    isUp = false
    if gap == nil { gap = (aliveMs, reason) }
    for pipeline in pipelines { lost(pipeline, aliveMs) }
    for family in families where family.gapFromMs == nil { family.gapFromMs = aliveMs }
    release()
  }

  private func tell(_ gap: (fromMs: Int64, reason: [UInt8])) {
    var data = JSONWriter()
    data.set("from", secondsOfMs: gap.fromMs)
    data.set("to", secondsOfMs: max(host.serverMs, gap.fromMs))
    data.set("reason", gap.reason)
    var recovering: [[UInt8]] = []
    for lane in lanes.all where pipelines.contains(where: { $0.lane === lane && $0.isAsked }) {
      let name = Array(lane.kind.channel ?? "scene_index")
      if !recovering.contains(name) { recovering.append(name) }
    }
    if !sessions.isEmpty { recovering.append(Array("capture_session" as StaticString)) }
    data.set("recovering", json: jsonArray(recovering))
    // An alert that fired meanwhile cannot be had from the service (PROTOCOL 3.9).
    data.set("lost", json: jsonArray(families.isEmpty ? [] : [Array("alert" as StaticString)]))
    host.announce(.gap, data.text)
  }

  private func release() {
    guard holdUntilMs >= 0 else { return }
    holdUntilMs = -1
    host.hold(false)
  }

  /// The channel goes on for another process.
  func resume(after connectionID: [UInt8], aliveMs: Int64) {
    connectionIDs.append(connectionID)
    gap = (aliveMs, Array("The process was started again." as StaticString))
  }

  // MARK: Messages

  /// A message came over the socket. false: the application has it already.
  public func isNews(_ record: UnsafeMutablePointer<EventRecord>, now: Int64) -> Bool {
    guard let lane = lanes.find(record) else { return true }
    let (startMs, endMs) = record.pointee.itemTimes()
    let text = record.pointee.textHash()
    let isNews = lane._withUnsafeGuaranteedRef { lane in
      lane.takeNewest(text, startMs, endMs, now: now)
        || lane.take(live: text, startMs, endMs, now: now) { canHavePushed($0, lane) }
    }
    if !isNews { counters.duplicates += 1 }
    return isNews
  }

  private func canHavePushed(_ source: UInt16, _ lane: Lane) -> Bool {
    guard let pipeline = pipelines.first(where: { $0.lane === lane && $0.source == source }) else { return true }
    // One that is bound to a dead id pushes nothing; unless it is the only one, and so must have pushed this.
    return pipeline.connection == connection || !hasSeveral(lane)
  }

  private func hasSeveral(_ lane: Lane) -> Bool { pipelines.filter { $0.lane === lane }.count > 1 }

  // MARK: Bindings

  func makeLane(_ stream: [UInt8], _ kind: EventKind) -> Lane {
    if let lane = stream.withUnsafeBytes({ lanes.find($0, hash: textHash($0), kind) }) { return lane.takeUnretainedValue() }
    let lane = Lane(stream, kind, capacity: settings.remember, now: host.nowMs)
    lanes.append(lane)
    return lane
  }

  func pipeline(_ kind: Pipeline.Kind, _ stream: [UInt8], _ id: [UInt8]) -> Pipeline? {
    pipelines.first { $0.kind == kind && sameBytes($0.stream, stream) && sameBytes($0.id, id) }
  }

  /// Remembers that this pipeline pushes to connection `number`.
  @discardableResult
  func bind(
    _ kind: Pipeline.Kind, _ stream: [UInt8], _ id: [UInt8], engine: [UInt8]?, _ channel: EventKind, sinceMs: Int64,
    pollMs: Int64, connection number: Int
  ) -> Pipeline {
    let now = host.nowMs
    let known = pipeline(kind, stream, id)
    let lane = makeLane(percentDecoded(stream), channel)
    var source: UInt16 = 1
    while pipelines.contains(where: { $0.lane === lane && $0.source == source && $0 !== known }) { source += 1 }
    let bound =
      known
      ?? Pipeline(
        kind, stream, id, engine: engine, lane, source: source, sinceMs: sinceMs, pollMs: pollMs, connection: number, now: now)
    if known == nil {
      // What has been stopped for long is forgotten some day.
      if pipelines.count >= 256, let idle = pipelines.first(where: { !$0.isAsked }) { unbind(idle) }
      pipelines.append(bound)
    } else if bound.isStopped, bound.gaps.fromMs == nil {
      bound.sinceMs = max(sinceMs, bound.sinceMs)
    }
    bound.engine = engine
    bound.connection = number
    // What it made while it was not bound is still to come.
    let wasBound = bound.binding == .pushed
    bound.isStopped = false
    bound.binding = .pushed
    bound.restoreDueMs = -1
    bound.newsMs = now
    bound.told = []
    // The id that the call was sent with may be dead by now.
    if number != connection || !wasBound || !isUp {
      if bound.gaps.fromMs == nil { bound.gaps.begin(reached(bound, atMs: host.serverMs)) }
      if isUp { number == connection ? planPasses(bound, now) : restart(bound, now) }
    }
    return bound
  }

  func unbind(_ pipeline: Pipeline) {
    pipeline.isStopped = true  // for calls under way
    hasChanged = true
    pipeline.lane.release(source: pipeline.source)
    pipelines.removeAll { $0 === pipeline }
    if !pipelines.contains(where: { $0.lane === pipeline.lane }) { lanes.remove(pipeline.lane) }
  }

  // MARK: Going on

  /// Does what is due. Whatever changes calls it.
  public func advance() {
    // What the host is told may come back here.
    guard !isAdvancing else { return }
    isAdvancing = true
    let now = host.nowMs
    var wakeMs: Int64 = -1
    // By index: an event that is delivered may add bindings.
    var i = 0
    while i < pipelines.count {
      wakeMs = earlier(wakeMs, advance(pipelines[i], now))
      i += 1
    }
    for family in families { wakeMs = earlier(wakeMs, advance(family, now)) }
    for session in sessions { wakeMs = earlier(wakeMs, advance(session, now)) }
    if holdUntilMs >= 0 {
      if now >= holdUntilMs || pipelines.allSatisfy({ !$0.isAsked || $0.pass > 0 }) {
        release()
      } else {
        wakeMs = earlier(wakeMs, holdUntilMs)
      }
    }
    isAdvancing = false
    if hasChanged {
      hasChanged = false
      host.bindingsChanged()
    }
    host.wake(atMs: wakeMs)
  }

  /// Sends a call; `done` gets its answer, and what is due then is done.
  func ask(_ request: Request, done: @escaping (Result<[UInt8], VideoDBError>) -> Void) {
    asking += 1
    host.ask(request) { [self] result in
      asking -= 1
      done(result)
      advance()
    }
  }

  func retryMs(_ failures: Int, _ error: VideoDBError) -> Int64 {
    host.nowMs + max(settings.retry.waitMs(attempt: failures, random: host.random()), error.retryAfterMs, 50)
  }
}

func earlier(_ a: Int64, _ b: Int64) -> Int64 { a < 0 ? b : b < 0 ? a : min(a, b) }

public func sameBytes(_ a: [UInt8], _ b: [UInt8]) -> Bool { a.withUnsafeBytes { a in b.withUnsafeBytes { a.equals($0) } } }
