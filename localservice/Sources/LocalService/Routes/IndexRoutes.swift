/// Scene indexes and their records.
extension Routes {
  private static let defaultPrompt = "Describe the scene"
  private static let defaultSeconds = 10.0
  private static let defaultFrameCount = 5

  func addIndexes(to router: inout Router) {
    router.on("POST", "/rtstream/{id}/index/scene", alone(createIndex))
    router.on("GET", "/rtstream/{id}/index/scene") { request in
      let indexes = try await store.indexes(ofStream: try await stream(request).id)
      return .data(["scene_indexes": .array(indexes.map(Self.form))])
    }
    router.on("GET", "/rtstream/{id}/index/{index}") { .data(Self.form(try await index($0))) }
    router.on("GET", "/rtstream/{id}/index/scene/{index}", listScenes)
    router.on("PATCH", "/rtstream/{id}/index/scene/{index}", alone(updatePrompt))
    router.on("PATCH", "/rtstream/{id}/index/scene/{index}/status", alone(setIndexStatus))
  }

  private static func form(_ index: SceneIndex) -> JSON {
    [
      "rtstream_index_id": .string(index.id),
      "extraction_type": "time",
      "extraction_config": ["time": number(index.seconds), "frame_count": .integer(index.frameCount)],
      "prompt": .optional(index.prompt),
      "name": .optional(index.name),
      "status": .string(index.running ? "running" : "stopped"),
    ]
  }

  /// 10 rather than 10.0.
  private static func number(_ value: Double) -> JSON { Int(exactly: value).map(JSON.integer) ?? .number(value) }

  private func createIndex(_ request: Request) async throws -> Reply {
    let stream = try await stream(request)
    let fields = try Fields(body: request.body)
    let types = ["time", "time_based", "shot", "shot_based", "transcript"]
    switch try fields.choice("extraction_type", types) {
    case "transcript":
      throw Refusal.unavailable(
        "'extraction_type' must be 'time': an index of speech needs speech recognition, which this service lacks")
    case "shot", "shot_based":
      throw Refusal.unavailable("'extraction_type' must be 'time': this service does not cut windows at shots")
    default: break
    }
    let config = try fields.object("extraction_config")
    _ = try fields.object("model_config")
    _ = try fields.string("model_name")
    let index = SceneIndex(
      id: Identifier.short(), streamID: stream.id, name: try fields.string("name"),
      prompt: try fields.string("prompt") ?? Self.defaultPrompt,
      seconds: try config?.number("time", in: 0.5...3600) ?? Self.defaultSeconds,
      frameCount: try config?.integer("frame_count", in: 1...100) ?? Self.defaultFrameCount,
      running: true, connectionID: try fields.string("ws_connection_id"), createdAt: Timestamp.now())
    try await store.insert(index)
    ingest.watch(index)
    log.info("stream \(stream.id): scene index \(index.id) created")
    return .data(Self.form(index))
  }

  private func listScenes(_ request: Request) async throws -> Reply {
    let index = try await index(request)
    var query = Store.SceneQuery()
    query.page = try request.query.integer("page", in: 1...1_000_000_000) ?? query.page
    query.pageSize = try request.query.integer("page_size", in: 1...1000) ?? query.pageSize
    query.start = try request.query.seconds("start")
    query.end = try request.query.seconds("end")
    if let start = query.start, let end = query.end, end < start {
      throw Refusal.invalid("query parameter 'end' must not be before 'start'")
    }
    let (page, more) = try await store.scenes(ofIndex: index.id, query)
    let records = page.map { scene -> JSON in
      ["start": .number(scene.start), "end": .number(scene.end), "description": .string(scene.text)]
    }
    return .data(["scene_index_records": .array(records), "next_page": .bool(more)])
  }

  private func updatePrompt(_ request: Request) async throws -> Reply {
    var index = try await index(request)
    let prompt = try Fields(body: request.body).requiredString("prompt", "what the index is to describe")
    index.prompt = prompt
    try await store.update(index)
    if index.running { ingest.watch(index) }
    return .done("prompt updated")
  }

  private func setIndexStatus(_ request: Request) async throws -> Reply {
    let start = try Self.startOrStop(request)
    var index = try await index(request)
    if index.running != start {
      index.running = start
      try await store.update(index)
      if start { ingest.watch(index) } else { ingest.unwatch(index) }
    }
    return .done(start ? "scene index started" : "scene index stopped")
  }
}
