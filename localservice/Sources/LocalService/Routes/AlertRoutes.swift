/// Alerts: an event rule on an index, and where its firings go.
extension Routes {
  func addAlerts(to router: inout Router) {
    addAlerts(on: .derivedIndex, at: Self.derivedIndexPath + "/{index}/alert", to: &router)
    // Old clients have "scene" in the path.
    for path in ["/rtstream/{id}/index/{index}/alert", "/rtstream/{id}/index/scene/{index}/alert"] {
      addAlerts(on: .sceneIndex, at: path, to: &router)
    }
  }

  private func addAlerts(on kind: WindowJob.Kind, at path: String, to router: inout Router) {
    router.on("POST", path) { try await createAlert(on: try await job(kind, $0), $0) }
    router.on("GET", path) { request in
      let alerts = try await store.alerts(ofJob: try await job(kind, request).id)
      return .data(["alerts": .array(alerts.map { Self.form($0.alert, $0.event) })])
    }
    router.on("PATCH", path + "/{alert}/status") { try await setAlertStatus(on: try await job(kind, $0), $0) }
  }

  private static func form(_ alert: Alert, _ event: EventRule) -> JSON {
    [
      "alert_id": .string(alert.id),
      "event_id": .string(event.id),
      "prompt": .string(event.prompt),
      "label": .string(event.label),
      "callback_url": .optional(alert.callbackURL),
      "status": .string(alert.enabled ? "enabled" : "disabled"),
    ]
  }

  private func createAlert(on job: WindowJob, _ request: Request) async throws -> Reply {
    let fields = try Fields(body: request.body)
    let given = try fields.requiredString("event_id", "the id of the event rule")
    // Webhooks show the id with this prefix.
    let eventID = given.hasPrefix("event-") ? String(given.dropFirst("event-".count)) : given
    guard let event = try await store.event(eventID) else {
      throw Refusal.notFound("there is no event '\(Fields.short(given))'")
    }
    let hears = job.segmenter == nil ? nil : analyser.understanding(ofSpoken: event.prompt)
    guard job.segmenter == nil || hears != nil else {
      throw Refusal.invalid(
        "an alert on an audio index goes by words: the event's prompt must name some, such as: somebody says \"fire\"")
    }
    let alert = Alert(
      id: Identifier.short(), jobID: job.id, eventID: event.id, callbackURL: try Self.callback(fields),
      connectionID: try fields.string("ws_connection_id"), enabled: true)
    try await store.insert(alert)
    return .data(["alert_id": .string(alert.id)], message: hears.map { "understood as: \($0)" })
  }

  /// Where a webhook goes. Clients that want none send null or an empty text.
  static func callback(_ fields: Fields) throws -> String? {
    let callback = try fields.string("callback_url").flatMap { $0.isEmpty ? nil : $0 }
    if let callback, HTTPAddress(callback) == nil {
      throw Refusal.invalid("'callback_url' must be an absolute http:// or https:// URL")
    }
    return callback
  }

  private func setAlertStatus(on job: WindowJob, _ request: Request) async throws -> Reply {
    let fields = try Fields(body: request.body)
    let enabled: Bool
    if let action = try fields.choice("action", ["enable", "disable"]) {
      enabled = action == "enable"
    } else if let status = try fields.choice("status", ["enabled", "disabled"]) {
      enabled = status == "enabled"
    } else {
      throw Refusal.invalid("'action' is missing: 'enable' or 'disable'")
    }
    let id = request.parameter("alert")
    guard try await store.setAlert(id, ofJob: job.id, enabled: enabled) else {
      throw Refusal.notFound("\(job.kind.words) '\(job.id)' has no alert '\(Fields.short(id))'")
    }
    return .done(enabled ? "alert enabled" : "alert disabled")
  }
}
