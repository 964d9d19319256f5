import Analysis
import Foundation

/// What may be handed to ffmpeg as a camera.
enum CameraAddress {
  private static let longest = 4096

  /// Refuses what can be told to be wrong without trying. Whether a camera answers there shows in the stream's status.
  static func check(_ text: String) throws {
    guard text.utf8.count <= longest else { throw Refusal.invalid("'url' must not be longer than \(longest) bytes") }
    if let reason = Camera.refusal(of: text) { throw Refusal.invalid("'url' cannot be used: \(reason)") }
    // A relative path would mean another file after a restart from another folder.
    let path = text.lowercased().hasPrefix("file:") ? String(text.dropFirst("file:".count)) : text
    guard path.hasPrefix("/") || !FileManager.default.fileExists(atPath: path) else {
      throw Refusal.invalid("'url' must be the absolute path of a file")
    }
  }
}
