import Foundation
import Testing

@testable import LocalService

@Suite struct DeliveryTests {
  private func quick(_ settings: inout Settings) {
    settings.limits.webhookSeconds = 0.5
    settings.limits.webhookBackoffSeconds = 0.05
  }

  private func calls(_ receiver: WebhookReceiver, _ count: Int) async throws -> [WebhookReceiver.Call] {
    try await eventually("\(count) webhook calls") {
      receiver.received.count >= count ? receiver.received : nil
    }
  }

  @Test func anAlertReachesSocketAndWebhook() async throws {
    let receiver = try WebhookReceiver()
    try await TestService.run { service in
      let socket = try await service.webSocket()
      let stream = try await service.connect(name: "gate")
      let index = try await service.index(stream)
      let event = try await service.event(label: "movement")
      let alert = try await service.alert(
        stream, index, "event-" + event, callback: receiver.url, connection: socket.connectionID)
      let pushed = try await socket.message(on: "alert")
      #expect(pushed["rtstream_id"] == .string(stream))
      let data = try #require(pushed["data"])
      #expect(data["label"] == "movement" && data["triggered"] == true && data["event_id"] == .string("event-" + event))
      let confidence = try #require(data["confidence"]?.double)
      #expect((0...1).contains(confidence) && data["text"]?.string?.isEmpty == false)
      let (start, end) = (data["start"]?.double ?? 0, data["end"]?.double ?? 0)
      #expect(start > 1e12 && abs(end - start - 500) <= 1)

      let call = try #require(try await calls(receiver, 1).first)
      #expect(call.head.hasPrefix("POST /hook?token=receiver-secret HTTP/1.1\r\n"))
      #expect(
        call.head.contains("Host: 127.0.0.1:\(receiver.port)\r\n") && call.head.contains("Content-Type: application/json"))
      let payload = call.payload
      #expect(payload["event_id"] == .string("event-" + event) && payload["label"] == "movement")
      #expect(payload["confidence"]?.double == confidence && payload["explanation"] == data["text"])
      for key in ["timestamp", "start_time", "end_time"] {
        let time = try #require(payload[key]?.string)
        #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00/) != nil, "\(key): \(time)")
      }
      #expect(payload["rtstream_id"] == .string(stream) && payload["alert_id"] == .string(alert))
      #expect(payload["index_id"] == .string(index) && payload["stream_url"] == nil)
      #expect(!service.log.contains("receiver-secret"))
    }
  }

  @Test func failedWebhooksAreRepeated() async throws {
    let receiver = try WebhookReceiver { [.status(500), .hangUp, .silence, .status(302), .status(204)][min($0, 4)] }
    try await TestService.run(quick) { service in
      let stream = try await service.connect()
      let index = try await service.index(stream)
      _ = try await service.alert(stream, index, try await service.event(), callback: receiver.url)
      _ = try await calls(receiver, 1)
      #expect(try await service.patch("/rtstream/\(stream)/status", ["action": "stop"]).status == 200)
      let all = try await eventually("the payload of the first call to be confirmed") { () -> [WebhookReceiver.Call]? in
        let calls = receiver.received
        return calls.count >= 5 && calls.dropFirst(4).contains { $0.payload == calls[0].payload } ? calls : nil
      }
      let first = all.filter { $0.payload == all[0].payload }
      #expect(first.count <= 5)
    }
  }

  @Test func aWebhookIsGivenUpAfterTheLastAttempt() async throws {
    let receiver = try WebhookReceiver { _ in .status(503) }
    try await TestService.run { settings in
      quick(&settings)
      settings.limits.webhookAttempts = 3
    } _: { service in
      let stream = try await service.connect()
      let index = try await service.index(stream, seconds: 1)
      _ = try await service.alert(stream, index, try await service.event(), callback: receiver.url)
      try await eventually("the service to give up") { service.log.contains("given up") ? () : nil }
      let first = receiver.received[0].payload
      #expect(receiver.received.filter { $0.payload == first }.count == 3)
    }
  }

  @Test func oneBadReceiverDoesNotDelayAnother() async throws {
    let silent = try WebhookReceiver { _ in .silence }
    let good = try WebhookReceiver()
    try await TestService.run {
      $0.limits.webhookSeconds = 30
    } _: { service in
      let stream = try await service.connect()
      let index = try await service.index(stream)
      let event = try await service.event()
      for url in ["http://127.0.0.1:\(try WebhookReceiver.unusedPort())/", silent.url, good.url] {
        _ = try await service.alert(stream, index, event, callback: url)
      }
      let calls = try await calls(good, 6)
      for call in calls {
        let made = call.payload["timestamp"]?.string ?? ""
        #expect(call.payload["timestamp"] != nil && call.time - Self.epoch(made) < 3, "\(made)")
      }
    }
  }

  private static func epoch(_ text: String) -> Double {
    let parts = text.split { !$0.isNumber }.compactMap { Int($0) }
    var date = tm()
    (date.tm_year, date.tm_mon, date.tm_mday) = (Int32(parts[0] - 1900), Int32(parts[1] - 1), Int32(parts[2]))
    (date.tm_hour, date.tm_min, date.tm_sec) = (Int32(parts[3]), Int32(parts[4]), Int32(parts[5]))
    return Double(timegm(&date)) + Double(parts[6]) / 1_000_000
  }

  @Test func unconfirmedWebhooksSurviveARestart() async throws {
    let directory = TestService.temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let port = try WebhookReceiver.unusedPort()
    try await TestService.run(directory: directory) {
      $0.limits.webhookBackoffSeconds = 600
    } _: { service in
      let stream = try await service.connect()
      let index = try await service.index(stream)
      _ = try await service.alert(
        stream, index, try await service.event(label: "kept"), callback: "http://127.0.0.1:\(port)/hook")
      try await eventually("a first failed attempt") { service.log.contains("attempt 1") ? () : nil }
      #expect(try await service.patch("/rtstream/\(stream)/status", ["action": "stop"]).status == 200)
    }
    let receiver = try WebhookReceiver(port: port)
    try await TestService.run(directory: directory) { service in
      let calls = try await self.calls(receiver, 1)
      #expect(calls[0].payload["label"] == "kept")
    }
  }

  @Test func alertsAreListedAndSwitched() async throws {
    let receiver = try WebhookReceiver()
    try await TestService.run { service in
      let stream = try await service.connect()
      let index = try await service.index(stream)
      let event = try await service.event("things move", label: "m")
      let path = "/rtstream/\(stream)/index/\(index)/alert"
      let alert = try await service.alert(stream, index, event, callback: receiver.url)
      let silent = try await service.alert(stream, index, event, callback: "")
      var listed = try await service.get(path).data["alerts"]?.items ?? []
      #expect(listed.count == 2 && listed[0]["alert_id"] == .string(alert) && listed[1]["callback_url"] == .null)
      #expect(listed[0]["status"] == "enabled" && listed[0]["prompt"] == "things move" && listed[0]["label"] == "m")
      #expect(listed[0]["event_id"] == .string(event) && listed[0]["callback_url"] == .string(receiver.url))

      for (body, expected): (JSON, String) in [
        (["action": "disable"], "disabled"), (["status": "enabled"], "enabled"), (["status": "disabled"], "disabled"),
      ] {
        #expect(try await service.patch(path + "/\(alert)/status", body).status == 200)
        listed = try await service.get(path).data["alerts"]?.items ?? []
        #expect(listed[0]["status"] == .string(expected) && listed[1]["status"] == "enabled")
      }
      // Disabled: windows go by without a call.
      let scenes = "/rtstream/\(stream)/index/scene/\(index)?page_size=1000"
      func count() async throws -> Int { try await service.get(scenes).data["scene_index_records"]?.items.count ?? 0 }
      let (seen, called) = (try await count(), receiver.received.count)
      try await eventually("two more scenes") { try await count() >= seen + 2 ? () : nil }
      #expect(receiver.received.count <= called + 1)

      for body: JSON in [[:], ["action": "enabled"], ["status": "on"], ["action": 1]] {
        #expect(try await service.patch(path + "/\(alert)/status", body).status == 400)
      }
      #expect(try await service.patch(path + "/none/status", ["action": "enable"]).status == 404)
      #expect(try await service.get("/rtstream/event").data["events"]?.items.count == 1)
      withExtendedLifetime(silent) {}
    }
  }

  @Test func wrongAlertsAndEvents() async throws {
    try await TestService.run { service in
      for (body, key): (JSON, String) in [
        ([:], "event_prompt"), (["event_prompt": "a"], "label"), (["event_prompt": "", "label": "b"], "event_prompt"),
        (["event_prompt": "a", "label": 5], "label"), (["label": "b", "event_prompt": .null], "event_prompt"),
      ] {
        let answer = try await service.post("/rtstream/event", body)
        #expect(answer.status == 400 && answer.message.contains("'\(key)'"), "\(answer.body.text)")
      }
      let stream = try await service.connect()
      let index = try await service.index(stream)
      let event = JSON.string(try await service.event())
      for (body, status, word): (JSON, Int, String) in [
        ([:], 400, "'event_id'"), (["event_id": "none"], 404, "none"), (["event_id": 5], 400, "'event_id'"),
        (["event_id": event, "callback_url": "ftp://a/"], 400, "'callback_url'"),
        (["event_id": event, "callback_url": "nonsense"], 400, "'callback_url'"),
        (["event_id": event, "callback_url": "http://"], 400, "'callback_url'"),
        (["event_id": event, "callback_url": "http://a b/"], 400, "'callback_url'"),
        (["event_id": event, "callback_url": "http://a/\r\nX: y"], 400, "'callback_url'"),
        (["event_id": event, "callback_url": 1], 400, "'callback_url'"),
        (["event_id": event, "ws_connection_id": [:]], 400, "'ws_connection_id'"),
      ] {
        let answer = try await service.post("/rtstream/\(stream)/index/\(index)/alert", body)
        #expect(answer.status == status && answer.message.contains(word), "\(body.text): \(answer.body.text)")
      }
      #expect(try await service.get("/rtstream/\(stream)/index/\(index)/alert").data["alerts"] == [])
    }
  }

  @Test(arguments: [
    ("http://a", "a", 80, "a", "/"), ("https://a.example/x?y=z#f", "a.example", 443, "a.example", "/x?y=z"),
    ("HTTP://127.0.0.1:81/", "127.0.0.1", 81, "127.0.0.1:81", "/"), ("http://[::1]:82/h%20h", "::1", 82, "[::1]:82", "/h%20h"),
    ("http://u:p@a/", "a", 80, "a", "/"),
  ])
  func callbackAddresses(text: String, host: String, port: Int, authority: String, target: String) throws {
    let address = try #require(HTTPAddress(text))
    #expect(address.host == host && address.port == port && address.authority == authority && address.target == target)
    #expect(address.authorization == (text.contains("u:p@") ? "Basic dTpw" : nil))
    #expect(!address.display.contains("x?y") && !address.display.contains("u:p"))
  }
}
