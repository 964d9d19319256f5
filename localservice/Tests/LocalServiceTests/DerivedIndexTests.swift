import Testing

@testable import LocalService

/// Indexes built on the output of an understanding.
@Suite struct DerivedIndexTests {
  private func build(_ service: TestService, _ stream: String, on understanding: JSON) async throws -> JSON {
    let source = understanding["outputs"]?["scene"] ?? .null
    let answer = try await service.post("/rtstream/\(stream)/indexes", ["source": source, "name": "yard"])
    guard answer.status == 200 else { throw Timeout(description: answer.body.text) }
    return answer.data
  }

  @Test func itTellsWhatItIsBuiltOn() async throws {
    try await TestService.run { service in
      let stream = try await service.connect()
      let understanding = try await service.understanding(stream)
      let made = try await build(service, stream, on: understanding)
      let id = try #require(made["index_id"]?.string)
      #expect(id.hasPrefix("idx-") && made["id"] == nil && made["rtstream_id"] == .string(stream))
      #expect(made["name"] == "yard" && made["status"] == "running" && made["use_for"] == ["semantic"])
      #expect(made["source_understanding_id"] == understanding["understanding_id"] && made["output"] == "scene")
      let other = try await service.post(
        "/rtstream/\(stream)/indexes/",
        ["source": ["understanding_id": understanding["understanding_id"] ?? .null], "name": .null, "use_for": ["a", "b"]])
      #expect(other.data["use_for"] == ["a", "b"] && other.data["name"] == .null)
      #expect(try await service.get("/rtstream/\(stream)/indexes/\(id)").data == made)
      #expect(try await service.get("/rtstream/\(stream)/indexes").data["indexes"]?.items == [made, other.data])
    }
  }

  @Test func wrongSources() async throws {
    try await TestService.run { service in
      let stream = try await service.connect()
      let elsewhere = try await service.connect()
      let id = try await service.understanding(stream)["understanding_id"] ?? .null
      let unkept = try await service.understanding(stream, store: false)["outputs"]?["scene"] ?? .null
      let cases: [(JSON, Int, String)] = [
        ([:], 400, "'source' is missing"), (["source": "scene"], 400, "'source' must be an object"),
        (["source": [:]], 400, "'source.understanding_id' is missing"),
        (["source": ["understanding_id": id, "type": "video"]], 400, "'source.type'"),
        (["source": ["understanding_id": id, "output": "other"]], 400, "'source.output'"),
        (["source": ["understanding_id": id, "rtstream_id": .string(elsewhere)]], 400, "'source.rtstream_id'"),
        (["source": ["understanding_id": "und-none"]], 404, "und-none"), (["source": unkept], 400, "'store' is false"),
        (["source": ["understanding_id": id], "use_for": "semantic"], 400, "'use_for'"),
        (["source": ["understanding_id": id], "use_for": []], 400, "'use_for'"),
        (["source": ["understanding_id": id], "name": 1], 400, "'name'"),
      ]
      for (body, status, message) in cases {
        let answer = try await service.post("/rtstream/\(stream)/indexes", body)
        #expect(answer.status == status && answer.message.contains(message), "\(body.text): \(answer.body.text)")
      }
      #expect(try await service.get("/rtstream/\(stream)/indexes").data["indexes"] == [])
      #expect(try await service.post("/rtstream/\(elsewhere)/indexes", ["source": ["understanding_id": id]]).status == 404)
      #expect(try await service.get("/rtstream/\(stream)/indexes/idx-none").status == 404)
    }
  }

