import GRDB

/// What scenes and utterances have in common: they belong to one owner, cover a time, and may be listed late.
extension Store {
  /// An index by start finds what ends after a time only together with the length of the longest record, which this keeps at hand.
  static func addLengths(_ migrator: inout DatabaseMigrator) {
    migrator.registerMigration("lengths") { database in
      try database.execute(
        sql: """
          CREATE INDEX sceneByLength ON scene(jobID, "end" - start);
          CREATE INDEX utteranceByLength ON utterance(streamID, "end" - start);
          """)
    }
  }

  /// The owner's records that are listed by now, those that end after `after` and start before `before`. The work is that of those
  /// records, and of what starts within the longest record's length before `after`.
  static func listed<Record: FetchableRecord & TableRecord>(
    _: Record.Type, of owner: SQLExpression, after: Double?, before: Double?, _ database: Database
  ) throws -> QueryInterfaceRequest<Record> {
    let (start, end) = (Column("start"), Column("end"))
    let owned = Record.filter(owner)
    var listed = owned.filter(Column("visibleFrom") <= Timestamp.now())
    if let after {
      let longest = try Double.fetchOne(database, owned.select(end - start).order((end - start).desc).limit(1)) ?? 0
      // A millisecond more, as differences are rounded.
      listed = listed.filter(end > after && start > after - longest - 0.001)
    }
    if let before { listed = listed.filter(start < before) }
    return listed
  }
}
