import CSystemShims
import VideoDBCore

/// Something that the loop calls when a descriptor is ready or a deadline has come. Called on the loop's thread only.
protocol LoopSource: AnyObject {
  /// `events`: EPOLLIN and so on, of the descriptor that was registered with this token.
  func ready(fd: Int32, events: UInt32)
  func deadlineReached(now: Int64)
}

/// One epoll set with a timer and a wakeup, and what runs on it. Nothing in a round is proportional to idle sources.
///
/// Everything but `post`, `stop` and `isCurrentThread` belongs to the thread that runs `step`.
final class IOLoop: @unchecked Sendable {
  let fd: Int32
  private let timerFD: Int32
  private let wakeFD: Int32
  private let posted = Locked(Posted())
  private var slots: [Slot] = []
  private var freeSlots: [Int] = []
  private var timers = TimerQueue()
  private var armedMs: Int64 = -1
  private let ready: UnsafeMutablePointer<epoll_event>
  /// Where sockets are read into; one for all, since a message that is not whole is kept by its connection.
  let buffer: UnsafeMutableRawBufferPointer

  private static let readyCapacity: Int32 = 128
  private static let bufferSize = 131_072
  /// What `armedMs` is when the timer has fired: it stays readable until it is set again, or switched off.
  private static let expired = Int64.min
  private static let timerToken = UInt64.max
  private static let wakeToken = UInt64.max - 1

  private struct Posted {
    var actions: [() -> Void] = []
    var isStopped = false
  }

  private struct Slot {
    var generation: UInt32 = 0
    var source: (any LoopSource)?
    var fd: Int32 = -1
    /// What it is watched for.
    var events: UInt32 = 0
    var deadlineMs: Int64 = -1
  }

  static func make() throws(VideoDBError) -> IOLoop {
    let epoll = vdbshim_epoll_new()
    let timer = vdbshim_timerfd_new()
    let wake = vdbshim_eventfd_new()
    guard epoll >= 0, timer >= 0, wake >= 0,
      vdbshim_epoll_control(epoll, EPOLL_CTL_ADD, timer, EPOLLIN.rawValue, timerToken) == 0,
      vdbshim_epoll_control(epoll, EPOLL_CTL_ADD, wake, EPOLLIN.rawValue, wakeToken) == 0
    else {
      for fd in [epoll, timer, wake] where fd >= 0 { vdbshim_close(fd) }
      throw VideoDBError(.noMemory, "There are no file descriptors left for the I/O thread: raise the limit (ulimit -n).")
    }
    return IOLoop(epoll, timer, wake)
  }

  private init(_ epoll: Int32, _ timer: Int32, _ wake: Int32) {
    fd = epoll
    timerFD = timer
    wakeFD = wake
    ready = .allocate(capacity: Int(Self.readyCapacity))
    buffer = .allocate(byteCount: Self.bufferSize, alignment: 16)
  }

  deinit {
    vdbshim_close(timerFD)
    vdbshim_close(wakeFD)
    vdbshim_close(fd)
    ready.deallocate()
    buffer.deallocate()
  }

  // MARK: From any thread

  /// Runs the action on the loop's thread, in order. false: the loop has stopped and will not run it.
  func post(_ action: @escaping () -> Void) -> Bool {
    let isAccepted = posted.withLock { posted in
      if posted.isStopped { return false }
      posted.actions.append(action)
      return true
    }
    if isAccepted { vdbshim_eventfd_signal(wakeFD) }
    return isAccepted
  }

  /// What was posted before still runs.
  func stop() {
    posted.withLock { $0.isStopped = true }
    vdbshim_eventfd_signal(wakeFD)
  }

  // MARK: Sources

  /// Makes a token for a source. It has no descriptor until `watch`.
  func add(_ source: any LoopSource) -> UInt64 {
    let index = freeSlots.popLast() ?? slots.count
    if index == slots.count { slots.append(Slot()) }
    slots[index].source = source
    slots[index].fd = -1
    slots[index].deadlineMs = -1
    return UInt64(slots[index].generation) << 32 | UInt64(index)
  }

