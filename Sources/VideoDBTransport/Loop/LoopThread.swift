import CSystemShims
import VideoDBCore

/// The thread that runs a loop. It keeps the loop alive, and ends when the loop is stopped.
final class LoopThread: @unchecked Sendable {
  let loop: IOLoop
  private let state = Watched(State())

  private struct State {
    var thread: OpaquePointer?
    var hasEnded = false
  }

  /// What the new thread gets.
  private final class Start {
    let owner: LoopThread
    let willEnd: () -> Void
    init(_ owner: LoopThread, _ willEnd: @escaping () -> Void) {
      self.owner = owner
      self.willEnd = willEnd
    }
  }

  /// `willEnd` runs on the thread when the loop has ended; what it captures lives until then.
  static func start(_ loop: IOLoop, willEnd: @escaping () -> Void) throws(VideoDBError) -> LoopThread {
    let owner = LoopThread(loop)
    let start = Unmanaged.passRetained(Start(owner, willEnd))
    let thread = vdbshim_thread_start(
      "videodb_rt",
      { user in
        guard let user else { return }
        LoopThread.run(Unmanaged<Start>.fromOpaque(user).takeRetainedValue())
      }, start.toOpaque())
    guard let thread else {
      start.release()
      throw VideoDBError(.noMemory, "The system has no thread for the client's I/O: raise the limit (ulimit -u).")
    }
    owner.state.withLock { $0.thread = thread }
    return owner
  }

  private init(_ loop: IOLoop) { self.loop = loop }

  deinit { detach() }

  private static func run(_ start: Start) {
    // Signals are blocked on this thread, SIGPIPE among them.
    while start.owner.loop.step(maxWaitMs: -1) {}
    start.willEnd()
    start.owner.state.update { $0.hasEnded = true }
  }

  var isCurrent: Bool { state.withLock { state in state.thread.map { vdbshim_thread_is_current($0) != 0 } ?? false } }

  /// Waits for the thread's end and frees it; false at the deadline.
  func join(deadlineMs: Int64) -> Bool {
    guard state.wait(until: deadlineMs, { $0.hasEnded ? true : nil }) != nil else { return false }
    if let thread = takeThread() { vdbshim_thread_join(thread) }
    return true
  }

  /// Lets the thread end on its own.
  func detach() { if let thread = takeThread() { vdbshim_thread_detach(thread) } }

  private func takeThread() -> OpaquePointer? {
    state.withLock { state in
      defer { state.thread = nil }
      return state.thread
    }
  }
}
