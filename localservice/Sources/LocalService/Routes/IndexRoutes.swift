/// Scene indexes and their records.
extension Routes {
  private static let defaultPrompt = "Describe the scene"
  static let defaultSeconds = 10.0
  static let defaultFrameCount = 5

  func addIndexes(to router: inout Router) {
    router.on("POST", "/rtstream/{id}/index/scene", alone(createIndex))
    router.on("GET", "/rtstream/{id}/index/scene") { request in
      let indexes = try await store.jobs(.sceneIndex, ofStream: try await stream(request).id)
      return .data(["scene_indexes": .array(indexes.map(form))])
    }
    router.on("GET", "/rtstream/{id}/index/{index}") { .data(form(try await job(.sceneIndex, $0))) }
    router.on("GET", "/rtstream/{id}/index/scene/{index}") { request in
      try await records(of: try await job(.sceneIndex, request), request, as: "scene_index_records")
    }
    router.on("PATCH", "/rtstream/{id}/index/scene/{index}", alone(updatePrompt))
    router.on("PATCH", "/rtstream/{id}/index/scene/{index}/status", setStatus(of: .sceneIndex))
  }

  func form(_ index: WindowJob) -> JSON {
    let members: [JSON.Member] = [
      .init("rtstream_index_id", .string(index.id)),
      .init("extraction_type", index.segmenter == nil ? "time" : "transcript"),
      .init(
        "extraction_config",
        index.segmenter.map { Self.audioConfig(index, $0) }
          ?? ["time": Self.number(index.seconds), "frame_count": .integer(index.frameCount)]),
      .init("prompt", .optional(index.prompt)),
      .init("name", .optional(index.name)),
      .init("status", .string(index.running ? "running" : "stopped")),
    ]
    return .object(members + analysis(of: index))
  }

  private func createIndex(_ request: Request) async throws -> Reply {
    let stream = try await stream(request)
    let fields = try Fields(body: request.body)
    let types = ["time", "time_based", "shot", "shot_based", "transcript"]
    switch try fields.choice("extraction_type", types) {
    case "transcript": return try await createAudioIndex(stream, fields)
    case "shot", "shot_based":
      throw Refusal.unavailable("'extraction_type' must be 'time': this service does not cut windows at shots")
    default: break
    }
    let config = try fields.object("extraction_config")
    _ = try fields.object("model_config")
    _ = try fields.string("model_name")
    let index = WindowJob(
      id: Identifier.short(), kind: .sceneIndex, streamID: stream.id, name: try fields.string("name"),
      prompt: try fields.string("prompt") ?? Self.defaultPrompt,
      seconds: try config?.number("time", in: 0.5...3600) ?? Self.defaultSeconds,
      frameCount: try config?.integer("frame_count", in: 1...100) ?? Self.defaultFrameCount,
      running: true, connectionID: try fields.string("ws_connection_id"), createdAt: Timestamp.now())
    try await store.insert(index)
    ingest.watch(index)
    log.info("stream \(stream.id): scene index \(index.id) created")
    return .data(form(index))
  }

  private func updatePrompt(_ request: Request) async throws -> Reply {
    var index = try await job(.sceneIndex, request)
    let prompt = try Fields(body: request.body).requiredString("prompt", "what the index is to describe")
    index.prompt = prompt
    try await store.update(index)
    if index.running { ingest.watch(index) }
    return .done("prompt updated")
  }
}
