import Foundation
import GRDB

/// The full-text index over all records, in the same database: what adds a record adds it here in the same transaction.
enum SearchIndex {
  /// What can be found. A further kind of record needs a case here and a call of `add` where it is inserted.
  enum Source: Int, CaseIterable, Sendable {
    case scene = 1
    case utterance = 2

    var table: String {
      switch self {
      case .scene: "scene"
      case .utterance: "utterance"
      }
    }

    /// Reads what a record was entered by: its stream, its owner, its end, its text.
    var origin: String {
      switch self {
      case .scene: "SELECT streamID, jobID, \"end\", text FROM scene JOIN windowJob ON windowJob.id = jobID WHERE scene.id = ?"
      case .utterance: "SELECT streamID, '\(transcriptPrefix)' || streamID, \"end\", text FROM utterance WHERE id = ?"
      }
    }

    /// Reads one record by its row: its owner, its times, its text.
    var record: String {
      switch self {
      case .scene: "SELECT jobID, start, \"end\", text FROM scene WHERE id = ?"
      case .utterance: "SELECT '\(transcriptPrefix)' || streamID, start, \"end\", text FROM utterance WHERE id = ?"
      }
    }
  }

  /// A transcript has no id of its own: this and its stream's stand for it.
  static let transcriptPrefix = "transcript-"

  struct Record: Sendable {
    let source: Source
    let row: Int64
    let streamID: String
    /// The index that it belongs to.
    let ownerID: String
    let start: Double
    let text: String
  }

  /// Entries are numbered as they come, so a higher number is newer. `searchText` keeps which entries a word is in, without
  /// places and without the text; `searchWord` counts them; `searchSpan` tells which entries start in one span of time.
  static let schema = """
    CREATE TABLE searchEntry (id INTEGER PRIMARY KEY, source INTEGER NOT NULL, row INTEGER NOT NULL);
    CREATE TABLE searchWord (stem TEXT PRIMARY KEY, records INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE searchSpan (span INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL);
    CREATE VIRTUAL TABLE searchText USING fts5(text, owner, content='', detail=none, tokenize='porter unicode61');
    """

  /// In seconds. No record is longer than `longest`.
  static let span = 600.0
  static let longest = 3600.0

  static func add(_ record: Record, _ lexicon: Lexicon, _ database: Database) throws {
    try count(Dictionary(uniqueKeysWithValues: enter(record, lexicon, database).map { ($0, 1) }), database)
  }

  /// Takes in what an older version of the service has kept.
  static func addAll(_ database: Database) throws {
    let lexicon = Lexicon()
    var counts: [String: Int] = [:]
    for (source, sql) in [
      (
        Source.scene,
        """
        SELECT scene.id, streamID, jobID, start, text FROM scene JOIN windowJob ON windowJob.id = jobID ORDER BY scene.id
        """
      ), (.utterance, "SELECT id, streamID, '\(transcriptPrefix)' || streamID, start, text FROM utterance ORDER BY id"),
    ] {
      let rows = try Row.fetchCursor(database, sql: sql)
      while let row = try rows.next() {
        let record = Record(source: source, row: row[0], streamID: row[1], ownerID: row[2], start: row[3], text: row[4])
        for stem in try enter(record, lexicon, database) { counts[stem, default: 0] += 1 }
      }
    }
    try count(counts, database)
  }

  /// The record's words, each once.
  private static func enter(_ record: Record, _ lexicon: Lexicon, _ database: Database) throws -> Set<String> {
    let (text, owners) = indexed(record.text, ownerID: record.ownerID, streamID: record.streamID)
    try run("INSERT INTO searchEntry (source, row) VALUES (?, ?)", [record.source.rawValue, record.row], database)
    let id = database.lastInsertedRowID
    try run("INSERT INTO searchText (rowid, text, owner) VALUES (?, ?, ?)", [id, text, owners], database)
    try run(
      """
      INSERT INTO searchSpan VALUES (?, ?, ?)
      ON CONFLICT (span) DO UPDATE SET first = min(first, excluded.first), last = max(last, excluded.last)
      """, [span(of: record.start), id, id], database)
    return Set(try lexicon.words(text, database).map(\.stem))
  }

  /// One record, with what the index knows it by.
  struct Entry: Sendable {
    let id: Int64
    let source: Source
    let row: Int64
    let streamID: String
    let ownerID: String
    let end: Double
    let text: String
  }

