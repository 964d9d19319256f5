import Dispatch
import Synchronization
import VideoDB
import VideoDBCore

extension EventChannel {
  /// Suspends until there is something to pull, or the task is cancelled. Dispatch watches the channel's descriptor, with one thread for
  /// all of them.
  func waitUntilReadable() async throws(VideoDBError) {
    let signal = Signal()
    let source = DispatchSource.makeReadSource(fileDescriptor: try pollFD(), queue: .global())
    // Once: what is readable stays so until it is pulled, and would call the handler over and over until this task gets a thread.
    source.setEventHandler {
      source.cancel()
      signal.set()
    }
    // The descriptor is the channel's, and must not be closed while it is watched.
    source.setCancelHandler { withExtendedLifetime(self) {} }
    source.activate()
    await withTaskCancellationHandler {
      await withCheckedContinuation { signal.wait($0) }
    } onCancel: {
      signal.set()
    }
    source.cancel()
  }

  static var cancelled: VideoDBError { VideoDBError(.cancelled, "Waiting for events: the task was cancelled.") }
}

/// Resumes one continuation once, whichever comes first.
private final class Signal: Sendable {
  private enum State {
    case idle, isSet
    case waiting(CheckedContinuation<Void, Never>)
  }

  private let state = Mutex(State.idle)

  func wait(_ continuation: CheckedContinuation<Void, Never>) {
    let isSet = state.withLock { state in
      if case .isSet = state { return true }
      state = .waiting(continuation)
      return false
    }
    if isSet { continuation.resume() }
  }

  func set() {
    let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
      defer { state = .isSet }
      if case .waiting(let continuation) = state { return continuation }
      return nil
    }
    waiting?.resume()
  }
}
