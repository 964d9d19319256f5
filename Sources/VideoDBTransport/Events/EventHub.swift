import CSystemShims
import VideoDBCore

/// Between a connection and the application: gives each event to the subscriptions, or keeps it until it is pulled.
public final class EventHub: ConnectionOwner, @unchecked Sendable {
  // `state` is shared. What is marked as the loop's is touched on its thread only.

  public enum Phase: Sendable {
    case opening
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
    var isPaused = false
    /// Signalled while something can be pulled; made when it is first asked for.
    var pollFD: Int32 = -1
    var pollFDIsSet = false
    /// Set once, when the connection id came.
    var connectionID: [UInt8]?
    /// What the end is called where it was asked for by the application.
    var closing: VideoDBError?
  }

  let engine: Engine
  let settings: Settings
  let state = Watched(State())
  private var bounds: QueueSettings { settings.queue }

  // The loop's.
  private(set) var connection: WebSocketConnection?
  /// It has ended, or never began.
  private var isOver = false
  private var redactor: Redactor
  private(set) var subscriptions: [(subscription: Subscription, handler: Subscription.Handler)] = []
  private var isPushing = false
  /// The connection was told to pause and is to be told when there is room.
  private var hasPaused = false
  private var batch: [EventQueue.Record] = []
  private var room = (events: 0, bytes: 0)
  private var receivedMs: Int64 = 0
  private let pushed: UnsafeMutablePointer<EventRecord>

  public init(_ engine: Engine, _ settings: Settings) {
    self.engine = engine
    self.settings = settings
    redactor = settings.redactor
    pushed = .allocate(capacity: 1)
    pushed.initialize(to: EventRecord())
  }

  deinit {
    state.withLock { state in
      while let record = state.queue.popFirst() { EventRecord.destroy(record) }
      if state.pollFD >= 0 { vdbshim_close(state.pollFD) }
    }
    pushed.pointee.freeScratch()
    pushed.deallocate()
  }

  // MARK: The connection's end (loop)

  /// Asks for the WebSocket's URL and connects to it. From any thread; false: the engine has stopped.
  public func open(_ request: Request, _ op: Op?) -> Bool {
    engine.open(request, op) { [self] result in
      if isOver {
        if case .success(var answer) = result { wipe(&answer) }
        return
      }
      do throws(VideoDBError) {
        let target = try WebSocketTarget(answer: result.get(), settings)
        redactor = settings.redactor.adding(target.url)
        engine.connect(self, url: target.url, parts: target.origin)
      } catch {
        ended(error, closeCode: 1006)
      }
    }
  }

  func attach(_ connection: WebSocketConnection) { self.connection = connection }

  /// The application closes.
  func closeConnection(_ why: VideoDBError) {
    if let connection { connection.close(why) } else if !isOver { ended(why, closeCode: 1006) }
  }

  func opened(connectionID: [UInt8]) {
    announce(.connected) { data throws(VideoDBError) in
      try data.set("connection_id", connectionID)
    } together: { state in
      state.phase = .open(connectionID: connectionID)
      state.connectionID = connectionID
    }
  }

  func willReceive(unixMs: Int64) {
    receivedMs = unixMs
    // Who has subscribed gets every event that is read afterwards, also where the loop has not got to the request yet.
    adoptSubscriptions()
    guard !isPushing else { return }
    room = state.withLock { (bounds.maxEvents - $0.queue.count, bounds.maxBytes - $0.queue.bytes) }
  }

  func received(_ message: UnsafeRawBufferPointer, isText: Bool) -> Verdict {
    var fields = EventFields()
    switch EventScanner.scan(message, into: &fields) {
    case .none: break
    case .utf8 where isText: return .notUTF8
    default:
      // No JSON: handed out as it came, if it is text at all.
      if isText, !isValidUTF8(message) { return .notUTF8 }
      fields = EventFields()
      fields.flags = .notJSON
    }
    if isPushing {
      push(fields, message)
      return .goOn
    }
    guard let record = EventRecord.make(fields, message, receivedMs: receivedMs) else {
      // Out of memory. The event is lost, and that is said like any other loss.
      state.withLock { $0.dropped += 1 }
      return .goOn
    }
    batch.append(record)
    room.events -= 1
    room.bytes -= record.pointee.cost
    if room.events > 0 && room.bytes > 0 { return .goOn }
    if bounds.dropOldest {
      flushBatch()
      room = (bounds.maxEvents, bounds.maxBytes)
      return .goOn
    }
    hasPaused = true
    return .pause
  }

