import VideoDBCore

/// How channels come to their connections: a few at a time, and over multi handles that they share.
///
/// Ten thousand that open at once would take as many connections of calls, and threads of libcurl's that look up one name. And libcurl
/// looks a connection up among all of its multi handle whenever it moves bytes, so that one handle for all would cost more with each idle
/// channel, while a handle for each is 36 KB and two descriptors. Lives on the loop's thread.
final class Dialer {
  /// What a channel has from asking for its URL until it is connected. Letting go of it lets the next one in.
  final class Turn {
    let dialer: Dialer
    fileprivate init(_ dialer: Dialer) { self.dialer = dialer }
    deinit { dialer.left() }
  }

  private let loop: IOLoop
  private var multis: [LoopMulti] = []
  private var turns = 0
  private var waiting: [(Turn) -> Void] = []
  /// The first of `waiting` that is not in yet.
  private var next = 0

  private static let maxTurns = 64
  /// Connections that one multi handle keeps.
  private static let maxKept = 16

  init(_ loop: IOLoop) { self.loop = loop }

  // MARK: Turns

  /// Runs the body when it is its turn: at once, or later.
  func enter(_ body: @escaping (Turn) -> Void) {
    waiting.append(body)
    letIn()
  }

  private func letIn() {
    while turns < Self.maxTurns, next < waiting.count {
      let body = waiting[next]
      waiting[next] = { _ in }
      next += 1
      if next == waiting.count { forgetWaiting() }
      turns += 1
      body(Turn(self))
    }
  }

  /// Who waits does not get in any more.
  func forgetWaiting() {
    waiting = []
    next = 0
  }

  private func left() {
    turns -= 1
    // Not from within: whoever leaves is in the middle of something.
    if !waiting.isEmpty { _ = loop.post { [self] in letIn() } }
  }

  // MARK: Multi handles

  /// For calls.
  func first() throws(VideoDBError) -> LoopMulti {
    if let first = multis.first { return first }
    let multi = try LoopMulti.make(loop)
    multis.append(multi)
    return multi
  }

  /// For a connection that may have to stay in it; to be given back.
  func take() throws(VideoDBError) -> LoopMulti {
    var multi = try first()
    if multi.users >= Self.maxKept {
      let free = multis.first { $0.users < Self.maxKept }
      if let free {
        multi = free
      } else {
        multi = try LoopMulti.make(loop)
        multis.append(multi)
      }
    }
    multi.users += 1
    return multi
  }

  func giveBack(_ multi: LoopMulti) {
    multi.users -= 1
    guard multi.users == 0, multi !== multis.first else { return }
    multis.removeAll { $0 === multi }
    multi.retire()
  }

  /// Calls go over connections that were made after this time. Those of channels stay where they are.
  func retireFirst(madeBefore limitMs: Int64) {
    guard let first = multis.first, first.madeMs < limitMs else { return }
    multis.removeFirst()
    first.retire()
  }

  /// Closes the kept connections, once nothing runs.
  func close() {
    for multi in multis { multi.end() }
    multis = []
  }
}
