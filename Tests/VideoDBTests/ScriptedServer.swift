import Foundation
import VideoDB
import VideoDBCore

/// Tests/Support/scripted_server.py as a child process. It ends when this object goes: its stdin closes then.
final class ScriptedServer {
  struct Failure: Error, CustomStringConvertible { let description: String }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

  private(set) var port = 0
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private var pending: [UInt8] = []

  init() throws {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-B", Self.folder.appendingPathComponent("Support/scripted_server.py").path]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let line = try readLine()
    guard line.hasPrefix("listening "), let port = Int(line.dropFirst(10)) else {
      throw Failure(description: "it said \(line)")
    }
    self.port = port
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  private func readLine() throws -> String {
    while true {
      if let end = pending.firstIndex(of: 0x0A) {
        let line = String(decoding: pending[..<end], as: UTF8.self)
        pending.removeFirst(end + 1)
        return line
      }
      let data = output.fileHandleForReading.availableData
      if data.isEmpty { throw Failure(description: "the scripted server has ended") }
      pending += data
    }
  }

  @discardableResult
  func command(_ command: [String: Any]) throws -> [String: Any] {
    let line = try JSONSerialization.data(withJSONObject: command) + Data([0x0A])
    try input.fileHandleForWriting.write(contentsOf: line)
    let reply = try JSONSerialization.jsonObject(with: Data(readLine().utf8)) as? [String: Any] ?? [:]
    guard reply["ok"] as? Bool == true else { throw Failure(description: "\(command["do"] ?? ""): \(reply["error"] ?? reply)") }
    return reply
  }

  /// Forgets what was, and answers like this from now on.
  func script(_ rules: [[String: Any]]) throws {
    try command(["do": "reset"])
    try command(["do": "rules", "rules": rules])
  }

  func requests() throws -> [[String: Any]] { try command(["do": "requests"])["requests"] as? [[String: Any]] ?? [] }
  func frames() throws -> [[String: Any]] { try command(["do": "frames"])["frames"] as? [[String: Any]] ?? [] }
  func wait(_ what: String, _ count: Int) throws {
    try command(["do": "wait", "for": what, "count": count, "timeout_ms": 10_000])
  }

  func client(_ values: [String: String] = [:]) throws -> Client {
    var configuration = Configuration()
    let all = [
      "base_url": "http://127.0.0.1:\(port)", "api_key": "sk-conformance", "http.max_retries": "0",
      "reconnect.enabled": "false",
    ]
    .merging(values) { $1 }
    for (key, value) in all { try configuration.set(Array(key.utf8), text: Array(value.utf8)) }
    return try Client.make(configuration)
  }

  /// The rules of a channel whose connection id is `c-1`, and what comes after it.
  static func channel(_ steps: [[String: Any]]) -> [[String: Any]] {
    [
      [
        "on": "GET /collection/default/websocket",
        "answers": [["status": 200, "json": ["success": true, "data": ["websocket_url": "ws://127.0.0.1:@PORT@/ws"]]]],
      ],
      ["on": "GET /ws", "answers": [[["upgrade": true], ["json": ["connection_id": "c-1"]]] + steps]],
    ]
  }
}

func withText<R>(_ text: String?, _ body: (UnsafeRawBufferPointer?) throws -> R) rethrows -> R {
  guard let text else { return try body(nil) }
  return try Array((text + "\0").utf8).withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0.dropLast())) }
}