  @Test func itTakesOverTheWindowsWhileItRuns() async throws {
    try await TestService.run { service in
      let stream = try await service.connect()
      let understanding = try await service.understanding(stream)
      let all = "/rtstream/\(stream)/understand/\(understanding["understanding_id"]?.string ?? "")/records?page_size=1000"
      func source() async throws -> [JSON] {
        try await service.get(all + "&start=0&end=9000000000").data["records"]?.items ?? []
      }
      let before = try await eventually("a record of the understanding") {
        let records = try await source()
        return records.isEmpty ? nil : records
      }
      let path = "/rtstream/\(stream)/indexes/\(try await build(service, stream, on: understanding)["index_id"]?.string ?? "")"
      func records(_ query: String = "") async throws -> [JSON] {
        try await service.get(path + "/records?page_size=1000" + query).data["records"]?.items ?? []
      }
      try await eventually("two records of the index") { try await records().count >= 2 ? () : nil }
      #expect(try await service.patch(path + "/status", ["action": "stop"]).status == 200)
      #expect(try await service.get(path).data["status"] == "stopped")
      let kept = try await records()
      // The same windows as the understanding's, but none from before it was made and none from after its stop.
      #expect(try await source().contains(kept) && before.allSatisfy { !kept.contains($0) })
      let seen = try await source().count
      try await eventually("two more records of the understanding") { try await source().count >= seen + 2 ? () : nil }
      #expect(try await records() == kept)
      let start = try #require(kept.last?["start"]?.double)
      #expect(try await records("&end=\(start)") == [])
      #expect(try await records("&start=\(start)") == kept)
      #expect(try await service.patch(path + "/status", ["action": "start"]).status == 200)
      try await eventually("the index to go on") { try await records().count > kept.count ? () : nil }
    }
  }

  @Test func itsAlertsFire() async throws {
    let receiver = try WebhookReceiver()
    try await TestService.run { service in
      let socket = try await service.webSocket()
      let stream = try await service.connect(name: "gate")
      let understanding = try await service.understanding(stream)
      let index = try #require(try await build(service, stream, on: understanding)["index_id"]?.string)
      let event = try await service.event(label: "movement")
      let alert = try await service.alert(
        stream, index, event, callback: receiver.url, connection: socket.connectionID, under: "indexes")
      let pushed = try await socket.message(on: "alert")
      #expect(pushed["rtstream_id"] == .string(stream) && pushed["data"]?["label"] == "movement")
      let call = try await eventually("a webhook call") { receiver.received.first }
      #expect(call.payload["alert_id"] == .string(alert) && call.payload["index_id"] == .string(index))

      let path = "/rtstream/\(stream)/indexes/\(index)/alert"
      #expect(try await service.patch(path + "/\(alert)/status", ["action": "disable"]).status == 200)
      #expect(try await service.get(path + "/").data["alerts"]?.items.first?["status"] == "disabled")
      let called = receiver.received.count
      let (seen, records) = (Timestamp.now(), "/rtstream/\(stream)/indexes/\(index)/records?start=")
      try await eventually("two windows without an alert") {
        try await service.get(records + "\(seen)").data["records"]?.items.count ?? 0 >= 3 ? () : nil
      }
      #expect(receiver.received.count <= called + 1)
      #expect(try await service.patch(path + "/\(alert)/status", ["status": "enabled"]).status == 200)
      try await eventually("another call") { receiver.received.count > called + 1 ? () : nil }
      // It is an alert of this index only.
      #expect(try await service.get("/rtstream/\(stream)/index/\(index)/alert").status == 404)
    }
  }

  /// Old clients have "scene" in the path of a scene index's alerts.
  @Test func theAliasOfAlertsOnSceneIndexes() async throws {
    try await TestService.run { service in
      let stream = try await service.connect()
      let index = try await service.index(stream)
      let alert = try await service.alert(stream, index, try await service.event(), under: "index/scene")
      let alias = "/rtstream/\(stream)/index/scene/\(index)/alert"
      #expect(try await service.patch(alias + "/\(alert)/status/", ["action": "disable"]).status == 200)
      let listed = try await service.get("/rtstream/\(stream)/index/\(index)/alert").data
      #expect(listed["alerts"]?.items.first?["status"] == "disabled")
      #expect(try await service.get(alias).data == listed)
    }
  }
}
