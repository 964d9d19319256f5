import Foundation
import GRDB

/// The database. Every change is committed before the answer to the request that asked for it.
public final class Store: Sendable {
  let database: DatabaseQueue
  /// Reads beside the writer, so that no camera waits for a search.
  let searches: DatabaseQueue
  let lexicon = Lexicon()

  init(file: String) throws {
    let patience = LockPatience()
    var configuration = Configuration()
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .callback(patience.waits)
    configuration.prepareDatabase { database in
      // A killed process loses nothing in this mode; a power cut can lose the last moments.
      try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
    }
    do {
      database = try DatabaseQueue(path: file, configuration: configuration)
      try Store.migrations.migrate(database)
      // What a migration has written is put in its place now, and not while a camera waits.
      _ = try database.writeWithoutTransaction { try $0.checkpoint(.truncate) }
      var reading = Configuration()
      reading.readonly = true
      reading.busyMode = .callback(LockPatience().waits)
      searches = try DatabaseQueue(path: file, configuration: reading)
    } catch {
      throw StartError("cannot use the database \(file): \(StorageTrouble.words(error) ?? "\(error)")")
    }
  }

  func close() {
    try? searches.close()
    try? database.close()
  }

  static var migrations: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { database in
      try database.execute(
        sql: """
          CREATE TABLE stream (
            id TEXT PRIMARY KEY, name TEXT, url TEXT NOT NULL, mediaTypes TEXT NOT NULL,
            sampleRate INTEGER NOT NULL, running INTEGER NOT NULL, createdAt DOUBLE NOT NULL);
          CREATE TABLE sceneIndex (
            id TEXT PRIMARY KEY, streamID TEXT NOT NULL REFERENCES stream(id), name TEXT, prompt TEXT,
            seconds DOUBLE NOT NULL, frameCount INTEGER NOT NULL, running INTEGER NOT NULL,
            connectionID TEXT, createdAt DOUBLE NOT NULL);
          CREATE INDEX sceneIndexOfStream ON sceneIndex(streamID);
          CREATE TABLE scene (
            indexID TEXT NOT NULL REFERENCES sceneIndex(id),
            start DOUBLE NOT NULL, "end" DOUBLE NOT NULL, text TEXT NOT NULL);
          CREATE INDEX sceneOfIndex ON scene(indexID, start);
          CREATE TABLE event (id TEXT PRIMARY KEY, prompt TEXT NOT NULL, label TEXT NOT NULL);
          CREATE TABLE alert (
            id TEXT PRIMARY KEY, indexID TEXT NOT NULL REFERENCES sceneIndex(id),
            eventID TEXT NOT NULL REFERENCES event(id),
            callbackURL TEXT, connectionID TEXT, enabled INTEGER NOT NULL);
          CREATE INDEX alertOfIndex ON alert(indexID);
          CREATE TABLE webhook (
            id INTEGER PRIMARY KEY, url TEXT NOT NULL, payload TEXT NOT NULL, createdAt DOUBLE NOT NULL);
          """)
    }
    migrator.registerMigration("2") { database in
      try database.execute(
        sql: """
          ALTER TABLE sceneIndex RENAME TO windowJob;
          ALTER TABLE windowJob ADD COLUMN kind TEXT NOT NULL DEFAULT 'sceneIndex';
          ALTER TABLE windowJob ADD COLUMN store INTEGER NOT NULL DEFAULT 1;
          ALTER TABLE windowJob ADD COLUMN model TEXT;
          ALTER TABLE windowJob ADD COLUMN sourceID TEXT REFERENCES windowJob(id);
          ALTER TABLE windowJob ADD COLUMN useFor TEXT;
          CREATE INDEX windowJobOfSource ON windowJob(sourceID);
          ALTER TABLE scene RENAME COLUMN indexID TO jobID;
          ALTER TABLE alert RENAME COLUMN indexID TO jobID;
          """)
    }
    migrator.registerMigration("3") { database in
      try database.execute(
        sql: """
          CREATE TABLE captureSession (
            id TEXT PRIMARY KEY, endUserID TEXT NOT NULL, callbackURL TEXT, connectionID TEXT, metadata TEXT NOT NULL,
            channels TEXT NOT NULL, status TEXT NOT NULL, failure TEXT, createdAt DOUBLE NOT NULL);
          CREATE TABLE clientToken (id TEXT PRIMARY KEY, secret TEXT NOT NULL, expiresAt DOUBLE NOT NULL);
          """)
    }
    addSpeech(&migrator)
    // Only a column that is the primary key is safe from being numbered anew.
    migrator.registerMigration("search") { database in
      try database.execute(
        sql: """
          CREATE TABLE numberedScene (
            id INTEGER PRIMARY KEY, jobID TEXT NOT NULL REFERENCES windowJob(id),
            start DOUBLE NOT NULL, "end" DOUBLE NOT NULL, text TEXT NOT NULL);
          INSERT INTO numberedScene SELECT rowid, jobID, start, "end", text FROM scene ORDER BY rowid;
          DROP TABLE scene;
          ALTER TABLE numberedScene RENAME TO scene;
          CREATE INDEX sceneOfJob ON scene(jobID, start);
          """ + SearchIndex.schema)
      try SearchIndex.addAll(database)
    }
    addRecordings(&migrator)
    migrator.registerMigration("late records") { database in
      for table in ["scene", "utterance"] {
        try database.execute(sql: "ALTER TABLE \(table) ADD COLUMN visibleFrom DOUBLE NOT NULL DEFAULT 0")
      }
    }
    addLengths(&migrator)
    return migrator
  }
}
