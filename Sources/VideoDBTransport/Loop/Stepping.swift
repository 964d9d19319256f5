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
    /// Rounds that have been run.
    var rounds: UInt64 = 0
  }

  init(_ loop: IOLoop) { self.loop = loop }

  var isCurrent: Bool { state.withLock { $0.isBusy && $0.thread == vdbshim_thread_self() } }

  var hasEnded: Bool { state.withLock { $0.hasEnded } }

  var rounds: UInt64 { state.withLock { $0.rounds } }

  /// One round of this thread's, or none where another thread has run one since `seen`: what it did may be what is waited for. false:
  /// the loop has ended.
  func step(deadlineMs: Int64, after seen: UInt64? = nil) -> Bool {
    enum Turn { case mine, notNeeded, ended }
    let turn = state.wait(until: deadlineMs) { state -> Turn? in
      if state.hasEnded { return .ended }
      if let seen, state.rounds != seen { return .notNeeded }
      if state.isBusy { return nil }
      state.isBusy = true
      state.thread = vdbshim_thread_self()
      return .mine
    }
    switch turn {
    case .ended: return false
    case .notNeeded, nil: return true
    case .mine: break
    }
    var guardPipe = vdbshim_sigpipe_guard()
    vdbshim_sigpipe_begin(&guardPipe)
    let goesOn = loop.step(maxWaitMs: Int32(Clock.left(until: deadlineMs, limit: Int64(Int32.max))))
    vdbshim_sigpipe_end(&guardPipe)
    state.update { state in
      state.isBusy = false
      state.rounds &+= 1
      if !goesOn { state.hasEnded = true }
    }
    return goesOn
  }
}
