import VideoDBCore

/// Subscriptions: functions of the application that get each event on the loop's thread.
extension EventHub {
  func push(_ fields: EventFields, _ message: UnsafeRawBufferPointer, _ receipt: Receipt) {
    pushed.pointee.reset(fields, message, receivedMs: receivedMs)
    pushed.pointee.receipt = receipt
    pushRecord(pushed)
  }

  func pushRecord(_ record: UnsafeMutablePointer<EventRecord>) {
    keeper?._withUnsafeGuaranteedRef { $0.handOut(record, retained: false) }
    // By index: a handler may add subscriptions, and removal waits until it has returned.
    var i = 0
    while i < pushedTo.count {
      pushedTo[i]._withUnsafeGuaranteedRef { $0.deliver(record) }
      i &+= 1
    }
    if keeper != nil { record.pointee.returned() }
  }

  func adoptSubscriptions() {
    let new = state.withLock { state in
      defer { if !state.newSubscriptions.isEmpty { state.newSubscriptions = [] } }
      return state.newSubscriptions
    }
    for subscription in new { startPushing(subscription) }
  }

  private func startPushing(_ subscription: Subscription) {
    guard let handling = subscription.handling else { return }
    deliveries.append(Delivery(subscription, handling))
    isPushing = true
    // What waited goes first, and in order: nothing new is read meanwhile, this being the thread that reads.
    while let record = state.withLock({ $0.queue.popFirst() }) {
      pushRecord(record)
      EventRecord.destroy(record)
    }
    state.withLock { state in
      state.wantsRoom = false
      signal(&state)
    }
    roomCame()
    let hasEnded = state.withLock { state in
      if case .ended = state.phase { return true }
      return false
    }
    if hasEnded { endSubscriptions() }
  }

  func remove(_ subscription: Subscription) {
    deliveries.removeAll { $0.subscription === subscription }
    subscription.finish()
  }

  func endSubscriptions() {
    let all = deliveries
    deliveries = []
    for delivery in all { delivery.subscription.finish() }
  }
}
