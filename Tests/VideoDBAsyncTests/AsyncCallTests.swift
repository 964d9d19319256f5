import Foundation
import Synchronization
import Testing
import VideoDB
import VideoDBAsync
import VideoDBCore
import VideoDBTransport

/// Calls that suspend, against a real socket. One after the other: talking to the server blocks a thread of the small pool.
@Suite(.serialized) struct AsyncCallTests {
  static var stream: [String: Any] { ["status": 200, "json": ["success": true, "data": ["id": "rts-1", "name": "door"]]] }
  static var silent: [[String: Any]] { [["on": "* *", "answers": [[["await": "never"]]]]] }

  @Test func givesTheAnswer() async throws {
    let server = try ScriptedServer()
    try server.script([["on": "GET /rtstream/rts-1", "answers": [Self.stream]]])
    let stream = try await server.client().defaultCollection.rtstream("rts-1").value
    #expect(stream.id == "rts-1" && stream.name == "door")
  }

  @Test func throwsWhatTheServiceSays() async throws {
    let server = try ScriptedServer()
    try server.script([["on": "* *", "answers": [["status": 404, "json": ["success": false, "message": "no such stream"]]]]])
    let client = try server.client()
    let error = await #expect(throws: VideoDBError.self) { try await client.defaultCollection.rtstream("rts-1").value }
    #expect(error?.status == .notFound)
  }

  @Test func argumentsAreCheckedToo() async throws {
    let client = try Client.connect(apiKey: "sk-test", baseURL: "http://127.0.0.1:1")
    let error = await #expect(throws: VideoDBError.self) { try await client.defaultCollection.rtstream("").value }
    #expect(error?.status == .argument)
  }

  @Test(.timeLimit(.minutes(1))) func cancellationEndsACallAtOnce() async throws {
    let server = try ScriptedServer()
    try server.script(Self.silent)
    let client = try server.client()
    let task = Task { try await client.defaultCollection.rtstream("rts-1").value }
    while try server.requests().isEmpty { await Task.yield() }
    let started = ContinuousClock.now
    task.cancel()
    let error = await #expect(throws: VideoDBError.self) { try await task.value }
    #expect(error?.status == .cancelled)
    #expect(ContinuousClock.now - started < .seconds(5))
  }

  @Test(.timeLimit(.minutes(1))) func aCancelledTaskSendsNothing() async throws {
    let server = try ScriptedServer()
    try server.script(Self.silent)
    let client = try server.client()
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await client.defaultCollection.rtstream("rts-1").value
    }
    task.cancel()
    let error = await #expect(throws: VideoDBError.self) { try await task.value }
    #expect(error?.status == .cancelled)
    #expect(try server.requests().isEmpty)
  }

  /// More calls than there are threads wait at once, and others go on meanwhile.
  @Test(.timeLimit(.minutes(1))) func noThreadIsBlocked() async throws {
    let server = try ScriptedServer()
    try server.script([
      ["on": "GET /rtstream/rts-1", "answers": [Self.stream]], ["on": "GET /collection", "answers": [[["await": "never"]]]],
    ])
    let waiting = try server.client()
    let tasks = (0..<200).map { _ in Task { try await waiting.collections().value } }
    // A client of its own: the other's connections are all taken.
    let other = try server.client()
    for _ in 0..<8 { #expect(try await other.defaultCollection.rtstream("rts-1").value.id == "rts-1") }
    for task in tasks { task.cancel() }
    for task in tasks {
      let error = await #expect(throws: VideoDBError.self) { try await task.value }
      #expect(error?.status == .cancelled)
    }
  }

  @Test(.timeLimit(.minutes(1))) func nothingKeepsTheClient() async throws {
    let server = try ScriptedServer()
    try server.script([["on": "* *", "answers": [Self.stream]]])
    weak var gone: Client?
    do {
      let client = try server.client()
      gone = client
      _ = try await client.defaultCollection.rtstream("rts-1").value
      #expect(gone != nil)
    }
    // The I/O thread lets go of the call after it has resumed the task.
    while gone != nil { await Task.yield() }
  }
}
