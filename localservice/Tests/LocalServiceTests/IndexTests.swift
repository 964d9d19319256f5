import Testing

@testable import LocalService

@Suite struct IndexTests {
  /// What the official Python and Node clients send.
  @Test func bodiesOfTheOfficialClients() async throws {
    try await TestService.run { service in
      let stream = try await service.connect()
      let bodies: [JSON] = [
        [
          "extraction_type": "time", "extraction_config": ["time": 5, "frame_count": .null], "prompt": .null,
          "model_name": .null, "model_config": [:], "name": .null,
        ],
        [
          "extraction_type": "time_based", "extraction_config": ["time": 5, "frame_count": 5], "model_config": [:], "name": "n",
        ],
        ["prompt": "x", "auto_start_transcript": true, "sandbox_id": "s", "extraction_config": .null],
        [:],
      ]
      for body in bodies {
        let answer = try await service.post("/rtstream/\(stream)/index/scene", body)
        #expect(answer.status == 200 && answer.data["extraction_type"] == "time", "\(answer.body.text)")
        #expect(answer.data["status"] == "running" && answer.data["extraction_config"]?["frame_count"] == 5)
        #expect(answer.data["prompt"]?.string != nil)
        let id = try #require(answer.data["rtstream_index_id"]?.string)
        #expect(id.wholeMatch(of: /[0-9a-f]{16}/) != nil)
        #expect(try await service.get("/rtstream/\(stream)/index/\(id)").data == answer.data)
      }
      #expect(try await service.get("/rtstream/\(stream)/index/scene").data["scene_indexes"]?.items.count == 4)
    }
  }

  @Test func wrongBodiesNameTheKey() async throws {
    try await TestService.run { service in
      let stream = try await service.connect()
      let cases: [(JSON, Int, String)] = [
        (["extraction_type": "word"], 400, "'extraction_type' must be"), (["extraction_type": 1], 400, "'extraction_type'"),
        (["extraction_type": "transcript"], 501, "speech"), (["extraction_type": "shot_based"], 501, "shots"),
        (["extraction_config": 5], 400, "'extraction_config' must be an object"),
        (["extraction_config": ["time": "5"]], 400, "'extraction_config.time' must be a number"),
        (["extraction_config": ["time": 0]], 400, "'extraction_config.time'"),
        (["extraction_config": ["time": 1e9]], 400, "'extraction_config.time'"),
        (["extraction_config": ["frame_count": 0]], 400, "'extraction_config.frame_count'"),
        (["extraction_config": ["frame_count": 2.5]], 400, "'extraction_config.frame_count'"),
        (["prompt": ["a"]], 400, "'prompt' must be a string, not an array"),
        (["name": false], 400, "'name' must be a string, not a boolean"),
        (["model_config": "x"], 400, "'model_config' must be an object"),
        (["ws_connection_id": 5], 400, "'ws_connection_id' must be a string"),
      ]
      for (body, status, message) in cases {
        let answer = try await service.post("/rtstream/\(stream)/index/scene", body)
        #expect(answer.status == status && answer.message.contains(message), "\(body.text): \(answer.body.text)")
      }
      #expect(try await service.post("/rtstream/none/index/scene", [:]).status == 404)
    }
  }

  @Test func scenesArePagedNewestFirst() async throws {
    try await TestService.run { service in
      let stream = try await service.connect()
      let index = try await service.index(stream)
      let path = "/rtstream/\(stream)/index/scene/\(index)"
      try await eventually("five scenes") {
        try await service.get(path).data["scene_index_records"]?.items.count ?? 0 >= 5 ? () : nil
      }
      #expect(try await service.patch(path + "/status", ["action": "stop"]).status == 200)
      let all = try #require(try await service.get(path).data["scene_index_records"]?.items)
      let starts = all.compactMap { $0["start"]?.double }
      #expect(starts.count == all.count && starts == starts.sorted(by: >))
      for scene in all {
        let (start, end) = (scene["start"]?.double ?? 0, scene["end"]?.double ?? 0)
        #expect(abs(end - start - 0.5) < 0.01 && abs(start - Timestamp.now()) < 60)
        #expect(scene["description"]?.string?.isEmpty == false)
      }

      var paged: [JSON] = []
      var page = 1
      while true {
        let answer = try await service.get(path + "?page=\(page)&page_size=2")
        paged += answer.data["scene_index_records"]?.items ?? []
        #expect(answer.data["next_page"] == .bool(paged.count < all.count))
        if answer.data["next_page"] != true { break }
        page += 1
      }
      #expect(paged == all)
      let beyond = try await service.get(path + "?page=1000000")
      #expect(beyond.data["scene_index_records"] == [] && beyond.data["next_page"] == false)

      // A scene belongs to [start, end) when it overlaps it.
      let middle = starts[2]
      func count(_ query: String) async throws -> Int? {
        try await service.get(path + "?" + query).data["scene_index_records"]?.items.count
      }
      #expect(try await count("start=\(middle + 0.1)&end=\(middle + 0.2)") == 1)
      #expect(try await count("end=\(middle)") == all.count - 3)
      #expect(try await count("start=\(middle + 0.1)") == 3)
      #expect(try await count("start=0&end=1") == 0)

      for query in ["page=0", "page_size=1001", "page_size=0", "start=abc", "start=nan", "start=5&end=4", "page=1.5"] {
        #expect(try await service.get(path + "?" + query).status == 400, "\(query)")
      }
    }
  }

  @Test func aStoppedIndexMakesNoScenesAndAStartedOneGoesOn() async throws {
    try await TestService.run { service in
      let stream = try await service.connect()
      let index = try await service.index(stream)
      let other = try await service.index(stream)
      let path = "/rtstream/\(stream)/index/scene/"
      func count(_ id: String) async throws -> Int {
        try await service.get(path + id + "?page_size=1000").data["scene_index_records"]?.items.count ?? 0
      }
      try await eventually("a scene") { try await count(index) > 0 ? () : nil }
      for _ in 1...2 { #expect(try await service.patch(path + index + "/status", ["action": "stop"]).status == 200) }
      #expect(try await service.get("/rtstream/\(stream)/index/\(index)").data["status"] == "stopped")
      let stopped = try await count(index)
      let seen = try await count(other)
      try await eventually("two more scenes of the other index") { try await count(other) >= seen + 2 ? () : nil }
      #expect(try await count(index) == stopped)
      #expect(try await service.patch(path + index + "/status", ["action": "start"]).status == 200)
      try await eventually("the index to go on") { try await count(index) > stopped ? () : nil }
    }
  }

  @Test func thePromptCanBeChanged() async throws {
    try await TestService.run { service in
      let stream = try await service.connect()
      let index = try await service.index(stream)
      let path = "/rtstream/\(stream)/index/scene/\(index)"
      #expect(try await service.patch(path, ["prompt": "Describe the light"]).status == 200)
      #expect(try await service.get("/rtstream/\(stream)/index/\(index)").data["prompt"] == "Describe the light")
      for body: JSON in [[:], ["prompt": ""], ["prompt": .null], ["prompt": 1]] {
        #expect(try await service.patch(path, body).status == 400)
      }
    }
  }

  @Test func anIndexBelongsToItsStream() async throws {
    try await TestService.run { service in
      let stream = try await service.connect()
      let index = try await service.index(stream)
      let other = try await service.connect()
      for path in ["/index/\(index)", "/index/scene/\(index)", "/index/\(index)/alert"] {
        #expect(try await service.get("/rtstream/\(other)" + path).status == 404)
      }
    }
  }
}
