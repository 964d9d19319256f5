import Foundation

/// Capture sessions and client tokens. Sessions go through their states and tell of them; what a capture client would send,
/// this service does not take, so a started session fails and says why.
extension Routes {
  private static let noMedia =
    "this service takes no media of capture clients; connect a camera with POST /rtstream"

  func addCaptureSessions(to router: inout Router) {
    let path = "/collection/{collection}/capture/session"
    router.on("POST", path, createCaptureSession)
    router.on("GET", path, listCaptureSessions)
    router.on("GET", path + "/{session}") { request in
      try Self.requireCollection(request.parameter("collection"))
      return .data(Self.form(try await captureSession(request.parameter("session"))))
    }
    router.on("POST", path + "/{session}/export", exportCaptureSession)
    router.on("POST", "/capture/session/token", createClientToken)
    router.on("POST", "/capture/session/start", startCaptureSession)
    router.on("GET", "/capture/session/{session}") { request in
      .data(Self.form(try await captureSession(request.parameter("session"))))
    }
    router.on("POST", "/capture/session/{session}/stop", stopCaptureSession)
  }

  /// There is `session_id` and no `id` in it: a client that finds both fails.
  private static func form(_ session: CaptureSession) -> JSON {
    let primary = session.channels.first { $0.type == "video" }?.id
    let channels = session.channels.map { channel -> JSON in
      [
        "channel_id": .string(channel.id),
        "name": .string(channel.name),
        "type": .string(channel.type),
        "store": .bool(channel.store),
        "is_primary": .bool(channel.id == primary),
      ]
    }
    return [
      "session_id": .string(session.id),
      "collection_id": "default",
      "end_user_id": .string(session.endUserID),
      "status": .string(session.status.rawValue),
      "ws_connection_id": .optional(session.connectionID),
      "callback_url": .optional(session.callbackURL),
      "metadata": JSON.parse(Array(session.metadata.utf8)) ?? [:],
      "created_at": .string(Timestamp.naiveUTC(session.createdAt)),
      "channels": .array(channels),
      "primary_video_channel_id": .optional(primary),
      "rtstreams": [],
      "export_status": .null,
      "exported_video_id": .null,
      "error": session.error ?? .null,
    ]
  }

  private func captureSession(_ id: String) async throws -> CaptureSession {
    guard let session = try await store.captureSession(id) else {
      throw Refusal.notFound("there is no capture session '\(Fields.short(id))'")
    }
    return session
  }

  private func createCaptureSession(_ request: Request) async throws -> Reply {
    try Self.requireCollection(request.parameter("collection"))
    let fields = try Fields(body: request.body)
    let session = CaptureSession(
      id: Identifier.captureSession(),
      endUserID: try fields.requiredString("end_user_id", "whose capture it is"),
      callbackURL: try Self.callback(fields), connectionID: try fields.string("ws_connection_id"),
      metadata: try fields.object("metadata")?.text ?? "{}", createdAt: Timestamp.now())
    try await store.insert(session)
    captureEvents.send(session)
    log.info("capture session \(session.id) created")
    return .data(Self.form(session))
  }

  private func listCaptureSessions(_ request: Request) async throws -> Reply {
    try Self.requireCollection(request.parameter("collection"))
    var query = Store.CaptureQuery()
    query.limit = try request.query.integer("limit", in: 1...1000) ?? query.limit
    query.status = try request.query.choice("status", CaptureSession.Status.allCases.map(\.rawValue))
      .flatMap(CaptureSession.Status.init)
    query.endUserID = request.query.string("end_user_id")
    query.after = request.query.string("cursor")
    guard let (page, more) = try await store.captureSessions(query) else {
      throw Refusal.invalid("query parameter 'cursor' must be the 'next_page' of an earlier answer")
    }
    return .data([
      "sessions": .array(page.map(Self.form)),
      "next_page": more ? .optional(page.last?.id) : .null,
    ])
  }

  private func startCaptureSession(_ request: Request) async throws -> Reply {
    let fields = try Fields(body: request.body)
    let id = try fields.requiredString("session_id", "the capture session to start")
    let channels = try Self.channels(fields)
    let (callback, connection) = (try Self.callback(fields), try fields.string("ws_connection_id"))
    return try await changes.run(on: id) {
      var session = try await captureSession(id)
      guard session.status == .created else {
        throw Refusal(
          400, "INVALID_STATE", "capture session '\(session.id)' is \(session.status.rawValue); only a new one can be started")
      }
      session.channels = channels
      session.callbackURL = callback ?? session.callbackURL
      session.connectionID = connection ?? session.connectionID
      try await move(&session, to: .starting)
      session.failure = Self.noMedia
      try await move(&session, to: .failed)
      return .data(
        ["session_id": .string(session.id), "status": "starting"], message: "the session fails: \(Self.noMedia)")
    }
  }

  private static func channels(_ fields: Fields) throws -> [CaptureSession.Channel] {
    guard let given = try fields.objects("channels"), !given.isEmpty else {
      throw Refusal.invalid("'channels' is missing: what is captured (an array of objects)")
    }
    let channels = try given.map { channel in
      let id = try channel.requiredString("channel_id", "what is captured, such as 'mic' or 'screen'")
      return CaptureSession.Channel(
        id: id, name: try channel.string("channel_name") ?? id,
        type: try channel.choice("type", ["audio", "video"]) ?? "audio", store: try channel.bool("store") ?? true)
    }
    guard Set(channels.map(\.id)).count == channels.count else {
      throw Refusal.invalid("'channels' must name each 'channel_id' once")
    }
    return channels
  }

  private func stopCaptureSession(_ request: Request) async throws -> Reply {
    let id = request.parameter("session")
    return try await changes.run(on: id) {
      var session = try await captureSession(id)
      if session.status == .failed || session.status == .stopped {
        return .done("the capture session had \(session.status.rawValue) before")
      }
      try await move(&session, to: .stopping)
      try await move(&session, to: .stopped)
      return .done("capture session stopped")
    }
  }

  private func move(_ session: inout CaptureSession, to status: CaptureSession.Status) async throws {
    session.status = status
    try await store.update(session)
    captureEvents.send(session)
    log.info("capture session \(session.id): \(status.rawValue)")
  }

  private func exportCaptureSession(_ request: Request) async throws -> Reply {
    try Self.requireCollection(request.parameter("collection"))
    let session = try await captureSession(request.parameter("session"))
    let fields = try Fields(body: request.body)
    // This operation is the one that calls it `connection_id`.
    for key in ["connection_id", "ws_connection_id"] { _ = try fields.string(key) }
    if let channel = try fields.string("video_channel_id"), !session.channels.contains(where: { $0.id == channel }) {
      throw Refusal.invalid("'video_channel_id' must be a channel of the session, not '\(Fields.short(channel))'")
    }
    throw Refusal(400, "NO_RECORDING", "capture session '\(session.id)' has no recording: \(Self.noMedia)")
  }

  private func createClientToken(_ request: Request) async throws -> Reply {
    guard !request.usesClientToken else {
      throw Refusal(403, "FORBIDDEN", "a client token cannot make another one; this call takes the key of the service")
    }
    let fields = try Fields(body: request.body)
    _ = try fields.string("user_id")
    let life = try fields.integer("expires_in", in: 1...31_536_000) ?? 86_400
    let token = ClientToken(lifeSeconds: life)
    try await store.insert(token)
    return .data([
      "token": .string(token.text), "expires_at": .number(token.expiresAt), "expires_in": .integer(life),
    ])
  }
}
