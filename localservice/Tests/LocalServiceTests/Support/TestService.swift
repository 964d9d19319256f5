import Foundation
import Synchronization

@testable import LocalService

/// A service in this process, on a free port and with a data folder of its own, both gone afterwards.
final class TestService: Sendable {
  static let key = "sk-test"
  /// A picture that never stands still, from ffmpeg itself.
  static let camera = "lavfi:testsrc2=size=160x120:rate=10"

  let service: LocalService
  private let lines: Lines

  private final class Lines: Sendable {
    let all = Mutex<[String]>([])
  }

  private init(_ service: LocalService, _ lines: Lines) {
    self.service = service
    self.lines = lines
  }

  static func run(
    directory kept: String? = nil, _ configure: (inout Settings) -> Void = { _ in },
    _ body: (TestService) async throws -> Void
  ) async throws {
    await calm()
    let directory = kept ?? temporaryDirectory()
    defer { if kept == nil { try? FileManager.default.removeItem(atPath: directory) } }
    var settings = Settings(dataDirectory: directory)
    settings.apiKey = key
    // Made-up records are old.
    settings.recordDays = nil
    configure(&settings)
    let lines = Lines()
    let log = Log(level: .debug) { line in lines.all.withLock { $0.append(line) } }
    let test = TestService(try await LocalService.start(settings, log: log), lines)
    do {
      try await body(test)
      await test.service.stop()
    } catch {
      await test.service.stop()
      throw error
    }
  }

  static func temporaryDirectory() -> String { NSTemporaryDirectory() + "videodb-rt-local-" + Identifier.short() }

  var port: Int { service.port }
  var log: String { lines.all.withLock { $0.joined() } }

  // MARK: - REST

  func get(_ path: String) async throws -> Answer { try await call("GET", path) }
  func post(_ path: String, _ body: JSON) async throws -> Answer { try await call("POST", path, body.text) }
  func patch(_ path: String, _ body: JSON) async throws -> Answer { try await call("PATCH", path, body.text) }

  func call(_ method: String, _ path: String, _ body: String? = nil, key: String? = TestService.key) async throws -> Answer {
    var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
    if let key { head += "x-access-token: \(key)\r\n" }
    if let body { head += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n" }
    let answer = try Answer(try await raw(head + "\r\n" + (body ?? "")))
    Contract.expect(method, path, answer)
    return answer
  }

  /// Sends bytes as they are and returns everything until the server closes.
  func raw(_ text: String, within seconds: Double = patience) async throws -> String {
    let port = port
    return try await offload {
      let socket = try RawSocket(port: port)
      socket.send(text)
      return try socket.receiveAll(within: seconds)
    }
  }

  // MARK: - Objects most tests need

  func connect(_ url: String = TestService.camera, name: String = "camera") async throws -> String {
    let answer = try await post("/rtstream", ["url": .string(url), "name": .string(name)])
    guard let id = answer.data["id"]?.string else { throw Timeout(description: answer.body.text) }
    return id
  }

  func index(_ stream: String, seconds: Double = 0.5, connection: String? = nil) async throws -> String {
    let answer = try await post(
      "/rtstream/\(stream)/index/scene",
      [
        "extraction_type": "time", "extraction_config": ["time": .number(seconds), "frame_count": 2],
        "ws_connection_id": .optional(connection),
      ])
    guard let id = answer.data["rtstream_index_id"]?.string else { throw Timeout(description: answer.body.text) }
    return id
  }

  func understanding(
    _ stream: String, name: JSON = "scene", window: String = "500ms", store: Bool = true, connection: String? = nil
  ) async throws -> JSON {
    let answer = try await post(
      "/rtstream/\(stream)/understand",
      [
        "segmentation": ["type": "time", "window": .string(window)], "store": .bool(store),
        "analyzers": [
          ["type": "vlm", "name": name, "sampling": ["frame_count": 2], "config": ["prompt": "What moves?", "model": "basic"]]
        ],
        "ws_connection_id": .optional(connection),
      ])
    guard answer.status == 200 else { throw Timeout(description: answer.body.text) }
    return answer.data
  }

  func event(_ prompt: String = "something moves", label: String = "movement") async throws -> String {
    let answer = try await post("/rtstream/event", ["event_prompt": .string(prompt), "label": .string(label)])
    return answer.data["event_id"]?.string ?? ""
  }

  func alert(
    _ stream: String, _ index: String, _ event: String, callback: String? = nil, connection: String? = nil,
    under path: String = "index"
  ) async throws -> String {
    let answer = try await post(
      "/rtstream/\(stream)/\(path)/\(index)/alert",
      [
        "event_id": .string(event), "callback_url": .optional(callback), "ws_connection_id": .optional(connection),
      ])
    guard let id = answer.data["alert_id"]?.string else { throw Timeout(description: answer.body.text) }
    return id
  }

  /// A service whose events this socket gets.
  func webSocket() async throws -> WebSocketClient {
    let url = try await get("/collection/default/websocket").data["websocket_url"]?.string ?? ""
    return try await offload { try WebSocketClient(url: url) }
  }
}

struct Answer: Sendable {
  let status: Int
  let headers: String
  let body: JSON

  var message: String { body["message"]?.string ?? "" }
  var data: JSON { body["data"] ?? .null }

  init(status: Int, body: JSON) {
    (self.status, self.body, headers) = (status, body, "")
  }

  init(_ raw: String) throws {
    guard let split = raw.range(of: "\r\n\r\n"), let status = Int(raw.dropFirst("HTTP/1.1 ".count).prefix(3)),
      let body = JSON.parse(Array(raw[split.upperBound...].utf8))
    else { throw Timeout(description: "not an HTTP answer with a JSON body: \(raw.prefix(300))") }
    self.status = status
    self.body = body
    headers = String(raw[..<split.lowerBound])
  }
}

extension JSON {
  var string: String? { if case .string(let text) = self { text } else { nil } }
  var items: [JSON] { if case .array(let items) = self { items } else { [] } }
  var double: Double? {
    switch self {
    case .integer(let whole): Double(whole)
    case .number(let number): number
    default: nil
    }
  }
}
