import GRDB

extension Store {
  struct SceneQuery: Sendable {
    var page = 1
    var pageSize = 100
    var start: Double?
    var end: Double?
    var oldestFirst = false
  }

  // MARK: - Jobs

  func insert(_ job: WindowJob) async throws {
    try await database.write { try job.insert($0) }
  }

  func update(_ job: WindowJob) async throws {
    try await database.write { try job.update($0) }
  }

  func jobs(_ kind: WindowJob.Kind, ofStream id: String) async throws -> [WindowJob] {
    try await database.read { database in
      try WindowJob.filter(Column("streamID") == id && Column("kind") == kind.rawValue)
        .order(Column.rowID).fetchAll(database)
    }
  }

  func job(_ kind: WindowJob.Kind, _ id: String, ofStream streamID: String) async throws -> WindowJob? {
    try await database.read { database in
      try WindowJob.filter(
        Column("id") == id && Column("streamID") == streamID && Column("kind") == kind.rawValue
      ).fetchOne(database)
    }
  }

  /// The running jobs that look at the camera themselves.
  func runningJobs(ofStream id: String) throws -> [WindowJob] {
    try database.read { database in
      try WindowJob.filter(
        Column("streamID") == id && Column("running") == true && Column("sourceID") == nil && Column("segmenter") == nil
      ).fetchAll(database)
    }
  }

  // MARK: - Scenes

  /// What has to be told about a new scene: to whom, and which rules to check.
  struct Audience: Sendable {
    let stream: VideoStream
    let job: WindowJob
    let alerts: [(alert: Alert, event: EventRule)]
  }

  /// Keeps the scene, for its job and for the indexes built on that, and reads their audiences in one step, so that an
  /// alert created before is never missed. None when the job was stopped in the meantime: then nothing is kept, unless the
  /// scene `isLate` and may be of before the stop.
  func keep(_ scene: Scene, isLate: Bool = false) throws -> [Audience] {
    try database.write { database in
      guard let job = try WindowJob.fetchOne(database, key: scene.jobID),
        let stream = try VideoStream.fetchOne(database, key: job.streamID), isLate || (job.running && stream.running)
      else { return [] }
      let derived = try WindowJob.filter(Column("sourceID") == job.id && Column("running") == true)
        .order(Column.rowID).fetchAll(database)
      return try ([job] + derived).map { job in
        if job.store {
          var scene = scene
          scene.jobID = job.id
          try scene.insert(database)
          let record = SearchIndex.Record(
            source: .scene, row: database.lastInsertedRowID, streamID: stream.id, ownerID: job.id, start: scene.start,
            text: scene.text)
          try SearchIndex.add(record, lexicon, database)
        }
        let alerts = try Alert.filter(Column("jobID") == job.id && Column("enabled") == true)
          .order(Column.rowID).fetchAll(database)
        let rules = try alerts.compactMap { alert in
          try EventRule.fetchOne(database, key: alert.eventID).map { (alert: alert, event: $0) }
        }
        return Audience(stream: stream, job: job, alerts: rules)
      }
    }
  }

  /// Newest first, unless asked for otherwise. A scene belongs to `[start, end)` when it overlaps it.
  func scenes(ofJob id: String, _ query: SceneQuery) async throws -> (page: [Scene], more: Bool) {
    try await database.read { database in
      let matching = try Self.listed(Scene.self, of: Column("jobID") == id, after: query.start, before: query.end, database)
      let order = [Column("start"), Column.rowID]
      let rows = try matching.order(query.oldestFirst ? order.map(\.asc) : order.map(\.desc))
        .limit(query.pageSize + 1, offset: (query.page - 1) * query.pageSize)
        .fetchAll(database)
      return (Array(rows.prefix(query.pageSize)), rows.count > query.pageSize)
    }
  }
}
