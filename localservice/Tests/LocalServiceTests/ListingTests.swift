import Analysis
import Foundation
import GRDB
import GRDBSQLite
import Testing

@testable import LocalService

/// Which records a time gives, and that many older ones make neither that nor a new record more work. Work is counted in the steps of
/// SQLite's virtual machine, which are the same on every machine.
@Suite struct ListingTests {
  private static let now = Recorded.epoch + 100_000

  /// Windows of a second, the last of which ends now: some of a job, as many of its stream's transcript.
  private func recorded(_ count: Int) async throws -> Recorded {
    let recorded = try Recorded()
    try await recorded.stream("rts-1")
    try await recorded.job("index-1", on: "rts-1")
    try await recorded.store.database.write { database in
      for (table, columns, values) in [
        ("scene", "jobID, start, \"end\", text", "'index-1', start, start + 1, 'a red car passes'"),
        ("utterance", "streamID, start, \"end\", text, words", "'rts-1', start, start + 1, 'a word', '[]'"),
        ("searchEntry", "source, row", "1, n"), ("searchText", "rowid, text, owner", "n, 'a red car passes', 'index1 rts1'"),
      ] {
        try database.execute(
          sql: """
            WITH RECURSIVE time(n, start) AS
              (SELECT 1, ? UNION ALL SELECT n + 1, start + 1 FROM time WHERE n < ?)
            INSERT INTO \(table) (\(columns)) SELECT \(values) FROM time
            """, arguments: [Self.now - Double(count), count])
      }
    }
    return recorded
  }

  private final class Steps { var count = 0 }

  private func steps(_ store: Store, _ work: () async throws -> Void) async throws -> Int {
    let steps = Unmanaged.passRetained(Steps())
    defer { steps.release() }
    let pointer = UInt(bitPattern: steps.toOpaque())
    try await store.database.writeWithoutTransaction { database in
      sqlite3_progress_handler(
        database.sqliteConnection, 1,
        { context in
          Unmanaged<Steps>.fromOpaque(context!).takeUnretainedValue().count += 1
          return 0
        }, UnsafeMutableRawPointer(bitPattern: pointer))
    }
    try await work()
    try await store.database.writeWithoutTransaction { sqlite3_progress_handler($0.sqliteConnection, 0, nil, nil) }
    return steps.takeUnretainedValue().count
  }

  private struct Work {
    let name: String
    let run: @Sendable (Store) async throws -> Void
  }

  private static func works() -> [Work] {
    var works = [
      Work(name: "a kept scene") { store in
        _ = try store.keep(Scene(jobID: "index-1", start: now, end: now + 1, text: "a red car stands still"))
      },
      Work(name: "a kept utterance") { store in
        try store.keep(#require(Utterance(streamID: "rts-1", [.init(text: "red", start: now, end: now + 1, confidence: 1)])))
      },
    ]
    for isReversed in [false, true] {
      works.append(
        Work(name: "the first page of all scenes, \(isReversed)") { store in
          let page = try await store.scenes(ofJob: "index-1", .init(oldestFirst: isReversed)).page
          #expect(page.count == 100)
        })
      for end in [nil, now - 20] {
        let name = "\(end == nil ? "from" : "in") a time, \(isReversed)"
        works.append(
          Work(name: "scenes " + name) { store in
            let page = try await store.scenes(ofJob: "index-1", .init(start: now - 50, end: end, oldestFirst: isReversed)).page
            #expect(page.count >= 30)
          })
        works.append(
          Work(name: "utterances " + name) { store in
            let query = Store.UtteranceQuery(start: now - 60, end: end, since: now - 50, newestFirst: isReversed)
            let (page, count) = try await store.utterances(ofStream: "rts-1", query)
            #expect(page.count == count && count >= 30)
          })
      }
    }
    return works
  }

  @Test func olderRecordsAreNoWork() async throws {
    let (few, many) = (try await recorded(1000), try await recorded(20_000))
    for work in Self.works() {
      let small = try await steps(few.store) { try await work.run(few.store) }
      let large = try await steps(many.store) { try await work.run(many.store) }
      #expect(small > 20 && Double(large) <= 1.5 * Double(small), "\(work.name): \(small) steps, \(large) with 20,000 records")
    }
  }

  /// A record that began long before belongs to the time as well, however short the others are.
  @Test func aLongRecordIsFoundByItsEnd() async throws {
    let recorded = try await recorded(1000)
    let store = recorded.store
    func found(_ start: Double, _ end: Double? = nil) async throws -> [[Double]] {
      let scenes = try await store.scenes(ofJob: "index-1", .init(start: start, end: end, oldestFirst: true)).page
      let said = try await store.utterances(ofStream: "rts-1", .init(start: start, end: end))
      #expect(said.page.map(\.start) == scenes.map(\.start) && said.count == scenes.count)
      return scenes.map { [$0.start - Self.now, $0.end - Self.now] }
    }
    #expect(try await found(Self.now - 2) == [[-2, -1], [-1, 0]])
    #expect(try await found(Self.now - 2.5, Self.now - 1) == [[-3, -2], [-2, -1]])
    let long = Scene(jobID: "index-1", start: Self.now - 900.5, end: Self.now + 0.5, text: "x")
    _ = try store.keep(long)
    try store.keep(#require(Utterance(streamID: "rts-1", [.init(text: "x", start: long.start, end: long.end, confidence: 1)])))
    #expect(try await found(Self.now - 2) == [[-900.5, 0.5], [-2, -1], [-1, 0]])
    #expect(try await found(Self.now) == [[-900.5, 0.5]])
    #expect(try await found(Self.now + 0.5) == [])
    // Not one of another stream.
    try await recorded.stream("rts-2")
    #expect(try await store.utterances(ofStream: "rts-2", .init(start: Self.now)).count == 0)
  }
}
