import Foundation
import Testing
import VideoDBCore
import VideoDBTransport

@testable import VideoDB

/// The vectors of Tests/Conformance through the Swift interface. Its README says what they mean.
struct ConformanceTests {
  typealias Object = [String: Any]

  static let folder = ScriptedServer.folder.appendingPathComponent("Conformance")

  /// What has been run, told when all of it has.
  struct Tally {
    var parts = 0
    var vectors = 0
    var calls = 0
    var answers = 0
    var helpers = 0
    var checks = 0
  }

  static let tally = Locked(Tally())

  static func count(_ add: (inout Tally) -> Void) {
    tally.withLock { tally in
      add(&tally)
      tally.parts += 1
      // Each file, the answers with each, the helpers and the configuration.
      guard tally.parts == 2 * names.count + 2 else { return }
      print(
        "figure: Swift conformance of \(names.count) operations: \(tally.vectors) vectors,",
        "\(tally.answers / names.count) answers with each, \(tally.calls) calls in three ways; \(tally.helpers) helpers; \(tally.checks) checks"
      )
    }
  }

  static func expect(_ isRight: Bool, _ comment: @autoclosure () -> Comment, at location: SourceLocation = #_sourceLocation) {
    tally.withLock { $0.checks += 1 }
    if !isRight { Issue.record(comment(), sourceLocation: location) }
  }

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

  /// The whole table. A channel is no call.
  static let operations: [String: VideoDB.Operation] = {
    let calls = VideoDB.Operation.allCases.filter { $0 != .websocketURL }
    return Dictionary(uniqueKeysWithValues: calls.map { ($0.name, $0) })
  }()

  static let names = (operations.keys + ["call"]).sorted()

  /// The names of its ids, in order: those in braces, then those of a line `NAME id`.
  static func idNames(_ operation: VideoDB.Operation) -> [String] {
    let lines = operation.text.text.split(separator: "\n")
    let path = lines[0].split(separator: "{").dropFirst().compactMap { $0.split(separator: "}").first.map(String.init) }
    return path + lines.dropFirst().filter { $0.hasSuffix(" id") }.map { String($0.dropLast(3)) }
  }

