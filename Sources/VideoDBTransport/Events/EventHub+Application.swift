import CSystemShims
import VideoDBCore

/// The application's end of a hub, on any thread.
extension EventHub {
  public var phase: Phase { state.withLock { $0.phase } }

  /// Waits until the channel is open or has failed; nil at the deadline or when the op was cancelled.
  public func waitUntilOpen(_ op: Op?, deadlineMs: Int64) -> Phase? {
    let waker = op.map { op in
      op.register { [self] in
        state.wake()
        engine.poke()
      }
    }
    defer { if let op, let waker { op.unregister(waker) } }
    return engine.wait(state, until: deadlineMs) { state -> Phase?? in
      // A connection that was open and has ended since has events to give, and its end is one of them.
      if state.hasOpened, let id = state.connectionIDs.last { return .some(.open(connectionID: id)) }
      if case .opening = state.phase { return op?.isCancelled ?? false ? .some(nil) : nil }
      return .some(state.phase)
    } ?? nil
  }

  /// What has happened so far.
  public var counters: (counters: RecoveryCounters, queued: Int) { state.withLock { ($0.counters, $0.queue.count) } }

  /// What is bound to the channel, as text, for who is on the loop's thread.
  public var bindingsHere: [UInt8]? { recovery.bindings }

  /// The same from any other thread.
  public func bindings(deadlineMs: Int64) -> [UInt8]? {
    let answer = Watched<[UInt8]?>(nil)
    guard engine.loop.post({ [self] in answer.update { $0 = recovery.bindings } }) else { return nil }
    return engine.wait(answer, until: deadlineMs) { $0 }
  }

  /// Waits for the end; false at the deadline.
  public func waitUntilEnded(deadlineMs: Int64) -> Bool {
    engine.wait(state, until: deadlineMs) { state in
      if case .ended = state.phase { return true }
      return nil
    } != nil
  }

  public func close(_ why: VideoDBError) {
    state.withLock { if $0.closing == nil { $0.closing = why } }
    _ = engine.loop.post { [self] in closeConnection(why) }
  }

  /// Closes, and ends the subscriptions at once.
  public func release() {
    close(VideoDBError(.closed, "The event channel was released."))
    _ = engine.loop.post { [self] in
      for delivery in deliveries { delivery.subscription.deactivate() }
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

  /// Waits until the subscription has ended; false at the deadline.
  public func wait(_ subscription: Subscription, deadlineMs: Int64) -> Bool {
    engine.wait(subscription.finished, until: deadlineMs) { $0 ? true : nil } != nil
  }

  public func cancel(_ subscription: Subscription) {
    subscription.deactivate()
    // Where the loop has stopped, its end has finished the subscription.
    _ = engine.loop.post { [self] in remove(subscription) }
  }

  /// Up to `limit` events, at least one, for which `out` has room: how many. The caller destroys them.
  public func take(into out: UnsafeMutablePointer<UnsafeMutablePointer<EventRecord>?>, limit: Int, timeoutMs: Int64)
    throws(VideoDBError) -> Int
  {
    enum Taken {
      case records(Int, resume: Bool)
      case refused(VideoDBError)
    }
    let taken = engine.wait(state, until: Clock.deadline(afterMs: timeoutMs)) { state -> Taken? in
      guard state.mode != .pushed else {
        return .refused(Self.isPushed)
      }
      state.mode = .pulled
      if state.queue.isEmpty {
        if case .ended(let why) = state.phase { return .refused(why) }
        return nil
      }
      var count = 0
      if state.dropped > 0, let notice = Self.overflowRecord(state.dropped) {
        out[0] = notice
        count = 1
        state.dropped = 0
      }
      while count < limit, let record = state.queue.popFirst() {
        out[count] = record
        count += 1
      }
      signal(&state)
      let resume = state.wantsRoom && hasRoom(state)
      if resume { state.wantsRoom = false }
      return .records(count, resume: resume)
    }
    switch taken {
    case .records(let count, let resume):
      ledger?.handOut(out, count: count)
      if resume { _ = engine.loop.post { [self] in roomCame() } }
      return count
    case .refused(let why): throw why
    case nil: throw VideoDBError(.again, "No event within \(timeoutMs) ms.", isRetryable: true)
    }
  }

  private static var isPushed: VideoDBError {
    VideoDBError(.state, "The channel is pushed to a subscription; it cannot be pulled as well. Open a second channel.")
  }

  private static func overflowRecord(_ dropped: Int64) -> EventQueue.Record? {
    var data = JSONWriter()
    data.set("dropped", dropped)
    return message(.overflow, data.text).withUnsafeBytes { bytes in
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
}
