import Foundation
import GRDB
import Synchronization

@testable import LocalService

/// Measures searches over many records while a stream's records keep coming in.
@main
enum BenchSearch {
  static let cameras = 16

  static func main() async throws {
    let records = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000_000
    let folder = FileManager.default.temporaryDirectory.path + "/bench-search-\(getpid())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let file = folder + "/state.sqlite"
    let made = try time { try make(records, in: file) }
    let before = try size(DatabaseQueue(path: file))
    var opened: Store?
    let indexed = try time { opened = try Store(file: file) }
    guard let store = opened else { return }
    defer { store.close() }
    print(
      "\(records) records of \(cameras) cameras made in \(whole(made)) s, taken into the index in \(whole(indexed)) s;",
      "\(before) MB without the index, \(try size(store.database)) MB with it")
    let inserter = Inserter(store)
    inserter.start()
    try await Task.sleep(for: .seconds(10))
    print("without searches: " + inserter.report())
    try await measure(store)
    print("\nduring searches: " + inserter.report())
    inserter.stop()
  }

  /// As an older version of the service has left it, so that the index is made from it.
  private static func make(_ records: Int, in file: String) throws {
    let database = try DatabaseQueue(path: file)
    try Store.migrations.migrate(database, upTo: "3")
    var worlds = (0..<cameras).map { World(camera: $0) }
    // The last record is of this moment.
    let first = Timestamp.now() - Double(records / cameras) * World.window
    try database.write { database in
      for camera in 0..<cameras {
        try database.execute(
          sql: """
            INSERT INTO stream VALUES (?, ?, '', 'video', 5, 1, ?);
            INSERT INTO windowJob (id, streamID, seconds, frameCount, running, createdAt) VALUES (?, ?, ?, 5, 1, ?)
            """,
          arguments: [
            "rts-\(camera)", "camera \(camera)", first, job(camera), "rts-\(camera)", World.window, first,
          ])
      }
      let statement = try database.makeStatement(sql: "INSERT INTO scene VALUES (?, ?, ?, ?)")
      for record in 0..<records {
        let (window, camera) = record.quotientAndRemainder(dividingBy: cameras)
        let start = first + Double(window) * World.window + Double(camera) / 10
        let arguments: StatementArguments = [job(camera), start, start + World.window, worlds[camera].text(at: start)]
        try statement.execute(arguments: arguments)
      }
    }
    try database.close()
  }

  static func job(_ camera: Int) -> String { "index\(camera)" }

  // MARK: - Measuring

  private struct Measured {
    let query: String
    let any: Int
    let every: Int
    let times: [Double]
    /// Of the processor: what other programs do to this machine is not in it.
    let work: [Double]
  }

  private static func measure(_ store: Store) async throws {
    let list = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "queries.txt")
    let queries = try String(contentsOf: list, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
    let all = try await store.searchOwners()
    print("\nTimes in ms, of 20 searches for each query, half of them in one stream.")
    print("  any word  every word  found   best      p50      p95      max  query")
    var measured: [Measured] = []
    for query in queries.map(String.init) {
      let (any, every) = try await matches(query, store)
      var times: [Double] = []
      var work: [Double] = []
      var found: [Store.Hit] = []
      for turn in 0..<20 {
        let scope = SearchScope(all.filter { turn % 2 == 0 || $0.streamID == "rts-\(turn % cameras)" })
        let (start, startOfWork) = (steady(), processor())
        let hits = try await store.search(.init(query: query, owners: scope.owners, marks: scope.marks(among: all)))
        times.append((steady() - start) * 1000)
        work.append((processor() - startOfWork) * 1000)
        if turn == 0 { found = hits }
      }
      measured.append(Measured(query: query, any: any, every: every, times: times, work: work))
      let best = found.first.map { String(format: "%.2f", $0.score) } ?? "-"
      print(pad(any, 10), pad(every, 11), pad(found.count, 6), pad(best, 6), row(times), " " + query)
    }
    print("")
    let few = measured.filter { $0.any <= 20_000 }
    let many = measured.filter { $0.any > 20_000 }
    for (name, some) in [("at most 20,000 records with any word", few), ("more records", many), ("all queries", measured)] {
      print(row(some.flatMap(\.times)), " \(name): \(some.count) queries")
      print(row(some.flatMap(\.work)), " of these, the processor's time")
    }
  }

