/// Understandings: one analyzer that describes the windows of a stream by a prompt. The computing is that of a scene index.
extension Routes {
  private static let path = "/rtstream/{id}/understand"
  private static let defaultOutput = "scene"

  func addUnderstandings(to router: inout Router) {
    router.on("POST", Self.path, alone(createUnderstanding))
    router.on("GET", Self.path) { request in
      let all = try await store.jobs(.understanding, ofStream: try await stream(request).id)
      return .data(["understandings": .array(all.map(understanding))])
    }
    router.on("GET", Self.path + "/{understanding}") { request in
      .data(understanding(try await job(.understanding, request)))
    }
    router.on("PATCH", Self.path + "/{understanding}/status", setStatus(of: .understanding))
    router.on("GET", Self.path + "/{understanding}/records", listUnderstandingRecords)
  }

  /// The name of an understanding's one output.
  static func output(of job: WindowJob) -> String { job.name ?? defaultOutput }

  private func understanding(_ job: WindowJob) -> JSON {
    let output = Self.output(of: job)
    var config: [JSON.Member] = [.init("prompt", .optional(job.prompt))]
    if let model = job.model { config.append(.init("model", .string(model))) }
    let outputs: JSON = [
      "type": "understanding",
      "asset_type": "rtstream",
      "rtstream_id": .string(job.streamID),
      "understanding_id": .string(job.id),
      "output": .string(output),
      "extract_type": "vlm",
      "mode": "continuous",
    ]
    let analyzer: JSON = [
      "type": "vlm",
      "name": .string(output),
      "sampling": ["frame_count": .integer(job.frameCount)],
      "config": .object(config),
    ]
    let members: [JSON.Member] = [
      .init("understanding_id", .string(job.id)),
      .init("rtstream_id", .string(job.streamID)),
      .init("status", .string(job.running ? "running" : "stopped")),
      .init("store", .bool(job.store)),
      .init("segmentation", ["type": "time", "window": .string(WindowLength.text(job.seconds))]),
      .init("analyzers", [analyzer]),
      .init("outputs", .object([.init(output, outputs)])),
    ]
    return .object(members + analysis(of: job))
  }

  private func createUnderstanding(_ request: Request) async throws -> Reply {
    let stream = try await stream(request)
    let fields = try Fields(body: request.body)
    let segmentation = try fields.object("segmentation")
    _ = try segmentation?.choice("type", ["time"])
    let analyzers = try fields.objects("analyzers") ?? []
    guard let analyzer = analyzers.first, analyzers.count == 1 else {
      throw Refusal.invalid("'analyzers' must hold exactly one analyzer, not \(analyzers.count)")
    }
    guard try analyzer.choice("type", ["vlm"]) != nil else {
      throw Refusal.invalid("'analyzers[0].type' is missing: 'vlm'")
    }
    let config = try analyzer.object("config") ?? Fields([:], prefix: "analyzers[0].config.")
    let name = try analyzer.string("name")
    guard name?.isEmpty != true else { throw Refusal.invalid("'analyzers[0].name' must not be empty") }
    let job = WindowJob(
      id: "und-" + Identifier.short(), kind: .understanding, streamID: stream.id, name: name,
      prompt: try config.requiredString("prompt", "what the analyzer is to describe"),
      seconds: try WindowLength.read(segmentation) ?? Self.defaultSeconds,
      frameCount: try analyzer.object("sampling")?.integer("frame_count", in: 1...100) ?? Self.defaultFrameCount,
      running: true, connectionID: try fields.string("ws_connection_id"), createdAt: Timestamp.now(),
      store: try fields.bool("store") ?? true, model: try config.string("model"))
    try await store.insert(job)
    ingest.watch(job)
    log.info("stream \(stream.id): understanding \(job.id) created")
    return .data(understanding(job))
  }

  private func listUnderstandingRecords(_ request: Request) async throws -> Reply {
    let job = try await job(.understanding, request)
    for bound in ["start", "end"] where try request.query.seconds(bound) == nil {
      throw Refusal.invalid("query parameter '\(bound)' is missing: a time in Unix epoch seconds")
    }
    // Clients that were not told a name send the usual one.
    let output = Self.output(of: job)
    _ = try request.query.choice("output", output == Self.defaultOutput ? [output] : [output, Self.defaultOutput])
    return try await records(of: job, request, as: "records")
  }
}

/// The length of a window as text, such as `10s`.
enum WindowLength {
  private static let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)]

  static func text(_ seconds: Double) -> String { Routes.number(seconds).text + "s" }

  static func read(_ segmentation: Fields?) throws -> Double? {
    guard let text = try segmentation?.string("window") else { return nil }
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = text.dropFirst(digits.count)
    guard let number = Double(digits), let factor = units.first(where: { $0.0 == unit })?.1,
      (0.5...3600).contains(number * factor)
    else {
      throw Refusal.invalid(
        "'segmentation.window' must be a length from 0.5 s to 1 h such as '10s', '500ms' or '1m', "
          + "not '\(Fields.short(text))'")
    }
    return number * factor
  }
}
