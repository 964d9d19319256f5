import CCurl
import CSystemShims
import VideoDBCore

/// Makes one connection through libcurl without blocking, then moves its bytes: name resolution, proxy, TCP and TLS are libcurl's
/// (`CURLOPT_CONNECT_ONLY`). Lives on the loop's thread.
final class CurlDial: LoopSource {
  enum State {
    case trying
    case connected
    case failed(CURLcode)
  }
  enum Moved {
    case bytes(Int)
    case again
    case failed(String)
  }

  private(set) var state = State.trying
  /// The connected socket.
  private(set) var socket: Int32 = -1

  private let loop: IOLoop
  private let easy: CurlEasy
  private let multi: UnsafeMutableRawPointer
  private var token: UInt64 = 0
  /// What libcurl wants watched while it connects; several sockets where it tries IPv6 and IPv4 at once.
  private var sockets: [Socket] = []
  private var timerMs: Int64 = -1
  private var progressed: (() -> Void)?

  /// One socket of libcurl's in the loop.
  private final class Socket: LoopSource {
    let fd: Int32
    var token: UInt64 = 0
    unowned(unsafe) let dial: CurlDial
    init(_ fd: Int32, _ dial: CurlDial) {
      self.fd = fd
      self.dial = dial
    }
    func ready(fd: Int32, events: UInt32) {
      var mask: Int32 = 0
      if events & EPOLLIN.rawValue != 0 { mask |= CURL_CSELECT_IN }
      if events & EPOLLOUT.rawValue != 0 { mask |= CURL_CSELECT_OUT }
      if events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { mask |= CURL_CSELECT_ERR }
      dial.act(fd, mask)
    }
    func deadlineReached(now: Int64) {}
  }

  static func make(_ loop: IOLoop, _ settings: Settings, _ parts: URLParts, progressed: @escaping () -> Void)
    throws(VideoDBError)
    -> CurlDial
  {
    let easy = try CurlEasy.make()
    guard let multi = vdbshim_multi_new() else { throw VideoDBError(.noMemory, "libcurl has no memory for a connection.") }
    return CurlDial(loop, easy, multi, settings, parts, progressed)
  }

  private init(
    _ loop: IOLoop, _ easy: CurlEasy, _ multi: UnsafeMutableRawPointer, _ settings: Settings, _ parts: URLParts,
    _ progressed: @escaping () -> Void
  ) {
    self.loop = loop
    self.easy = easy
    self.multi = multi
    self.progressed = progressed
    easy.configure(settings)
    // Only the origin: path and query are the handshake's, and hold a token.
    easy.set(CURLOPT_URL, text: Array((parts.isEncrypted ? "https://" : "http://") as StaticString) + parts.authority + [0x2F])
    easy.set(CURLOPT_CONNECT_ONLY, 1)
    // A proxy must tunnel; it would answer the upgrade itself otherwise.
    easy.set(CURLOPT_HTTPPROXYTUNNEL, 1)
    // No h2 by ALPN: it has no upgrade.
    easy.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    easy.set(CURLOPT_FRESH_CONNECT, 1)
    easy.set(CURLOPT_CONNECTTIMEOUT_MS, Int(clamping: settings.ws.connectTimeoutMs))
    let me = Unmanaged.passUnretained(self).toOpaque()
    _ = vdbshim_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, me)
    _ = vdbshim_multi_set_pointer(multi, CURLMOPT_TIMERDATA, me)
    _ = vdbshim_multi_set_socket_fn(multi) { _, fd, what, user, _ in
      if let user { Unmanaged<CurlDial>.fromOpaque(user).takeUnretainedValue().socketWanted(fd, what) }
      return 0
    }
    _ = vdbshim_multi_set_timer_fn(multi) { _, timeoutMs, user in
      if let user {
        Unmanaged<CurlDial>.fromOpaque(user).takeUnretainedValue().timerMs = Clock.deadline(afterMs: Int64(timeoutMs))
      }
      return 0
    }
  }

  deinit { curl_multi_cleanup(multi) }

  func begin() {
    token = loop.add(self)
    guard curl_multi_add_handle(multi, easy.handle) == CURLM_OK else {
      finish(.failed(CURLE_OUT_OF_MEMORY))
      return
    }
    act(CURL_SOCKET_TIMEOUT, 0)
  }

  /// Closes the connection. Nothing is called afterwards.
  func end() {
    progressed = nil
    for socket in sockets { forget(socket) }
    sockets = []
    loop.remove(token)
    // Removing the handle is what closes a connection of this kind. Its callbacks may run meanwhile, and find nothing to do.
    curl_multi_remove_handle(multi, easy.handle)
    for socket in sockets { forget(socket) }
    sockets = []
    socket = -1
  }

  func errorText(_ code: CURLcode) -> String { easy.errorText(code) }

  // MARK: Connecting

  func ready(fd: Int32, events: UInt32) {}

  func deadlineReached(now: Int64) {
    if case .trying = state { act(CURL_SOCKET_TIMEOUT, 0) }
  }

  private func act(_ fd: Int32, _ mask: Int32) {
    guard case .trying = state else { return }
    timerMs = fd == CURL_SOCKET_TIMEOUT ? -1 : timerMs
    var running: Int32 = 0
    guard curl_multi_socket_action(multi, fd, mask, &running) == CURLM_OK else {
      finish(.failed(CURLE_OUT_OF_MEMORY))
      return
    }
    var code = CURLE_OK
    if vdbshim_multi_result(multi, &code) == 1 {
      finish(code == CURLE_OK ? .connected : .failed(code))
    } else {
      loop.setDeadline(token, timerMs)
    }
  }

  private func finish(_ state: State) {
    self.state = state
    for socket in sockets { forget(socket) }
    sockets = []
    loop.setDeadline(token, -1)
    if case .connected = state {
      guard vdbshim_easy_get_socket(easy.handle, &socket) == CURLE_OK, socket >= 0 else {
        self.state = .failed(CURLE_COULDNT_CONNECT)
        progressed?()
        return
      }
    }
    progressed?()
  }

  private func socketWanted(_ fd: Int32, _ what: Int32) {
    if what == CURL_POLL_REMOVE {
      if let at = sockets.firstIndex(where: { $0.fd == fd }) { forget(sockets.remove(at: at)) }
      return
    }
    guard case .trying = state else { return }
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
    // A socket that cannot be watched is found by libcurl's timer, and by the connection's deadline.
    _ = loop.watch(socket.token, fd, events)
  }

  private func forget(_ socket: Socket) {
    loop.unwatch(socket.token)
    loop.remove(socket.token)
  }

  // MARK: Moving bytes

  func send(_ bytes: [UInt8]) -> Moved {
    var sent = 0
    let code = bytes.withUnsafeBytes { curl_easy_send(easy.handle, $0.baseAddress, $0.count, &sent) }
    return moved(code, sent)
  }

  func receive(into space: UnsafeMutableRawBufferPointer) -> Moved {
    var received = 0
    let code = curl_easy_recv(easy.handle, space.baseAddress, space.count, &received)
    return moved(code, received)
  }

  private func moved(_ code: CURLcode, _ count: Int) -> Moved {
    switch code {
    case CURLE_OK: .bytes(count)
    case CURLE_AGAIN: .again
    default: .failed(easy.errorText(code))
    }
  }
}
