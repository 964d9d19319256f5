import CSystemShims
import VideoDBCore

/// An event channel: between the connections of the service and the application. Gives each event to the subscriptions, or keeps it
/// until it is pulled.
///
/// This file has what a message passes; `+Link` has the connections, `+Recovery` what happens after a cut, `+Pushing` the subscriptions and
/// `+Application` the application's end.
public final class EventHub: Bagged, @unchecked Sendable {
  // `state` is shared. What is marked as the loop's is touched on its thread only.

  public enum Phase: Sendable {
    case opening
    /// Also while it reconnects: an id that the application holds stays good.
    case open(connectionID: [UInt8])
    case ended(VideoDBError)
  }

  enum Mode { case undecided, pulled, pushed }

  struct State {
    var phase = Phase.opening
    var mode = Mode.undecided
    var queue = EventQueue()
    /// Made, and not yet known to the loop.
    var newSubscriptions: [Subscription] = []
    /// Oldest events dropped since the last one that said so.
    var dropped: Int64 = 0
    /// The loop waits for room: to read on, to reconnect, or to hand out what it fetched.
    var wantsRoom = false
    /// Signalled while something can be pulled; made when it is first asked for.
    var pollFD: Int32 = -1
    var pollFDIsSet = false
    /// Of all connections, oldest first; the first one may be that of another process.
    var connectionIDs = ConnectionIDs()
    var hasOpened = false
    /// What the end is called where it was asked for by the application.
    var closing: VideoDBError?
    var counters = RecoveryCounters()
  }

  /// Under the engine's lock.
  var place = -1
  let engine: Engine
  let settings: Settings
  let state = Watched(State())
  var bounds: QueueSettings { settings.queue }

  // The loop's.
  var link: Link
  var recovery: Recovery!
  /// The same, for what comes with each message: no reference is counted.
  private var watched: Unmanaged<Recovery>!
  /// Goes on for another process, and for the next one.
  let ledger: StateFile?
  /// The same, for what comes with each message.
  let keeper: Unmanaged<StateFile>?
  var redactor: Redactor
  var deliveries: [Delivery] = [] {
    didSet { pushedTo = deliveries.map { .passUnretained($0) } }
  }
  /// The same, not retained for the call of a handler: what is in the list stays there while one runs.
  private(set) var pushedTo: [Unmanaged<Delivery>] = []
  var isPushing = false
  /// The connection was told to pause and is to be told when there is room.
  private var hasPaused = false
  private var batch: [EventQueue.Record] = []
  /// What came over the socket waits until what a gap swallowed has been fetched.
  var isHolding = false
  private var room = (events: 0, bytes: 0)
  /// When bytes were read from the socket last: in milliseconds since the Unix epoch, and on the monotonic clock.
  var receivedMs: Int64 = 0
  var receivedAtMs: Int64 = 0
  /// When the state file was looked at last: once for each millisecond and for each time that there is something to read.
  private var lookedAtMs: Int64 = -1
  /// What comes over the socket is read here, each message in its turn, and handed out from here.
  private let incoming = EventHub.record()
  private let shapes = EventHub.shapes()
  /// The same for what does not: it may come while an incoming message is dealt with.
  let pushed = EventHub.record()

  /// `stateFile` nil: nothing outlives the process. Throws `.state` where it cannot be used.
  /// `retries`: a first connection that fails is tried again where that may help.
  public static func make(
    _ engine: Engine, _ settings: Settings, _ request: Request, stateFile: [UInt8]?, retries: Bool
  ) throws(VideoDBError) -> EventHub {
    let ledger: StateFile? = if let stateFile { try StateFile.open(stateFile, settings) } else { nil }
    let hub = EventHub(engine, settings, Link(request, retries: retries), ledger)
    if let ledger { hub.goOn(ledger) }
    return hub
  }

  private init(_ engine: Engine, _ settings: Settings, _ link: Link, _ ledger: StateFile?) {
    self.ledger = ledger
    keeper = ledger.map { .passUnretained($0) }
    self.engine = engine
    self.settings = settings
    self.link = link
    redactor = settings.redactor
    recovery = Recovery(settings.recovery, self)
    watched = .passUnretained(recovery)
  }

  deinit {
    for record in batch { EventRecord.destroy(record) }
    state.withLock { state in
      while let record = state.queue.popFirst() { EventRecord.destroy(record) }
      if state.pollFD >= 0 { vdbshim_close(state.pollFD) }
    }
    for record in [incoming, pushed] {
      record.pointee.freeScratch()
      record.deallocate()
    }
    shapes.pointee.free()
    shapes.deallocate()
  }

  private static func record() -> UnsafeMutablePointer<EventRecord> {
    let record = UnsafeMutablePointer<EventRecord>.allocate(capacity: 1)
    record.initialize(to: EventRecord())
    return record
  }

  private static func shapes() -> UnsafeMutablePointer<EventShapes> {
    let shapes = UnsafeMutablePointer<EventShapes>.allocate(capacity: 1)
    shapes.initialize(to: EventShapes())
    return shapes
  }

  // MARK: Receiving (loop)

  @_optimize(speed)
  func received(_ message: UnsafeRawBufferPointer, isText: Bool) -> Verdict {
    switch EventRecord.read(incoming, message, shapes, receivedMs: receivedMs) {
    case .none: break
    case .utf8 where isText: return .notUTF8
    default:
      // No JSON: handed out as it came, if it is text at all.
      if isText, !isValidUTF8(message) { return .notUTF8 }
      incoming.pointee.fields = EventFields()
      incoming.pointee.fields.flags = .notJSON
    }
    if !watched._withUnsafeGuaranteedRef({ isNews(incoming, $0) }) { return .goOn }
    let isDirect = isPushing && !isHolding
    if let keeper {
      incoming.pointee.receipt = keeper._withUnsafeGuaranteedRef {
        $0.keep(incoming.pointee.fields.kind, incoming.pointee.fields.flags, message, isHandedOut: isDirect, atMs: receivedMs)
      }
    }
    if isDirect {
      pushRecord(incoming)
      return .goOn
    }
    return takeLater()
  }

