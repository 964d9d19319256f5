/// Tells of each step of a capture session: to its WebSocket and to its webhook.
struct CaptureEvents: Sendable {
  let sockets: SocketRegistry
  let webhooks: WebhookSender

  func send(_ session: CaptureSession) {
    let event = JSON.string("capture_session." + session.status.rawValue)
    let data: JSON = session.error.map { ["error": $0] } ?? [:]
    sockets.send(
      [
        "channel": "capture_session",
        "event": event,
        "capture_session_id": .string(session.id),
        "status": .string(session.status.rawValue),
        "data": data,
      ], to: session.connectionID)
    guard let url = session.callbackURL else { return }
    let payload: JSON = [
      "version": "2",
      "event": event,
      "timestamp": .string(Timestamp.zulu(Timestamp.now())),
      "capture_session_id": .string(session.id),
      "end_user_id": .string(session.endUserID),
      "status": .string(session.status.rawValue),
      "data": data,
    ]
    webhooks.send(payload.text, to: url)
  }
}

extension CaptureSession {
  /// Why it failed, as events and answers say it.
  var error: JSON? {
    failure.map { ["code": "NO_CAPTURE_MEDIA", "message": .string($0)] }
  }
}
