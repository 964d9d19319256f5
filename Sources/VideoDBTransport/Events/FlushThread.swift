import CSystemShims
import VideoDBCore

/// Brings what was written of a file to the disk, once, on a thread of its own: a disk may take a second for it, and the events of the loop
/// would wait for that.
final class FlushThread: @unchecked Sendable {
  private let fd: Int32
  private let ended = Locked(false)
  /// Whoever started it has it.
  private var thread: OpaquePointer?

  /// nil: the system has no thread for it. The descriptor has to stay open until `join`.
  static func start(_ fd: Int32) -> FlushThread? {
    let flush = FlushThread(fd)
    let user = Unmanaged.passRetained(flush)
    flush.thread = vdbshim_thread_start(
      "videodb_rt_sync",
      { user in
        guard let user else { return }
        let flush = Unmanaged<FlushThread>.fromOpaque(user).takeRetainedValue()
        _ = vdbshim_state_flush(flush.fd)
        flush.ended.withLock { $0 = true }
      }, user.toOpaque())
    if flush.thread == nil {
      user.release()
      return nil
    }
    return flush
  }

  private init(_ fd: Int32) { self.fd = fd }

  var hasEnded: Bool { ended.withLock { $0 } }

  /// Waits for its end. Once.
  func join() {
    if let thread { vdbshim_thread_join(thread) }
    thread = nil
  }
}
