/// Indexes over what an understanding puts out. One takes over each new window of its understanding while it runs, and
/// carries alerts of its own.
extension Routes {
  static let derivedIndexPath = "/rtstream/{id}/indexes"

  func addDerivedIndexes(to router: inout Router) {
    let path = Self.derivedIndexPath
    router.on("POST", path, alone(createDerivedIndex))
    router.on("GET", path) { request in
      let stream = try await stream(request)
      var forms: [JSON] = []
      for index in try await store.jobs(.derivedIndex, ofStream: stream.id) { forms.append(try await form(index)) }
      return .data(["indexes": .array(forms)])
    }
    router.on("GET", path + "/{index}") { .data(try await form(try await job(.derivedIndex, $0))) }
    router.on("PATCH", path + "/{index}/status", setStatus(of: .derivedIndex))
    router.on("GET", path + "/{index}/records") { request in
      try await records(of: try await job(.derivedIndex, request), request, as: "records")
    }
  }

  private func form(_ index: WindowJob) async throws -> JSON {
    let source = try await store.job(.understanding, index.sourceID ?? "", ofStream: index.streamID)
    return [
      "index_id": .string(index.id),
      "rtstream_id": .string(index.streamID),
      "name": .optional(index.name),
      "status": .string(index.running ? "running" : "stopped"),
      "use_for": index.useFor.flatMap { JSON.parse(Array($0.utf8)) } ?? ["semantic"],
      "source_understanding_id": .optional(index.sourceID),
      "output": .optional(source.map(Self.output)),
    ]
  }

  private func createDerivedIndex(_ request: Request) async throws -> Reply {
    let stream = try await stream(request)
    let fields = try Fields(body: request.body)
    guard let given = try fields.object("source") else {
      throw Refusal.invalid("'source' is missing: one of the outputs of an understanding (an object)")
    }
    let source = try await source(given, of: stream)
    let uses = try fields.strings("use_for")
    guard uses?.isEmpty != true, uses?.contains("") != true else {
      throw Refusal.invalid("'use_for' must name at least one use, such as 'semantic'")
    }
    let index = WindowJob(
      id: "idx-" + Identifier.short(), kind: .derivedIndex, streamID: stream.id, name: try fields.string("name"),
      seconds: source.seconds, frameCount: source.frameCount, running: true, createdAt: Timestamp.now(),
      sourceID: source.id, useFor: uses.map { JSON.array($0.map(JSON.string)).text })
    try await store.insert(index)
    log.info("stream \(stream.id): index \(index.id) created on \(source.id)")
    return .data(try await form(index))
  }

  /// The understanding that an `outputs[...]` object belongs to.
  private func source(_ given: Fields, of stream: VideoStream) async throws -> WindowJob {
    _ = try given.choice("type", ["understanding"])
    let id = try given.requiredString("understanding_id", "the understanding whose output is indexed")
    if let other = try given.string("rtstream_id"), other != stream.id {
      throw Refusal.invalid("'source.rtstream_id' must be the rtstream of the path, '\(stream.id)'")
    }
    guard let source = try await store.job(.understanding, id, ofStream: stream.id) else {
      throw Refusal.notFound("rtstream '\(stream.id)' has no understanding '\(Fields.short(id))'")
    }
    _ = try given.choice("output", [Self.output(of: source)])
    guard source.store else {
      throw Refusal.invalid("'source' must be of an understanding that keeps its records: its 'store' is false")
    }
    return source
  }
}
