import Foundation
import GRDB
import Testing

@testable import LocalService

@Suite struct UnderstandingTests {
  private func id(_ understanding: JSON) throws -> String { try #require(understanding["understanding_id"]?.string) }

  @Test func itTellsWhatItRunsAndWhereItsOutputIs() async throws {
    try await TestService.run { service in
      let stream = try await service.connect()
      let made = try await service.understanding(stream, name: "yard", window: "1.5m")
      let id = try id(made)
      #expect(id.hasPrefix("und-") && made["rtstream_id"] == .string(stream))
      #expect(made["status"] == "running" && made["store"] == true && made["id"] == nil)
      #expect(made["segmentation"] == ["type": "time", "window": "90s"])
      let analyzer = try #require(made["analyzers"]?.items.first)
      #expect(analyzer["name"] == "yard" && analyzer["sampling"] == ["frame_count": 2])
      #expect(analyzer["config"] == ["model": "basic", "prompt": "What moves?"])
      let output = try #require(made["outputs"]?["yard"])
      #expect(output["type"] == "understanding" && output["asset_type"] == "rtstream" && output["output"] == "yard")
      #expect(output["understanding_id"] == .string(id) && output["rtstream_id"] == .string(stream))
      #expect(output["extract_type"] == "vlm" && output["mode"] == "continuous")

      // Defaults, with what may be left out or null.
      let short = try await service.post(
        "/rtstream/\(stream)/understand/",
        ["segmentation": [:], "analyzers": [["type": "vlm", "name": .null, "sampling": .null, "config": ["prompt": "x"]]]])
      #expect(short.data["segmentation"]?["window"] == "10s" && short.data["outputs"]?["scene"] != nil)
      #expect(short.data["analyzers"]?.items.first?["sampling"] == ["frame_count": 5] && short.data["store"] == true)

      #expect(try await service.get("/rtstream/\(stream)/understand/\(id)").data == made)
      #expect(try await service.get("/rtstream/\(stream)/understand").data["understandings"]?.items == [made, short.data])
      // It is no scene index.
      #expect(try await service.get("/rtstream/\(stream)/index/scene").data["scene_indexes"] == [])
      #expect(try await service.get("/rtstream/\(stream)/index/\(id)").status == 404)
    }
  }

  @Test func wrongBodiesNameTheKey() async throws {
    try await TestService.run { service in
      let stream = try await service.connect()
      let good: JSON = ["type": "vlm", "config": ["prompt": "x"]]
      let cases: [(JSON, String)] = [
        ([:], "'analyzers' must hold exactly one"), (["analyzers": []], "'analyzers'"), (["analyzers": [:]], "'analyzers'"),
        (["analyzers": [good, good]], "not 2"), (["analyzers": ["vlm"]], "'analyzers[0]' must be an object"),
        (["analyzers": [["config": ["prompt": "x"]]]], "'analyzers[0].type' is missing"),
        (["analyzers": [["type": "asr", "config": ["prompt": "x"]]]], "'analyzers[0].type' must be 'vlm'"),
        (["analyzers": [["type": "vlm"]]], "'analyzers[0].config.prompt' is missing"),
        (["analyzers": [["type": "vlm", "config": ["prompt": ""]]]], "'analyzers[0].config.prompt'"),
        (["analyzers": [["type": "vlm", "config": ["prompt": "x", "model": 5]]]], "'analyzers[0].config.model'"),
        (["analyzers": [["type": "vlm", "name": "", "config": ["prompt": "x"]]]], "'analyzers[0].name'"),
        (
          ["analyzers": [["type": "vlm", "sampling": ["frame_count": 0], "config": ["prompt": "x"]]]],
          "'analyzers[0].sampling.frame_count'"
        ),
        (["analyzers": [good], "segmentation": "10s"], "'segmentation' must be an object"),
        (["analyzers": [good], "segmentation": ["type": "shot"]], "'segmentation.type'"),
        (["analyzers": [good], "segmentation": ["window": 10]], "'segmentation.window' must be a string"),
        (["analyzers": [good], "segmentation": ["window": "10"]], "'segmentation.window'"),
        (["analyzers": [good], "segmentation": ["window": "0.1s"]], "'segmentation.window'"),
        (["analyzers": [good], "segmentation": ["window": "2h"]], "'segmentation.window'"),
        (["analyzers": [good], "segmentation": ["window": "-1s"]], "'segmentation.window'"),
        (["analyzers": [good], "store": "yes"], "'store'"),
        (["analyzers": [good], "ws_connection_id": 1], "'ws_connection_id'"),
      ]
      for (body, message) in cases {
        let answer = try await service.post("/rtstream/\(stream)/understand", body)
        #expect(answer.status == 400 && answer.message.contains(message), "\(body.text): \(answer.body.text)")
      }
      #expect(try await service.get("/rtstream/\(stream)/understand").data["understandings"] == [])
      #expect(try await service.post("/rtstream/none/understand", ["analyzers": [good]]).status == 404)
    }
  }

  @Test func itsWindowsArePushedAndKept() async throws {
    try await TestService.run { service in
      let socket = try await service.webSocket()
      let stream = try await service.connect(name: "gate")
      let id = try id(try await service.understanding(stream, name: "yard", connection: socket.connectionID))
      let path = "/rtstream/\(stream)/understand/\(id)"
      let pushed = try await socket.message(on: "scene_index")
      #expect(pushed["rtstream_id"] == .string(stream) && pushed["rtstream_name"] == "gate")
      let all = path + "/records?start=0&end=\(Timestamp.now() + 1000)"
      try await eventually("three records") {
        try await service.get(all).data["records"]?.items.count ?? 0 >= 3 ? () : nil
      }
      #expect(try await service.patch(path + "/status", ["action": "stop"]).status == 200)
      #expect(try await service.get(path).data["status"] == "stopped")
      let records = try await service.get(all).data["records"]?.items ?? []
      let first = try #require(records.last)
      #expect(first["description"] == pushed["data"]?["text"])
      let start = try #require(first["start"]?.double)
      #expect(abs(start * 1000 - (pushed["data"]?["start"]?.double ?? 0)) <= 1)
      let page = try await service.get(all + "&output=yard&page_size=1&page=\(records.count)")
      #expect(page.data["records"] == .array([first]) && page.data["next_page"] == false)
      #expect(try await service.get(all + "&output=scene&page_size=1").data["next_page"] == true)
      #expect(try await service.get(path + "/records?start=0&end=\(start)").data["records"] == [])

      for query in ["", "?start=0", "?end=5", "?start=0&end=5&output=other", "?start=5&end=4", "?start=0&end=5&page=0"] {
        #expect(try await service.get(path + "/records" + query).status == 400, "\(query)")
      }
      #expect(try await service.patch(path + "/status", ["action": "start"]).status == 200)
      try await eventually("the understanding to go on") {
        try await service.get(all).data["records"]?.items.count ?? 0 > records.count ? () : nil
      }
      #expect(try await service.patch(path + "/status", [:]).status == 400)
      #expect(try await service.get("/rtstream/\(stream)/understand/und-none/records?start=0&end=1").status == 404)
      let other = try await service.connect()
      #expect(try await service.get("/rtstream/\(other)/understand/\(id)").status == 404)
    }
  }

  @Test func withoutStoreNothingIsKept() async throws {
    try await TestService.run { service in
      let socket = try await service.webSocket()
      let stream = try await service.connect()
      let made = try await service.understanding(stream, store: false, connection: socket.connectionID)
      #expect(made["store"] == false)
      for _ in 1...2 { _ = try await socket.message(on: "scene_index") }
      let records = try await service.get("/rtstream/\(stream)/understand/\(try id(made))/records?start=0&end=9000000000")
      #expect(records.status == 200 && records.data["records"] == [] && records.data["next_page"] == false)
    }
  }

  /// A data folder of the first version is taken over.
  @Test func olderDatabasesAreTakenOver() async throws {
    let file = TestService.temporaryDirectory() + ".sqlite"
    defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file + end) } }
    let old = try DatabaseQueue(path: file)
    try Store.migrations.migrate(old, upTo: "1")
    try await old.write { database in
      try database.execute(
        sql: """
          INSERT INTO stream VALUES ('rts-1', 'gate', 'lavfi:testsrc', 'video', 5, 1, 1000);
          INSERT INTO sceneIndex VALUES ('ix', 'rts-1', NULL, 'p', 2.5, 3, 1, NULL, 1001);
          INSERT INTO scene VALUES ('ix', 1002, 1003, 'a red thing');
          INSERT INTO event VALUES ('ev', 'motion', 'm');
          INSERT INTO alert VALUES ('al', 'ix', 'ev', NULL, NULL, 1);
          """)
    }
    try old.close()
    let store = try Store(file: file)
    defer { store.close() }
    let job = try #require(try await store.job(.sceneIndex, "ix", ofStream: "rts-1"))
    #expect(job.seconds == 2.5 && job.running && job.store && job.sourceID == nil)
    #expect(try await store.scenes(ofJob: "ix", Store.SceneQuery()).page.map(\.text) == ["a red thing"])
    #expect(try await store.alerts(ofJob: "ix").map(\.alert.id) == ["al"])
    #expect(try store.keep(Scene(jobID: "ix", start: 1003, end: 1004, text: "x")).first?.alerts.count == 1)
  }
}
