import Foundation
import Testing
import VideoDB
import VideoDBCore
import VideoDBTransport

/// The vectors of Tests/Conformance through the Swift interface. Its README says what they mean.
struct ConformanceTests {
  typealias Object = [String: Any]

  static let folder = ScriptedServer.folder.appendingPathComponent("Conformance")

  static func load(_ path: String) throws -> Object {
    try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: folder.appendingPathComponent(path)), options: .fragmentsAllowed)
        as? Object)
  }

  static func vectors(_ path: String) throws -> [Object] { try #require(try load(path)["vectors"] as? [Object]) }

  static func files(_ name: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(name).path)) ?? []
    return names.filter { $0.hasSuffix(".json") }.sorted().map { "\(name)/\($0)" }
  }

  static let operations: [String: (operation: VideoDB.Operation, ids: [String])] = {
    let all: [VideoDB.Operation] = [
      .collectionGet, .collectionList, .rtstreamConnect, .rtstreamGet, .rtstreamList, .rtstreamStart, .rtstreamStop,
      .rtstreamIndexVisuals,
      .sceneIndexList, .sceneIndexGet, .sceneIndexStart, .sceneIndexStop, .sceneIndexGetScenes, .eventRuleCreate,
      .eventRuleList,
      .alertCreate, .alertList, .alertEnable, .alertDisable,
    ]
    var table: [String: (VideoDB.Operation, [String])] = [:]
    for operation in all {
      let name = operation.name
      let ids =
        name.hasPrefix("collection_get") || name == "rtstream_connect"
        ? ["collection_id"]
        : name.hasPrefix("alert_enable") || name.hasPrefix("alert_disable")
          ? ["rtstream_id", "index_id", "alert_id"]
          : name.hasPrefix("scene_index_list") || name.hasPrefix("rtstream_") && name != "rtstream_list"
            ? ["rtstream_id"] : name.hasPrefix("scene_index") || name.hasPrefix("alert_") ? ["rtstream_id", "index_id"] : []
      table[name] = (operation, ids)
    }
    return table
  }()

  /// An argument as it is given: a string as it is, anything else as JSON.
  static func argument(_ value: Any?) throws -> String? {
    guard let value else { return nil }
    if let text = value as? String { return text }
    return String(decoding: try JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed), as: UTF8.self)
  }

  static func call(_ client: Client, _ operation: String, _ args: Object) throws -> [UInt8] {
    if operation == "call" {
      return try withText(argument(args["query_json"])) { query in
        try withText(argument(args["body_json"])) { body in
          try client.call(
            Array((args["method"] as? String ?? "").utf8), Array((args["path"] as? String ?? "").utf8), query: query,
            body: body,
            op: nil)
        }
      }
    }
    let (operation, names) = try #require(operations[operation])
    let ids = names.map { name in Array((args[name] as? String ?? (name == "collection_id" ? "default" : "")).utf8) }
    return try withText(argument(args["options_json"])) { try client.run(operation, ids: ids, options: $0) }
  }

  static func same(_ a: Any?, _ b: Any?) -> Bool {
    (a as? NSObject ?? NSNull()) == (b as? NSObject ?? NSNull())
  }

  static func check(_ result: Object, _ outcome: Result<[UInt8], VideoDBError>, isRead: Bool, _ comment: Comment) throws {
    switch outcome {
    case .success(let out):
      #expect(result["status"] as? String == "VDBRT_OK", comment)
      if let expected = result["out"] {
        #expect(same(try JSONSerialization.jsonObject(with: Data(out), options: .fragmentsAllowed), expected), comment)
      }
    case .failure(let error):
      #expect(error.status.name.text == result["status"] as? String, "\(comment): \(error.message)")
      #expect(!error.message.isEmpty, comment)
      #expect(!error.message.contains("sk-conformance"), comment)
      if let status = result["http_status"] as? Int { #expect(Int(error.httpStatus) == status, comment) }
      if let wait = result["retry_after_ms"] as? Int { #expect(Int(error.retryAfterMs) == wait, comment) }
      if let retryable = result["retryable"] {
        #expect(error.isRetryable == (retryable as? String == "reads" ? isRead : retryable as? Bool), comment)
      }
      for words in result["message"] as? [String] ?? [] {
        #expect(error.message.contains(words), "\(comment): \(error.message)")
      }
      if let body = result["body"] {
        let carried = try error.body.map { try JSONSerialization.jsonObject(with: Data($0), options: .fragmentsAllowed) }
        #expect(same(carried, body), comment)
      }
    }
  }

  static func run(
    _ server: ScriptedServer, _ operation: String, _ args: Object, _ request: Object?, _ answer: Any?, _ result: Object,
    _ name: String
  )
    throws
  {
    let comment: Comment = "\(operation): \(name)"
    try server.script(answer.map { [["on": "* *", "answers": [$0]]] } ?? [])
    // A client for each: no connection of an earlier vector is there to be used again.
    let client = try server.client()
    let outcome = Result { try call(client, operation, args) }.mapError {
      $0 as? VideoDBError ?? VideoDBError(.internal, "\($0)")
    }
    let isRead = request?["method"] as? String == "GET"
    try check(result, outcome, isRead: isRead, comment)
    let requests = try server.requests()
    guard let request else {
      #expect(requests.isEmpty, comment)
      return
    }
    let isBroken = (answer as? [Object])?.isEmpty == false && isRead
    #expect(requests.count == 1 || isBroken && requests.count == 2, "\(comment): \(requests.count) requests")
    guard let sent = requests.first else { return }
    #expect(sent["method"] as? String == request["method"] as? String, comment)
    #expect(sent["path"] as? String == request["path"] as? String, comment)
    var query: Object?
    if let text = sent["query"] as? String {
      query = [:]
      for item in URLComponents(string: "?" + text)?.queryItems ?? [] { query?[item.name] = item.value }
    }
    #expect(same(query, request["query"]), "\(comment): \(sent["query"] ?? "")")
    if let body = request["body"] {
      #expect(same(sent["json"], body), "\(comment): \(sent["body"] ?? "")")
    } else {
      #expect(sent["body"] as? String == "", comment)
    }
    let headers = sent["headers"] as? [[String]] ?? []
    #expect(headers.contains { $0[0].lowercased() == "x-access-token" && $0[1] == "sk-conformance" }, comment)
  }

  @Test(arguments: files("rest"))
  func rest(_ path: String) throws {
    let server = try ScriptedServer()
    let file = try Self.load(path)
    let operation = try #require(file["operation"] as? String)
    for vector in try #require(file["vectors"] as? [Object]) {
      try Self.run(
        server, operation, vector["args"] as? Object ?? [:], vector["request"] as? Object, vector["answer"],
        try #require(vector["result"] as? Object), vector["name"] as? String ?? "")
    }
  }

  @Test(arguments: ["rest/rtstream_get.json", "rest/rtstream_connect.json", "rest/rtstream_start.json", "rest/call.json"])
  func answers(_ path: String) throws {
    let server = try ScriptedServer()
    let file = try Self.load(path)
    let first = try #require((file["vectors"] as? [Object])?.first)
    for vector in try Self.vectors("answers.json") {
      var result = try #require(vector["result"] as? Object)
      if path.contains("start") { result["out"] = nil }
      try Self.run(
        server, try #require(file["operation"] as? String), first["args"] as? Object ?? [:], first["request"] as? Object,
        vector["answer"], result, vector["name"] as? String ?? "")
    }
  }

  static func bytes(hex: String) -> [UInt8] {
    let digits = Array(hex.utf8)
    return stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16)
    }
  }

  @Test(arguments: files("events"))
  func events(_ path: String) throws {
    let server = try ScriptedServer()
    let vectors = try Self.vectors(path)
    // Foundation takes a byte order mark off a text; the core's reader gives the bytes as they are.
    let messages = try #require(JSON(Array(Data(contentsOf: Self.folder.appendingPathComponent(path))))?["vectors"]).elements
      .map {
        $0["message"]?.stringBytes ?? Self.bytes(hex: $0["message_hex"]?.string ?? "")
      }
    try server.script(
      ScriptedServer.channel(
        messages.map { message in
          ["frame": ["opcode": "text", "hex": message.map { String(format: "%02x", $0) }.joined()]]
        }))
    let channel = try server.client().openEvents()
    #expect(try channel.next(timeoutMs: 10_000).kind == .connected)
    let kinds: [String: EventKind] = [
      "other": .other, "transcript": .transcript, "scene_index": .sceneIndex, "audio_index": .audioIndex, "alert": .alert,
      "capture_session": .captureSession,
    ]
    let flags: [String: EventFlags] = [
      "interim": .interim, "triggered": .triggered, "relative_time": .relativeTime, "not_json": .notJSON,
    ]
    for (vector, message) in zip(vectors, messages) {
      let expected = try #require(vector["event"] as? Object)
      let event = try channel.next(timeoutMs: 10_000)
      let comment: Comment = "\(path): \(vector["name"] ?? "")"
      #expect(event.kind == kinds[expected["kind"] as? String ?? ""], comment)
      let wanted = (expected["flags"] as? [String] ?? []).reduce(into: EventFlags()) { $0.formUnion(flags[$1] ?? []) }
      #expect(event.flags == wanted, comment)
      // Compared as bytes: a string may hold what Swift takes for the same character.
      func same(_ text: String?, _ key: String) {
        #expect(Array((text ?? "").utf8) == Array((expected[key] as? String ?? "").utf8), "\(comment): \(key)")
      }
      same(event.channel, "channel")
      same(event.rtstreamID, "rtstream_id")
      same(event.text, "text")
      same(event.label, "label")
      func near(_ value: Double, _ key: String) {
        if let wanted = expected[key] as? Double {
          #expect(abs(value - wanted) <= abs(wanted) * 1e-6 + 1e-6, "\(comment): \(key)")
        } else {
          #expect(value.isNaN, "\(comment): \(key)")
        }
      }
      near(event.start, "start")
      near(event.end, "end")
      near(event.confidence, "confidence")
      #expect(Array(event.json.utf8) == message, comment)
    }
  }

  @Test(arguments: files("frames"), [false, true])
  func frames(_ path: String, byteByByte: Bool) throws {
    let server = try ScriptedServer()
    let file = try Self.load(path)
    for vector in try #require(file["vectors"] as? [Object]) {
      let comment: Comment = "\(path): \(vector["name"] ?? "")"
      var step: Object = ["send_hex": vector["bytes"] ?? ""]
      if byteByByte { step["chop"] = 1 }
      try server.script(ScriptedServer.channel([step]))
      let values = (file["max_message_bytes"] as? Int).map { ["ws.max_message_bytes": "\($0)"] } ?? [:]
      let channel = try server.client(values).openEvents()
      #expect(try channel.next(timeoutMs: 10_000).kind == .connected)
      for message in vector["messages"] as? [String] ?? [] {
        #expect(Array(try channel.next(timeoutMs: 10_000).json.utf8) == Array(message.utf8), comment)
      }
      let pongs = vector["pongs"] as? [String] ?? []
      let end = vector["end"] as? Object
      if let end {
        let last = try channel.next(timeoutMs: 10_000)
        #expect(last.kind == .disconnected, comment)
        let data = try #require(JSON(Array(last.json.utf8))?["data"])
        #expect(data["status"]?.string == end["status"] as? String, comment)
        #expect(data["close_code"]?.int == (end["close_code"] as? Int).map(Int64.init), comment)
        if let reason = vector["reason"] as? String { #expect(data["reason"]?.string?.contains(reason) == true, comment) }
        let error = #expect(throws: VideoDBError.self, comment) { try channel.next(timeoutMs: 10_000) }
        #expect(error?.status.name.text == end["status"] as? String, comment)
      }
      try server.wait("frames", pongs.count + (end == nil ? 0 : 1))
      let sent = try server.frames()
      #expect(sent.filter { $0["opcode"] as? String == "pong" }.map { $0["hex"] as? String ?? "" } == pongs, comment)
      #expect(sent.allSatisfy { $0["masked"] as? Bool == true }, comment)
      if let end {
        let close = sent.first { $0["opcode"] as? String == "close" }
        #expect(Self.same(close?["code"], end["sent_code"]), comment)
      }
      // Waited for: a late close frame would count for the next vector.
      try channel.close(timeoutMs: 10_000)
    }
  }

  @Test func configuration() throws {
    for vector in try Self.vectors("config.json") {
      let result = try #require(vector["result"] as? Object)
      let name = vector["name"] as? String ?? ""
      // That a key is there at all is asked by the C interface.
      if name == "an empty key" { continue }
      let outcome = Result { () throws -> [UInt8] in
        var configuration = Configuration()
        for (key, value) in vector["set"] as? [String: String] ?? [:] {
          try configuration.set(Array(key.utf8), text: Array(value.utf8))
        }
        if let text = try Self.argument(vector["set_json"]) {
          try withText(text) { _ = try ConfigurationJSON.applying($0!, to: configuration) }
        }
        return []
      }.mapError { $0 as? VideoDBError ?? VideoDBError(.internal, "\($0)") }
      try Self.check(result, outcome, isRead: false, "config: \(name)")
    }
  }
}
