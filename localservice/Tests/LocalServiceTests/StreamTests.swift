import Foundation
import Testing

@testable import LocalService

@Suite struct StreamTests {
  @Test func createdStreamHasEveryKey() async throws {
    try await TestService.run { service in
      let answer = try await service.post(
        "/rtstream",
        [
          "collection_id": "default", "url": .string(TestService.camera), "name": "Tür \"1\"\n",
          "media_types": ["video", "audio"],
          "sample_rate": 5, "store": .null, "enable_transcript": true, "ws_connection_id": .null, "unknown": [1],
        ])
      #expect(answer.status == 200)
      let id = try #require(answer.data["id"]?.string)
      #expect(id.wholeMatch(of: /rts-[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
      #expect(answer.data["name"] == "Tür \"1\"\n" && answer.data["status"] == "connected")
      #expect(answer.data["sample_rate"] == 5 && answer.data["media_types"] == ["video", "audio"])
      #expect(answer.data["collection_id"] == "default" && answer.data["store"] == false)
      let created = try #require(answer.data["created_at"]?.string)
      #expect(created.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}/) != nil)
      #expect(answer.message.contains("enable_transcript"))
      #expect(answer.data["url"] == nil)
    }
  }

  @Test func wrongBodiesNameTheKey() async throws {
    try await TestService.run { service in
      let url = JSON.string(TestService.camera)
      let cases: [(JSON, Int, String)] = [
        ([:], 400, "'url' is missing"), (["url": .null], 400, "'url' is missing"), (["url": ""], 400, "'url'"),
        (["url": 5], 400, "'url' must be a string, not a number"), (["url": "ftp://host/a"], 400, "rtsp"),
        (["url": "/no/such/clip.mp4"], 400, "/no/such/clip.mp4"),
        (["url": "file:///no/such/clip.mp4"], 400, "/no/such/clip.mp4"),
        (["url": "clip.mp4"], 400, "clip.mp4"), (["url": "-i"], 400, "'url'"), (["url": "rtsp://a\nb"], 400, "control"),
        (["url": "concat:/etc/passwd"], 400, "'url'"), (["url": "/etc"], 400, "not a regular file"),
        (["url": url, "name": 7], 400, "'name' must be a string"),
        (["url": url, "sample_rate": "fast"], 400, "'sample_rate' must be a whole number from 1 to 240"),
        (["url": url, "sample_rate": 0], 400, "'sample_rate'"), (["url": url, "sample_rate": 1.5], 400, "'sample_rate'"),
        (["url": url, "media_types": []], 400, "'media_types'"), (["url": url, "media_types": "video"], 400, "'media_types'"),
        (["url": url, "media_types": ["video", "video"]], 400, "'media_types'"),
        (["url": url, "media_types": ["audio"]], 501, "sound alone"),
        (["url": url, "store": "yes"], 400, "'store' must be true or false"),
        (["url": url, "collection_id": "other"], 404, "default"),
      ]
      for (body, status, message) in cases {
        let answer = try await service.post("/rtstream", body)
        #expect(answer.status == status && answer.message.contains(message), "\(body.text): \(answer.body.text)")
      }
      #expect(try await service.get("/rtstream").data["count"] == 0)
    }
  }

  @Test func listPagesFiltersAndOrders() async throws {
    try await TestService.run { service in
      for name in ["b gate", "a gate", "c door", "é"] { _ = try await service.connect(name: name) }
      func names(_ query: String) async throws -> [String] {
        try await service.get("/rtstream?" + query).data["results"]?.items.compactMap { $0["name"]?.string } ?? []
      }
      #expect(try await names("") == ["é", "c door", "a gate", "b gate"])
      #expect(try await names("ordering=name&limit=2") == ["a gate", "b gate"])
      #expect(try await names("ordering=-name&name=GATE") == ["b gate", "a gate"])
      #expect(try await names("ordering=created_at&offset=3") == ["é"])
      let ids = try await service.get("/rtstream?ordering=-id").data["results"]?.items.compactMap { $0["id"]?.string } ?? []
      #expect(ids.count == 4 && ids == ids.sorted(by: >))
      _ = try await service.patch("/rtstream/\(ids[2])", ["sample_rate": 60])
      #expect(
        try await service.get("/rtstream?ordering=-sample_rate&limit=1").data["results"]?.items.first?["id"]?.string == ids[2])
      #expect(try await names("name=%C3%A9") == ["é"])
      #expect(try await names("name=%25") == [])
      #expect(try await names("offset=99") == [])

      let first = try await service.get("/rtstream?limit=3&ordering=name&name=e")
      #expect(first.data["count"] == 2 && first.data["next"] == .null && first.data["previous"] == .null)
      var next = try await service.get("/rtstream?limit=3").data["next"]?.string
      #expect(next != nil)
      let last = try await service.get(try #require(next))
      #expect(last.data["results"]?.items.count == 1 && last.data["count"] == 4 && last.data["next"] == .null)
      next = last.data["previous"]?.string
      #expect(try await service.get(try #require(next)).data["results"]?.items.count == 3)

      for query in ["limit=0", "limit=1001", "limit=x", "offset=-1", "status=error", "ordering=color", "ordering=--name"] {
        #expect(try await service.get("/rtstream?" + query).status == 400, "\(query)")
      }
    }
  }

