import Foundation

/// What may be handed to ffmpeg as a camera.
enum CameraAddress {
  private static let schemes = [
    "rtsp", "rtsps", "rtmp", "rtmps", "http", "https", "srt", "udp", "tcp", "file", "lavfi",
  ]

  /// Returns the address as given, or refuses it with the reason. Whether a remote camera is there is found out
  /// later, by trying; that a local file is missing can be said at once.
  static func check(_ text: String) throws -> String {
    guard text.utf8.count <= 4096, !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f })
    else { throw Refusal.invalid("'url' must be at most 4096 bytes without control characters") }
    guard let colon = text.firstIndex(of: ":"), text.hasPrefix("/") == false else {
      return try existingFile(text, path: text)
    }
    let scheme = text[..<colon].lowercased()
    guard schemes.contains(scheme) else {
      throw Refusal.invalid(
        "'url' must begin with one of \(schemes.map { $0 + ":" }.joined(separator: " ")) or be the path of a file")
    }
    if scheme == "file" {
      let rest = text[text.index(after: colon)...]
      let path = rest.hasPrefix("//") ? String(rest.dropFirst(2)) : String(rest)
      return try existingFile(text, path: path.removingPercentEncoding ?? path)
    }
    return text
  }

  private static func existingFile(_ text: String, path: String) throws -> String {
    guard path.hasPrefix("/") else {
      throw Refusal.invalid("'url' must be an address such as rtsp://host/path, or the absolute path of a file")
    }
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue else {
      throw Refusal.invalid("'url' names a file that does not exist on this machine")
    }
    return text
  }
}
