import Foundation
import GRDB
import Testing

@testable import Analysis
@testable import LocalService

@Suite struct SearchTests {
  private static let red = "Something red moved fast from left to right on the left of the picture (4.0 % of it)."
  private static let blue = "Something blue entered from the left; something grey left through the bottom edge."
  private static let still = "Nothing has moved for 12 s. Light is steady and bright; mostly grey and white."
  private static let lamp = "It suddenly became darker, as when lights go off (60 % to 20 %). Light is now dim."
  private static let covered = "The picture has been plain grey without any detail for 5.0 s: a covered lens, or no signal."
  private static let frozen = "The picture is frozen: for 5.0 s every frame has been the same, pixel for pixel."
  private static let green = "Something green moved upwards in the middle of the picture (1.2 % of it)."

  /// A gate and a yard, each with an index of its own; windows do not touch.
  private func recorded() async throws -> Recorded {
    let recorded = try Recorded()
    for place in ["gate", "yard"] {
      try await recorded.stream("rts-\(place)", name: place)
      try await recorded.job("index-\(place)", on: "rts-\(place)", name: "\(place) index")
    }
    for (index, text) in [Self.red, Self.blue, Self.still, Self.lamp, Self.covered, Self.frozen, Self.green].enumerated() {
      try recorded.keep(text, of: "index-gate", from: 100 * Double(index))
    }
    try recorded.keep(Self.still, of: "index-yard", from: 50)
    try recorded.keep(Self.red, of: "index-yard", from: 1000)
    return recorded
  }

  private static let all = "/rtstream/collection/default/search"
  private static let gate = "/rtstream/rts-gate/search"

  @Test func otherFormsOfTheWordsAreFound() async throws {
    try await recorded().serve { service in
      for (query, text) in [
        ("when did something red move fast?", Self.red), ("Red things moving", Self.red), ("quick motion", Self.red),
        ("rapid rightward movement", Self.red), ("WHAT ENTERS FROM THE LEFT", Self.blue), ("arrivals", Self.blue),
        ("when did the grey thing leave?", Self.blue), ("departure of something gray", Self.blue),
        ("motionless", Self.still), ("nothing moves", Self.still), ("lights going off", Self.lamp),
        ("a sudden darkness", Self.lamp), ("is the camera blocked", Self.covered), ("freezing", Self.frozen),
        ("upward activity in the center", Self.green), ("gréen", Self.green),
      ] {
        let results = try await service.post(Self.gate, ["query": .string(query)]).data["results"]?.items
        #expect(results?.first?["text"]?.string == text, "\(query): \(results?.first?.text ?? "nothing")")
      }
    }
  }

  @Test func theScoreSaysHowMuchOfTheQueryIsThere() async throws {
    try await recorded().serve { service in
      func best(_ query: String) async throws -> Double {
        let answer = try await service.post(Self.gate, ["query": .string(query), "dynamic_score_percentage": 100])
        let scores = answer.data["results"]?.items.compactMap { $0["score"]?.double } ?? []
        #expect(scores == scores.sorted(by: >) && scores.allSatisfy { $0 > 0 && $0 <= 1 }, "\(query): \(scores)")
        return scores.first ?? 0
      }
      let (exact, other, synonym) = (
        try await best("something red moved fast"), try await best("red moving fast"), try await best("red moving rapidly")
      )
      #expect(exact == 1 && other < exact && synonym < other && synonym > 0.8)
      let (together, apart) = (try await best("something blue entered"), try await best("blue edge"))
      #expect(together == 1 && apart < together && apart > 0.85)
      // No record has the second word, or any.
      let (half, none) = (try await best("red submarine"), try await best("submarine"))
      #expect(half == 0.5 && none == 0)
    }
  }

  @Test func thresholds() async throws {
    try await recorded().serve { service in
      func count(_ more: JSON.Member...) async throws -> Int {
        let answer = try await service.post(Self.all, .object([.init("query", "red moved fast left")] + more))
        return answer.data["results"]?.items.count ?? -1
      }
      let everything = try await count(.init("dynamic_score_percentage", 100))
      #expect(everything == 6)
      #expect(try await count() == 2)
      #expect(try await count(.init("dynamic_score_percentage", 0)) == 2)
      #expect(try await count(.init("result_threshold", 1)) == 1)
      #expect(try await count(.init("result_threshold", 0)) == 0)
      #expect(try await count(.init("result_threshold", 3), .init("dynamic_score_percentage", 100)) == 3)
      #expect(try await count(.init("score_threshold", 0.6), .init("dynamic_score_percentage", 100)) == 2)
      #expect(try await count(.init("score_threshold", 1), .init("query", "something red moved fast")) == 2)
    }
  }

