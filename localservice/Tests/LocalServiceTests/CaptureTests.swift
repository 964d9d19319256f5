import Foundation
import Testing

@testable import LocalService

/// Capture sessions without capture media: their states, their events and the tokens of their clients.
@Suite struct CaptureTests {
  private let path = "/collection/default/capture/session"

  private func session(_ service: TestService, _ more: [(String, JSON)] = []) async throws -> JSON {
    let members = [("end_user_id", JSON.string("user-1"))] + more
    let answer = try await service.post(path, .object(members.map { JSON.Member($0.0, $0.1) }))
    guard answer.status == 200 else { throw Timeout(description: answer.body.text) }
    return answer.data
  }

  private let microphone: JSON = ["channel_id": "mic", "channel_name": "Desk", "type": "audio", "store": false]

  @Test func aSessionIsMadeAndFound() async throws {
    try await TestService.run { service in
      let made = try await session(
        service, [("metadata", ["room": ["a", 1]]), ("callback_url", ""), ("ws_connection_id", .null)])
      let id = try #require(made["session_id"]?.string)
      #expect(id.wholeMatch(of: /cap-[0-9a-f-]{36}/) != nil)
      // The official client fails when it finds both.
      #expect(made["id"] == nil)
      #expect(made["status"] == "created" && made["end_user_id"] == "user-1" && made["collection_id"] == "default")
      #expect(made["metadata"] == ["room": ["a", 1]] && made["callback_url"] == .null && made["created_at"]?.string != nil)
      #expect(made["channels"] == [] && made["rtstreams"] == [] && made["error"] == .null)
      #expect(try await service.get(path + "/\(id)/").data == made)
      #expect(try await service.get("/capture/session/\(id)").data == made)

      for path in [path + "/cap-none", "/capture/session/cap-none", "/collection/other/capture/session/\(id)"] {
        #expect(try await service.get(path).status == 404, "\(path)")
      }
      for (body, key): (JSON, String) in [
        ([:], "end_user_id"), (["end_user_id": ""], "end_user_id"), (["end_user_id": "a", "metadata": []], "metadata"),
        (["end_user_id": "a", "callback_url": "x"], "callback_url"), (["end_user_id": "a", "ws_connection_id": 1], "ws_conn"),
      ] {
        let answer = try await service.post(path, body)
        #expect(answer.status == 400 && answer.message.contains("'\(key)"), "\(answer.body.text)")
      }
      #expect(try await service.post("/collection/other/capture/session", ["end_user_id": "a"]).status == 404)
    }
  }

  @Test func theListPagesAndFilters() async throws {
    try await TestService.run { service in
      var ids: [String] = []
      for number in 1...5 {
        let user = JSON.string(number == 3 ? "other" : "user-1")
        ids.insert(try await service.post(path, ["end_user_id": user]).data["session_id"]?.string ?? "", at: 0)
      }
      _ = try await service.post("/capture/session/\(ids[0])/stop", [:])
      func list(_ query: String) async throws -> (ids: [String], next: String?) {
        let data = try await service.get(path + "?" + query).data
        return (data["sessions"]?.items.compactMap { $0["session_id"]?.string } ?? [], data["next_page"]?.string)
      }
      #expect(try await list("") == (ids, nil))
      #expect(try await list("status=stopped") == ([ids[0]], nil))
      #expect(try await list("end_user_id=other") == ([ids[2]], nil))
      #expect(try await list("end_user_id=nobody") == ([], nil))
      var (seen, cursor): ([String], String?) = ([], nil)
      repeat {
        let page = try await list("limit=2&status=created" + (cursor.map { "&cursor=" + $0 } ?? ""))
        seen += page.ids
        cursor = page.next
      } while cursor != nil
      #expect(seen == Array(ids.dropFirst()))
      for query in ["status=on", "limit=0", "limit=x", "cursor=none"] {
        #expect(try await service.get(path + "?" + query).status == 400, "\(query)")
      }
    }
  }

  /// Each step is told by WebSocket and by webhook.
  @Test func aStartedSessionFailsAndTellsWhy() async throws {
    let receiver = try WebhookReceiver()
    try await TestService.run { service in
      let socket = try await service.webSocket()
      let id = try #require(
        try await session(
          service, [("callback_url", .string(receiver.url)), ("ws_connection_id", .string(socket.connectionID))])[
            "session_id"]?
          .string)
      let camera: JSON = ["channel_id": "screen", "type": "video"]
      let started = try await service.post(
        "/capture/session/start", ["session_id": .string(id), "channels": [microphone, camera]])
      #expect(started.status == 200 && started.data == ["session_id": .string(id), "status": "starting"])

      for state in ["created", "starting", "failed"] {
        let event = try await socket.message()
        #expect(event["channel"] == "capture_session" && event["event"] == .string("capture_session." + state))
        #expect(event["capture_session_id"] == .string(id) && event["status"] == .string(state))
        let reason = event["data"]?["error"]?["message"]?.string ?? ""
        #expect(reason.contains("this service takes no media") == (state == "failed"), "\(event.text)")
      }
      let calls = try await eventually("three webhook calls") { receiver.received.count >= 3 ? receiver.received : nil }
      #expect(Set(calls.compactMap { $0.payload["status"]?.string }) == ["created", "starting", "failed"])
      for payload in calls.map(\.payload) {
        #expect(payload["version"] == "2" && payload["capture_session_id"] == .string(id) && payload["end_user_id"] == "user-1")
        #expect(payload["event"] == .string("capture_session." + (payload["status"]?.string ?? "")))
        #expect(payload["timestamp"]?.string?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/) != nil)
      }

      let after = try await service.get("/capture/session/\(id)").data
      #expect(after["status"] == "failed" && after["error"]?["message"]?.string?.contains("takes no media") == true)
      #expect(
        after["channels"]?.items == [
          ["channel_id": "mic", "is_primary": false, "name": "Desk", "store": false, "type": "audio"],
          ["channel_id": "screen", "is_primary": true, "name": "screen", "store": true, "type": "video"],
        ])
      #expect(after["primary_video_channel_id"] == "screen")

