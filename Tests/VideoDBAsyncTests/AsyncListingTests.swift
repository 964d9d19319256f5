import Foundation
import Testing
import VideoDB
import VideoDBAsync
import VideoDBCore

/// Lists that suspend while a page is fetched, against a real socket.
@Suite(.serialized) struct AsyncListingTests {
  static func page(_ ids: [String], more: Bool) -> [String: Any] {
    let data: [String: Any] = ["results": ids.map { ["id": $0] }, "next": more ? "/more" : NSNull()]
    return ["status": 200, "json": ["success": true, "data": data]]
  }

  @Test func goesThroughAllPages() async throws {
    let server = try ScriptedServer()
    try server.script([
      ["on": "GET /rtstream", "answers": [Self.page(["a", "b"], more: true), Self.page(["c"], more: false)]]
    ])
    var ids: [String] = []
    for try await stream in try server.client().defaultCollection.allRTStreams(pageSize: 2) { ids.append(stream.id) }
    #expect(ids == ["a", "b", "c"])
    #expect(
      try server.requests().map { $0["target"] as? String } == ["/rtstream?limit=2&offset=0", "/rtstream?limit=2&offset=2"])
  }

  @Test func throwsWhatTheServiceSaysAndTriesAgain() async throws {
    let server = try ScriptedServer()
    try server.script([
      ["on": "GET /rtstream", "answers": [["status": 404, "json": ["message": "no"]], Self.page(["a"], more: false)]]
    ])
    let streams = try server.client().defaultCollection.allRTStreams()
    let error = await #expect(throws: VideoDBError.self) { for try await _ in streams {} }
    #expect(error?.status == .notFound)
    var ids: [String] = []
    for try await stream in streams { ids.append(stream.id) }
    #expect(ids == ["a"])
  }

  @Test(.timeLimit(.minutes(1))) func cancellationEndsTheFetch() async throws {
    let server = try ScriptedServer()
    try server.script([["on": "GET /rtstream", "answers": [[["await": "never"]], Self.page(["a"], more: false)]]])
    let streams = try server.client().defaultCollection.allRTStreams()
    let task = Task { for try await _ in streams {} }
    while try server.requests().isEmpty { await Task.yield() }
    task.cancel()
    let error = await #expect(throws: VideoDBError.self) { try await task.value }
    #expect(error?.status == .cancelled)
    // It can be walked on from where it was.
    var ids: [String] = []
    for try await stream in streams { ids.append(stream.id) }
    #expect(ids == ["a"])
  }
}
