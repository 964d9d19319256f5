import Dispatch
import Synchronization

/// What cameras and microphones have seen and heard, on its way into the database, in order and on a thread of its own: no camera
/// waits for the disk. While the database takes nothing it is held in memory, and kept and told late instead of being lost.
final class Backlog: Sendable {
  /// `isLate`: it had to wait for the database, and may be of before a stop. Must have done nothing when it throws.
  typealias Work = @Sendable (_ isLate: Bool) throws -> Void

  /// Why the work was not done when its turn came.
  enum Outcome: Sendable {
    /// It is done later; or, with most of all that wait before it, not at all, which the log says.
    case waits
    case lost(any Error)
  }

  private struct Entry: Sendable {
    /// For the log, such as "job 1f: a scene".
    let what: String
    let otherwise: (@Sendable (Outcome) -> Void)?
    let work: Work
  }

  private struct State {
    var waiting: [Entry] = []
    var trouble: String?
    var dropped = 0
    var closed = false
  }

  /// About a day of one camera's windows, and a few megabytes. What comes when as many wait is lost.
  static let most = 20_000
  private static let pause = 0.5

  private let log: Log
  private let queue = DispatchQueue(label: "backlog")
  private let state = Mutex(State())

  init(log: Log) { self.log = log }

  /// Why records wait, and how many; nil when none does.
  var trouble: (words: String, waiting: Int)? {
    state.withLock { state in state.trouble.map { ($0, state.waiting.count) } }
  }

  /// Returns at once. `otherwise` is told, before the work may be done late, that it was not done in its turn; without it the log is.
  func add(_ what: String, otherwise: (@Sendable (Outcome) -> Void)? = nil, work: @escaping Work) {
    let entry = Entry(what: what, otherwise: otherwise, work: work)
    let isDropped = state.withLock { state in
      if state.waiting.count < Self.most {
        state.waiting.append(entry)
        return state.closed
      }
      state.dropped += 1
      return true
    }
    guard !isDropped else { return entry.otherwise?(.waits) ?? () }
    queue.async { [self] in
      // In trouble it is tried again in a while, and not for each that comes.
      if state.withLock({ $0.closed || $0.trouble != nil }) { entry.otherwise?(.waits) } else { drain() }
    }
  }

  /// Returns when all that was added is kept and told, or has to wait.
  func flush() async {
    await withCheckedContinuation { done in queue.async { done.resume() } }
  }

  /// One last try. What still cannot be kept is lost, and the log says how much.
  func close() {
    queue.sync {
      drain()
      let left = state.withLock { state in
        state.closed = true
        return state.waiting.count
      }
      if left > 0 { log.error("\(left) records are lost: the service ends while \(trouble?.words ?? "they wait")") }
    }
  }

  /// On the queue.
  private func drain() {
    let wasInTrouble = trouble != nil
    var kept = 0
    while let entry = state.withLock({ $0.closed ? nil : $0.waiting.first }) {
      do {
        try entry.work(wasInTrouble)
        kept += 1
      } catch {
        if let words = StorageTrouble.words(error) { return wait(words, entry.what, isNew: !wasInTrouble) }
        if let otherwise = entry.otherwise {
          otherwise(.lost(error))
        } else {
          log.error("\(entry.what) could not be kept and was not sent: \(error)")
        }
      }
      state.withLock { _ = $0.waiting.removeFirst() }
    }
    guard wasInTrouble else { return }
    let dropped = state.withLock { state in
      state.trouble = nil
      defer { state.dropped = 0 }
      return state.dropped
    }
    log.info("\(kept) records that waited are kept and told")
    if dropped > 0 { log.error("\(dropped) records are lost: more than \(Self.most) waited") }
  }

  private func wait(_ words: String, _ what: String, isNew: Bool) {
    let waiting = state.withLock { state in
      state.trouble = words
      return state.waiting
    }
    if isNew { for entry in waiting { entry.otherwise?(.waits) } }
    if isNew { log.error("\(what) waits, and what comes after it: \(words)") }
    queue.asyncAfter(deadline: .now() + Self.pause) { [self] in
      if !state.withLock({ $0.closed }) { drain() }
    }
  }
}
