import Testing

@testable import VideoDBCore

struct EnvelopeTests {
  static func open(_ body: String, _ httpStatus: Int32 = 200, retryAfterMs: Int64 = -1) -> Envelope {
    Envelope("GET /thing", httpStatus: httpStatus, retryAfterMs: retryAfterMs, body: body.bytes)
  }

  static func error(_ envelope: Envelope) throws -> VideoDBError {
    guard case .failed(let error) = envelope else {
      throw VideoDBError(.internal, "It did not fail: \(envelope)")
    }
    return error
  }

  @Test(arguments: [
    (#"{"success":true,"data":{"id":"a"}}"#, #"{"id":"a"}"#), (#"{"success":true,"data":[1,2]}"#, "[1,2]"),
    (#"{"success":true,"data":7}"#, "7"), (#"{"success":true,"data": "x" }"#, #""x""#), (#"{"data":false}"#, "false"),
    (#"{"success":true,"data":null}"#, #"{"success":true,"data":null}"#), (#"{"success":true}"#, #"{"success":true}"#),
    (#" {"id":"a"} "#, #"{"id":"a"}"#), (#"{"success":"false","id":1}"#, #"{"success":"false","id":1}"#),
    (#"{"status":"done","response":{"success":true,"data":{"b":2}}}"#, #"{"b":2}"#),
    (#"{"status":"processing","data":{"id":"a"}}"#, #"{"id":"a"}"#),
    (#"{"status":"processing","request_type":"async","data":{"output_url":"u"}}"#, #"{"output_url":"u"}"#),
    (#"{"response":{"success":true},"data":{"c":3}}"#, #"{"c":3}"#),
  ])
  func givesTheData(_ body: String, _ expected: String) {
    guard case .data(let data) = Self.open(body) else {
      Issue.record("\(Self.open(body))")
      return
    }
    #expect(data.text == expected)
  }

  @Test(arguments: ["processing", "in progress"])
  func asksAgainWhileTheServiceWorks(_ status: String) {
    guard case .pending(let url) = Self.open(#"{"status":"\#(status)","data":{"output_url":"https:\/\/x/y"}}"#) else {
      Issue.record("not pending")
      return
    }
    #expect(url?.text == "https://x/y")
  }

  /// The answers of its `output_url`: progress without an address, then the result inside.
  @Test func followsACallThatIsAnsweredLater() {
    func polled(_ body: String) -> Envelope {
      Envelope("GET /later", httpStatus: 200, retryAfterMs: -1, body: Array(body.utf8), isPoll: true)
    }
    guard case .pending(nil) = polled(#"{"success":true,"status":"in progress","data":{"percentage":40}}"#) else {
      Issue.record("not pending")
      return
    }
    let done = polled(#"{"success":true,"status":"done","data":{"x":1},"response":{"success":true,"data":{"id":"r"}}}"#)
    guard case .data(let data) = done else {
      Issue.record("\(done)")
      return
    }
    #expect(data.text == #"{"id":"r"}"#)
  }

  @Test(
    arguments: [
      (#"{"success":false,"message":"Too bad."}"#, .rejected, "Too bad"), (#"{"success":false}"#, .rejected, "no reason"),
      (#"{"response":{"success":false,"message":"Inside"}}"#, .rejected, "Inside"), ("[]", .badAnswer, "not an object"),
      ("7", .badAnswer, "not an object"), ("", .notJSON, "empty"), ("<html>\r\n", .notJSON, "`<html>  `"),
      (#"{"data":1"#, .notJSON, "not JSON"),
    ] as [(String, Status, String)])
  func refuses(_ body: String, _ status: Status, _ words: String) throws {
    let error = try Self.error(Self.open(body))
    #expect(error.status == status)
    #expect(error.httpStatus == 200)
    #expect(error.message.hasPrefix("GET /thing: "))
    #expect(error.message.contains(words), "\(error.message)")
  }

  @Test(arguments: [400, 401, 402, 403, 404, 409, 422, 429, 500, 502, 503] as [Int32])
  func saysWhatTheServiceSays(_ http: Int32) throws {
    let error = try Self.error(Self.open(#"{"success":false,"message":"Because"}"#, http, retryAfterMs: 1_500))
    #expect(error.status == Status(httpStatus: http))
    #expect(error.httpStatus == http)
    #expect(error.message.contains("HTTP \(http): Because."))
    #expect(error.retryAfterMs == 1_500)
    #expect(error.body?.text == #"{"success":false,"message":"Because"}"#)
  }

  @Test(arguments: [("message", "m"), ("error", "e"), ("detail", "d")])
  func findsTheReason(_ key: String, _ value: String) throws {
    #expect(try Self.error(Self.open(#"{"\#(key)":"\#(value)"}"#, 400)).message.contains(": \(value)."))
  }

  @Test(arguments: [301, 302, 307, 308, 304] as [Int32])
  func followsNoRedirect(_ http: Int32) throws {
    let error = try Self.error(Self.open("", http))
    #expect(error.status == .redirect)
    #expect(error.body == nil)
  }

  @Test func boundsAReasonAndAGlimpse() throws {
    let long = String(repeating: "x", count: 5_000)
    #expect(try Self.error(Self.open(#"{"message":"\#(long)"}"#, 400)).message.utf8.count < 700)
    #expect(try Self.error(Self.open(long, 400)).message.utf8.count < 200)
    #expect(try Self.error(Self.open(long)).message.utf8.count < 300)
  }

  /// A reason is cut at 500 bytes, maybe within a character; the message must stay text.
  @Test func aCutReasonStaysText() throws {
    let error = try Self.error(Self.open(#"{"message":"x\#(String(repeating: "ä", count: 400))"}"#, 400))
    #expect(String(validating: Array(error.message.utf8), as: UTF8.self) != nil)
  }

  @Test func survivesMutations() {
    var random = SeededRandom(seed: 71)
    let bodies = [
      #"{"success":false,"message":"m","data":{"output_url":"u"},"status":"processing"}"#,
      #"{"response":{"response":{"data":[1]}},"status":"done"}"#,
    ]
    for _ in 0..<10_000 {
      let body = JSONDocuments.mutated(bodies.randomElement(using: &random)!.bytes, &random)
      let http = [200, 302, 404, 503].randomElement(using: &random)! as Int32
      switch Envelope("GET /thing", httpStatus: http, retryAfterMs: -1, body: body) {
      case .data(let data): #expect(JSON(data) != nil)
      case .pending, .failed: break
      }
    }
  }
}
