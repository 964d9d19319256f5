/// Transcripts. This service recognises no speech: there is never one, and what would need one is refused.
extension Routes {
  private static let noSpeech = "this service recognises no speech, so there is no transcript"

  func addSpeech(to router: inout Router) {
    let path = "/rtstream/{id}/transcription"
    router.on("POST", path, setTranscription)
    router.on("GET", path) { request in
      _ = try await stream(request)
      _ = try request.query.integer("page", in: 1...1_000_000_000)
      _ = try request.query.integer("page_size", in: 1...1000)
      for bound in ["start", "end", "since"] { _ = try request.query.seconds(bound) }
      throw Refusal.unavailable(Self.noSpeech)
    }
    router.on("GET", path + "/status") { request in
      _ = try await stream(request)
      let engine = request.query.string("engine") ?? "default"
      return .data(["status": "not_configured", "engine": .string(engine)], message: Self.noSpeech)
    }
  }

  private func setTranscription(_ request: Request) async throws -> Reply {
    _ = try await stream(request)
    let start = try Self.startOrStop(request)
    let fields = try Fields(body: request.body)
    let engine = try fields.string("engine") ?? "default"
    _ = try fields.string("ws_connection_id")
    if start { throw Refusal.unavailable(Self.noSpeech) }
    return .data(["status": "stopped", "engine": .string(engine)], message: "there was no transcript to stop")
  }
}
