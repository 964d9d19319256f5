import Dispatch
import Foundation
import Synchronization

/// Does away with what is too old, now and again, on a thread of its own.
final class Housekeeping: Sendable {
  struct Task: Sendable {
    /// For the log, such as "exported files".
    let what: String
    /// Whether there is more to do, at once.
    let work: @Sendable () throws -> Bool
  }

  private struct State {
    var failing: Set<String> = []
    var closed = false
  }

  private final class Shared: Sendable {
    let state = Mutex(State())
  }

  /// Only started and cancelled, which any thread may do.
  nonisolated(unsafe) private let timer: any DispatchSourceTimer
  private let queue = DispatchQueue(label: "housekeeping", qos: .utility)
  private let shared = Shared()

  init(every seconds: Double, log: Log, _ tasks: [Task]) {
    timer = DispatchSource.makeTimerSource(queue: queue)
    timer.schedule(deadline: .now() + seconds / 10, repeating: seconds, leeway: .milliseconds(100))
    timer.setEventHandler { [shared] in
      for task in tasks { Self.run(task, shared, log) }
    }
    timer.activate()
  }

  private static func run(_ task: Task, _ shared: Shared, _ log: Log) {
    do {
      // The pauses are for cameras that have something to keep.
      while !shared.state.withLock({ $0.closed }), try task.work() { usleep(20_000) }
      _ = shared.state.withLock { $0.failing.remove(task.what) }
    } catch {
      // Once, until it goes well again.
      guard shared.state.withLock({ $0.failing.insert(task.what).inserted }) else { return }
      log.error("\(task.what) that are too old cannot be deleted: \(StorageTrouble.words(error) ?? "\(error)")")
    }
  }

  /// When this returns nothing is deleted any more.
  func close() {
    shared.state.withLock { $0.closed = true }
    timer.cancel()
    queue.sync {}
  }
}
