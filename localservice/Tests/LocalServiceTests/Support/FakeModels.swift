import Foundation
import Synchronization

@testable import LocalService

/// What a vision server was sent, taken apart.
struct ChatCall: Sendable {
  let call: LoopbackServer.Call
  let json: JSON

  init(_ call: LoopbackServer.Call) {
    self.call = call
    json = JSON.parse(call.body) ?? .null
  }

  private var messages: [JSON] { json["messages"]?.items ?? [] }
  var task: String { messages.first?["content"]?.string ?? "" }
  /// The text of the user's message.
  var request: String {
    let content = messages.last?["content"]
    return content?.string ?? content?.items.first { $0["type"] == "text" }?["text"]?.string ?? ""
  }
  /// What is to be judged, of a call that asks for a verdict.
  var event: String? { JSON.parse(Array(request.utf8))?["event"]?.string }
  var pictures: [[UInt8]] {
    (messages.last?["content"]?.items ?? []).compactMap { part in
      let url = part["image_url"]?["url"]?.string ?? ""
      let prefix = "data:image/jpeg;base64,"
      guard part["type"] == "image_url", url.hasPrefix(prefix) else { return nil }
      return Data(base64Encoded: String(url.dropFirst(prefix.count))).map(Array.init)
    }
  }

  static func answer(_ text: String) -> LoopbackServer.Reaction {
    let message: JSON = ["role": "assistant", "content": .string(text)]
    return .answer(
      200, body: JSON.object([.init("choices", [["index": 0, "message": message]])]).text,
      headers: "Content-Type: application/json\r\n")
  }
}

/// What a speech server was sent, taken apart.
struct SpeechCall: Sendable {
  struct Part: Sendable {
    let head: String
    let content: [UInt8]
    var text: String { String(decoding: content, as: UTF8.self) }
  }

  struct Sound: Sendable {
    let channels: Int
    let samplesPerSecond: Int
    let bits: Int
    let samples: [Int16]
    var seconds: Double { Double(samples.count) / Double(samplesPerSecond) }
    var loudness: Double {
      (samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(samples.count, 1))).squareRoot()
    }
  }

  let call: LoopbackServer.Call
  let parts: [Part]

  init(_ call: LoopbackServer.Call) {
    self.call = call
    let boundary = call.header("Content-Type")?.split(separator: "boundary=").last.map(String.init) ?? "none"
    var parts: [Part] = []
    var rest = Array("\r\n".utf8)[...] + call.body
    let mark = Array("\r\n--\(boundary)".utf8)
    while let begin = rest.firstRange(of: mark) {
      rest = rest[begin.upperBound...]
      guard rest.starts(with: Array("\r\n".utf8)), let split = rest.firstRange(of: Array("\r\n\r\n".utf8)),
        let end = rest.firstRange(of: mark)
      else { break }
      parts.append(
        Part(
          head: String(decoding: rest[..<split.lowerBound], as: UTF8.self),
          content: Array(rest[split.upperBound..<end.lowerBound])))
      rest = rest[end.lowerBound...]
    }
    self.parts = parts
  }

  func field(_ name: String) -> Part? { parts.first { $0.head.contains("form-data; name=\"\(name)\"") } }

  /// The file, when it is a WAV whose header tells the truth about its length.
  var sound: Sound? {
    guard let file = field("file")?.content, file.count > 44, file.starts(with: Array("RIFF".utf8)) else { return nil }
    func number(_ place: Int, _ bytes: Int) -> Int { (0..<bytes).reduce(0) { $0 | Int(file[place + $1]) << (8 * $1) } }
    guard String(decoding: file[8..<16], as: UTF8.self) == "WAVEfmt ", String(decoding: file[36..<40], as: UTF8.self) == "data",
      number(4, 4) == file.count - 8, number(40, 4) == file.count - 44, number(20, 2) == 1
    else { return nil }
    let samples = stride(from: 44, to: file.count - 1, by: 2).map { Int16(truncatingIfNeeded: number($0, 2)) }
    return Sound(channels: number(22, 2), samplesPerSecond: number(24, 4), bits: number(34, 2), samples: samples)
  }
}

/// A JPEG file, decoded by ffmpeg.
struct DecodedPicture {
  let width: Int
  let height: Int
  let rgb: [UInt8]

  init(jpeg: [UInt8]) async throws {
    let file = TestService.temporaryDirectory()
    defer { for end in [".jpg", ".ppm"] { try? FileManager.default.removeItem(atPath: file + end) } }
    try Data(jpeg).write(to: URL(filePath: file + ".jpg"))
    let decoder = try Program(
      "ffmpeg", ["-v", "error", "-f", "jpeg_pipe", "-i", file + ".jpg", "-f", "image2", "-c:v", "ppm", file + ".ppm"])
    guard try await decoder.exit().code == 0 else { throw Timeout(description: "no JPEG: \(decoder.standardError)") }
    let ppm = Array(try Data(contentsOf: URL(filePath: file + ".ppm")))
    let head = ppm.prefix(40).split(separator: UInt8(ascii: "\n"), maxSplits: 3).prefix(3)
    let size = head[1].split(separator: UInt8(ascii: " ")).compactMap { Int(String(decoding: $0, as: UTF8.self)) }
    (width, height) = (size[0], size[1])
    rgb = Array(ppm[head[2].endIndex...].dropFirst())
  }

  /// Of the whole picture.
  var mean: [Int] {
    (0..<3).map { channel in
      stride(from: channel, to: rgb.count, by: 3).reduce(0) { $0 + Int(rgb[$1]) } / max(width * height, 1)
    }
  }
}
