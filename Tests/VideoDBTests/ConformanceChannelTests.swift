import Foundation
import Testing
import VideoDB
import VideoDBCore
import VideoDBTransport

/// The vectors of a channel: events and frames.
extension ConformanceTests {
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
      if byteByByte, vector["whole"] as? Bool == true { continue }
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
}