  /// The first that came of those that are there.
  static func oldest(_ count: Int, _ database: Database) throws -> [Entry] {
    let rows = try Row.fetchAll(
      database, sql: "SELECT id, source, row FROM searchEntry ORDER BY id LIMIT ?", arguments: [count])
    return try rows.compactMap { entry in
      guard let source = Source(rawValue: entry["source"]),
        let record = try Row.fetchOne(
          database.cachedStatement(sql: source.origin), arguments: [entry["row"] as Int64])
      else { return nil }
      return Entry(
        id: entry["id"], source: source, row: entry["row"], streamID: record[0], ownerID: record[1], end: record[2],
        text: record[3])
    }
  }

  /// Removes the oldest entries, in their order, and their records. The index keeps no text, so that it must be told again what it
  /// was given.
  static func remove(_ entries: [Entry], _ lexicon: Lexicon, _ database: Database) throws {
    guard let last = entries.last?.id else { return }
    var words: [String: Int] = [:]
    for entry in entries {
      let (text, owners) = indexed(entry.text, ownerID: entry.ownerID, streamID: entry.streamID)
      try run(
        "INSERT INTO searchText (searchText, rowid, text, owner) VALUES ('delete', ?, ?, ?)", [entry.id, text, owners],
        database)
      for stem in Set(try lexicon.words(text, database).map(\.stem)) { words[stem, default: 0] -= 1 }
      try run("DELETE FROM searchEntry WHERE id = ?", [entry.id], database)
      try run("DELETE FROM \(entry.source.table) WHERE id = ?", [entry.row], database)
    }
    try count(words, database)
    for stem in words.keys { try run("DELETE FROM searchWord WHERE stem = ? AND records <= 0", [stem], database) }
    try run("DELETE FROM searchSpan WHERE last <= ?", [last], database)
    try run("UPDATE searchSpan SET first = ? WHERE first <= ?", [last + 1, last], database)
  }

  private static func indexed(_ text: String, ownerID: String, streamID: String) -> (text: String, owners: String) {
    (text.replacing(String(Word.mark), with: " "), [ownerID, streamID].map(Word.of(owner:)).joined(separator: " "))
  }

  private static func count(_ words: [String: Int], _ database: Database) throws {
    for (stem, records) in words {
      try run(
        "INSERT INTO searchWord VALUES (?, ?) ON CONFLICT (stem) DO UPDATE SET records = records + excluded.records",
        [stem, records], database)
    }
  }

  private static func run(_ sql: String, _ arguments: StatementArguments, _ database: Database) throws {
    try database.cachedStatement(sql: sql).execute(arguments: arguments)
  }

  // MARK: - Reading

  static func records(with word: Word, _ database: Database) throws -> Int {
    try Int.fetchOne(
      database.cachedStatement(sql: "SELECT records FROM searchWord WHERE stem = ?"), arguments: [word.stem]) ?? 0
  }

  static func oldestID(_ database: Database) throws -> Int64 {
    try Int64.fetchOne(database, sql: "SELECT min(id) FROM searchEntry") ?? 1
  }

  static func newest(_ database: Database) throws -> Int64 {
    try Int64.fetchOne(database, sql: "SELECT max(id) FROM searchEntry") ?? 0
  }

  /// The entries among which all are that overlap the time from start to end.
  static func entries(from start: Double?, to end: Double?, _ database: Database) throws -> ClosedRange<Int64>? {
    let newest = try newest(database)
    guard start != nil || end != nil else { return newest > 0 ? try oldestID(database)...newest : nil }
    let row = try Row.fetchOne(
      database, sql: "SELECT min(first), max(last) FROM searchSpan WHERE span BETWEEN ? AND ?",
      arguments: [
        start.map { span(of: $0 - longest) } ?? Int64.min, end.map { span(of: $0) } ?? Int64.max,
      ])
    guard let first = row?[0] as Int64?, let last = row?[1] as Int64? else { return nil }
    return first...last
  }

  private static func span(of time: Double) -> Int64 { Int64((time / span).rounded(.down)) }
}

extension Word {
  /// Marks words that no text has. Unicode keeps it for private use; the tokenizer takes it for a letter.
  static let mark: Character = "\u{E000}"

  /// Whether a query holds what must not be looked for.
  var isMark: Bool { form.contains(Self.mark) }

  /// A word for an index or a stream, in letters and digits. The digit at its end keeps it from being stemmed.
  static func of(owner id: String) -> String { "\(mark)" + id.filter { $0.isLetter || $0.isNumber } + "0" }
}