  /// Equals come newest first, and carry all that clients show.
  @Test func resultsNameTheirOrigin() async throws {
    try await recorded().serve { service in
      let results = try #require(try await service.post(Self.all, ["query": "red", "filter": []]).data["results"]?.items)
      #expect(results.compactMap { $0["rtstream_id"]?.string } == ["rts-yard", "rts-gate"])
      let first = try #require(results.first)
      #expect(first["start"]?.double == Recorded.epoch + 1000 && first["end"]?.double == Recorded.epoch + 1005)
      #expect(first["text"]?.string == Self.red && first["score"]?.double == 1 && first["metadata"] == ["records": 1])
      #expect(first["scene_index_id"] == "index-yard" && first["scene_index_name"] == "yard index")
      #expect(first["rtstream_name"] == "yard")
    }
  }

  @Test func inOneIndexOneStreamOrAll() async throws {
    let recorded = try await recorded()
    try await recorded.job("other", on: "rts-gate")
    try recorded.keep(Self.red, of: "other", from: 5000)
    try await recorded.serve { service in
      func indexes(_ path: String, _ index: String?) async throws -> [String] {
        let answer = try await service.post(path, ["query": "red", "scene_index_id": .optional(index)])
        return answer.data["results"]?.items.compactMap { $0["scene_index_id"]?.string } ?? []
      }
      #expect(try await indexes(Self.all, nil) == ["other", "index-yard", "index-gate"])
      #expect(try await indexes(Self.gate, nil) == ["other", "index-gate"])
      #expect(try await indexes(Self.gate, "index-gate") == ["index-gate"])
      #expect(try await indexes(Self.all, "index-yard") == ["index-yard"])
      for (path, index) in [(Self.gate, "index-yard"), (Self.gate, "none"), (Self.all, "none")] {
        let answer = try await service.post(path, ["query": "red", "scene_index_id": .string(index)])
        #expect(answer.status == 404 && answer.message.contains(index), "\(answer.body.text)")
      }
      #expect(try await service.post("/rtstream/none/search", ["query": "red"]).status == 404)
      #expect(try await service.post("/rtstream/collection/none/search", ["query": "red"]).status == 404)
    }
  }

  /// An understanding and the index on it hold the same records: each is found once, in the index.
  @Test func whatTwoHoldIsFoundOnce() async throws {
    let recorded = try await recorded()
    try await recorded.job("und-1", on: "rts-yard", kind: .understanding)
    try recorded.keep("Something pink moved.", of: "und-1", from: 2000)
    try await recorded.job("idx-1", on: "rts-yard", name: "derived", kind: .derivedIndex, source: "und-1")
    try recorded.keep("Something pink moved.", of: "und-1", from: 3000)
    try await recorded.serve { service in
      let results = try await service.post(Self.all, ["query": "pink"]).data["results"]?.items ?? []
      #expect(results.compactMap { $0["scene_index_id"]?.string } == ["idx-1", "und-1"])
      #expect(results.compactMap { $0["scene_index_name"]?.string } == ["derived", "scene"])
      let one = try await service.post(Self.all, ["query": "pink", "scene_index_id": "und-1"]).data["results"]?.items ?? []
      #expect(one.compactMap { $0["start"]?.double } == [Recorded.epoch + 3000, Recorded.epoch + 2000])
    }
  }

