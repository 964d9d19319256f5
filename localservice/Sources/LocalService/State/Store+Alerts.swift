import GRDB

extension Store {
  // MARK: - Event rules

  func insert(_ event: EventRule) async throws {
    try await database.write { try event.insert($0) }
  }

  func events() async throws -> [EventRule] {
    try await database.read { try EventRule.order(Column.rowID).fetchAll($0) }
  }

  func event(_ id: String) async throws -> EventRule? {
    try await database.read { try EventRule.fetchOne($0, key: id) }
  }

  // MARK: - Alerts

  func insert(_ alert: Alert) async throws {
    try await database.write { try alert.insert($0) }
  }

  func alerts(ofJob id: String) async throws -> [(alert: Alert, event: EventRule)] {
    try await database.read { database in
      try Alert.filter(Column("jobID") == id).order(Column.rowID).fetchAll(database).compactMap { alert in
        try EventRule.fetchOne(database, key: alert.eventID).map { (alert: alert, event: $0) }
      }
    }
  }

  /// False when the job has no such alert.
  func setAlert(_ id: String, ofJob jobID: String, enabled: Bool) async throws -> Bool {
    try await database.write { database in
      guard var alert = try Alert.filter(Column("id") == id && Column("jobID") == jobID).fetchOne(database)
      else { return false }
      alert.enabled = enabled
      try alert.update(database)
      return true
    }
  }

  // MARK: - Webhooks on their way

  func insert(_ webhook: PendingWebhook) throws -> Int64 {
    try database.write { database in
      try webhook.insert(database)
      return database.lastInsertedRowID
    }
  }

  func removeWebhook(_ id: Int64) throws {
    _ = try database.write { try PendingWebhook.deleteOne($0, key: id) }
  }

  func pendingWebhooks() throws -> [PendingWebhook] {
    try database.read { try PendingWebhook.order(Column("id")).fetchAll($0) }
  }
}
