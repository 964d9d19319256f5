import Analysis
import Synchronization

/// From a described window to everyone who has to hear of it: record, event, alerts.
final class SceneDispatcher: Sendable {
  private let store: Store
  private let sockets: SocketRegistry
  private let webhooks: WebhookSender
  private let messages: Messages
  private let recordDelay: Double
  private let backlog: Backlog
  private let log: Log

  /// What became of one event: of which alert it was, if of one, and whether there was a socket to take it.
  struct Sent: Sendable {
    let alert: Alert?
    let reached: Bool
  }

  init(
    store: Store, sockets: SocketRegistry, webhooks: WebhookSender, messages: Messages, recordDelay: Double, backlog: Backlog,
    log: Log
  ) {
    self.store = store
    self.sockets = sockets
    self.webhooks = webhooks
    self.messages = messages
    self.recordDelay = recordDelay
    self.backlog = backlog
    self.log = log
  }

  func seen(_ window: DescribedWindow, jobID: String) async throws {
    try await tell(window, jobID: jobID, as: { [messages] in messages.scene($0, stream: $1) })
  }

  func heard(_ window: DescribedWindow, jobID: String) async throws {
    try await tell(window, jobID: jobID, as: { [messages] in messages.audio($0, stream: $1) })
  }

  /// Throws what was wrong with one of the events that could not be judged; all others have been.
  private func tell(
    _ window: DescribedWindow, jobID: String, as message: @escaping @Sendable (Scene, VideoStream) -> JSON
  ) async throws {
    let scene = Scene(
      jobID: jobID, start: window.start, end: window.end, text: window.text, visibleFrom: Timestamp.now() + recordDelay)
    guard let audiences = try await keepAndAnnounce(scene, window, as: message) else { return }
    try await judge(scene, window, audiences)
  }

  /// Nil when the database cannot take it at the moment. It is then kept, told and judged as soon as it can be.
  private func keepAndAnnounce(
    _ scene: Scene, _ window: DescribedWindow, as message: @escaping @Sendable (Scene, VideoStream) -> JSON
  ) async throws -> [Store.Audience]? {
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<[Store.Audience]?, any Error>) in
      let waiter = Mutex<CheckedContinuation<[Store.Audience]?, any Error>?>(done)
      backlog.add("job \(scene.jobID): a scene") { outcome in
        let waiting = waiter.withLock { $0.take() }
        switch outcome {
        case .waits: waiting?.resume(returning: nil)
        case .lost(let error):
          waiting?.resume(throwing: Untold(description: "a scene could not be kept and was not sent: \(error)"))
        }
      } work: { [self] isLate in
        let audiences = try store.keep(scene, isLate: isLate)
        announce(scene, to: audiences, as: message)
        if let waiting = waiter.withLock({ $0.take() }) { return waiting.resume(returning: audiences) }
        Task {
          do {
            try await judge(scene, window, audiences)
          } catch {
            log.warning("job \(scene.jobID): \(error)")
          }
        }
      }
    }
  }

  private func judge(_ scene: Scene, _ window: DescribedWindow, _ audiences: [Store.Audience]) async throws {
    // The same event may stand on an index more than once, and on the indexes that take its windows over.
    var matches: [String: EventMatch] = [:]
    var failure: Untold?
    var judged: Set<String> = []
    for (_, event) in audiences.flatMap(\.alerts) where judged.insert(event.id).inserted {
      do {
        matches[event.id] = try await window.judge(event.prompt)
      } catch {
        failure = Untold(description: "event \(event.id) could not be judged: \(error)")
      }
    }
    alert(scene, audiences) { matches[$0.id] }
    if let failure { throw failure }
  }

  private struct Untold: Error, CustomStringConvertible {
    let description: String
  }

  /// Tells of a scene that has been kept.
  @discardableResult
  func announce(_ scene: Scene, to audiences: [Store.Audience], as message: (Scene, VideoStream) -> JSON) -> [Sent] {
    audiences.map { audience in
      Sent(alert: nil, reached: sockets.send(message(scene, audience.stream), to: audience.job.connectionID))
    }
  }

  /// `match` gives the verdict on an event; nil when it did not happen.
  @discardableResult
  func alert(_ scene: Scene, _ audiences: [Store.Audience], match: (EventRule) -> EventMatch?) -> [Sent] {
    audiences.flatMap { audience in
      audience.alerts.compactMap { alert, event -> Sent? in
        guard let match = match(event) else { return nil }
        let firing = Firing(
          streamID: audience.stream.id, streamName: audience.stream.name, scene: scene,
          alert: alert, event: event, match: match, time: Timestamp.now())
        defer { if let url = alert.callbackURL { webhooks.send(messages.webhook(firing).text, to: url) } }
        return Sent(alert: alert, reached: sockets.send(messages.alert(firing), to: alert.connectionID))
      }
    }
  }
}
