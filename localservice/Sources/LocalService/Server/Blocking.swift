import Dispatch

/// Work that waits for a disk or a process, on a thread that runs no tasks.
enum Blocking {
  static func run<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { done in
      DispatchQueue.global().async { done.resume(with: Result(catching: work)) }
    }
  }
}
