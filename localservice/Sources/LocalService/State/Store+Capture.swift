import GRDB

extension Store {
  struct CaptureQuery: Sendable {
    var limit = 100
    /// The last session of the page before.
    var after: String?
    var status: CaptureSession.Status?
    var endUserID: String?
  }

  func insert(_ session: CaptureSession) async throws {
    try await database.write { try session.insert($0) }
  }

  func update(_ session: CaptureSession) async throws {
    try await database.write { try session.update($0) }
  }

  func captureSession(_ id: String) async throws -> CaptureSession? {
    try await database.read { try CaptureSession.fetchOne($0, key: id) }
  }

  /// Newest first. Nil when the session to go on after is unknown.
  func captureSessions(_ query: CaptureQuery) async throws -> (page: [CaptureSession], more: Bool)? {
    try await database.read { database in
      var matching = CaptureSession.all()
      if let status = query.status { matching = matching.filter(Column("status") == status.rawValue) }
      if let user = query.endUserID { matching = matching.filter(Column("endUserID") == user) }
      if let after = query.after {
        let last = CaptureSession.filter(Column("id") == after).select(Column.rowID, as: Int64.self)
        guard let row = try last.fetchOne(database) else { return nil }
        matching = matching.filter(Column.rowID < row)
      }
      let rows = try matching.order(Column.rowID.desc).limit(query.limit + 1).fetchAll(database)
      return (Array(rows.prefix(query.limit)), rows.count > query.limit)
    }
  }

  // MARK: - Client tokens

  /// Forgets those that have expired.
  func insert(_ token: ClientToken) async throws {
    try await database.write { database in
      try ClientToken.filter(Column("expiresAt") < Timestamp.now()).deleteAll(database)
      try token.insert(database)
    }
  }

  func clientToken(_ id: String) async throws -> ClientToken? {
    try await database.read { try ClientToken.fetchOne($0, key: id) }
  }
}
