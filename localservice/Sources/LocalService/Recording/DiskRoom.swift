import Foundation

enum DiskRoom {
  /// How many bytes are free where a folder is, or will be; nil when its disk cannot be asked.
  static func free(at folder: String) -> Int? {
    var status = statvfs()
    let place = FileManager.default.fileExists(atPath: folder) ? folder : (folder as NSString).deletingLastPathComponent
    guard statvfs(place, &status) == 0 else { return nil }
    return Int(status.f_bavail) * Int(status.f_frsize)
  }
}
