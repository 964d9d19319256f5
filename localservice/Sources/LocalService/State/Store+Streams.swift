import GRDB

extension Store {
  struct StreamQuery: Sendable {
    var limit = 10
    var offset = 0
    var running: Bool?
    var nameContains: String?
    var order = StreamOrder.createdAt
    var descending = true
  }

  enum StreamOrder: String, CaseIterable, Sendable {
    case createdAt = "created_at"
    case id
    case name
    case sampleRate = "sample_rate"
    case status
  }

  func insert(_ stream: VideoStream) async throws {
    try await database.write { try stream.insert($0) }
  }

  func stream(_ id: String) async throws -> VideoStream? {
    try await database.read { try VideoStream.fetchOne($0, key: id) }
  }

  func streams(_ query: StreamQuery) async throws -> (page: [VideoStream], count: Int) {
    try await database.read { database in
      var matching = VideoStream.all()
      if let running = query.running { matching = matching.filter(Column("running") == running) }
      if let part = query.nameContains {
        matching = matching.filter(sql: "instr(lower(name), lower(?)) > 0", arguments: [part])
      }
      let column =
        switch query.order {
        case .createdAt: Column("createdAt")
        case .id: Column("id")
        case .name: Column("name")
        case .sampleRate: Column("sampleRate")
        case .status: Column("running")
        }
      let ordered =
        query.descending
        ? matching.order(column.desc, Column.rowID.desc) : matching.order(column, Column.rowID)
      return (
        try ordered.limit(query.limit, offset: query.offset).fetchAll(database),
        try matching.fetchCount(database)
      )
    }
  }

  func runningStreams() throws -> [VideoStream] {
    try database.read { try VideoStream.filter(Column("running") == true).fetchAll($0) }
  }

  func update(_ stream: VideoStream) async throws {
    try await database.write { try stream.update($0) }
  }
}
