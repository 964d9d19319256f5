import Testing

@testable import VideoDBCore

struct BoundCallTests {
  private static func call(_ method: Request.Method, _ target: String, _ body: String? = nil) -> BoundCall? {
    BoundCall(Request(method, target.bytes, body: body?.bytes))
  }

  private static let table: [(Request.Method, String, String?, BoundCall.Kind, [String])] = [
    (.post, "/rtstream", "{}", .connectStream, []),
    (.patch, "/rtstream/s1/status", #"{"action":"start"}"#, .startStream, ["s1"]),
    (.patch, "/rtstream/s1/status", #"{"action":"stop"}"#, .stopStream, ["s1"]),
    (.post, "/rtstream/s1/transcription", #"{"action":"start"}"#, .startTranscript, ["s1"]),
    (.post, "/rtstream/s1/transcription", #"{"action":"stop","mode":"force"}"#, .stopTranscript, ["s1"]),
    (.post, "/rtstream/s1/index/scene", "{}", .createIndex, ["s1"]),
    (.patch, "/rtstream/s1/index/scene/i1/status", #"{"action":"start"}"#, .startIndex, ["s1", "i1"]),
    (.patch, "/rtstream/s1/index/scene/i1/status", #"{"action":"stop"}"#, .stopIndex, ["s1", "i1"]),
    (.post, "/rtstream/s1/understand", "{}", .createUnderstanding, ["s1"]),
    (.patch, "/rtstream/s1/understand/u1/status", #"{"action":"start"}"#, .startUnderstanding, ["s1", "u1"]),
    (.patch, "/rtstream/s1/understand/u1/status", #"{"action":"stop"}"#, .stopUnderstanding, ["s1", "u1"]),
    (.post, "/rtstream/s1/index/i1/alert", "{}", .createAlert, ["s1", "i1"]),
    (.post, "/rtstream/s1/indexes/i1/alert", "{}", .createAlert, ["s1", "i1"]),
    (.get, "/rtstream/s1/index/i1/alert", nil, .listAlerts, ["s1", "i1"]),
    (.get, "/rtstream/s1/indexes/i1/alert", nil, .listAlerts, ["s1", "i1"]),
    (.patch, "/rtstream/s1/index/i1/alert/a1/status", #"{"action":"enable"}"#, .enableAlert, ["s1", "i1", "a1"]),
    (.patch, "/rtstream/s1/indexes/i1/alert/a1/status", #"{"action":"disable"}"#, .disableAlert, ["s1", "i1", "a1"]),
    (.post, "/collection/c1/capture/session", "{}", .createSession, ["c1"]),
    (.post, "/capture/session/start", "{}", .startSession, []),
    (.post, "/collection/c1/capture/session/x1/export", "{}", .exportSession, ["c1", "x1"]),
  ]

  @Test func everyOperationIsRecognised() {
    for (method, path, body, kind, ids) in Self.table {
      for target in [path, path + "/", path + "?x=/y", path.replacing("/s1", with: "//s1")] {
        let call = Self.call(method, target, body)
        #expect(call?.kind == kind, "\(target)")
        #expect(call?.ids == ids.map { $0.bytes }, "\(target)")
      }
    }
  }

  @Test func ofOtherMethodsAndPathsThereIsNone() {
    for (method, path, body, kind, _) in Self.table {
      for other in [.get, .put, .delete, .post, .patch] as [Request.Method] where other != method {
        if kind == .createAlert && other == .get || kind == .listAlerts && other == .post { continue }
        #expect(Self.call(other, path, body) == nil, "\(other.text) \(path)")
      }
      #expect(Self.call(method, "/x" + path, body) == nil)
      #expect(Self.call(method, path + "/more/of/it/at/all", body) == nil)
    }
    for path in ["", "/", "//", "/rtstreams", "/rtstream/s1", "/rtstream/s1/index/visual", "/capture/session", "/collection"] {
      #expect(Self.call(.post, path, "{}") == nil)
    }
  }

  @Test func odd() {
    for body in [
      nil, "", "null", "3", "[]", "{", #"{"action":null}"#, #"{"action":["start"]}"#, #"{"action":"START"}"#, "\u{0}",
    ] as [String?] {
      #expect(Self.call(.post, "/rtstream/s1/transcription", body) == nil)
      #expect(Self.call(.post, "/rtstream/s1/index/scene", body)?.connectionID == nil)
    }
    for body in [
      #"{"ws_connection_id":null}"#, #"{"ws_connection_id":""}"#, #"{"ws_connection_id":7}"#, #"{"connection_id":"x"}"#,
    ] {
      #expect(Self.call(.post, "/rtstream/s1/index/scene", body)?.connectionID == nil)
    }
  }

  @Test func theConnectionIDIsReplacedAndNothingElse() {
    let body = #"{ "a":1, "ws_connection_id" : "o\u006cd","b":{"ws_connection_id":"old"}}"#
    let call = Self.call(.post, "/rtstream/s1/index/scene", body)
    #expect(call?.connectionID == "old".bytes)
    #expect(
      call?.body(connectionID: #"n"w"#.bytes)?.text == #"{ "a":1, "ws_connection_id" : "n\"w","b":{"ws_connection_id":"old"}}"#)
    let export = Self.call(
      .post, "/collection/c1/capture/session/x1/export", #"{"connection_id":"old","ws_connection_id":"other"}"#)
    #expect(export?.body(connectionID: "new".bytes)?.text == #"{"connection_id":"new","ws_connection_id":"other"}"#)
  }

  @Test(arguments: [
    ("a%2Fb", "a/b"), ("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("100%25", "100%"), ("%F0%9F%8E%A5", "🎥"), ("", ""),
  ])
  func idsOfPathsAreDecoded(_ encoded: String, _ decoded: String) { #expect(percentDecoded(encoded.bytes).text == decoded) }

  @Test func idsStayAsTheyStandInPaths() {
    let call = Self.call(.patch, "/rtstream/a%2Fb/index/i%201/alert/x%3F/status", #"{"action":"enable"}"#)
    #expect(call?.ids.map { $0.text } == ["a%2Fb", "i%201", "x%3F"])
  }
}
