import Analysis
import Foundation

/// Streams: connect, list, look at, change, start and stop.
extension Routes {
  func addStreams(to router: inout Router) {
    router.on("POST", "/rtstream", createStream)
    router.on("GET", "/rtstream", listStreams)
    router.on("GET", "/rtstream/{id}") { .data(form(try await stream($0))) }
    router.on("PATCH", "/rtstream/{id}", alone(updateStream))
    router.on("PATCH", "/rtstream/{id}/status", alone(setStreamStatus))
  }

  /// `status` tells what was asked for, except that a camera which does not deliver shows as `error`. The service
  /// goes on trying; `camera` says more.
  private func form(_ stream: VideoStream) -> JSON {
    let report = stream.running ? ingest.report(stream.id) : nil
    var status = stream.running ? "connected" : "stopped"
    var camera: [JSON.Member] = []
    switch report?.state {
    case .connecting:
      camera = [.init("state", "connecting")]
      // It was lost, or never came, and is tried again.
      if let reason = report?.lastLoss {
        status = "error"
        camera.append(.init("error", .string(reason)))
      }
    case .live: camera = [.init("state", "live")]
    case .lost(let reason):
      status = "error"
      camera = [.init("state", "lost"), .init("error", .string(reason))]
    case .ended(let reason):
      status = "error"
      camera = [.init("state", "ended"), .init("error", .string(reason))]
    case nil: camera = [.init("state", "stopped")]
    }
    if let report { camera.append(.init("frames", .integer(report.framesSeen))) }
    return [
      "id": .string(stream.id),
      "name": .optional(stream.name),
      "status": .string(status),
      "sample_rate": .integer(stream.sampleRate),
      "media_types": .array(stream.mediaTypes.split(separator: ",").map { .string(String($0)) }),
      "collection_id": "default",
      "store": .bool(stream.store),
      "created_at": .string(Timestamp.naiveUTC(stream.createdAt)),
      "camera": .object(camera),
      "recording": recording(stream),
      "records": records,
      "analysis": Self.form(analysis(of: stream)),
    ]
  }

  /// `waiting` means that what is seen and heard cannot be kept at the moment, that of all streams, and `error` says why. It is
  /// kept, and told of, when it can be.
  private var records: JSON {
    guard let (words, count) = backlog.trouble else { return ["state": "kept"] }
    return ["state": "waiting", "error": .string(words), "count": .integer(count)]
  }

  /// What becomes of all that is seen and heard in a stream.
  private func analysis(of stream: VideoStream) -> WorkReport {
    [ingest.work(ofStream: stream.id), sounds.progress(stream.id), sounds.work(ofStream: stream.id)].compactMap { $0 }
      .reduce(WorkReport(), +)
  }

  /// `failed` means that nothing is recorded at the moment, and `error` says why; the camera goes on.
  private func recording(_ stream: VideoStream) -> JSON {
    let wanted = stream.running && recordings.isEnabled
    let report = stream.running ? recordings.report(stream.id) : nil
    var members: [JSON.Member] = [.init("state", .string((report?.state ?? (wanted ? .on : .off)).rawValue))]
    if let error = report?.error { members.append(.init("error", .string(error))) }
    return .object(members)
  }

  private func createStream(_ request: Request) async throws -> Reply {
    let fields = try Fields(body: request.body)
    let url = try fields.requiredString("url", "what the camera is reached by, such as rtsp://host:554/path")
    try CameraAddress.check(url)
    if let collection = try fields.string("collection_id") { try Self.requireCollection(collection) }
    let mediaTypes = try Self.mediaTypes(fields)
    let store = try fields.bool("store") ?? false
    guard !store || recordings.isEnabled else {
      throw Refusal.unavailable("'store' must be false: this service was started with --no-recording")
    }
    let transcript = try fields.bool("enable_transcript")
    let connection = try fields.string("ws_connection_id")
    let stream = VideoStream(
      id: Identifier.stream(), name: try fields.string("name"), url: url,
      mediaTypes: mediaTypes.joined(separator: ","),
      sampleRate: try fields.integer("sample_rate", in: 1...240) ?? 30,
      running: true, createdAt: Timestamp.now(), store: store)
    try await self.store.insert(stream)
    ingest.start(stream, jobs: [])
    log.info("stream \(stream.id) created")
    if transcript != false { try await startTranscript(ofNew: stream, connection: connection) }
    return .data(
      form(stream),
      message: transcript == true && sounds.recogniser == nil ? "enable_transcript has no effect: \(Self.noRecogniser)" : nil)
  }