  /// An argument as it is given: a string as it is, anything else as JSON.
  static func argument(_ value: Any?) throws -> String? {
    guard let value else { return nil }
    if let text = value as? String { return text }
    return String(decoding: try JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed), as: UTF8.self)
  }

  static func call(_ client: Client, _ name: String, _ args: Object) throws -> [UInt8] {
    if name == "call" {
      return try withText(argument(args["query_json"])) { query in
        try withText(argument(args["body_json"])) { body in
          try client.call(
            Array((args["method"] as? String ?? "").utf8), Array((args["path"] as? String ?? "").utf8), query: query,
            body: body,
            op: nil)
        }
      }
    }
    let operation = try #require(operations[name])
    let ids = idNames(operation).map { name in (args[name] as? String).map { Array($0.utf8) } }
    return try withText(argument(args["options_json"])) { try client.run(operation, ids: ids, options: $0) }
  }

  /// The arguments as one object; nil where they are not to be said so: a text in place of an object.
  static func flat(_ args: Object) -> Object? {
    var all: Object = [:]
    for (name, value) in args {
      if name == "options_json" {
        guard let options = value as? Object else { return nil }
        all.merge(options) { $1 }
      } else if name.hasSuffix("_json") {
        guard value is Object else { return nil }
        all[String(name.dropLast("_json".count))] = value
      } else {
        all[name] = value
      }
    }
    return all
  }

  /// Where a completion leaves its result.
  final class Completion: Sendable {
    private let results = Locked<[Result<[UInt8], VideoDBError>]>([])
    private let came = DispatchSemaphore(value: 0)

    func complete(_ result: Result<[UInt8], VideoDBError>) {
      results.withLock { $0.append(result) }
      came.signal()
    }

    /// Runs the loop of a client that has no thread.
    func wait(_ client: Client, isExternal: Bool) throws -> [UInt8] {
      while isExternal, results.withLock({ $0.isEmpty }) { try client.step(timeoutMs: 1_000) }
      _ = came.wait(timeout: .now() + 10)
      let all = results.withLock { $0 }
      #expect(all.count == 1)
      return try #require(all.first).get()
    }
  }

  static func start(_ client: Client, _ name: String, _ args: Object, isExternal: Bool) throws -> [UInt8] {
    let completion = Completion()
    try withText(argument(args)) {
      try client.start(Array(name.utf8), arguments: $0) { completion.complete($0) }
    }
    return try completion.wait(client, isExternal: isExternal)
  }

  /// Compared as text, in which 1 is not true.
  static func text(_ json: Any?) -> String {
    let data = try? JSONSerialization.data(withJSONObject: json ?? NSNull(), options: [.sortedKeys, .fragmentsAllowed])
    return data.map { String(decoding: $0, as: UTF8.self) } ?? "no JSON"
  }

  static func same(_ a: Any?, _ b: Any?) -> Bool { text(a) == text(b) }

  static func check(_ result: Object, _ outcome: Result<[UInt8], VideoDBError>, isRead: Bool, _ comment: Comment) throws {
    switch outcome {
    case .success(let out):
      expect(result["status"] as? String == "VDBRT_OK", comment)
      if let expected = result["out"] {
        let got = try JSONSerialization.jsonObject(with: Data(out), options: .fragmentsAllowed)
        expect(same(got, expected), "\(comment): \(text(got)), not \(text(expected))")
      }
    case .failure(let error):
      expect(error.status.name.text == result["status"] as? String, "\(comment): \(error.message)")
      expect(!error.message.isEmpty, comment)
      expect(!error.message.contains("sk-conformance"), comment)
      if let status = result["http_status"] as? Int { expect(Int(error.httpStatus) == status, comment) }
      if let wait = result["retry_after_ms"] as? Int { expect(Int(error.retryAfterMs) == wait, comment) }
      if let retryable = result["retryable"] {
        expect(error.isRetryable == (retryable as? String == "reads" ? isRead : retryable as? Bool), comment)
      }
      for words in result["message"] as? [String] ?? [] {
        expect(error.message.contains(words), "\(comment): `\(words)` is not in: \(error.message)")
      }
      if let body = result["body"] {
        let carried = try error.body.map { try JSONSerialization.jsonObject(with: Data($0), options: .fragmentsAllowed) }
        expect(same(carried, body), "\(comment): \(text(carried))")
      }
    }
  }

  static func check(_ requests: [Object], _ request: Object?, mayRepeat: Bool, _ comment: Comment) {
    guard let request else { return expect(requests.isEmpty, comment) }
    expect(requests.count == 1 || mayRepeat && requests.count == 2, "\(comment): \(requests.count) requests")
    guard let sent = requests.first else { return }
    expect(sent["method"] as? String == request["method"] as? String, "\(comment): \(sent["method"] ?? "")")
    expect(sent["path"] as? String == request["path"] as? String, "\(comment): \(sent["path"] ?? "")")
    var query: Object = [:]
    for item in URLComponents(string: "?" + (sent["query"] as? String ?? ""))?.queryItems ?? [] {
      query[item.name] = item.value
    }
    expect(same(query, request["query"] ?? Object()), "\(comment): \(sent["query"] ?? "")")
    if let body = request["body"] {
      expect(same(sent["json"], body), "\(comment): \(sent["body"] ?? ""), not \(text(body))")
    } else {
      expect(sent["body"] as? String == "", comment)
    }
    let headers = sent["headers"] as? [[String]] ?? []
    expect(headers.contains { $0[0].lowercased() == "x-access-token" && $0[1] == "sk-conformance" }, comment)
  }

  static func run(
    _ server: ScriptedServer, _ operation: String, _ args: Object, _ request: Object?, _ answer: Any?, _ result: Object,
    _ name: String, withoutWaiting: Bool = false
  ) throws {
    // A client for each: no connection of an earlier vector is there to be used again.
    try run(server, try server.client(), args, request, answer, result, "\(operation): \(name)") {
      try call($0, operation, $1)
    }
    guard withoutWaiting, let all = flat(args) else { return }
    for mode in ["thread", "external"] {
      let client = try server.client(["loop.mode": mode])
      try run(server, client, all, request, answer, result, "\(operation): \(name), on the loop: \(mode)") {
        try start($0, operation, $1, isExternal: mode == "external")
      }
    }
  }

  private static func run(
    _ server: ScriptedServer, _ client: Client, _ args: Object, _ request: Object?, _ answer: Any?, _ result: Object,
    _ comment: Comment, _ call: (Client, Object) throws -> [UInt8]
  ) throws {
    tally.withLock { $0.calls += 1 }
    try server.script(answer.map { [["on": "* *", "answers": [$0]]] } ?? [])
    let outcome = Result { try call(client, args) }.mapError {
      $0 as? VideoDBError ?? VideoDBError(.internal, "\($0)")
    }
    let isRead = request?["method"] as? String == "GET"
    try check(result, outcome, isRead: isRead, comment)
    let isBroken = (answer as? [Object])?.isEmpty == false && isRead
    check(try server.requests(), request, mayRepeat: isBroken, comment)
  }

  @Test(arguments: names)
  func rest(_ operation: String) throws {
    let server = try ScriptedServer()
    let vectors = try Self.vectors("rest/\(operation).json")
    for vector in vectors {
      try Self.run(
        server, operation, vector["args"] as? Object ?? [:], vector["request"] as? Object, vector["answer"],
        try #require(vector["result"] as? Object), vector["name"] as? String ?? "", withoutWaiting: true)
    }
    // Every operation is seen to succeed, to fail, and to be answered with something odd.
    func status(_ vector: Object) -> String? { (vector["result"] as? Object)?["status"] as? String }
    Self.expect(vectors.contains { status($0) == "VDBRT_OK" }, "\(operation): no success")
    Self.expect(vectors.contains { status($0) != "VDBRT_OK" && $0["answer"] != nil }, "\(operation): no answered error")
    Self.expect(vectors.contains { $0["odd"] as? Bool == true }, "\(operation): no odd answer")
    Self.count { $0.vectors += vectors.count }
  }

  @Test(arguments: names)
  func answers(_ operation: String) throws {
    let server = try ScriptedServer()
    let first = try #require(try Self.vectors("rest/\(operation).json").first)
    let vectors = try Self.vectors("answers.json")
    for vector in vectors {
      try Self.run(
        server, operation, first["args"] as? Object ?? [:], first["request"] as? Object, vector["answer"],
        try #require(vector["result"] as? Object), vector["name"] as? String ?? "")
    }
    Self.count { $0.answers += vectors.count }
  }

  @Test func everyFileHasAnOperation() throws {
    #expect(Self.files("rest") == Self.names.map { "rest/\($0).json" })
  }

  @Test func helpers() throws {
    let vectors = try Self.vectors("helpers.json")
    for vector in vectors {
      let args = try #require(vector["args"] as? Object)
      let helper = vector["helper"] as? String ?? ""
      let comment: Comment = "\(helper): \(vector["name"] ?? "")"
      let url = Array((args["url"] as? String ?? "").utf8)
      let outcome = Result { () throws -> [UInt8] in
        switch helper {
        case "embed_url": try Player.embedURL(url)
        case "play_url": try Player.playURL(url)
        default: try withText(Self.argument(args["options_json"])) { try Player.embedCode(url, options: $0) }
        }
      }.mapError { $0 as? VideoDBError ?? VideoDBError(.internal, "\($0)") }
      try Self.check(try #require(vector["result"] as? Object), outcome, isRead: false, comment)
      Self.expect((try? outcome.get()) == (vector["text"] as? String).map { Array($0.utf8) }, comment)
    }
    Self.count { $0.helpers += vectors.count }
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
    Self.count { _ in }
  }
}
