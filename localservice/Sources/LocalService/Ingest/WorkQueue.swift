import Analysis
import Synchronization

/// Work that takes longer than the one who has it may wait: one piece at a time, in order. When too much is waiting the oldest is
/// dropped, counted and said.
final class WorkQueue<Item: Sendable>: Sendable {
  private struct State {
    var waiting: [Item] = []
    var task: Task<Void, Never>?
    var closed = false
    var report = WorkReport()
    /// Since when the queue has not kept up or failed, in counts of the report; nil while all is well.
    var trouble: WorkReport?
  }

  /// Thrown by work that counts neither as done nor as failed.
  struct Uncounted: Error {}

  private static var mostWaiting: Int { 4 }
  /// Of what is waiting; a single piece may have more.
  private static var mostBytes: Int { 128 << 20 }

  private let name: String
  private let log: Log
  private let bytes: @Sendable (Item) -> Int
  private let changed: @Sendable (WorkReport) -> Void
  private let work: @Sendable (Item) async throws -> Void
  private let state = Mutex(State())

  /// `name` begins each line of the log. `bytes` is what a piece keeps in memory, as far as that is worth counting. `changed` is
  /// called after each piece of work, in order with it.
  init(
    _ name: String, log: Log, bytes: @escaping @Sendable (Item) -> Int = { _ in 0 },
    changed: @escaping @Sendable (WorkReport) -> Void = { _ in },
    work: @escaping @Sendable (Item) async throws -> Void
  ) {
    self.name = name
    self.log = log
    self.bytes = bytes
    self.changed = changed
    self.work = work
  }

  var report: WorkReport { state.withLock { $0.report } }
  var isIdle: Bool { state.withLock { $0.task == nil } }

  /// Returns at once. What is added after the end is dropped.
  func add(_ item: Item) {
    let begunToSkip = state.withLock { state in
      guard !state.closed else { return false }
      state.waiting.append(item)
      let surplus = surplus(state.waiting)
      state.waiting.removeFirst(surplus)
      let isNews = surplus > 0 && skip(surplus, &state)
      if state.task == nil { state.task = Task { await run() } }
      return isNews
    }
    if begunToSkip { log.warning("\(name): falls behind, so the oldest waiting is skipped from here on") }
  }

  /// What is waiting is still done if that takes at most these seconds; then it is cancelled, and counts as skipped. With 0 it is
  /// cancelled at once. Nothing is begun after the return.
  func finish(within seconds: Double) async {
    let task = state.withLock { state in
      state.closed = true
      return state.task
    }
    if let task, seconds > 0 {
      await withCheckedContinuation { done in
        let once = Mutex<CheckedContinuation<Void, Never>?>(done)
        // Work that does not heed its cancellation must not hold up whoever ends it.
        let timer = Task {
          try? await Task.sleep(for: .seconds(seconds))
          once.withLock { $0.take() }?.resume()
        }
        Task {
          await task.value
          timer.cancel()
        }
      }
    }
    let left = state.withLock { state in
      let left = state.waiting.count + (state.task == nil ? 0 : 1)
      state.waiting = []
      if left > 0 { _ = skip(left, &state) }
      return left
    }
    task?.cancel()
    if left > 0 { log.warning("\(name): ended with \(left) unfinished") }
  }

  /// How many of the oldest have to go.
  private func surplus(_ waiting: [Item]) -> Int {
    var kept = 0
    var size = 0
    for item in waiting.reversed() {
      size += bytes(item)
      if kept == Self.mostWaiting || (kept > 0 && size > Self.mostBytes) { break }
      kept += 1
    }
    return waiting.count - kept
  }

  private func skip(_ count: Int, _ state: inout State) -> Bool {
    let isNews = state.trouble == nil || state.trouble?.skipped == state.report.skipped
    if state.trouble == nil { state.trouble = state.report }
    state.report.skipped += count
    return isNews
  }

  private func run() async {
    while let item = next() {
      do {
        try await work(item)
        succeeded()
      } catch is Uncounted {
        continue
      } catch {
        if Task.isCancelled { continue }
        failed("\(error)")
      }
      changed(report)
    }
  }

  private func next() -> Item? {
    state.withLock { state in
      guard !state.waiting.isEmpty else {
        state.task = nil
        return nil
      }
      return state.waiting.removeFirst()
    }
  }

  private func succeeded() {
    let (recovered, count) = state.withLock { state -> (WorkReport?, WorkReport) in
      state.report.done += 1
      state.report.error = nil
      // While much is waiting the trouble is not over.
      guard let before = state.trouble, state.waiting.isEmpty else { return (nil, state.report) }
      state.trouble = nil
      return (before, state.report)
    }
    guard let recovered else { return }
    log.info(
      "\(name): keeps up again; \(count.skipped - recovered.skipped) skipped and \(count.failed - recovered.failed) failed meanwhile"
    )
  }

  private func failed(_ reason: String) {
    let isNews = state.withLock { state in
      if state.trouble == nil { state.trouble = state.report }
      state.report.failed += 1
      defer { state.report.error = reason }
      return state.report.error != reason
    }
    if isNews { log.warning("\(name): \(reason)") }
  }
}