  private static func mediaTypes(_ fields: Fields) throws -> [String] {
    let types = try fields.strings("media_types") ?? ["video"]
    guard !types.isEmpty, types.allSatisfy({ $0 == "video" || $0 == "audio" }), Set(types).count == types.count
    else { throw Refusal.invalid("'media_types' must name 'video', 'audio' or both, each once") }
    guard types.contains("video") else {
      throw Refusal.unavailable("'media_types' must name 'video': this service takes no stream of sound alone")
    }
    return types
  }

  private func listStreams(_ request: Request) async throws -> Reply {
    var query = Store.StreamQuery()
    query.limit = try request.query.integer("limit", in: 1...1000) ?? query.limit
    query.offset = try request.query.integer("offset", in: 0...1_000_000_000) ?? query.offset
    query.running = try request.query.choice("status", ["connected", "stopped"]).map { $0 == "connected" }
    query.nameContains = request.query.string("name")
    let orders = Store.StreamOrder.allCases.map(\.rawValue)
    if let ordering = try request.query.choice("ordering", orders + orders.map { "-" + $0 }) {
      query.descending = ordering.hasPrefix("-")
      let field = query.descending ? String(ordering.dropFirst()) : ordering
      query.order = Store.StreamOrder(rawValue: field) ?? query.order
    }
    let (page, count) = try await store.streams(query)
    let next = query.offset + page.count
    return .data([
      "results": .array(page.map(form)),
      "count": .integer(count),
      "next": next < count && !page.isEmpty ? link(request, limit: query.limit, offset: next) : .null,
      "previous": query.offset > 0
        ? link(request, limit: query.limit, offset: max(0, query.offset - query.limit)) : .null,
    ])
  }

  /// A neighbouring page, with the filters of this one.
  private func link(_ request: Request, limit: Int, offset: Int) -> JSON {
    var parts = URLComponents()
    parts.path = "/rtstream"
    parts.queryItems = ["status", "name", "ordering"].compactMap { key in
      request.query.string(key).map { URLQueryItem(name: key, value: $0) }
    }
    parts.queryItems?.append(URLQueryItem(name: "limit", value: String(limit)))
    parts.queryItems?.append(URLQueryItem(name: "offset", value: String(offset)))
    return .optional(parts.string)
  }

  private func updateStream(_ request: Request) async throws -> Reply {
    var stream = try await stream(request)
    let fields = try Fields(body: request.body)
    let name = try fields.string("name")
    let rate = try fields.integer("sample_rate", in: 1...240)
    guard name != nil || rate != nil else {
      throw Refusal.invalid("nothing to change: give 'name' (a string) or 'sample_rate' (frames per second)")
    }
    stream.name = name ?? stream.name
    let rateChanged = rate != nil && rate != stream.sampleRate
    stream.sampleRate = rate ?? stream.sampleRate
    try await store.update(stream)
    if rateChanged && stream.running {
      await ingest.stop(stream.id)
      try startIngest(stream)
    }
    return .data(form(stream))
  }

  private func setStreamStatus(_ request: Request) async throws -> Reply {
    let start = try Self.startOrStop(request)
    var stream = try await stream(request)
    if start {
      guard !stream.running else {
        throw Refusal(400, "ALREADY_CONNECTED", "rtstream '\(stream.id)' is connected already")
      }
      stream.running = true
      try await store.update(stream)
      try startIngest(stream)
      try startSound(of: stream)
      return .done("rtstream started")
    }
    if stream.running {
      // The camera first: the windows at hand are kept only while the stream counts as running.
      await sounds.stop(stream.id)
      await ingest.stop(stream.id)
      await backlog.flush()
      stream.running = false
      try await store.update(stream)
    }
    return .done("rtstream stopped")
  }

  private func startIngest(_ stream: VideoStream) throws {
    ingest.start(stream, jobs: try store.runningJobs(ofStream: stream.id))
  }
}
