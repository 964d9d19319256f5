import Foundation

/// The last lines that ffmpeg wrote to stderr, and what they mean to the owner of the camera.
struct Diagnosis {
  private static let kept = 8192
  private var tail: [UInt8] = []

  mutating func append(_ bytes: some Sequence<UInt8>) {
    tail.append(contentsOf: bytes)
    if tail.count > Self.kept { tail.removeFirst(tail.count - Self.kept) }
  }

  /// ffmpeg's words and what to make of them, the most telling first: "Input/output error" alone, for example, is
  /// what it says last about a name that does not resolve.
  private static let meanings: [(words: String, meaning: String)] = [
    ("401 Unauthorized", "the camera wants a user name and password, or refuses the ones in the URL"),
    ("403 Forbidden", "the camera refuses access"),
    ("404 Not Found", "the camera knows no such path"),
    ("404 Stream Not Found", "the camera knows no such path"),
    ("Server returned 5", "the camera answers with an internal error"),
    ("Server returned 4", "the camera refuses the request"),
    ("Connection refused", "nothing listens at that address and port"),
    ("Failed to resolve hostname", "the host name does not resolve"),
    ("No route to host", "there is no route to the host"),
    ("Network is unreachable", "the network is unreachable"),
    ("timed out", "the camera does not answer in time"),
    ("Connection reset by peer", "the camera closed the connection"),
    (": End of file", "the camera closed the connection without sending anything"),
    ("matches no streams", "the source has no video"),
    ("not on whitelist", "the source points to a protocol that is not allowed for it"),
    ("Protocol not found", "this ffmpeg cannot speak that protocol"),
    ("Option not found", "this ffmpeg is too old (5.1 or later is needed)"),
    ("Unrecognized option", "this ffmpeg is too old (5.1 or later is needed)"),
    ("No such filter", "this ffmpeg lacks a filter"),
    ("Error initializing output stream", "the source promises video and sends none that can be read"),
    ("Stream ends prematurely", "what came back is no video that ffmpeg can read"),
    ("Invalid data found", "what came back is no video that ffmpeg can read"),
    ("No such file or directory", "there is no such file"),
    ("Permission denied", "the file may not be read"),
  ]

  /// A sentence for a state text; nil when ffmpeg said nothing.
  func reason(hiding secrets: Secrets) -> String? {
    let lines = String(decoding: tail, as: UTF8.self).split(whereSeparator: \.isNewline)
      .map(String.init).filter { !Self.isDecoding($0) }
      .map { Self.withoutOrigin($0).trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    guard let last = lines.last else { return nil }
    for (words, meaning) in Self.meanings {
      if let line = lines.last(where: { $0.contains(words) }) {
        return "\(meaning) (\(Self.shortened(secrets.redacted(line))))"
      }
    }
    return "ffmpeg: \(Self.shortened(secrets.redacted(last)))"
  }

  /// A decoder's complaint about single pictures: common where a stream is joined in its middle, and no reason to end.
  private static func isDecoding(_ line: String) -> Bool {
    let origins = [
      "[h264 @", "[hevc @", "[mjpeg @", "[mpeg", "[vp", "[av1 @", "[libdav1d", "[swscaler", "[NULL @", "    Last message",
    ]
    return origins.contains { line.hasPrefix($0) } || line.hasPrefix("Error while decoding") || line.hasPrefix("To ignore this")
  }

  /// "[tcp @ 0x55d1]  words" without the part in brackets, which means nothing to a reader.
  private static func withoutOrigin(_ line: String) -> String {
    guard line.hasPrefix("["), line.contains(" @ 0x"), let end = line.firstIndex(of: "]") else { return line }
    return String(line[line.index(after: end)...])
  }

  private static func shortened(_ line: String) -> String {
    line.count <= 300 ? line : line.prefix(300) + "…"
  }
}
