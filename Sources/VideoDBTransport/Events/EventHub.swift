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

  private enum Mode { case undecided, pulled, pushed }

  private struct State {
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

  private let engine: Engine
  private let bounds: QueueSettings
  private let redactor: Redactor
  private let state = Watched(State())

  // The loop's.
  private var connection: WebSocketConnection?
  private var subscriptions: [(subscription: Subscription, handler: Subscription.Handler)] = []
  private var isPushing = false
  /// The connection was told to pause and is to be told when there is room.
  private var hasPaused = false
  private var batch: [EventQueue.Record] = []
  private var room = (events: 0, bytes: 0)
  private var receivedMs: Int64 = 0
  private let pushed: UnsafeMutablePointer<EventRecord>

  public init(_ engine: Engine, _ settings: Settings, url: Secret) {
    self.engine = engine
    bounds = settings.queue
    redactor = Redactor([settings.credential, settings.proxy, url])
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

  func attach(_ connection: WebSocketConnection) { self.connection = connection }

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

  private func hasRoom(_ state: State) -> Bool {
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
    var why = state.withLock { $0.closing } ?? why
    why.message = redactor.redact(why.message)
    connection = nil
    if state.withLock({ $0.connectionID != nil }) {
      announce(.disconnected) { data throws(VideoDBError) in
        try data.set("status", why.status.name)
        try data.set("reason", Array(why.message.utf8))
        try data.set("close_code", Int64(closeCode))
      } together: { state in
        state.phase = .ended(why)
      }
    } else {
      state.update { state in
        state.phase = .ended(why)
        signal(&state)
      }
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
      if isPushing { push(fields, bytes) }
      let record = isPushing ? nil : EventRecord.make(fields, bytes, receivedMs: receivedMs)
      state.update { state in
        if let record { state.queue.append(record) }
        change(&state)
        signal(&state)
      }
    }
  }

  private static func message(_ kind: EventKind, _ fill: (JSONTree) throws(VideoDBError) -> Void) -> [UInt8]? {
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

  private func adoptSubscriptions() {
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

  private func remove(_ subscription: Subscription) {
    subscriptions.removeAll { $0.subscription === subscription }
    subscription.finish()
  }

  private func endSubscriptions() {
    let all = subscriptions
    subscriptions = []
    for (subscription, _) in all { subscription.finish() }
  }

  // MARK: The application's end (any thread)

  public var phase: Phase { state.withLock { $0.phase } }

  /// Waits until the channel is open or has failed; nil at the deadline or when the op was cancelled.
  public func waitUntilOpen(_ op: Op?, deadlineMs: Int64) -> Phase? {
    let waker = op.map { op in op.register { [state] in state.wake() } }
    defer { if let op, let waker { op.unregister(waker) } }
    return state.wait(until: deadlineMs) { state -> Phase?? in
      // A connection that was open and has ended since has events to give, and its end is one of them.
      if let id = state.connectionID { return .some(.open(connectionID: id)) }
      if case .opening = state.phase { return op?.isCancelled ?? false ? .some(nil) : nil }
      return .some(state.phase)
    } ?? nil
  }

  /// Waits for the end; false at the deadline.
  public func waitUntilEnded(deadlineMs: Int64) -> Bool {
    state.wait(until: deadlineMs) { state in
      if case .ended = state.phase { return true }
      return nil
    } != nil
  }

  public func close(_ why: VideoDBError) {
    state.withLock { if $0.closing == nil { $0.closing = why } }
    _ = engine.loop.post { [self] in connection?.close(why) }
  }

  /// Closes, and ends the subscriptions at once.
  public func release() {
    close(VideoDBError(.closed, "The event channel was released."))
    _ = engine.loop.post { [self] in
      for (subscription, _) in subscriptions { subscription.deactivate() }
      endSubscriptions()
    }
  }

  public func subscribe(channel: [UInt8]?, handler: @escaping Subscription.Handler, destroy: @escaping () -> Void)
    throws(VideoDBError) -> Subscription
  {
    let subscription = Subscription(channel: channel, handler: handler, destroy: destroy)
    let isPulled = state.withLock { state in
      if state.mode == .pulled { return true }
      state.mode = .pushed
      state.newSubscriptions.append(subscription)
      return false
    }
    if isPulled {
      subscription.finish()
      throw VideoDBError(.state, "The channel is pulled already; it cannot be pushed as well. Open a second channel.")
    }
    if !engine.loop.post({ [self] in adoptSubscriptions() }) {
      state.withLock { $0.newSubscriptions.removeAll { $0 === subscription } }
      subscription.finish()
      throw VideoDBError(.closed, "The client was shut down.")
    }
    return subscription
  }

  public func cancel(_ subscription: Subscription) {
    subscription.deactivate()
    // Where the loop has stopped, its end has finished the subscription.
    _ = engine.loop.post { [self] in remove(subscription) }
  }

  /// Up to `limit` events, at least one. The caller destroys them.
  public func take(limit: Int, timeoutMs: Int64) throws(VideoDBError) -> [UnsafeMutablePointer<EventRecord>] {
    enum Taken {
      case records([EventQueue.Record], resume: Bool)
      case refused(VideoDBError)
    }
    let taken = state.wait(until: Clock.deadline(afterMs: timeoutMs)) { state -> Taken? in
      guard state.mode != .pushed else {
        return .refused(Self.isPushed)
      }
      state.mode = .pulled
      if state.queue.isEmpty {
        if case .ended(let why) = state.phase { return .refused(why) }
        return nil
      }
      var records: [EventQueue.Record] = []
      if state.dropped > 0, let notice = Self.overflowRecord(state.dropped) {
        records.append(notice)
        state.dropped = 0
      }
      while records.count < limit, let record = state.queue.popFirst() { records.append(record) }
      signal(&state)
      let resume = state.isPaused && hasRoom(state)
      if resume { state.isPaused = false }
      return .records(records, resume: resume)
    }
    switch taken {
    case .records(let records, let resume):
      if resume { _ = engine.loop.post { [self] in connection?.resume() } }
      return records
    case .refused(let why): throw why
    case nil: throw VideoDBError(.again, "No event within \(timeoutMs) ms.", isRetryable: true)
    }
  }

  private static var isPushed: VideoDBError {
    VideoDBError(.state, "The channel is pushed to a subscription; it cannot be pulled as well. Open a second channel.")
  }

  private static func overflowRecord(_ dropped: Int64) -> EventQueue.Record? {
    guard let text = message(.overflow, { data throws(VideoDBError) in try data.set("dropped", dropped) }) else { return nil }
    return text.withUnsafeBytes { bytes in
      var fields = EventFields()
      _ = EventScanner.scan(bytes, into: &fields)
      fields.kind = .overflow
      return EventRecord.make(fields, bytes, receivedMs: vdbshim_unix_ms())
    }
  }

  /// Readable while there is something to pull. Asking for it makes the channel a pulled one.
  public func pollFD() throws(VideoDBError) -> Int32 {
    let fd = try state.withLock { state throws(VideoDBError) in
      guard state.mode != .pushed else { throw Self.isPushed }
      state.mode = .pulled
      if state.pollFD < 0 {
        state.pollFD = vdbshim_eventfd_new()
        state.pollFDIsSet = false
        if state.pollFD >= 0 { signal(&state) }
      }
      return state.pollFD
    }
    guard fd >= 0 else { throw VideoDBError(.noMemory, "There is no file descriptor left: raise the limit (ulimit -n).") }
    return fd
  }

  /// Brings the descriptor to what the queue says. Under the lock.
  private func signal(_ state: inout State) {
    guard state.pollFD >= 0 else { return }
    var isReadable = !state.queue.isEmpty
    if case .ended = state.phase { isReadable = true }
    guard isReadable != state.pollFDIsSet else { return }
    if isReadable { vdbshim_eventfd_signal(state.pollFD) } else { vdbshim_eventfd_drain(state.pollFD) }
    state.pollFDIsSet = isReadable
  }
}
