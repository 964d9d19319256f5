import Foundation
import Synchronization
import Testing
import VideoDB
import VideoDBCore
import VideoDBTransport

/// Event channels against a real socket.
struct ChannelTests {
  static func message(_ number: Int) -> [String: Any] {
    [
      "json": [
        "channel": "scene_index", "rtstream_id": "rts-1", "data": ["text": "scene \(number)", "start": 1_760_000_000 + number],
      ]
    ]
  }

  @Test func pullsInOrderAndThenTheEnd() throws {
    let server = try ScriptedServer()
    try server.script(
      ScriptedServer.channel(
        (0..<50).map { Self.message($0) } + [["await": "end"], ["close_frame": ["code": 1001, "reason": "bye"]]]))
    let channel = try server.client().openEvents()
    #expect(try channel.connectionID() == "c-1")
    try server.command(["do": "go", "gate": "end"])
    var all: [Event] = []
    while all.last?.kind != .disconnected {
      let batch = try channel.next(limit: 7, timeoutMs: 10_000)
      #expect((1...7).contains(batch.count))
      all += batch
    }
    #expect(all.count == 52)
    #expect(all.first?.kind == .connected)
    #expect(all.dropFirst().dropLast().map { $0.text ?? "" } == (0..<50).map { "scene \($0)" })
    #expect(all.dropFirst().dropLast().allSatisfy { $0.kind == .sceneIndex && $0.rtstreamID == "rts-1" && $0.receivedMs > 0 })
    let error = #expect(throws: VideoDBError.self) { try channel.next(timeoutMs: 10_000) }
    #expect(error?.status == .disconnected)
    #expect(try server.command(["do": "status"])["complaints"] as? [String] == [])
  }

  @Test func pollsWithoutWaiting() throws {
    let server = try ScriptedServer()
    try server.script(ScriptedServer.channel([["await": "more"], Self.message(1)]))
    let channel = try server.client().openEvents()
    #expect(try channel.next(timeoutMs: 10_000).kind == .connected)
    let error = #expect(throws: VideoDBError.self) { try channel.next(timeoutMs: 0) }
    #expect(error?.status == .again)
    try server.command(["do": "go", "gate": "more"])
    #expect(try channel.next(timeoutMs: 10_000).text == "scene 1")
  }

  @Test func pushesToEachSubscriptionWhatItAskedFor() throws {
    let server = try ScriptedServer()
    try server.script(
      ScriptedServer.channel([
        ["await": "go"], Self.message(1), ["json": ["channel": "alert", "data": ["label": "L"]]], Self.message(2),
        ["close_frame": 1000],
      ]))
    let channel = try server.client().openEvents()
    let seen = Mutex<[String]>([])
    let ends = Mutex(0)
    let all = try channel.subscribe { record in
      let name = String(decoding: record.pointee.channelName(), as: UTF8.self)
      seen.withLock { $0.append("all \(name)") }
    } destroy: {
      ends.withLock { $0 += 1 }
    }
    let alerts = try channel.subscribe(channel: Array("alert".utf8)) { record in
      let label = String(decoding: record.pointee.label(), as: UTF8.self)
      seen.withLock { $0.append("alert \(label)") }
    } destroy: {
      ends.withLock { $0 += 1 }
    }
    let pulled = #expect(throws: VideoDBError.self) { try channel.next(timeoutMs: 0) }
    #expect(pulled?.status == .state)
    try server.command(["do": "go", "gate": "go"])
    #expect(try channel.wait(all, timeoutMs: 10_000))
    #expect(try channel.wait(alerts, timeoutMs: 10_000))
    #expect(
      seen.withLock { $0 } == [
        "all vdbrt.connected", "all scene_index", "all alert", "alert L", "all scene_index", "all vdbrt.disconnected",
      ])
    #expect(ends.withLock { $0 } == 2)
  }

  @Test func aPulledChannelCannotBePushed() throws {
    let server = try ScriptedServer()
    try server.script(ScriptedServer.channel([]))
    let channel = try server.client().openEvents()
    #expect(try channel.next(timeoutMs: 10_000).kind == .connected)
    let ends = Mutex(0)
    let error = #expect(throws: VideoDBError.self) {
      _ = try channel.subscribe(handler: { _ in }, destroy: { ends.withLock { $0 += 1 } })
    }
    #expect(error?.status == .state)
    #expect(ends.withLock { $0 } == 1)
  }

  @Test func closesWithAHandshake() throws {
    let server = try ScriptedServer()
    try server.script(ScriptedServer.channel([Self.message(1)]))
    let client = try server.client()
    let channel = try client.openEvents()
    #expect(try channel.next(timeoutMs: 10_000).kind == .connected)
    #expect(try channel.next(timeoutMs: 10_000).kind == .sceneIndex)
    try channel.close(timeoutMs: 10_000)
    #expect(try server.frames().map { $0["code"] as? Int } == [1_000])
    #expect(try channel.next(timeoutMs: 0).kind == .disconnected)
    let error = #expect(throws: VideoDBError.self) { try channel.next(timeoutMs: 0) }
    #expect(error?.status == .closed)
    try client.shutdown(timeoutMs: 10_000)
    let late = #expect(throws: VideoDBError.self) { try client.openEvents() }
    #expect(late?.status == .closed)
  }

  @Test func shutsDownUnderOpenChannels() throws {
    let server = try ScriptedServer()
    try server.script(ScriptedServer.channel([]))
    let client = try server.client()
    let channels = try (0..<5).map { _ in try client.openEvents() }
    try client.shutdown(timeoutMs: 10_000)
    for channel in channels {
      #expect(try channel.next(timeoutMs: 0).kind == .connected)
      #expect(try channel.next(timeoutMs: 0).kind == .disconnected)
      let error = #expect(throws: VideoDBError.self) { try channel.next(timeoutMs: 0) }
      #expect(error?.status == .closed)
    }
    try server.wait("closed", 0)
  }

  /// The key goes to the service's own host; the URL of the socket authorises by itself.
  @Test func theKeyIsNotSentToTheSocket() throws {
    let server = try ScriptedServer()
    try server.script(ScriptedServer.channel([]))
    let channel = try server.client().openEvents()
    #expect(try channel.next(timeoutMs: 10_000).kind == .connected)
    let requests = try server.requests()
    #expect(requests.map { $0["path"] as? String } == ["/collection/default/websocket", "/ws"])
    let names = requests.map { ($0["headers"] as? [[String]] ?? []).map { $0[0].lowercased() } }
    #expect(names[0].contains("x-access-token") && !names[1].contains("x-access-token"))
  }
}
