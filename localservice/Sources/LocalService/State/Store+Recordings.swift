import GRDB

/// One ffmpeg process that recorded: a folder of its own, and one set of codecs.
struct RecordingRun: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "recordingRun"

  var id: Int64?
  var streamID: String
  /// As a browser is told of them, `avc1.42c015,mp4a.40.2`; empty until the first segment.
  var codecs = ""

  /// Below the folder of all recordings.
  var folder: String { "\(streamID)/\(id ?? 0)" }
}

/// A piece of a recording: a file that is complete and begins with a key frame.
struct Segment: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "segment"

  var id: Int64?
  var streamID: String
  var runID: Int64
  /// In its run; the name of the file.
  var number: Int
  /// Among all segments of the stream, without holes.
  var position = 0
  /// How many times the stream's recording was interrupted before.
  var interruptions = 0
  /// By the clock of this machine.
  var start: Double
  var end: Double
  /// How long it plays.
  var duration: Double
  var bytes: Int
}

/// What a link to a player or a playlist stands for. Its slug is all that a viewer needs.
struct Playback: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "playback"

  var slug: String
  var streamID: String
  /// Both are null for a live picture.
  var start: Double?
  var end: Double?
  var title: String?
  var about: String?
  /// An exported file instead of segments.
  var exportID: String?
  var createdAt: Double
}

/// A recording as one file, which the bounds of the recordings do not touch.
struct Export: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "export"

  var id: String
  var streamID: String
  var name: String
  var start: Double
  var end: Double
  var duration: Double
  var createdAt: Double
}

extension Store {
  static func addRecordings(_ migrator: inout DatabaseMigrator) {
    migrator.registerMigration("recordings") { database in
      try database.execute(
        sql: """
          ALTER TABLE stream ADD COLUMN store INTEGER NOT NULL DEFAULT 0;
          CREATE TABLE recordingRun (
            id INTEGER PRIMARY KEY AUTOINCREMENT, streamID TEXT NOT NULL REFERENCES stream(id), codecs TEXT NOT NULL);
          CREATE TABLE segment (
            id INTEGER PRIMARY KEY AUTOINCREMENT, streamID TEXT NOT NULL REFERENCES stream(id),
            runID INTEGER NOT NULL REFERENCES recordingRun(id), number INTEGER NOT NULL, position INTEGER NOT NULL,
            interruptions INTEGER NOT NULL, start DOUBLE NOT NULL, "end" DOUBLE NOT NULL, duration DOUBLE NOT NULL,
            bytes INTEGER NOT NULL, UNIQUE (runID, number));
          CREATE INDEX segmentOfStream ON segment(streamID, position);
          CREATE INDEX segmentByTime ON segment(streamID, "end");
          CREATE INDEX segmentByAge ON segment("end");
          CREATE TABLE playback (
            slug TEXT PRIMARY KEY, streamID TEXT NOT NULL REFERENCES stream(id), start DOUBLE, "end" DOUBLE,
            title TEXT, about TEXT, exportID TEXT, createdAt DOUBLE NOT NULL);
          CREATE INDEX playbackOfStream ON playback(streamID, start);
          CREATE TABLE export (
            id TEXT PRIMARY KEY, streamID TEXT NOT NULL REFERENCES stream(id), name TEXT NOT NULL, start DOUBLE NOT NULL,
            "end" DOUBLE NOT NULL, duration DOUBLE NOT NULL, createdAt DOUBLE NOT NULL);
          CREATE INDEX exportOfStream ON export(streamID);
          """)
    }
  }

  // MARK: - Writing

  func insert(_ run: RecordingRun) throws -> Int64 {
    try database.write { database in
      try run.insert(database)
      return database.lastInsertedRowID
    }
  }

  /// Numbers the segment; it continues the stream's last one only if that is its predecessor in the same run. `codecs` are
  /// those of its run.
  func append(_ segment: Segment, codecs: String) throws {
    try database.write { database in
      try database.execute(
        sql: "UPDATE recordingRun SET codecs = ? WHERE id = ? AND codecs <> ?", arguments: [codecs, segment.runID, codecs])
      var segment = segment
      let last = try Segment.filter(Column("streamID") == segment.streamID).order(Column("position").desc).fetchOne(database)
      if let last {
        segment.position = last.position + 1
        let follows = last.runID == segment.runID && last.number + 1 == segment.number
        segment.interruptions = last.interruptions + (follows ? 0 : 1)
      }
      try segment.insert(database)
    }
  }

