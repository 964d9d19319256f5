import Foundation
import GRDB
import Synchronization

/// Why the database cannot be used at this moment: another process, or the disk.
enum StorageTrouble {
  /// In words for people; nil for an error that has another cause.
  static func words(_ error: any Error) -> String? {
    guard let error = error as? DatabaseError else { return nil }
    switch error.resultCode {
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      return "the database is locked by another process, such as a backup of state.sqlite or an open sqlite3"
    case .SQLITE_FULL: return "the disk of the data folder is full"
    case .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY:
      return "the disk of the data folder cannot be written (\(error.message ?? "\(error.resultCode)"))"
    default: return nil
    }
  }

  static func isLock(_ error: any Error) -> Bool {
    let code = (error as? DatabaseError)?.resultCode
    return code == .SQLITE_BUSY || code == .SQLITE_LOCKED
  }
}

/// How long to wait for another process that holds the database: long enough for one that works, and only a moment while one
/// has just been found to stay, as cameras and requests wait behind one another.
final class LockPatience: Sendable {
  private static let first = 1.5
  private static let next = 0.1
  /// So long one that stayed is expected to be there still.
  private static let memory = 5.0

  private let state = Mutex((began: 0.0, gaveUp: -Double.infinity))

  /// To be called before each try after the first, from 0 on; false to give up.
  func waits(_ tries: Int) -> Bool {
    let now = Double(DispatchTime.now().uptimeNanoseconds) / 1e9
    let goesOn = state.withLock { state in
      if tries == 0 { state.began = now }
      if now - state.began < (now - state.gaveUp < Self.memory ? Self.next : Self.first) { return true }
      state.gaveUp = now
      return false
    }
    if goesOn { usleep(10_000) }
    return goesOn
  }
}