      let again = try await service.post("/capture/session/start", ["session_id": .string(id), "channels": [microphone]])
      #expect(again.status == 400 && again.message.contains("failed"))
      #expect(try await service.post("/capture/session/\(id)/stop", [:]).status == 200)
      #expect(try await service.get("/capture/session/\(id)").data["status"] == "failed")

      for key in ["connection_id", "ws_connection_id"] {
        let export = try await service.post(path + "/\(id)/export", .object([.init(key, .string(socket.connectionID))]))
        #expect(export.status == 400 && export.body["error_code"] == "NO_RECORDING" && export.message.contains("no recording"))
      }
      for (body, name): (JSON, String) in [
        (["video_channel_id": "none"], "'video_channel_id'"), (["connection_id": 1], "'connection_id'"),
      ] {
        let export = try await service.post(path + "/\(id)/export", body)
        #expect(export.status == 400 && export.message.contains(name))
      }
    }
  }

  @Test func aStoppedSessionTellsOfIt() async throws {
    try await TestService.run { service in
      let socket = try await service.webSocket()
      let id = try #require(
        try await session(service, [("ws_connection_id", .string(socket.connectionID))])["session_id"]?.string)
      for _ in 1...2 { #expect(try await service.post("/capture/session/\(id)/stop/", [:]).status == 200) }
      for state in ["created", "stopping", "stopped"] {
        #expect(try await socket.message()["status"] == .string(state))
      }
      #expect(try await service.get("/capture/session/\(id)").data["status"] == "stopped")
      #expect(try await service.post("/capture/session/none/stop", [:]).status == 404)
      #expect(try await service.post(path + "/none/export", [:]).status == 404)
    }
  }

  @Test func wrongStartsNameTheKey() async throws {
    try await TestService.run { service in
      let id = try await session(service)["session_id"] ?? .null
      let cases: [(JSON, Int, String)] = [
        ([:], 400, "'session_id' is missing"), (["session_id": id], 400, "'channels' is missing"),
        (["session_id": id, "channels": []], 400, "'channels'"),
        (["session_id": id, "channels": ["mic"]], 400, "'channels[0]'"),
        (["session_id": id, "channels": [[:]]], 400, "'channels[0].channel_id' is missing"),
        (["session_id": id, "channels": [["channel_id": "a", "type": "text"]]], 400, "'channels[0].type'"),
        (["session_id": id, "channels": [["channel_id": "a", "store": 1]]], 400, "'channels[0].store'"),
        (["session_id": id, "channels": [microphone, microphone]], 400, "each 'channel_id' once"),
        (["session_id": id, "channels": [microphone], "callback_url": "x"], 400, "'callback_url'"),
        (["session_id": "cap-none", "channels": [microphone]], 404, "cap-none"),
      ]
      for (body, status, message) in cases {
        let answer = try await service.post("/capture/session/start", body)
        #expect(answer.status == status && answer.message.contains(message), "\(body.text): \(answer.body.text)")
      }
      #expect(try await service.get("/capture/session/\(id.string ?? "")").data["status"] == "created")
    }
  }

  @Test func aClientTokenLetsInUntilItExpires() async throws {
    try await TestService.run { service in
      let made = try await service.post("/capture/session/token", ["expires_in": 2, "user_id": "user-1"])
      let token = try #require(made.data["token"]?.string)
      #expect(token.hasPrefix("st-") && made.data["expires_in"] == 2)
      let expiry = try #require(made.data["expires_at"]?.double)
      #expect(abs(expiry - Timestamp.now() - 2) < 2)
      let lasting = try await service.post("/capture/session/token", [:])
      #expect(lasting.data["expires_in"] == 86_400)
      let other = try #require(lasting.data["token"]?.string)

      #expect(try await service.call("GET", path, key: other).status == 200)
      #expect(try await service.call("POST", "/capture/session/token", "{}", key: other).status == 403)
      try await eventually("the token to expire") {
        let asked = Timestamp.now()
        let answer = try await service.call("GET", "/rtstream", key: token)
        if Timestamp.now() < expiry { #expect(answer.status == 200) }
        if asked > expiry { #expect(answer.status == 401) }
        return answer.status == 401 ? () : nil
      }
      let changed = String(other.dropLast()) + (other.hasSuffix("0") ? "1" : "0")
      for wrong in [changed, "st-", "st-x", String(other.prefix(19)), other + "0"] {
        let answer = try await service.call("GET", path, key: wrong)
        #expect(answer.status == 401 && answer.message.contains("client token"), "\(wrong)")
      }
      for body: JSON in [["expires_in": 0], ["expires_in": "x"], ["expires_in": 1e10], ["user_id": 5]] {
        #expect(try await service.post("/capture/session/token", body).status == 400)
      }
      #expect(!service.log.contains(token) && !service.log.contains(other))
    }
  }

  @Test func sessionsAndTokensSurviveARestart() async throws {
    let directory = TestService.temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    var (made, token) = (JSON.null, "")
    try await TestService.run(directory: directory) { service in
      made = try await session(service)
      token = try await service.post("/capture/session/token", [:]).data["token"]?.string ?? ""
    }
    try await TestService.run(directory: directory) { service in
      let answer = try await service.call("GET", path + "/\(made["session_id"]?.string ?? "")", key: token)
      #expect(answer.status == 200 && answer.data == made)
    }
  }
}
