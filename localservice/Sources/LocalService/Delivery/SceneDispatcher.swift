import Analysis

/// From a finished window to everyone who has to hear of it: record, event, alerts.
final class SceneDispatcher: Sendable {
  private let store: Store
  private let sockets: SocketRegistry
  private let webhooks: WebhookSender
  private let messages: Messages
  private let recordDelay: Double
  private let log: Log

  /// What became of one event: of which alert it was, if of one, and whether there was a socket to take it.
  struct Sent: Sendable {
    let alert: Alert?
    let reached: Bool
  }

  init(
    store: Store, sockets: SocketRegistry, webhooks: WebhookSender, messages: Messages, recordDelay: Double, log: Log
  ) {
    self.store = store
    self.sockets = sockets
    self.webhooks = webhooks
    self.messages = messages
    self.recordDelay = recordDelay
    self.log = log
  }

  /// Called on the camera's thread; everything that can take long is only handed over here.
  func finished(_ description: SceneDescription, jobID: String) {
    let scene = Scene(
      jobID: jobID, start: description.start, end: description.end, text: description.text,
      visibleFrom: Timestamp.now() + recordDelay)
    tell(scene, as: messages.scene) { EventRules.match(prompt: $0, description: description) }
  }

  /// Keeps and tells of one window; `match` judges the prompt of an event.
  @discardableResult
  func tell(_ scene: Scene, as message: (Scene, VideoStream) -> JSON, match: (String) -> EventMatch?) -> [Sent] {
    let audiences: [Store.Audience]
    do {
      audiences = try store.keep(scene)
    } catch {
      log.error("job \(scene.jobID): a scene could not be kept and was not sent: \(error)")
      return []
    }
    var sent: [Sent] = []
    for audience in audiences {
      let reached = sockets.send(message(scene, audience.stream), to: audience.job.connectionID)
      sent.append(Sent(alert: nil, reached: reached))
      for (alert, event) in audience.alerts {
        guard let match = match(event.prompt) else { continue }
        let firing = Firing(
          streamID: audience.stream.id, streamName: audience.stream.name, scene: scene,
          alert: alert, event: event, match: match, time: Timestamp.now())
        sent.append(Sent(alert: alert, reached: sockets.send(messages.alert(firing), to: alert.connectionID)))
        if let url = alert.callbackURL { webhooks.send(messages.webhook(firing).text, to: url) }
      }
    }
    return sent
  }
}
