/// Alerts: an event rule on an index, and where its firings go.
extension Routes {
  func addAlerts(to router: inout Router) {
    router.on("POST", "/rtstream/{id}/index/{index}/alert", createAlert)
    router.on("GET", "/rtstream/{id}/index/{index}/alert") { request in
      let alerts = try await store.alerts(ofIndex: try await index(request).id)
      return .data(["alerts": .array(alerts.map { Self.form($0.alert, $0.event) })])
    }
    router.on("PATCH", "/rtstream/{id}/index/{index}/alert/{alert}/status", setAlertStatus)
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

  private func createAlert(_ request: Request) async throws -> Reply {
    let index = try await index(request)
    let fields = try Fields(body: request.body)
    let given = try fields.requiredString("event_id", "the id of the event rule")
    // Webhooks show the id with this prefix.
    let eventID = given.hasPrefix("event-") ? String(given.dropFirst("event-".count)) : given
    guard let event = try await store.event(eventID) else {
      throw Refusal.notFound("there is no event '\(Fields.short(given))'")
    }
    // Clients that want no webhook send null or an empty text.
    let callback = try fields.string("callback_url").flatMap { $0.isEmpty ? nil : $0 }
    if let callback, WebhookAddress(callback) == nil {
      throw Refusal.invalid("'callback_url' must be an absolute http:// or https:// URL")
    }
    let alert = Alert(
      id: Identifier.short(), indexID: index.id, eventID: event.id, callbackURL: callback,
      connectionID: try fields.string("ws_connection_id"), enabled: true)
    try await store.insert(alert)
    return .data(["alert_id": .string(alert.id)])
  }

  private func setAlertStatus(_ request: Request) async throws -> Reply {
    let fields = try Fields(body: request.body)
    let enabled: Bool
    if let action = try fields.choice("action", ["enable", "disable"]) {
      enabled = action == "enable"
    } else if let status = try fields.choice("status", ["enabled", "disabled"]) {
      enabled = status == "enabled"
    } else {
      throw Refusal.invalid("'action' is missing: 'enable' or 'disable'")
    }
    let index = try await index(request)
    let id = request.parameter("alert")
    guard try await store.setAlert(id, ofIndex: index.id, enabled: enabled) else {
      throw Refusal.notFound("scene index '\(index.id)' has no alert '\(Fields.short(id))'")
    }
    return .done(enabled ? "alert enabled" : "alert disabled")
  }
}