  func didReceive() {
    if !batch.isEmpty { flushBatch() }
    guard hasPaused else { return }
    hasPaused = false
    // What was pulled since the batch began may have made room already; nobody else would notice.
    let mayGoOn = state.withLock { state in
      state.isPaused = !hasRoom(state)
      return !state.isPaused
    }
    if mayGoOn { _ = engine.loop.post { [self] in connection?.resume() } }
  }

  func hasRoom(_ state: State) -> Bool {
    state.queue.count <= bounds.maxEvents / 2 && state.queue.bytes <= bounds.maxBytes / 2
  }

  private func flushBatch() {
    let records = batch
    batch.removeAll(keepingCapacity: true)
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
      }
      signal(&state)
      return evicted
    }
    for record in evicted { EventRecord.destroy(record) }
  }

  func ended(_ why: VideoDBError, closeCode: UInt16) {
    let asked = state.withLock { $0.closing }
    var why = asked ?? why
    why.message = redactor.redact(why.message)
    isOver = true
    connection = nil
    settings.log(asked == nil ? .warning : .info, "ws", Message(why.message))
    announce(.disconnected) { data throws(VideoDBError) in
      try data.set("status", why.status.name)
      try data.set("reason", Array(why.message.utf8))
      try data.set("close_code", Int64(closeCode))
    } together: { state in
      state.phase = .ended(why)
    }
    if isPushing { endSubscriptions() }
  }

  /// An event of ours. It is delivered whatever the queue holds. `change` is what it tells of: who waits sees both or neither.
  private func announce(
    _ kind: EventKind, _ fill: (JSONTree) throws(VideoDBError) -> Void, together change: (inout State) -> Void
  ) {
    if !batch.isEmpty { flushBatch() }  // what came before goes before
    let message = Self.message(kind, fill) ?? []
    message.withUnsafeBytes { bytes in
      var fields = EventFields()
      _ = EventScanner.scan(bytes, into: &fields)
      fields.kind = kind
      receivedMs = vdbshim_unix_ms()
      // A handler finds the channel open, and whoever waits for the end finds that the last handler has returned.
      let isFirst = kind == .connected
      if isPushing, !isFirst { push(fields, bytes) }
      let record = isPushing ? nil : EventRecord.make(fields, bytes, receivedMs: receivedMs)
      state.update { state in
        if let record { state.queue.append(record) }
        change(&state)
        signal(&state)
      }
      if isPushing, isFirst { push(fields, bytes) }
    }
  }

  static func message(_ kind: EventKind, _ fill: (JSONTree) throws(VideoDBError) -> Void) -> [UInt8]? {
    do {
      let data = try JSONTree.object()
      try fill(data)
      let message = try JSONTree.object()
      try message.set("channel", kind.channel ?? "")
      try message.set("data", data)
      return try message.text()
    } catch {
      return nil
    }
  }

  // MARK: Pushing (loop)

  private func push(_ fields: EventFields, _ message: UnsafeRawBufferPointer) {
    pushed.pointee.reset(fields, message, receivedMs: receivedMs)
    // By index: a handler may add subscriptions, and removal waits until it has returned.
    var i = 0
    while i < subscriptions.count {
      subscriptions[i].subscription.deliver(pushed, subscriptions[i].handler)
      i += 1
    }
  }

  func adoptSubscriptions() {
    let new = state.withLock { state in
      defer { if !state.newSubscriptions.isEmpty { state.newSubscriptions = [] } }
      return state.newSubscriptions
    }
    for subscription in new { startPushing(subscription) }
  }

  private func startPushing(_ subscription: Subscription) {
    guard let handler = subscription.handler else { return }
    subscriptions.append((subscription, handler))
    isPushing = true
    // What waited goes first, and in order: nothing new is read meanwhile, this being the thread that reads.
    while let record = state.withLock({ $0.queue.popFirst() }) {
      subscription.deliver(record, handler)
      EventRecord.destroy(record)
    }
    state.withLock { state in
      state.isPaused = false
      signal(&state)
    }
    connection?.resume()
    let hasEnded = state.withLock { state in
      if case .ended = state.phase { return true }
      return false
    }
    if hasEnded { endSubscriptions() }
  }

  func remove(_ subscription: Subscription) {
    subscriptions.removeAll { $0.subscription === subscription }
    subscription.finish()
  }

  func endSubscriptions() {
    let all = subscriptions
    subscriptions = []
    for (subscription, _) in all { subscription.finish() }
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