  @Test func startAndStop() async throws {
    try await TestService.run { service in
      let id = try await service.connect()
      let path = "/rtstream/\(id)"
      let again = try await service.patch(path + "/status", ["action": "start"])
      #expect(again.status == 400 && again.message.contains("already"))
      for _ in 1...2 { #expect(try await service.patch(path + "/status", ["action": "stop"]).status == 200) }
      #expect(try await service.get(path).data["status"] == "stopped")
      #expect(try await service.get("/rtstream?status=stopped").data["count"] == 1)
      #expect(try await service.get("/rtstream?status=connected").data["count"] == 0)
      #expect(try await service.patch(path + "/status", ["action": "start"]).status == 200)
      #expect(try await service.get(path).data["status"] == "connected")
      for body: JSON in [[:], ["action": "restart"], ["action": true], ["action": .null]] {
        let answer = try await service.patch(path + "/status", body)
        #expect(answer.status == 400 && answer.message.contains("'start'") || answer.message.contains("a string"))
      }
      #expect(try await service.patch("/rtstream/none/status", ["action": "stop"]).status == 404)
    }
  }

  /// Whatever order they arrive in, what the status says and what the camera does stay the same.
  @Test func changesAtOnceLeaveOneState() async throws {
    try await TestService.run { service in
      let id = try await service.connect()
      let index = try await service.index(id)
      try await withThrowingTaskGroup { group in
        for number in 1...12 {
          group.addTask {
            let action: JSON = ["action": number % 2 == 0 ? "start" : "stop"]
            _ = try await service.patch("/rtstream/\(id)/status", action)
            _ = try await service.patch("/rtstream/\(id)", ["name": .string("name \(number)")])
          }
        }
        try await group.waitForAll()
      }
      let answer = try await service.get("/rtstream/\(id)")
      let running = answer.data["status"] != "stopped"
      #expect(running == (answer.data["camera"]?["state"] != "stopped"))
      if running { #expect(try await service.patch("/rtstream/\(id)/status", ["action": "stop"]).status == 200) }
      #expect(try await service.patch("/rtstream/\(id)/status", ["action": "start"]).status == 200)
      let path = "/rtstream/\(id)/index/scene/\(index)"
      let seen = try await service.get(path).data["scene_index_records"]?.items.count ?? 0
      try await eventually("scenes after all this") {
        try await service.get(path).data["scene_index_records"]?.items.count ?? 0 > seen ? () : nil
      }
    }
  }

  /// A window that a stop cuts short is told as far as it came.
  @Test func aStopTellsTheWindowAtHand() async throws {
    try await TestService.run { service in
      let socket = try await service.webSocket()
      let stream = try await service.connect()
      let index = try await service.index(stream, seconds: 600, connection: socket.connectionID)
      let first = try await service.get("/rtstream/\(stream)").data["camera"]?["frames"]?.double ?? 0
      try await eventually("some frames") {
        try await service.get("/rtstream/\(stream)").data["camera"]?["frames"]?.double ?? 0 > first + 3 ? () : nil
      }
      #expect(try await service.patch("/rtstream/\(stream)/status", ["action": "stop"]).status == 200)
      let scenes = try await service.get("/rtstream/\(stream)/index/scene/\(index)").data["scene_index_records"]?.items ?? []
      let (start, end) = (scenes.first?["start"]?.double ?? 0, scenes.first?["end"]?.double ?? 0)
      #expect(scenes.count == 1 && end > start && end - start < 500)
      #expect(try await socket.message(on: "scene_index")["data"]?["text"] == scenes.first?["description"])
    }
  }

  @Test func changeNameAndRate() async throws {
    try await TestService.run { service in
      let id = try await service.connect()
      let changed = try await service.patch("/rtstream/\(id)", ["name": "new", "sample_rate": 3])
      #expect(changed.data["name"] == "new" && changed.data["sample_rate"] == 3)
      #expect(try await service.get("/rtstream/\(id)").data["name"] == "new")
      #expect(try await service.patch("/rtstream/\(id)", [:]).status == 400)
      #expect(try await service.patch("/rtstream/\(id)", ["sample_rate": -1]).status == 400)
    }
  }

  /// A camera that goes away and returns: visible in the status, without an end of the index.
  @Test func aLostCameraShowsAndComesBack() async throws {
    try await TestService.run { service in
      let port = try WebhookReceiver.unusedPort()
      let id = try await service.connect("http://user:geheim@127.0.0.1:\(port)/live.ts")
      let index = try await service.index(id)
      let lost = try await eventually("the loss to show") { () -> Answer? in
        let answer = try await service.get("/rtstream/\(id)")
        return answer.data["status"] == "error" ? answer : nil
      }
      #expect(lost.data["camera"]?["state"] == "lost" && lost.data["camera"]?["error"]?.string?.isEmpty == false)
      #expect(!lost.body.text.contains("geheim") && !service.log.contains("geheim"))

      let server = try Program(
        "ffmpeg",
        [
          "-nostdin", "-v", "quiet", "-re", "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=10", "-c:v", "mpeg2video",
          "-f", "mpegts", "-listen", "1", "http://127.0.0.1:\(port)/live.ts",
        ])
      _ = try await eventually("a scene after the return") { () -> Bool? in
        let answer = try await service.get("/rtstream/\(id)/index/scene/\(index)")
        return answer.data["scene_index_records"]?.items.isEmpty == false ? true : nil
      }
      #expect(try await service.get("/rtstream/\(id)").data["status"] == "connected")
      server.signal(SIGKILL)
      try await server.exit()
    }
  }
}
