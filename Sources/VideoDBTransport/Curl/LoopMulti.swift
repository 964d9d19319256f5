import CCurl
import CSystemShims
import VideoDBCore

/// A libcurl multi handle whose sockets and timer are the loop's. Lives on the loop's thread.
final class LoopMulti: LoopSource {
  /// Told when a transfer has ended; never from inside of libcurl, so that it may add and remove transfers.
  typealias Done = (CURLcode) -> Void

  private let loop: IOLoop
  private let multi: UnsafeMutableRawPointer
  private var token: UInt64 = 0
  /// What libcurl wants watched; several sockets for one transfer where it tries IPv6 and IPv4 at once.
  private var sockets: [Socket] = []
  private var timerMs: Int64 = -1
  private var running = Bag<CurlEasy>()
  /// Connections of the dialer's that are made in it or stay in it.
  var users = 0 { didSet { endIfUnused() } }
  /// None of its connections is older.
  let madeMs = Clock.now
  private var isRetired = false

  /// One socket of libcurl's in the loop.
  private final class Socket: LoopSource {
    let fd: Int32
    var token: UInt64 = 0
    unowned(unsafe) let multi: LoopMulti
    init(_ fd: Int32, _ multi: LoopMulti) {
      self.fd = fd
      self.multi = multi
    }
    func ready(fd: Int32, events: UInt32) {
      var mask: Int32 = 0
      if events & EPOLLIN.rawValue != 0 { mask |= CURL_CSELECT_IN }
      if events & EPOLLOUT.rawValue != 0 { mask |= CURL_CSELECT_OUT }
      if events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { mask |= CURL_CSELECT_ERR }
      // Held: what it leads to may release it.
      let multi = self.multi
      withExtendedLifetime(multi) { multi.act(fd, mask) }
    }
    func deadlineReached(now: Int64) {}
  }

  static func make(_ loop: IOLoop) throws(VideoDBError) -> LoopMulti {
    try CurlLibrary.start()
    guard let multi = vdbshim_multi_new() else { throw VideoDBError(.noMemory, "libcurl has no memory for a connection.") }
    return LoopMulti(loop, multi)
  }

  private init(_ loop: IOLoop, _ multi: UnsafeMutableRawPointer) {
    self.loop = loop
    self.multi = multi
    let me = Unmanaged.passUnretained(self).toOpaque()
    _ = vdbshim_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, me)
    _ = vdbshim_multi_set_pointer(multi, CURLMOPT_TIMERDATA, me)
    _ = vdbshim_multi_set_socket_fn(multi) { _, fd, what, user, _ in
      if let user { Unmanaged<LoopMulti>.fromOpaque(user).takeUnretainedValue().socketWanted(fd, what) }
      return 0
    }
    _ = vdbshim_multi_set_timer_fn(multi) { _, timeoutMs, user in
      if let user {
        Unmanaged<LoopMulti>.fromOpaque(user).takeUnretainedValue().timerMs = Clock.deadline(afterMs: Int64(timeoutMs))
      }
      return 0
    }
    token = loop.add(self)
  }

  deinit { curl_multi_cleanup(multi) }

  /// Nothing new is begun in it. Ends, and with it its kept connections, when nothing runs in it or stays in it any more.
  func retire() {
    isRetired = true
    endIfUnused()
  }

  private func endIfUnused() {
    if isRetired, users == 0, running.isEmpty { end() }
  }

  /// Has to be called, or `retire`, before the last reference goes: the loop holds one. Kept connections are closed with the handle.
  func end() {
    for easy in running.all { remove(easy) }
    for socket in sockets { forget(socket) }
    sockets = []
    loop.remove(token)
  }

  /// At most this many connections; further transfers wait their turn. As many are kept: by itself libcurl closes those beyond four for
  /// each transfer, so that one burst after another would connect again.
  func limitConnections(_ count: Int) {
    _ = vdbshim_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, count)
    _ = vdbshim_multi_set_long(multi, CURLMOPT_MAXCONNECTS, count)
  }

  func add(_ easy: CurlEasy, done: @escaping Done) {
    guard curl_multi_add_handle(multi, easy.handle) == CURLM_OK else {
      done(CURLE_OUT_OF_MEMORY)
      return
    }
    easy.done = done
    running.add(easy)
    act(CURL_SOCKET_TIMEOUT, 0)
  }

  /// Takes a transfer out, or closes what it connected. Its `done` is not called any more.
  func remove(_ easy: CurlEasy) {
    taken(easy)
    curl_multi_remove_handle(multi, easy.handle)
    // It may have let one that waited for a connection go on, which libcurl does at its next timeout.
    loop.setDeadline(token, timerMs)
    endIfUnused()
  }

  /// This socket is watched by others from here on.
  func forget(_ fd: Int32) {
    if let at = sockets.firstIndex(where: { $0.fd == fd }) { forget(sockets.remove(at: at)) }
  }

  /// What is sent over one of its connections is not acknowledged.
  var isSilent: Bool { sockets.contains { vdbshim_socket_is_silent($0.fd) != 0 } }

  // MARK: Loop

  func ready(fd: Int32, events: UInt32) {}

  func deadlineReached(now: Int64) { act(CURL_SOCKET_TIMEOUT, 0) }

  private func act(_ fd: Int32, _ mask: Int32) {
    if fd == CURL_SOCKET_TIMEOUT { timerMs = -1 }
    var count: Int32 = 0
    let isAlive = curl_multi_socket_action(multi, fd, mask, &count) == CURLM_OK
    var ended: [(Done, CURLcode)] = []
    var easy: UnsafeMutableRawPointer?
    var code = CURLE_OK
    while vdbshim_multi_next_done(multi, &easy, &code) == 1 {
      if let easy, let done = taken(Unmanaged<CurlEasy>.fromOpaque(easy).takeUnretainedValue()) { ended.append((done, code)) }
    }
    if !isAlive {
      for easy in running.all {
        if let done = taken(easy) { ended.append((done, CURLE_OUT_OF_MEMORY)) }
      }
    }
    loop.setDeadline(token, timerMs)
    for (done, code) in ended { done(code) }
  }

  /// Its `done`, where it was running.
  @discardableResult
  private func taken(_ easy: CurlEasy) -> Done? {
    guard running.remove(easy) else { return nil }
    defer { easy.done = nil }
    return easy.done
  }

  /// From inside of libcurl.
  private func socketWanted(_ fd: Int32, _ what: Int32) {
    if what == CURL_POLL_REMOVE {
      forget(fd)
      return
    }
    let events =
      (what & CURL_POLL_IN != 0 ? EPOLLIN.rawValue : 0) | (what & CURL_POLL_OUT != 0 ? EPOLLOUT.rawValue : 0)
    let socket: Socket
    if let known = sockets.first(where: { $0.fd == fd }) {
      socket = known
    } else {
      socket = Socket(fd, self)
      socket.token = loop.add(socket)
      sockets.append(socket)
    }
    // A socket that cannot be watched is found by libcurl's timer, and by the deadline of its transfer.
    _ = loop.watch(socket.token, fd, events)
  }

  private func forget(_ socket: Socket) {
    loop.unwatch(socket.token)
    loop.remove(socket.token)
  }
}