  /// In how many records any word of the query is, and every word.
  private static func matches(_ query: String, _ store: Store) async throws -> (Int, Int) {
    try await store.searches.read { database in
      let records = Int(try SearchIndex.newest(database))
      let terms = try SearchQuery(query, records: records, store.lexicon, database).terms
      func count(_ word: String) throws -> Int {
        let match = terms.map(\.match).joined(separator: word)
        return try Int.fetchOne(database, sql: "SELECT count(*) FROM searchText WHERE searchText MATCH ?", arguments: [match])
          ?? 0
      }
      return terms.isEmpty ? (0, 0) : (try count(" OR "), try count(" AND "))
    }
  }

  private static func row(_ times: [Double]) -> String {
    let sorted = times.sorted()
    guard !sorted.isEmpty else { return "none" }
    return [sorted[sorted.count / 2], sorted[min(sorted.count * 95 / 100, sorted.count - 1)], sorted[sorted.count - 1]]
      .map { pad(String(format: "%.1f", $0), 8) }.joined(separator: " ")
  }

  private static func pad(_ value: some CustomStringConvertible, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - value.description.count)) + value.description
  }

  private static func whole(_ seconds: Double) -> String { String(format: "%.0f", seconds) }

  private static func time(_ work: () throws -> Void) rethrows -> Double {
    let start = steady()
    try work()
    return steady() - start
  }

  /// In use, in megabytes.
  private static func size(_ database: DatabaseQueue) throws -> Int {
    try database.read { database in
      let pages = try ["page_count", "freelist_count"].map { try Int.fetchOne(database, sql: "PRAGMA \($0)") ?? 0 }
      return (pages[0] - pages[1]) * (try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 0) / 1_000_000
    }
  }

  private static func processor() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  static func steady() -> Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }
}

/// Keeps a record ten times a second, as 50 cameras would, the way that a camera's thread does.
final class Inserter: Sendable {
  private struct State {
    var delays: [Double] = []
    var isOver = false
  }

  private let store: Store
  private let state = Mutex(State())

  init(_ store: Store) { self.store = store }

  func start() {
    Thread { [self] in
      var worlds = (0..<BenchSearch.cameras).map { World(camera: 100 + $0) }
      var count = 0
      while !state.withLock({ $0.isOver }) {
        let (camera, now) = (count % BenchSearch.cameras, Timestamp.now())
        let scene = Scene(
          jobID: BenchSearch.job(camera), start: now - World.window, end: now, text: worlds[camera].text(at: now))
        let start = BenchSearch.steady()
        do { _ = try store.keep(scene) } catch { print("a record could not be kept: \(error)") }
        let delay = (BenchSearch.steady() - start) * 1000
        state.withLock { $0.delays.append(delay) }
        count += 1
        Thread.sleep(forTimeInterval: 0.1)
      }
    }.start()
  }

  func stop() { state.withLock { $0.isOver = true } }

  /// Of what was kept since the last report.
  func report() -> String {
    let delays = state.withLock { state in
      defer { state.delays = [] }
      return state.delays.sorted()
    }
    guard let worst = delays.last else { return "no record was kept" }
    let (typical, high) = (delays[delays.count / 2], delays[delays.count * 95 / 100])
    return String(
      format: "%d records kept, 10 a second: p50 %.1f ms, p95 %.1f ms, at worst %.1f ms", delays.count, typical, high, worst)
  }
}