  /// What was said is found beside what was seen, or alone.
  @Test func transcriptsAreFound() async throws {
    let recorded = try await recorded()
    let words = "please open the red door".split(separator: " ").enumerated().map { index, word in
      SpokenWord(
        text: String(word), start: Recorded.epoch + 7000 + Double(index), end: Recorded.epoch + 7001 + Double(index),
        confidence: 1)
    }
    try recorded.store.keep(try #require(Utterance(streamID: "rts-yard", words)))
    try await recorded.serve { service in
      for (query, type, count) in [
        ("opening doors", .null, 1), ("opening doors", "spoken_word", 1), ("opening doors", "scene", 0), ("red", .null, 3),
        ("red", "spoken_word", 1), ("red", "scene", 2),
      ] as [(String, JSON, Int)] {
        let answer = try await service.post(Self.all, ["query": .string(query), "index_type": type])
        #expect(answer.data["results"]?.items.count == count, "\(query), \(type.text): \(answer.body.text)")
      }
      let result = try await service.post("/rtstream/rts-yard/search", ["query": "opening doors"]).data["results"]?.items.first
      #expect(result?["text"] == "please open the red door" && result?["scene_index_id"] == nil)
      #expect(result?["rtstream_id"] == "rts-yard" && result?["end"]?.double == Recorded.epoch + 7005)
    }
  }

  @Test func filters() async throws {
    try await recorded().serve { service in
      func starts(_ filter: JSON) async throws -> [Double] {
        let answer = try await service.post(
          Self.all, ["query": "red moved", "filter": filter, "dynamic_score_percentage": 100])
        return (answer.data["results"]?.items ?? []).compactMap { $0["start"]?.double.map { $0 - Recorded.epoch } }
      }
      #expect(try await starts([["scene_index_name": "yard index"]]) == [1000, 50])
      #expect(try await starts([["index_id": "index-yard"]]) == [1000, 50])
      #expect(try await starts([["rtstream_name": "yard"], ["scene_index_id": "index-yard"]]) == [1000, 50])
      #expect(try await starts([["rtstream_id": "rts-yard", "index_name": "gate index"]]) == [])
      #expect(try await starts([["rtstream_id": "none"]]) == [])
      let epoch = Recorded.epoch
      #expect(try await starts([["start": .number(epoch + 999)]]) == [1000])
      #expect(try await starts([["start": .number(epoch + 1004.9)]]) == [1000])
      #expect(try await starts([["start": .number(epoch + 1005)]]) == [])
      #expect(try await starts([["end": .number(epoch + 50)]]) == [0])
      #expect(try await starts([["start": .number(epoch + 1)], ["end": .number(epoch + 51)]]) == [0, 50])
      #expect(try await starts([["start": 0, "end": 5]]) == [])
      for (filter, key) in [
        ([["colour": "red"]], "filter[0].colour"), ([[:], ["start": "now"]], "filter[1].start"),
        ([["rtstream_id": 5]], "filter[0].rtstream_id"), (["red"], "filter[0]"), (["a": 1], "'filter'"),
        ([["start": -1]], "filter[0].start"),
      ] as [(JSON, String)] {
        let answer = try await service.post(Self.all, ["query": "red", "filter": filter])
        #expect(answer.status == 400 && answer.message.contains(key), "\(filter.text): \(answer.body.text)")
      }
    }
  }

  @Test func shotsThatTouchAreOne() async throws {
    let recorded = try await recorded()
    try await recorded.job("a", on: "rts-gate")
    try await recorded.job("b", on: "rts-yard")
    let (one, two) = ("Something pink moved.", "Something pink entered.")
    try recorded.keep(one, two, two, of: "a", from: 10_000)
    try recorded.keep(one, of: "a", from: 10_020)
    try recorded.keep(one, of: "b", from: 10_005)
    try await recorded.serve { service in
      func shots(_ body: [JSON.Member]) async throws -> [[Double]] {
        let results = try await service.post(Self.all, .object([.init("query", "pink")] + body)).data["results"]?.items ?? []
        return results.map { shot in
          ["start", "end"].map { (shot[$0]?.double ?? 0) - Recorded.epoch } + [shot["metadata"]?["records"]?.double ?? 0]
        }
      }
      #expect(try await shots([]) == [[10_020, 10_025, 1], [10_000, 10_015, 3], [10_005, 10_010, 1]])
      #expect(try await shots([.init("stitch", false)]).count == 5)
      let few = try await shots([.init("stitch", true), .init("result_threshold", 2)])
      #expect(few == [[10_020, 10_025, 1], [10_010, 10_015, 1]])
      let text = try await service.post(Self.gate, ["query": "pink"]).data["results"]?.items.last?["text"]?.string
      #expect(text == one + " " + two)
    }
  }

  @Test func bodiesOfAllClients() async throws {
    try await recorded().serve { service in
      for more: [JSON.Member] in [
        [.init("filter", [])], [.init("rerank", false), .init("rerank_params", [:])], [.init("index_type", "scene")],
        [.init("result_threshold", .null), .init("score_threshold", .null), .init("filter", .null)],
        [.init("namespace", "rtstream"), .init("score_threshold", 0), .init("dynamic_score_percentage", 20)],
      ] {
        let answer = try await service.post(Self.gate, .object([.init("query", "red")] + more))
        #expect(answer.status == 200 && answer.data["results"]?.items.count == 1, "\(answer.body.text)")
      }
      let again = try await service.post(Self.gate, ["query": "red", "rerank": true, "rerank_params": ["model": "x"]])
      #expect(again.status == 200 && again.message.contains("no effect"))
      for (key, value) in [
        ("query", .null), ("query", ""), ("query", 5), ("result_threshold", -1), ("result_threshold", 1001),
        ("result_threshold", 1.5), ("score_threshold", 1.1), ("score_threshold", "1"), ("dynamic_score_percentage", 101),
        ("stitch", "yes"), ("rerank", 1), ("rerank_params", []), ("index_type", "word"), ("scene_index_id", 5),
      ] as [(String, JSON)] {
        let rest = key == "query" ? [] : [JSON.Member("query", "red")]
        let answer = try await service.post(Self.gate, .object(rest + [.init(key, value)]))
        #expect(answer.status == 400 && answer.message.contains("'\(key)'"), "\(key): \(answer.body.text)")
      }
    }
  }

  @Test func noQueryIsMoreThanItsWords() async throws {
    try await recorded().serve { service in
      for query in [
        "\"", "\"red", "red OR", "NOT red", "red AND NOT", "red*", "^red", "text:red", "owner : red", "NEAR(red moved, 5)",
        "{text owner}: red", "red + moved", "(((red", "red'); DROP TABLE scene; --", "-red", "red\u{FEFF}", "r\u{301}ed red",
        "red 🚗🚗", "%red%", "red\\", "\u{1}red\u{1F}", String(repeating: "red ", count: 4096),
        "red " + (0..<2000).map { "w\($0)" }.joined(separator: " "),
      ] {
        let answer = try await service.post(Self.gate, ["query": .string(query), "dynamic_score_percentage": 100])
        #expect(answer.status == 200, "\(query.prefix(40)): \(answer.body.text)")
        let texts = answer.data["results"]?.items.compactMap { $0["text"]?.string } ?? []
        #expect(query.contains("red") == texts.contains(Self.red), "\(query.prefix(40)): \(texts)")
      }
      for query in ["🚗", "!?", " ", "the of a", String(repeating: "x", count: 16_384), "\u{E000}indexgate0", "indexgate0", "字"]
      {
        let answer = try await service.post(Self.gate, ["query": .string(query)])
        #expect(answer.status == 200, "\(query.prefix(40)): \(answer.body.text)")
        if query != "the of a" { #expect(answer.data["results"] == [], "\(query.prefix(40)): \(answer.body.text)") }
      }
      for query in ["red\u{0}", String(repeating: "x", count: 16_385)] {
        #expect(try await service.post(Self.gate, ["query": .string(query)]).status == 400)
      }
    }
  }

  /// What an older version of the service kept is found too.
  @Test func olderRecordsAreIndexed() async throws {
    let directory = TestService.temporaryDirectory()
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let old = try DatabaseQueue(path: directory + "/state.sqlite")
    try Store.migrations.migrate(old, upTo: "3")
    try await old.write { database in
      try database.execute(
        sql: """
          INSERT INTO stream VALUES ('rts-old', 'old', 'lavfi:testsrc2', 'video', 5, 0, 0);
          INSERT INTO windowJob (id, streamID, seconds, frameCount, running, createdAt) VALUES ('old', 'rts-old', 5, 5, 0, 0);
          INSERT INTO scene VALUES ('old', 100, 105, 'Something red moved.'), ('old', 105, 110, 'Something blue moved.');
          """)
    }
    try old.close()
    try await TestService.run(directory: directory) { service in
      let answer = try await service.post("/rtstream/rts-old/search", ["query": "blue movement"])
      #expect(answer.data["results"]?.items.compactMap { $0["start"]?.double } == [105])
      let scenes = try await service.get("/rtstream/rts-old/index/scene/old").data["scene_index_records"]?.items
      #expect(scenes?.compactMap { $0["start"]?.double } == [105, 100])
    }
  }

  /// What is too old is gone from the records and from the index, which knows the rest as if it had never been there.
  @Test func oldRecordsAreForgotten() async throws {
    let recorded = try await recorded()
    try recorded.keep(Array(repeating: "Something violet moved.", count: 250), of: "index-gate", from: -50_000)
    let other = try await self.recorded()
    let store = recorded.store
    // Entries go in the order in which they came: these came last, after younger ones.
    #expect(try store.forgetRecords(before: Recorded.epoch - 10_000).count == 0)

    let late = Recorded.epoch + 100_000
    try recorded.keep("Something violet left.", of: "index-yard", from: 100_000)
    try other.keep("Something violet left.", of: "index-yard", from: 100_000)
    var forgotten = 0
    while true {
      let batch = try store.forgetRecords(before: late)
      forgotten += batch.count
      if batch.isAll { break }
    }
    let more = try store.forgetRecords(before: late).count
    #expect(forgotten > 250 && more == 0)
    try await store.searches.read { database in
      let words = try Row.fetchAll(database, sql: "SELECT stem, records FROM searchWord ORDER BY stem")
      #expect(words.map { $0["stem"] as String } == ["left", "someth", "violet"])
      #expect(words.map { $0["records"] as Int } == [1, 1, 1])
      let spans = try Row.fetchAll(database, sql: "SELECT last - first AS more FROM searchSpan")
      #expect(spans.map { $0["more"] as Int } == [0])
      let scenes = try Int.fetchOne(database, sql: "SELECT count(*) FROM scene")
      #expect(scenes == 1)
    }
    try await store.database.write { try $0.execute(sql: "INSERT INTO searchText (searchText) VALUES ('integrity-check')") }
    try await recorded.serve { service in
      #expect(try await service.post(Self.all, ["query": "red"]).data["results"] == [])
      let found = try await service.post(Self.all, ["query": "violet"]).data["results"]?.items ?? []
      #expect(found.count == 1 && found[0]["start"]?.double == late && found[0]["score"]?.double == 1)
    }
    // A service does so by itself.
    try await other.serve({
      $0.recordDays = (Timestamp.now() - late + 60) / 86_400; $0.limits.housekeepingSeconds = 0.5
    }) { service in
      try await eventually("the old ones to be gone") {
        try await service.post(Self.all, ["query": "red"]).data["results"] == [] ? () : nil
      }
      #expect(try await service.post(Self.all, ["query": "violet"]).data["results"]?.items.count == 1)
    }
  }

  /// A search that is still reading keeps no record waiting, and does not see it.
  @Test func searchesDoNotHinderRecords() async throws {
    let recorded = try await recorded()
    let store = recorded.store
    try await store.searches.read { database in
      let before = try SearchIndex.newest(database)
      for turn in 0..<50 { try recorded.keep(Self.red, of: "index-gate", from: 10_000 + 10 * Double(turn)) }
      #expect(try SearchIndex.newest(database) == before)
    }
    let after = try await store.searches.read { try SearchIndex.newest($0) }
    #expect(after == 59)
  }

  @Test func searchesAndRecordsAtTheSameTime() async throws {
    let recorded = try await recorded()
    let store = recorded.store
    let owners = SearchScope(try await store.searchOwners()).owners
    try await withThrowingTaskGroup { group in
      group.addTask {
        try await offload {
          for turn in 0..<300 {
            let start = Recorded.epoch + 20_000 + 10 * Double(turn)
            let scene = Scene(jobID: "index-yard", start: start, end: start + 5, text: "Something pink moved.")
            let audience = try store.keep(scene)
            #expect(audience.count == 1)
          }
        }
      }
      for _ in 0..<4 {
        group.addTask {
          for _ in 0..<25 {
            let hits = try await store.search(.init(query: "pink things moving", owners: owners, limit: 1000))
            #expect(hits.map(\.start) == hits.map(\.start).sorted(by: >))
          }
        }
      }
      try await group.waitForAll()
    }
    let hits = try await store.search(.init(query: "pink", owners: owners, limit: 1000))
    #expect(hits.count == 300)
  }

  /// A real camera's records are found as soon as they are told.
  @Test func whatACameraShowsIsFound() async throws {
    try await TestService.run { service in
      let stream = try await service.connect()
      let index = try await service.index(stream)
      let shot = try await eventually("a scene that is found") {
        let answer = try await service.post("/rtstream/\(stream)/search", ["query": "what moves in the picture?"])
        return answer.data["results"]?.items.first
      }
      #expect(shot["scene_index_id"]?.string == index && shot["rtstream_name"] == "camera")
    }
  }
}
