import Testing
import VideoDBCore

@testable import VideoDB
@testable import VideoDBTransport

struct OperationTests {
  struct Sent: Equatable {
    var method: String
    var target: String
    var body: String?
  }

  static func request(_ operation: VideoDB.Operation, _ ids: [String], _ options: String?) throws -> Sent {
    let request = try withText(options) { try operation.request(ids.map { Array($0.utf8) }, $0) }
    return Sent(method: request.method.text.text, target: request.target.text, body: request.body.map(\.text))
  }

  @Test(arguments: [
    (
      nil, #"{"extraction_type":"time","extraction_config":null,"prompt":null,"model_name":null,"name":null,"model_config":{}}"#
    ),
    (
      #"{"batch_config":{"type":"time","value":1.5,"frame_count":3},"prompt":"p"}"#,
      #"{"extraction_type":"time","extraction_config":{"time":1.5,"frame_count":3},"prompt":"p","model_name":null,"name":null,"model_config":{}}"#
    ),
    (
      #"{"batch_config":{"value":10},"prompt":null,"later":{"x":[1.25,null]},"later_null":null}"#,
      #"{"extraction_type":"time","extraction_config":{"time":10,"frame_count":null},"prompt":null,"model_name":null,"name":null,"model_config":{},"later":{"x":[1.25,null]}}"#
    ),
  ])
  func indexVisuals(_ options: String?, _ body: String) throws {
    let sent = try Self.request(.rtstreamIndexVisuals, ["r"], options)
    #expect(sent == Sent(method: "POST", target: "/rtstream/r/index/scene", body: body))
  }

  @Test(arguments: [
    (#"{"url":"rtsp://c","name":"n"}"#, #"{"collection_id":"c 1","url":"rtsp://c","name":"n","media_types":["video"]}"#),
    (
      #"{"new":0.1,"store":false,"name":"n","url":"u","sample_rate":30,"media_types":["audio"]}"#,
      #"{"collection_id":"c 1","url":"u","name":"n","media_types":["audio"],"sample_rate":30,"store":false,"new":0.1}"#
    ),
  ])
  func connect(_ options: String, _ body: String) throws {
    #expect(try Self.request(.rtstreamConnect, ["c 1"], options) == Sent(method: "POST", target: "/rtstream", body: body))
  }

  @Test(arguments: [
    (nil, "?page=1&page_size=100"), (#"{"start":1.5,"end":0,"page":2}"#, "?start=1.5&end=0&page=2&page_size=100"),
    (#"{"page":null,"a b":"c&d=e/ä","t":true}"#, "?page=1&page_size=100&a%20b=c%26d%3De%2F%C3%A4&t=true"),
  ])
  func scenes(_ options: String?, _ query: String) throws {
    let target = "/rtstream/a%2Fb%3Fc/index/scene/%C3%A4" + query
    #expect(try Self.request(.sceneIndexGetScenes, ["a/b?c", "ä"], options) == Sent(method: "GET", target: target, body: nil))
  }

  @Test func actions() throws {
    #expect(
      try Self.request(.alertEnable, ["r", "i", "a b"], nil)
        == Sent(method: "PATCH", target: "/rtstream/r/index/i/alert/a%20b/status", body: #"{"action":"enable"}"#))
  }

  @Test(arguments: [
    (VideoDB.Operation.rtstreamConnect, "{}", "`url` is missing"), (.rtstreamConnect, #"{"url":"u"}"#, "`name`"),
    (.rtstreamConnect, #"{"url":7,"name":"n"}"#, "`url`"), (.rtstreamConnect, #"{"url":"","name":"n"}"#, "`url`"),
    (.rtstreamConnect, #"{"url":"u","name":"n","media_types":[]}"#, "`media_types`"),
    (.rtstreamConnect, #"{"url":"u","name":"n","media_types":["smell"]}"#, "`media_types`"),
    (.rtstreamConnect, #"{"url":"u","name":"n","sample_rate":1.5}"#, "`sample_rate`"),
    (.rtstreamConnect, #"{"url":"u","name":"n","store":1}"#, "`store`"), (.rtstreamList, #"{"limit":-1}"#, "`limit`"),
    (.rtstreamList, #"{"status":"odd"}"#, "`status`"), (.rtstreamList, #"{"more":[1]}"#, "`more`"),
    (.sceneIndexGetScenes, #"{"start":1760000000000}"#, "`start`"), (.sceneIndexGetScenes, #"{"end":-1}"#, "`end`"),
    (.rtstreamIndexVisuals, #"{"batch_config":{}}"#, "`batch_config.value`"),
    (.rtstreamIndexVisuals, #"{"batch_config":{"value":0}}"#, "`batch_config.value`"),
    (.rtstreamIndexVisuals, #"{"batch_config":{"value":1,"type":"shot"}}"#, "`batch_config.type`"),
    (.rtstreamIndexVisuals, #"{"batch_config":[1]}"#, "`batch_config`"), (.alertCreate, "{}", "`event_id`"),
    (.eventRuleCreate, #"{"event_prompt":"p","label":null}"#, "`label`"),
  ])
  func errorsNameTheKey(_ operation: VideoDB.Operation, _ options: String, _ words: String) {
    let error = #expect(throws: VideoDBError.self) { try Self.request(operation, ["a", "b", "c"], options) }
    #expect(error?.status == .option)
    #expect(error?.message.hasPrefix("\(operation.name): ") == true)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }

  @Test(arguments: ["", ".", ".."])
  func noIdGoesAstray(_ id: String) {
    let error = #expect(throws: VideoDBError.self) { try Self.request(.rtstreamGet, [id], nil) }
    #expect(error?.status == .argument)
    #expect(error?.message.contains("rtstream_id") == true)
  }
}
