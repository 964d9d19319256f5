import Foundation
import Testing
import VideoDBCore
import VideoDBTransport

@testable import VideoDB

/// Lists that ask for their pages themselves, against a scripted server.
struct ListingTests {
  static func page(_ key: String, _ items: [[String: Any]], _ more: [String: Any] = [:]) -> [String: Any] {
    ["status": 200, "json": ["success": true, "data": [key: items].merging(more) { $1 }]]
  }

  static func all<Item: Sendable>(_ listing: Listing<Item>) throws -> [Item] {
    var items: [Item] = []
    while let item = try listing.next() { items.append(item) }
    // After the last there is none, however often it is asked for.
    #expect(try listing.next() == nil)
    return items
  }

  static func json(_ text: String) throws -> JSON { try #require(JSON(Array(text.utf8))) }

  @Test func eachGoesThroughItsPages() throws {
    let server = try ScriptedServer()
    let client = try server.client()
    let scenes = "/rtstream/r/index/scene/x"
    try server.script([
      [
        "on": "GET \(scenes)",
        "answers": [
          Self.page("scene_index_records", [["description": "a"], ["description": "b"]], ["next_page": true]),
          Self.page("scene_index_records", [["description": "c"]], ["next_page": false]),
        ],
      ],
      ["on": "GET /rtstream/r/transcription", "answers": [Self.page("transcription_records", [["text": "hello"]])]],
      ["on": "GET /rtstream/r/understand/u/records", "answers": [Self.page("records", [["k": 1]])]],
      ["on": "GET /rtstream/r/indexes/i/records", "answers": [Self.page("records", [["k": 2]])]],
      [
        "on": "GET /rtstream",
        "answers": [Self.page("results", [["id": "r-1"]], ["next": "/more"]), Self.page("results", [["id": "r-2"]])],
      ],
      [
        "on": "GET /collection/default/capture/session",
        "answers": [
          Self.page("sessions", [["session_id": "s-1"]], ["next_page": "c"]), Self.page("sessions", [["session_id": "s-2"]]),
        ],
      ],
    ])
    let collection = client.defaultCollection
    let stream = try RTStream(client, Self.json(#"{"id":"r"}"#), .rtstreamGet)
    let index = try SceneIndex(client, "r", Self.json(#"{"rtstream_index_id":"x"}"#), .sceneIndexGet)
    let understanding = try Understanding(client, "r", Self.json(#"{"id":"u"}"#), .understandingGet)
    let newIndex = try Index(client, "r", Self.json(#"{"id":"i"}"#), .indexGet)

    #expect(try Self.all(index.allScenes(start: 1.5, pageSize: 2)).map { $0.text ?? "" } == ["a", "b", "c"])
    #expect(try Self.all(stream.allUtterances(since: 5.5, engine: "e")).map { $0.text ?? "" } == ["hello"])
    #expect(try Self.all(understanding.allRecords(start: 1.5, end: 2.5, output: "o")).map { $0["k"]?.int } == [1])
    #expect(try Self.all(newIndex.allRecords(end: 2.5)).map { $0["k"]?.int } == [2])
    #expect(try Self.all(collection.allRTStreams(status: .stopped, pageSize: 1)).map(\.id) == ["r-1", "r-2"])
    #expect(try Self.all(collection.allCaptureSessions(endUserID: "u", pageSize: 1)).map(\.id) == ["s-1", "s-2"])
    #expect(
      try server.requests().map { $0["target"] as? String } == [
        "\(scenes)?start=1.5&page=1&page_size=2", "\(scenes)?start=1.5&page=2&page_size=2",
        "/rtstream/r/transcription?engine=e&page=1&page_size=100&since=5.5",
        "/rtstream/r/understand/u/records?start=1.5&end=2.5&output=o&page=1&page_size=100",
        "/rtstream/r/indexes/i/records?page=1&page_size=100&end=2.5",
        "/rtstream?limit=1&offset=0&status=stopped", "/rtstream?limit=1&offset=1&status=stopped",
        "/collection/default/capture/session?end_user_id=u&limit=1",
        "/collection/default/capture/session?end_user_id=u&limit=1&cursor=c",
      ])
  }

  @Test func anErrorIsNotTheEnd() throws {
    let server = try ScriptedServer()
    try server.script([
      [
        "on": "GET /rtstream",
        "answers": [
          ["status": 500, "json": ["success": false, "message": "later"]],
          Self.page("results", [["id": "r-1"], ["name": "no id"]]),
        ],
      ]
    ])
    let streams = try server.client().defaultCollection.allRTStreams()
    let failed = #expect(throws: VideoDBError.self) { try streams.next() }
    #expect(failed?.status == .server)
    #expect(try streams.next()?.id == "r-1")
    let odd = #expect(throws: VideoDBError.self) { try streams.next() }
    #expect(odd?.status == .badAnswer)
    #expect(try streams.next() == nil)
  }

  @Test func argumentsAreCheckedBeforeTheFirst() throws {
    let collection = try Client.connect(apiKey: "sk-test", baseURL: "http://127.0.0.1:1").defaultCollection
    let error = #expect(throws: VideoDBError.self) { _ = try collection.allRTStreams(pageSize: -1) }
    #expect(error?.status == .option)
  }
}
