import Analysis
import Foundation
import GRDB

/// The transcript of one stream: whether it is wanted, and who hears it live.
struct Transcript: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "transcript"

  var streamID: String
  /// What was asked for; whether sound comes is only known to the ingest.
  var running: Bool
  var connectionID: String?
  var createdAt: Double
  var updatedAt: Double
}

/// What was said between two pauses.
struct Utterance: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "utterance"

  struct Word: Codable, Sendable {
    var word: String
    var start: Double
    var end: Double
    var confidence: Double
  }

  var streamID: String
  var start: Double
  var end: Double
  var text: String
  /// In JSON.
  var words: [Word]
  /// From when on it is listed.
  var visibleFrom = 0.0

  init?(streamID: String, _ words: [SpokenWord]) {
    guard let first = words.first, let last = words.last else { return nil }
    self.streamID = streamID
    (start, end) = (first.start, last.end)
    text = words.map(\.text).joined(separator: " ")
    self.words = words.map { Word(word: $0.text, start: $0.start, end: $0.end, confidence: $0.confidence) }
  }
}

extension Store {
  static func addSpeech(_ migrator: inout DatabaseMigrator) {
    migrator.registerMigration("speech") { database in
      try database.execute(
        sql: """
          CREATE TABLE transcript (
            streamID TEXT PRIMARY KEY REFERENCES stream(id), running INTEGER NOT NULL, connectionID TEXT,
            createdAt DOUBLE NOT NULL, updatedAt DOUBLE NOT NULL);
          CREATE TABLE utterance (
            id INTEGER PRIMARY KEY, streamID TEXT NOT NULL REFERENCES stream(id),
            start DOUBLE NOT NULL, "end" DOUBLE NOT NULL, text TEXT NOT NULL, words TEXT NOT NULL);
          CREATE INDEX utteranceOfStream ON utterance(streamID, start);
          ALTER TABLE windowJob ADD COLUMN segmenter TEXT;
          """)
    }
  }

  func transcript(ofStream id: String) async throws -> Transcript? {
    try await database.read { try Transcript.fetchOne($0, key: id) }
  }

  /// Whether the stream's sound is to be listened to.
  func wantsTranscript(_ streamID: String) throws -> Bool {
    try database.read { try Transcript.fetchOne($0, key: streamID)?.running == true }
  }

  func save(_ transcript: Transcript) async throws {
    try await database.write { try transcript.save($0) }
  }

  func removeTranscript(ofStream id: String) async throws {
    _ = try await database.write { try Transcript.deleteOne($0, key: id) }
  }

  /// The stream and its transcript, for whoever tells of what is being said; nil when it was stopped, unless what was said
  /// `isLate` and may be of before the stop.
  func listener(ofStream id: String, isLate: Bool = false) throws -> (stream: VideoStream, transcript: Transcript)? {
    try database.read { database in
      guard let transcript = try Transcript.fetchOne(database, key: id), transcript.running || isLate,
        let stream = try VideoStream.fetchOne(database, key: id)
      else { return nil }
      return (stream, transcript)
    }
  }

  func keep(_ utterance: Utterance) throws {
    try database.write { database in
      try utterance.insert(database)
      let record = SearchIndex.Record(
        source: .utterance, row: database.lastInsertedRowID, streamID: utterance.streamID,
        ownerID: SearchIndex.transcriptPrefix + utterance.streamID, start: utterance.start, text: utterance.text)
      try SearchIndex.add(record, lexicon, database)
    }
  }

  struct UtteranceQuery: Sendable {
    var page = 1
    var pageSize = 100
    var start: Double?
    var end: Double?
    /// Only what ended after this.
    var since: Double?
    var newestFirst = false
  }

  /// Oldest first, unless asked for otherwise. An utterance belongs to `[start, end)` when it overlaps it.
  func utterances(ofStream id: String, _ query: UtteranceQuery) async throws -> (page: [Utterance], count: Int) {
    try await database.read { database in
      let after = [query.start, query.since].compactMap { $0 }.max()
      let matching = try Self.listed(Utterance.self, of: Column("streamID") == id, after: after, before: query.end, database)
      let order = [Column("start"), Column.rowID]
      let page = try matching.order(query.newestFirst ? order.map(\.desc) : order.map(\.asc))
        .limit(query.pageSize, offset: (query.page - 1) * query.pageSize).fetchAll(database)
      return (page, try matching.fetchCount(database))
    }
  }

  /// The running indexes over what is said in a stream.
  func runningAudioIndexes(ofStream id: String) throws -> [WindowJob] {
    try database.read { database in
      try WindowJob.filter(Column("streamID") == id && Column("running") == true && Column("segmenter") != nil)
        .fetchAll(database)
    }
  }
}
