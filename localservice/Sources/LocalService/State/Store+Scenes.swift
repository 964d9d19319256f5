import GRDB

extension Store {
  struct SceneQuery: Sendable {
    var page = 1
    var pageSize = 100
    var start: Double?
    var end: Double?
  }

  // MARK: - Indexes

  func insert(_ index: SceneIndex) async throws {
    try await database.write { try index.insert($0) }
  }

  func update(_ index: SceneIndex) async throws {
    try await database.write { try index.update($0) }
  }

  func indexes(ofStream id: String) async throws -> [SceneIndex] {
    try await database.read { database in
      try SceneIndex.filter(Column("streamID") == id).order(Column.rowID).fetchAll(database)
    }
  }

  func index(_ id: String, ofStream streamID: String) async throws -> SceneIndex? {
    try await database.read { database in
      try SceneIndex.filter(Column("id") == id && Column("streamID") == streamID).fetchOne(database)
    }
  }

  func runningIndexes(ofStream id: String) throws -> [SceneIndex] {
    try database.read { database in
      try SceneIndex.filter(Column("streamID") == id && Column("running") == true).fetchAll(database)
    }
  }

  // MARK: - Scenes

  /// What has to be told about a new scene: to whom, and which rules to check.
  struct Audience: Sendable {
    let stream: VideoStream
    let index: SceneIndex
    let alerts: [(alert: Alert, event: EventRule)]
  }

  /// Keeps the scene and reads its audience in one step, so that an alert created before is never missed.
  /// Nil when the index is gone or was stopped in the meantime: then nothing is kept.
  func keep(_ scene: Scene) throws -> Audience? {
    try database.write { database in
      guard let index = try SceneIndex.fetchOne(database, key: scene.indexID), index.running,
        let stream = try VideoStream.fetchOne(database, key: index.streamID), stream.running
      else { return nil }
      try scene.insert(database)
      let alerts = try Alert.filter(Column("indexID") == index.id && Column("enabled") == true)
        .order(Column.rowID).fetchAll(database)
      let rules = try alerts.compactMap { alert in
        try EventRule.fetchOne(database, key: alert.eventID).map { (alert: alert, event: $0) }
      }
      return Audience(stream: stream, index: index, alerts: rules)
    }
  }

  /// Newest first. A scene belongs to `[start, end)` when it overlaps it.
  func scenes(ofIndex id: String, _ query: SceneQuery) async throws -> (page: [Scene], more: Bool) {
    try await database.read { database in
      var matching = Scene.filter(Column("indexID") == id)
      if let start = query.start { matching = matching.filter(Column("end") > start) }
      if let end = query.end { matching = matching.filter(Column("start") < end) }
      let rows = try matching.order(Column("start").desc, Column.rowID.desc)
        .limit(query.pageSize + 1, offset: (query.page - 1) * query.pageSize)
        .fetchAll(database)
      return (Array(rows.prefix(query.pageSize)), rows.count > query.pageSize)
    }
  }
}