  /// Forgets the segments that are too old, and then the oldest of the stream that takes most room until all together are small
  /// enough: a camera that sends too much shortens its own recording. Returns those forgotten, about a thousand at most.
  func forgetSegments(before time: Double, over bytes: Int) throws -> [Segment] {
    try database.write { database in
      var gone = try Segment.filter(Column("end") < time).order(Column("end")).limit(1000).fetchAll(database)
      for segment in gone { try segment.delete(database) }
      let sizes = try Row.fetchAll(database, sql: "SELECT streamID, SUM(bytes) AS bytes FROM segment GROUP BY streamID")
      var kept: [String: Int] = Dictionary(uniqueKeysWithValues: sizes.map { ($0["streamID"], $0["bytes"]) })
      while gone.count < 1000, kept.values.reduce(0, +) > bytes, let largest = kept.max(by: { $0.value < $1.value }) {
        let next = kept.values.filter { $0 < largest.value }.max() ?? 0
        let oldest = try Segment.filter(Column("streamID") == largest.key).order(Column("position")).limit(100).fetchAll(
          database)
        guard !oldest.isEmpty else { break }
        for segment in oldest {
          try segment.delete(database)
          gone.append(segment)
          kept[largest.key, default: 0] -= segment.bytes
          if kept.values.reduce(0, +) <= bytes || kept[largest.key, default: 0] < next { break }
        }
      }
      return gone
    }
  }

  func forgetRun(_ id: Int64) throws {
    _ = try database.write { try RecordingRun.deleteOne($0, key: id) }
  }

  /// Links to what is no longer there, a day after they were made.
  func forgetPlaybacks(before time: Double) throws {
    try database.write {
      try $0.execute(
        sql: """
          DELETE FROM playback WHERE start IS NOT NULL AND exportID IS NULL AND createdAt < ? AND NOT EXISTS (
            SELECT 1 FROM segment WHERE segment.streamID = playback.streamID AND segment."end" > playback.start
              AND segment.start < playback."end")
          """, arguments: [time])
    }
  }

  /// The same link for the same wish.
  func keep(_ wish: Playback) async throws -> Playback {
    try await database.write { database in
      let prefix = wish.slug.dropLast(Identifier.connection().count)
      let same = try Playback.fetchOne(
        database,
        sql: """
          SELECT * FROM playback WHERE streamID = ? AND start IS ? AND "end" IS ? AND title IS ? AND about IS ?
            AND exportID IS ? AND substr(slug, 1, length(slug) - 32) = ?
          """,
        arguments: [wish.streamID, wish.start, wish.end, wish.title, wish.about, wish.exportID, String(prefix)])
      if let same { return same }
      try wish.insert(database)
      return wish
    }
  }

  func insert(_ export: Export) async throws {
    try await database.write { try export.insert($0) }
  }

  // MARK: - Reading

  func recordingRuns() throws -> [RecordingRun] {
    try database.read { try RecordingRun.fetchAll($0) }
  }

  func lastSegment(ofRun id: Int64) throws -> Segment? {
    try database.read { try Segment.filter(Column("runID") == id).order(Column("number").desc).fetchOne($0) }
  }

  func segmentNumbers(ofRun id: Int64) throws -> Set<Int> {
    try database.read {
      try Set(Int.fetchAll($0, sql: "SELECT number FROM segment WHERE runID = ?", arguments: [id]))
    }
  }

  /// Those that overlap `[start, end)`, in the order in which they were recorded.
  func segments(of stream: String, from start: Double, to end: Double) async throws -> [Segment] {
    try await database.read { database in
      try Segment.filter(Column("streamID") == stream && Column("end") > start && Column("start") < end)
        .order(Column("position")).fetchAll(database)
    }
  }

  func lastSegments(of stream: String, _ count: Int) async throws -> [Segment] {
    try await database.read { database in
      try Segment.filter(Column("streamID") == stream).order(Column("position").desc).limit(count).fetchAll(database).reversed()
    }
  }

  /// The uninterrupted parts of a stream's recording, oldest first.
  func recordedParts(of stream: String) async throws -> [(start: Double, end: Double)] {
    try await database.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT MIN(start) AS start, MAX("end") AS "end" FROM segment WHERE streamID = ? GROUP BY interruptions
          ORDER BY interruptions
          """, arguments: [stream]
      ).map { (start: $0["start"], end: $0["end"]) }
    }
  }

  func segment(_ id: Int64) async throws -> Segment? {
    try await database.read { try Segment.fetchOne($0, key: id) }
  }

  func recordingRun(_ id: Int64) async throws -> RecordingRun? {
    try await database.read { try RecordingRun.fetchOne($0, key: id) }
  }

  func recordingRuns(_ ids: Set<Int64>) async throws -> [Int64: RecordingRun] {
    try await database.read { database in
      let runs = try RecordingRun.fetchAll(database, keys: ids)
      return Dictionary(uniqueKeysWithValues: runs.map { ($0.id ?? 0, $0) })
    }
  }

  func playback(_ slug: String) async throws -> Playback? {
    try await database.read { try Playback.fetchOne($0, key: slug) }
  }

  func export(ofStream id: String, from start: Double, to end: Double) async throws -> Export? {
    try await database.read { database in
      try Export.filter(Column("streamID") == id && Column("start") <= start && Column("end") == end).fetchOne(database)
    }
  }
}
