import Analysis

/// What scene indexes, understandings and derived indexes have in common: each is a job over windows, with a path of its
/// own, that is started, stopped and read.
extension Routes {
  /// The job a path names, which must belong to the stream the path names.
  func job(_ kind: WindowJob.Kind, _ request: Request) async throws -> WindowJob {
    let stream = try await stream(request)
    let id = request.parameter(kind.parameter)
    guard let job = try await store.job(kind, id, ofStream: stream.id) else {
      throw Refusal.notFound("rtstream '\(stream.id)' has no \(kind.words) '\(Fields.short(id))'")
    }
    return job
  }

  func setStatus(of kind: WindowJob.Kind) -> Router.Handler {
    alone { request in
      let start = try Self.startOrStop(request)
      var job = try await job(kind, request)
      if start, conduct.indexStartMoves, let connection = try Fields(body: request.body).string("ws_connection_id") {
        job.connectionID = connection
        try await store.update(job)
      }
      if job.running != start {
        job.running = start
        try await store.update(job)
        switch (start, job.segmenter) {
        case (true, nil): ingest.watch(job)
        case (false, nil): ingest.unwatch(job)
        case (true, _): sounds.watch(job)
        case (false, _): sounds.unwatch(job)
        }
      }
      return .done("\(kind.words) \(start ? "started" : "stopped")")
    }
  }

  /// One page of a job's windows. Records of all three kinds look alike.
  func records(of job: WindowJob, _ request: Request, as key: String) async throws -> Reply {
    var query = Store.SceneQuery()
    query.page = try request.query.integer("page", in: 1...1_000_000_000) ?? query.page
    query.pageSize = try request.query.integer("page_size", in: 1...1000) ?? query.pageSize
    query.start = try request.query.seconds("start")
    query.end = try request.query.seconds("end")
    query.oldestFirst = conduct.recordOrder == .oldest
    if let start = query.start, let end = query.end, end < start {
      throw Refusal.invalid("query parameter 'end' must not be before 'start'")
    }
    let (page, more) = try await store.scenes(ofJob: job.id, query)
    let records = page.map { scene -> JSON in
      ["start": recordTime(scene.start), "end": recordTime(scene.end), "description": .string(scene.text)]
    }
    return .data(.object([.init(key, .array(records)), .init("next_page", .bool(more))]))
  }

  /// What becomes of the windows of a job; no member for one that is not looked at, or whose windows another one looks at.
  func analysis(of job: WindowJob) -> [JSON.Member] {
    guard job.running, job.kind != .derivedIndex else { return [] }
    let report =
      job.segmenter == nil
      ? ingest.work(ofJob: job.id, streamID: job.streamID) : sounds.work(ofJob: job.id, streamID: job.streamID)
    return report.map { [.init("analysis", Self.form($0))] } ?? []
  }

  /// `failing` means that the last window, or sentence, could not be worked out, and `error` says why.
  static func form(_ report: WorkReport) -> JSON {
    var members: [JSON.Member] = [.init("state", report.error == nil ? "ok" : "failing")]
    if let error = report.error { members.append(.init("error", .string(error))) }
    members += [
      .init("done", .integer(report.done)), .init("skipped", .integer(report.skipped)),
      .init("failed", .integer(report.failed)),
    ]
    return .object(members)
  }

  /// 10 rather than 10.0.
  static func number(_ value: Double) -> JSON { Int(exactly: value).map(JSON.integer) ?? .number(value) }
}

extension WindowJob.Kind {
  var words: String {
    switch self {
    case .sceneIndex: "scene index"
    case .understanding: "understanding"
    case .derivedIndex: "index"
    }
  }

  /// The name of the job's id in path patterns.
  fileprivate var parameter: String { self == .understanding ? "understanding" : "index" }
}
