import Synchronization
import VideoDBCore

/// One deadline and one switch for calls that wait. Anything that waits registers how it is woken.
public final class Op: Sendable {
  public let deadlineMs: Int64
  /// Read without the lock, also by who holds a lock that a waker takes.
  private let cancelled = Atomic(false)
  private let state = Locked(State())

  private struct State {
    var nextID = 0
    var wakers: [(id: Int, wake: @Sendable () -> Void)] = []
  }

  public init(timeoutMs: Int64) { deadlineMs = Clock.deadline(afterMs: timeoutMs) }

  public var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

  public func cancel() {
    // Wakers run under the lock: `unregister` then means that a waker will not run any more. They only signal.
    cancelled.store(true, ordering: .releasing)
    state.withLock { state in
      for waker in state.wakers { waker.wake() }
    }
  }

  public func register(_ wake: @escaping @Sendable () -> Void) -> Int {
    state.withLock { state in
      state.nextID += 1
      state.wakers.append((state.nextID, wake))
      return state.nextID
    }
  }

  public func unregister(_ id: Int) { state.withLock { $0.wakers.removeAll { $0.id == id } } }

  static func cancelled(_ what: Message) -> VideoDBError {
    VideoDBError(.cancelled, "\(what): cancelled. The request may have reached the service.")
  }
}
