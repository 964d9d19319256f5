import Foundation

@testable import LocalService

/// What a browser or a player does: no key, no JSON.
extension TestService {
  /// The answer to a GET, as text.
  func fetch(_ url: String) async throws -> (status: Int, headers: String, text: String) {
    let path = url.hasPrefix("http") ? "/" + url.split(separator: "/").dropFirst(2).joined(separator: "/") : url
    let raw = try await raw("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n\r\n")
    guard let split = raw.range(of: "\r\n\r\n"), let status = Int(raw.dropFirst("HTTP/1.1 ".count).prefix(3)) else {
      throw Timeout(description: "not an HTTP answer: \(raw.prefix(300))")
    }
    return (status, String(raw[..<split.lowerBound]), String(raw[split.upperBound...]))
  }

  func recorded(_ stream: String) async throws -> [Segment] {
    try await service.store.segments(of: stream, from: 0, to: .greatestFiniteMagnitude)
  }

  @discardableResult
  func segments(_ stream: String, atLeast count: Int) async throws -> [Segment] {
    try await eventually("\(count) segments") {
      let found = try await recorded(stream)
      return found.count >= count ? found : nil
    }
  }

  /// Links to a range, and what was said to it.
  func playback(_ stream: String, _ start: Double, _ end: Double, _ more: String = "") async throws -> Answer {
    try await get("/rtstream/\(stream)/stream?start=\(start)&end=\(end)\(more)")
  }

  func stop(_ stream: String) async throws {
    let answer = try await patch("/rtstream/\(stream)/status", ["action": "stop"])
    guard answer.status == 200 else { throw Timeout(description: answer.body.text) }
  }
}

/// What ffprobe says of a file or an address.
func probedDuration(_ input: String) async throws -> Double {
  let probe = try Program("ffprobe", ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", input])
  try await probe.exit()
  return try await eventually("a duration of \(input): \(probe.standardError)", within: 5) {
    Double(probe.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines))
  }
}

/// How many packets of video it gives.
func packets(_ input: String) async throws -> Int {
  let probe = try Program(
    "ffprobe",
    [
      "-v", "error", "-select_streams", "v", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0",
      input,
    ])
  try await probe.exit()
  return try await eventually("a number of packets of \(input): \(probe.standardError)", within: 5) {
    probe.standardOutput.split(whereSeparator: \.isNewline).first.flatMap { Int($0) }
  }
}

/// Decodes all of it; the number of pictures.
func decodedPictures(_ input: String) async throws -> Int {
  let arguments = ["-nostdin", "-v", "error", "-i", input, "-map", "0:v", "-fps_mode", "passthrough", "-f", "framehash", "-"]
  let decoder = try Program("ffmpeg", arguments)
  let end = try await decoder.exit()
  guard end.code == 0 else { throw Timeout(description: "cannot decode \(input): \(decoder.standardError)") }
  return decoder.standardOutput.split(separator: "\n").filter { !$0.hasPrefix("#") }.count
}