  /// Puts what is incoming where it waits.
  private func takeLater() -> Verdict {
    guard let record = EventRecord.copy(incoming) else {
      // Out of memory. The event is lost, and that is said like any other loss.
      state.withLock { $0.dropped += 1 }
      return .goOn
    }
    batch.append(record)
    room.events -= 1
    room.bytes -= record.pointee.cost
    if room.events > 0 && room.bytes > 0 { return .goOn }
    // Memory is bounded before order is kept.
    if isHolding { hold(false) }
    if isPushing { return .goOn }
    if bounds.dropOldest {
      flushBatch()
      measureRoom()
      return .goOn
    }
    hasPaused = true
    return .pause
  }

  func willRead() { lookedAtMs = -1 }

  func willReceive(unixMs: Int64) {
    receivedMs = unixMs
    receivedAtMs = Clock.now
    if let ledger, lookedAtMs != receivedAtMs {
      ledger.look()
      lookedAtMs = receivedAtMs
    }
    // Who has subscribed gets every event that is read afterwards, also where the loop has not got to the request yet.
    adoptSubscriptions()
    measureRoom()
  }

  private func measureRoom() {
    if bounds.dropOldest {
      room = (bounds.maxEvents - (isHolding ? batch.count : 0), bounds.maxBytes)
    } else if !isPushing || isHolding {
      room = state.withLock { (bounds.maxEvents - $0.queue.count - batch.count, bounds.maxBytes - $0.queue.bytes) }
      for record in batch { room.bytes -= record.pointee.cost }
    }
  }

  func didReceive() {
    if !isHolding, !batch.isEmpty { flushBatch() }
    guard hasPaused else { return }
    hasPaused = false
    // What was pulled since the batch began may have made room already; nobody else would notice.
    let mayGoOn = state.withLock { state in
      if hasRoom(state) { return true }
      state.wantsRoom = true
      return false
    }
    if mayGoOn { _ = engine.loop.post { [self] in roomCame() } } else { link.pausedMs = Clock.now }
    arm()
  }

  func hasRoom(_ state: State) -> Bool {
    state.queue.count <= bounds.maxEvents / 2 && state.queue.bytes <= bounds.maxBytes / 2
  }

  /// What waits in the batch goes on: into the queue, or to the subscriptions.
  func flushBatch() {
    let records = batch
    batch = []
    if isPushing {
      for record in records {
        pushRecord(record)
        EventRecord.destroy(record)
      }
      return
    }
    enqueue(records) { _ in }
  }

  private func enqueue(_ records: [EventQueue.Record], together change: (inout State) -> Void) {
    let evicted = state.update { state -> [EventQueue.Record] in
      for record in records { state.queue.append(record) }
      var evicted: [EventQueue.Record] = []
      if bounds.dropOldest {
        while state.queue.count > bounds.maxEvents || state.queue.bytes > bounds.maxBytes && state.queue.count > 1,
          let oldest = state.queue.popFirst()
        {
          evicted.append(oldest)
        }
        state.dropped += Int64(evicted.count)
        recovery.counters.dropped += Int64(evicted.count)
      }
      change(&state)
      state.counters = recovery.counters
      signal(&state)
      return evicted
    }
    for record in evicted { EventRecord.destroy(record) }
  }

  /// Beyond the queue's bounds and past what is held back: events of ours, and those that were fetched.
  func give(
    _ fields: EventFields, _ message: UnsafeRawBufferPointer, _ receipt: Receipt = Receipt(),
    together change: (inout State) -> Void = { _ in }
  ) {
    if !isHolding, !batch.isEmpty { flushBatch() }  // what came before goes before
    // A handler finds the channel open, and whoever waits for the end finds that the last handler has returned.
    let isFirst = fields.kind == .connected
    if isPushing, !isFirst { push(fields, message, receipt) }
    let record = isPushing ? nil : EventRecord.make(fields, message, receivedMs: receivedMs)
    record?.pointee.receipt = receipt
    enqueue(record.map { [$0] } ?? [], together: change)
    if isPushing, isFirst { push(fields, message, receipt) }
  }

  /// An event of ours, with this `data`. `change` is what it tells of: who waits sees both or neither.
  func announce(_ kind: EventKind, _ data: [UInt8], together change: (inout State) -> Void) {
    receivedMs = vdbshim_unix_ms()
    Self.message(kind, data).withUnsafeBytes { bytes in
      var fields = EventFields()
      _ = EventScanner.scan(bytes, into: &fields)
      fields.kind = kind
      give(fields, bytes, together: change)
    }
  }

  static func message(_ kind: EventKind, _ data: [UInt8]) -> [UInt8] {
    var message = JSONWriter()
    message.set("channel", kind.channel ?? "")
    message.set("data", json: data)
    return message.text
  }

  /// Brings the descriptor to what the queue says. Under the lock.
  func signal(_ state: inout State) {
    guard state.pollFD >= 0 else { return }
    var isReadable = !state.queue.isEmpty
    if case .ended = state.phase { isReadable = true }
    guard isReadable != state.pollFDIsSet else { return }
    if isReadable { vdbshim_eventfd_signal(state.pollFD) } else { vdbshim_eventfd_drain(state.pollFD) }
    state.pollFDIsSet = isReadable
  }
}
