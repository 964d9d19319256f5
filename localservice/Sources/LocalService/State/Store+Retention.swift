import GRDB

extension Store {
  /// Few enough that a camera's record, which waits for them, comes at once.
  private static let batch = 100

  /// Forgets the oldest records that ended before a time, and what the full-text index knows of them. Returns how many; there
  /// may be more if these are as many as are forgotten at once.
  func forgetRecords(before time: Double) throws -> (count: Int, isAll: Bool) {
    try database.write { database in
      let entries = try Array(SearchIndex.oldest(Self.batch, database).prefix { $0.end < time })
      try SearchIndex.remove(entries, lexicon, database)
      return (entries.count, entries.count < Self.batch)
    }
  }

  // MARK: - Exported files

  func exports() throws -> [Export] {
    try database.read { try Export.order(Column("createdAt").desc, Column("id")).fetchAll($0) }
  }

  /// With all links to it.
  func forget(_ export: Export) throws {
    try database.write { database in
      try database.execute(sql: "DELETE FROM playback WHERE exportID = ?", arguments: [export.id])
      try export.delete(database)
    }
  }
}