  /// Forgets the token; what is pending for it is dropped. The descriptor must be unwatched before it is closed.
  func remove(_ token: UInt64) {
    guard let index = index(of: token) else { return }
    slots[index].source = nil
    slots[index].generation &+= 1
    slots[index].generation &= 0x7FFF_FFFF
    freeSlots.append(index)
  }

  private func index(of token: UInt64) -> Int? {
    let index = Int(truncatingIfNeeded: token & 0xFFFF_FFFF)
    guard index < slots.count, slots[index].generation == UInt32(truncatingIfNeeded: token >> 32), slots[index].source != nil
    else { return nil }
    return index
  }

  /// Whether the kernel took it.
  func watch(_ token: UInt64, _ fd: Int32, _ events: UInt32) -> Bool {
    guard let index = index(of: token) else { return false }
    let isKnown = slots[index].fd == fd
    if isKnown, slots[index].events == events { return true }
    slots[index].fd = fd
    slots[index].events = events
    return vdbshim_epoll_control(self.fd, isKnown ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, events, token) == 0
  }

  func unwatch(_ token: UInt64) {
    guard let index = index(of: token), slots[index].fd >= 0 else { return }
    _ = vdbshim_epoll_control(fd, EPOLL_CTL_DEL, slots[index].fd, 0, 0)
    slots[index].fd = -1
  }

  /// The one deadline of a token; negative: none.
  func setDeadline(_ token: UInt64, _ deadlineMs: Int64) {
    guard let index = index(of: token), slots[index].deadlineMs != deadlineMs else { return }
    slots[index].deadlineMs = deadlineMs
    if deadlineMs >= 0 { timers.add(deadlineMs, token) }
  }

  // MARK: Running

  /// One round: waits for readiness, at most `maxWaitMs` (-1: no limit), and serves it. false when the loop is stopped and has nothing
  /// left to do.
  func step(maxWaitMs: Int32) -> Bool {
    arm()
    let count = epoll_wait(fd, ready, Self.readyCapacity, maxWaitMs)
    let woken = 0..<max(Int(count), 0)
    // Drained before the actions are taken: one that is posted in between signals again.
    if woken.contains(where: { ready[$0].data.u64 == Self.wakeToken }) { vdbshim_eventfd_drain(wakeFD) }
    // First what was asked for, then what arrived: who has subscribed gets every event that comes afterwards.
    let (actions, isStopped) = posted.withLock { posted in
      defer { posted.actions = [] }
      return (posted.actions, posted.isStopped)
    }
    for action in actions { action() }
    for i in woken {
      let event = ready[i]
      switch event.data.u64 {
      case Self.timerToken: armedMs = Self.expired
      case Self.wakeToken: break
      default:
        // A source that an earlier one of this round has removed is not called.
        if let index = index(of: event.data.u64), slots[index].fd >= 0, let source = slots[index].source {
          source.ready(fd: slots[index].fd, events: event.events)
        }
      }
    }
    let now = Clock.now
    while let due = timers.popDue(now) {
      guard let index = index(of: due.token), slots[index].deadlineMs == due.deadlineMs, let source = slots[index].source else {
        continue
      }
      slots[index].deadlineMs = -1
      source.deadlineReached(now: now)
    }
    // Who polls the descriptor between rounds has to see the timer too.
    arm()
    // Nothing is accepted once it is stopped, so these actions were the last. Another round could wait for a wakeup that was drained.
    return !isStopped
  }

  /// Whether the token still has this deadline.
  private func isDue(_ entry: TimerQueue.Entry) -> Bool {
    index(of: entry.token).map { slots[$0].deadlineMs == entry.deadlineMs } ?? false
  }

  private func arm() {
    // Deadlines that were changed or whose source is gone would wake the loop for nothing, and pile up.
    if timers.count > 2 * slots.count + 64 { timers.keep(where: isDue) }
    while let first = timers.first, !isDue(first) { _ = timers.popDue(first.deadlineMs) }
    let wanted = timers.first?.deadlineMs ?? -1
    guard wanted != armedMs else { return }
    armedMs = wanted
    vdbshim_timerfd_set(timerFD, wanted)
  }
}
