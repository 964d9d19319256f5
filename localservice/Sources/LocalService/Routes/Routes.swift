import Analysis

/// What the handlers work on. Each group of paths has a file of its own.
struct Routes: Sendable {
  let store: Store
  let ingest: Ingest
  let sounds: SoundIngest
  let analyser: any Analyser
  let recordings: Recordings
  let backlog: Backlog
  let exporter: Exporter
  let sockets: SocketRegistry
  let captureEvents: CaptureEvents
  let conduct: Settings.Conduct
  let log: Log
  let changes = Changes()

  func router() -> Router {
    var router = Router()
    addCollections(to: &router)
    addStreams(to: &router)
    addIndexes(to: &router)
    addUnderstandings(to: &router)
    addDerivedIndexes(to: &router)
    addEvents(to: &router)
    addAlerts(to: &router)
    addCaptureSessions(to: &router)
    addSpeech(to: &router)
    addSearch(to: &router)
    addPlayback(to: &router)
    router.on("GET", "/async-response/{response}") { request in
      throw Refusal.notFound(
        "there is no asynchronous response '\(Fields.short(request.parameter("response")))'; "
          + "this service answers every call at once")
    }
    router.on("GET", OpenAPI.path) { _ in Reply(status: 200, body: OpenAPI.document) }
    return router
  }

  func stream(_ request: Request) async throws -> VideoStream {
    let id = request.parameter("id")
    guard let stream = try await store.stream(id) else {
      throw Refusal.notFound("there is no rtstream '\(Fields.short(id))'")
    }
    return stream
  }

  /// A handler that changes a stream or what belongs to it, while no other such handler does.
  func alone(_ handler: @escaping Router.Handler) -> Router.Handler {
    { [changes] request in try await changes.run(on: request.parameter("id")) { try await handler(request) } }
  }

  /// A record's time, as it is listed.
  func recordTime(_ seconds: Double) -> JSON {
    let step = conduct.recordTimeStep
    return .number(step > 0 ? (seconds / step).rounded() * step : seconds)
  }

  /// The body of the start and stop calls.
  static func startOrStop(_ request: Request) throws -> Bool {
    let fields = try Fields(body: request.body)
    guard let action = try fields.choice("action", ["start", "stop"]) else {
      throw Refusal.invalid("'action' is missing: 'start' or 'stop'")
    }
    return action == "start"
  }
}
