import CSystemShims
import VideoDBCore

/// What the recovery of a channel needs of it.
extension EventHub: RecoveryHost {
  public var nowMs: Int64 { Clock.now }
  public var serverMs: Int64 { settings.serverClock.nowMs }
  public func random() -> UInt64 { randomWord() }

  public func ask(_ request: Request, completion: @escaping (Result<[UInt8], VideoDBError>) -> Void) {
    let isSent = engine.call(request, nil) { [self] result in
      if link.phase != .over { completion(result) }
    }
    _ = isSent  // false: the engine has stopped, and the channel with it
  }

  public var hasRoom: Bool {
    if isPushing { return true }
    return state.withLock { state in
      if hasRoom(state) { return true }
      state.wantsRoom = true
      return false
    }
  }

  public func deliver(_ message: [UInt8]) {
    receivedMs = vdbshim_unix_ms()
    message.withUnsafeBytes { bytes in
      var record = EventRecord()
      defer { record.freeScratch() }
      _ = record.read(bytes, receivedMs: receivedMs)
      record.fields.flags.insert(.fetched)
      if let ledger, ledger.wasHandedOut(&record) { record.fields.flags.insert(.redelivered) }
      give(record.fields, bytes)
    }
  }

  public func announce(_ kind: EventKind, _ data: [UInt8]) { announce(kind, data) { _ in } }

  public func hold(_ isHolding: Bool) {
    self.isHolding = isHolding
    if !isHolding { flushBatch() }
  }

  public func wake(atMs: Int64) {
    link.wakeMs = atMs
    arm()
  }

  public func alertsChanged() { engine.alerts.changed(self, recovery.aliases) }

  public func bindingsChanged() { ledger?.setBindings(recovery.bindings) }

  /// Takes over what another process left. Before the channel is opened.
  func goOn(_ ledger: StateFile) {
    guard let left = ledger.left else { return }
    recovery.restore(left, aliveMs: ledger.aliveMs)
    var oldestMs = Int64.max
    if ledger.isFull { recovery.restore(settledMs: ledger.items.reduce(Int64.max) { min($0, $1.startMs) }) }
    for item in ledger.items {
      if item.isDone {
        recovery.restore(lane: item.lane, text: item.text, startMs: item.startMs, endMs: item.endMs)
      } else {
        oldestMs = min(oldestMs, item.startMs)
      }
    }
    recovery.restored(oldestMs: oldestMs, aliveMs: ledger.aliveMs)
    state.withLock { $0.connectionIDs = recovery.connectionIDs }
  }

  /// Events of another process that it was not done with and that the service cannot give again.
  func giveKept() {
    guard let ledger else { return }
    let left = ledger.keptEvents
    ledger.keptEvents = []
    for kept in left {
      kept.text.withUnsafeBytes { bytes in
        var fields = EventFields()
        _ = EventScanner.scan(bytes, into: &fields)
        if kept.isHandedOut { fields.flags.insert(.redelivered) }
        give(fields, bytes, kept.receipt)
      }
    }
  }

  /// false: the application has it already, as a record that was fetched.
  @inline(__always)
  func isNews(_ record: UnsafeMutablePointer<EventRecord>, _ recovery: Recovery) -> Bool {
    recovery.counters.received &+= 1
    guard recovery.isWatching else { return true }
    switch record.pointee.fields.kind {
    case .transcript, .sceneIndex, .audioIndex:
      // Interim texts are no items: a later message replaces them.
      guard !record.pointee.fields.flags.contains(.interim) else { return true }
      return recovery.isNews(record, now: receivedAtMs)
    case .captureSession:
      recovery.sessionChanged(record.pointee.bytes)
      return true
    default: return true
    }
  }
}
