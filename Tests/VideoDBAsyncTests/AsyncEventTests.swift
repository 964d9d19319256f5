import Foundation
import Testing
import VideoDB
import VideoDBAsync
import VideoDBCore
import VideoDBTransport

/// Event channels as asynchronous sequences, against a real socket. One after the other, like the calls.
@Suite(.serialized) struct AsyncEventTests {
  static func message(_ number: Int) -> [String: Any] {
    ["json": ["channel": "scene_index", "data": ["text": "scene \(number)"]]]
  }

  @Test(.timeLimit(.minutes(1))) func givesAllInOrderAndThenThrowsWhatEndedIt() async throws {
    let server = try ScriptedServer()
    try server.script(
      ScriptedServer.channel((0..<50).map { Self.message($0) } + [["await": "end"], ["close_frame": ["code": 1001]]]))
    let channel = try await server.client().openEvents()
    #expect(try channel.connectionID() == "c-1")
    var texts: [String] = []
    var ending: VideoDBError?
    do throws(VideoDBError) {
      for try await event in channel.events {
        if event.kind == .sceneIndex { texts.append(event.text ?? "") }
        if texts.count == 50, ending == nil { _ = try? server.command(["do": "go", "gate": "end"]) }
      }
    } catch {
      ending = error
    }
    #expect(texts == (0..<50).map { "scene \($0)" })
    #expect(ending?.status == .disconnected)
  }

  @Test(.timeLimit(.minutes(1))) func givesThoseOfOneName() async throws {
    let server = try ScriptedServer()
    try server.script(
      ScriptedServer.channel([
        Self.message(1), ["json": ["channel": "alert", "data": ["label": "L"]]], Self.message(2), ["close_frame": 1000],
      ]))
    let channel = try await server.client().openEvents()
    var texts: [String] = []
    let error = await #expect(throws: VideoDBError.self) {
      for try await event in channel.events(channel: "scene_index") { texts.append(event.text ?? "") }
    }
    #expect(texts == ["scene 1", "scene 2"])
    #expect(error?.status == .disconnected)
  }

  @Test(.timeLimit(.minutes(1))) func endsWhenTheChannelIsClosed() async throws {
    let server = try ScriptedServer()
    try server.script(ScriptedServer.channel([]))
    let channel = try await server.client().openEvents()
    let kinds = Task {
      var kinds: [EventKind] = []
      for try await event in channel.events { kinds.append(event.kind) }
      return kinds
    }
    channel.release()
    #expect(try await kinds.value == [.connected, .disconnected])
  }

  @Test(.timeLimit(.minutes(1))) func cancellationEndsTheWait() async throws {
    let server = try ScriptedServer()
    try server.script(ScriptedServer.channel([]))
    let client = try server.client()
    let channel = try await client.openEvents()
    let (first, continuation) = AsyncStream.makeStream(of: Void.self)
    let task = Task {
      for try await _ in channel.events { continuation.yield() }
    }
    for await _ in first { break }
    task.cancel()
    let error = await #expect(throws: VideoDBError.self) { try await task.value }
    #expect(error?.status == .cancelled)
    // The channel itself goes on.
    #expect(try channel.connectionID() == "c-1")
  }

  @Test(.timeLimit(.minutes(1))) func openingFailsAndIsCancelled() async throws {
    let server = try ScriptedServer()
    try server.script([["on": "* *", "answers": [["status": 401, "json": ["message": "no"]]]]])
    let refused = try server.client()
    let error = await #expect(throws: VideoDBError.self) { try await refused.openEvents() }
    #expect(error?.status == .auth)

    try server.script([["on": "* *", "answers": [[["await": "never"]]]]])
    let client = try server.client()
    let task = Task { try await client.defaultCollection.openEvents() }
    while try server.requests().isEmpty { await Task.yield() }
    task.cancel()
    let cancelled = await #expect(throws: VideoDBError.self) { _ = try await task.value }
    #expect(cancelled?.status == .cancelled)
  }

  /// More channels wait than there are threads, and each still gets its event.
  @Test(.timeLimit(.minutes(1))) func noThreadIsBlocked() async throws {
    let server = try ScriptedServer()
    try server.script(ScriptedServer.channel([["await": "go"], Self.message(1)]))
    let client = try server.client()
    var channels: [EventChannel] = []
    for _ in 0..<24 { channels.append(try await client.openEvents()) }
    let tasks = channels.map { channel in
      Task {
        for try await event in channel.events where event.kind == .sceneIndex { return event.text ?? "" }
        return "ended"
      }
    }
    for _ in channels { try server.command(["do": "go", "gate": "go"]) }
    for task in tasks { #expect(try await task.value == "scene 1") }
  }

  @Test(.timeLimit(.minutes(1))) func nothingKeepsTheChannel() async throws {
    let server = try ScriptedServer()
    try server.script(ScriptedServer.channel([Self.message(1)]))
    let client = try server.client()
    weak var gone: EventChannel?
    do {
      let channel = try await client.openEvents()
      gone = channel
      for try await event in channel.events where event.kind == .sceneIndex { break }
    }
    // Dispatch lets go of the descriptor in its own time.
    while gone != nil { await Task.yield() }
  }
}
