import Synchronization

/// Delivers webhooks at least once: kept in the database until a receiver has confirmed, repeated with growing
/// pauses, given up (and said so) after the last attempt. Receivers do not wait for one another.
final class WebhookSender: Sendable {
  private struct Job: Sendable {
    let id: Int64
    let address: HTTPAddress
    let payload: String
  }

  /// The calls to one address. A few run at once, so that a slow answer does not delay the next alert.
  private struct Lane {
    var waiting: [Job] = []
    var active = 0
  }

  private struct State {
    var lanes: [String: Lane] = [:]
    var tasks: [Int64: Task<Void, Never>] = [:]
    var closed = false
    /// Calls that are not in the database have numbers below 0.
    var lastUnkept: Int64 = 0
  }

  private static let callsPerAddress = 4
  /// A receiver gains nothing from an alert of the day before yesterday.
  private static let oldestSeconds = 24.0 * 3600

  private let store: Store
  private let client: HTTPPoster
  private let limits: Settings.Limits
  private let log: Log
  private let state = Mutex(State())

  init(store: Store, client: HTTPPoster, limits: Settings.Limits, log: Log) {
    self.store = store
    self.client = client
    self.limits = limits
    self.log = log
  }

  /// Returns at once.
  func send(_ payload: String, to url: String) {
    // An alert's address was checked when the alert was created.
    guard let address = HTTPAddress(url) else { return }
    do {
      let webhook = PendingWebhook(id: nil, url: url, payload: payload, createdAt: Timestamp.now())
      enqueue(Job(id: try store.insert(webhook), address: address, payload: payload), url)
    } catch {
      // It only cannot outlive the service.
      log.error("webhook to \(address.display) is sent without being kept: \(StorageTrouble.words(error) ?? "\(error)")")
      let id = state.withLock { state in
        state.lastUnkept -= 1
        return state.lastUnkept
      }
      enqueue(Job(id: id, address: address, payload: payload), url)
    }
  }

  /// Takes up what an earlier run of the service could not deliver.
  func resume() throws {
    for webhook in try store.pendingWebhooks() {
      guard let id = webhook.id else { continue }
      if let address = HTTPAddress(webhook.url), webhook.createdAt > Timestamp.now() - Self.oldestSeconds {
        enqueue(Job(id: id, address: address, payload: webhook.payload), webhook.url)
      } else {
        try store.removeWebhook(id)
      }
    }
  }

  /// Ends the calls under way; what is not confirmed stays in the database.
  func close() async {
    let tasks = state.withLock { state in
      state.closed = true
      state.lanes = [:]
      return Array(state.tasks.values)
    }
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
  }

  private func enqueue(_ job: Job, _ url: String) {
    let dropped = state.withLock { state -> Job? in
      guard !state.closed else { return nil }
      var dropped: Job?
      if state.lanes[url, default: Lane()].active < Self.callsPerAddress {
        state.lanes[url, default: Lane()].active += 1
        launch(job, url, &state)
      } else {
        state.lanes[url, default: Lane()].waiting.append(job)
        if state.lanes[url, default: Lane()].waiting.count > limits.webhookQueue {
          dropped = state.lanes[url]?.waiting.removeFirst()
        }
      }
      return dropped
    }
    if let dropped {
      log.warning("webhook to \(dropped.address.display) dropped: \(limits.webhookQueue) newer ones are waiting")
      forget(dropped)
    }
  }

  private func launch(_ job: Job, _ url: String, _ state: inout State) {
    state.tasks[job.id] = Task { [self] in
      await deliver(job)
      self.state.withLock { state in
        state.tasks[job.id] = nil
        guard !state.closed, var lane = state.lanes[url] else { return }
        if lane.waiting.isEmpty {
          lane.active -= 1
          state.lanes[url] = lane.active == 0 ? nil : lane
        } else {
          let next = lane.waiting.removeFirst()
          state.lanes[url] = lane
          launch(next, url, &state)
        }
      }
    }
  }

  private func deliver(_ job: Job) async {
    var pause = limits.webhookBackoffSeconds
    for attempt in 1...max(limits.webhookAttempts, 1) {
      let outcome = await client.post(
        Array(job.payload.utf8), as: "application/json", to: job.address, seconds: limits.webhookSeconds)
      if case .answered(let answer) = outcome, (200...299).contains(answer.status) { return forget(job) }
      if Task.isCancelled { return }
      log.warning("webhook to \(job.address.display), attempt \(attempt) of \(limits.webhookAttempts): \(outcome)")
      guard attempt < limits.webhookAttempts else { break }
      do {
        try await Task.sleep(for: .seconds(pause * Double.random(in: 1...1.25)))
      } catch {
        return
      }
      pause *= 2
    }
    log.error("webhook to \(job.address.display) given up after \(limits.webhookAttempts) attempts")
    forget(job)
  }

  private func forget(_ job: Job) {
    guard job.id > 0 else { return }
    do {
      try store.removeWebhook(job.id)
    } catch {
      log.error(
        "webhook to \(job.address.display) is done but could not be forgotten, and is sent again after a restart: \(error)")
    }
  }
}
