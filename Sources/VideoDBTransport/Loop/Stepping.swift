import CSystemShims
import VideoDBCore

/// A loop without a thread of ours: whoever calls `step`, or waits for something that the loop has to do, runs it. One at a time.
final class Stepping: Sendable {
  let loop: IOLoop
  private let state = Watched(State())

  private struct State {
    var isBusy = false
    /// The thread that is in a step.
    var thread: UInt = 0
    var hasEnded = false
  }

  init(_ loop: IOLoop) { self.loop = loop }

  var isCurrent: Bool { state.withLock { $0.isBusy && $0.thread == vdbshim_thread_self() } }

  var hasEnded: Bool { state.withLock { $0.hasEnded } }

  /// One round, unless `isDone` says so when it is this thread's turn. false: the loop has ended.
  func step(deadlineMs: Int64, unless isDone: () -> Bool = { false }) -> Bool {
    let turn = state.wait(until: deadlineMs) { state -> Bool? in
      if state.hasEnded { return false }
      if state.isBusy { return nil }
      state.isBusy = true
      state.thread = vdbshim_thread_self()
      return true
    }
    guard turn == true else { return turn == nil }
    var goesOn = true
    if !isDone() {
      var guardPipe = vdbshim_sigpipe_guard()
      vdbshim_sigpipe_begin(&guardPipe)
      goesOn = loop.step(maxWaitMs: Int32(Clock.left(until: deadlineMs, limit: Int64(Int32.max))))
      vdbshim_sigpipe_end(&guardPipe)
    }
    state.update { state in
      state.isBusy = false
      if !goesOn { state.hasEnded = true }
    }
    return goesOn
  }
}
