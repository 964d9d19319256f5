import Foundation

/// Where the tests' files are.
enum TestFiles {
  /// The folder Tests.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
}
