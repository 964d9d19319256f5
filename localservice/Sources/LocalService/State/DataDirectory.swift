import Foundation

/// The folder that holds everything which survives a restart: the database and, unless one is given, the key.
struct DataDirectory {
  let path: String
  /// Held open for the life of the process: two services on one folder would undo each other's work.
  private let lock: Int32

  static func open(_ path: String) throws -> DataDirectory {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw StartError("cannot make the data directory \(path): \(error.localizedDescription)")
    }
    let descriptor = Foundation.open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw StartError("cannot write to the data directory \(path): \(String(cString: strerror(errno)))")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      Foundation.close(descriptor)
      throw StartError("the data directory \(path) is used by another running videodb-rt-local")
    }
    return DataDirectory(path: path, lock: descriptor)
  }

  func close() { _ = Foundation.close(lock) }

  var databaseFile: String { path + "/state.sqlite" }
  var keyFile: String { path + "/api-key" }

  /// The key kept here; made at the first start, readable by its owner only.
  func storedKey() throws -> String {
    if FileManager.default.fileExists(atPath: keyFile) { return try APIKey.read(file: keyFile) }
    let key = "sk-" + Identifier.secret()
    let descriptor = Foundation.open(keyFile, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw StartError("cannot write \(keyFile): \(String(cString: strerror(errno)))")
    }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do {
      try file.write(contentsOf: Data((key + "\n").utf8))
      try file.synchronize()
    } catch {
      throw StartError("cannot write \(keyFile): \(error.localizedDescription)")
    }
    return key
  }
}

/// The secret every request must carry in `x-access-token`.
public struct APIKey: Sendable {
  private let bytes: [UInt8]

  init(_ text: String) { bytes = Array(text.utf8) }

  /// The first line of a file, as editors and `echo` leave it.
  public static func read(file: String) throws -> String {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw StartError("cannot read the key file \(file)")
    }
    let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw StartError("the key file \(file) must hold one line of printable characters without spaces")
    }
    return text
  }

  /// Takes the same time wherever the first difference is.
  func matches(_ candidate: String?) -> Bool {
    guard let candidate = candidate.map({ Array($0.utf8) }), candidate.count == bytes.count else { return false }
    var difference: UInt8 = 0
    for (left, right) in zip(bytes, candidate) { difference |= left ^ right }
    return difference == 0
  }
}
