import CCurl
import CSystemShims
import VideoDBCore

/// Makes one connection through libcurl without blocking, then moves its bytes: name resolution, proxy, TCP and TLS are libcurl's
/// (`CURLOPT_CONNECT_ONLY`). Lives on the loop's thread.
///
/// Where nothing is between us and the socket, libcurl is done when it is connected: the socket becomes ours, and what libcurl had of it
/// (10 KB) goes.
final class CurlDial {
  enum State {
    case trying
    case connected
    case failed(Message, CurlFailure)
  }
  enum Moved {
    /// `mayBeMore`: there may be more to read at once, also where the kernel does not say so. 0 bytes: the end.
    case bytes(Int, mayBeMore: Bool)
    case again
    case failed(Message)
  }

  private(set) var state = State.trying
  /// The connected socket.
  private(set) var socket: Int32 = -1

  /// What moves the bytes; nil: the socket alone does.
  private var curl: (easy: CurlEasy, multi: LoopMulti)?
  private let dialer: Dialer
  private let isEncrypted: Bool
  /// Others may begin when it is let go of.
  private var turn: Dialer.Turn?
  private var progressed: (() -> Void)?

  static func make(_ turn: Dialer.Turn, _ settings: Settings, _ parts: URLParts, progressed: @escaping () -> Void)
    throws(VideoDBError)
    -> CurlDial
  {
    let easy = try CurlEasy.make()
    return CurlDial(easy, try turn.dialer.take(), turn, settings, parts, progressed)
  }

  private init(
    _ easy: CurlEasy, _ multi: LoopMulti, _ turn: Dialer.Turn, _ settings: Settings, _ parts: URLParts,
    _ progressed: @escaping () -> Void
  ) {
    curl = (easy, multi)
    dialer = turn.dialer
    isEncrypted = parts.isEncrypted
    self.turn = turn
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
  }

  func begin() {
    if let (easy, multi) = curl { multi.add(easy) { [self] code in finish(code) } }
  }

  /// Closes the connection. Nothing is called afterwards.
  func end() {
    progressed = nil
    turn = nil
    if curl == nil, socket >= 0 { vdbshim_close(socket) }
    socket = -1
    letGo()
  }

  /// Removing the handle is what closes a connection of this kind.
  private func letGo() {
    guard let (easy, multi) = curl else { return }
    curl = nil
    multi.remove(easy)
    dialer.giveBack(multi)
  }

  private func finish(_ code: CURLcode) {
    turn = nil
    guard let (easy, multi) = curl else { return }
    let isConnected = code == CURLE_OK && vdbshim_easy_get_socket(easy.handle, &socket) == CURLE_OK && socket >= 0
    if isConnected {
      multi.forget(socket)
      state = .connected
      takeSocket(easy)
    } else {
      let code = code == CURLE_OK ? CURLE_COULDNT_CONNECT : code
      state = .failed(easy.errorText(code), CurlFailure(code, didConnect: false))
    }
    progressed?()
  }

  /// Without TLS, ours or that to an HTTP proxy, libcurl does nothing but send and recv. With no descriptor to spare it goes on doing so.
  private func takeSocket(_ easy: CurlEasy) {
    guard !isEncrypted, easy.long(CURLINFO_HTTP_CONNECTCODE) == 0 else { return }
    let ours = vdbshim_socket_duplicate(socket)
    guard ours >= 0 else { return }
    socket = ours
    letGo()
  }

  // MARK: Moving bytes

  func send(_ bytes: [UInt8]) -> Moved {
    bytes.withUnsafeBytes { bytes in
      guard let (easy, _) = curl else {
        return moved(vdbshim_socket_send(socket, bytes.baseAddress, bytes.count), of: bytes.count)
      }
      var sent = 0
      let code = curl_easy_send(easy.handle, bytes.baseAddress, bytes.count, &sent)
      return moved(easy, code, sent)
    }
  }

  func receive(into space: UnsafeMutableRawBufferPointer) -> Moved {
    guard let (easy, _) = curl else {
      return moved(vdbshim_socket_receive(socket, space.baseAddress, space.count), of: space.count)
    }
    var received = 0
    let code = curl_easy_recv(easy.handle, space.baseAddress, space.count, &received)
    return moved(easy, code, received)
  }

  private func moved(_ count: Int, of room: Int) -> Moved {
    switch count {
    case 0...: .bytes(count, mayBeMore: count == room)
    case Int(VDBSHIM_AGAIN): .again
    default: .failed(Message(cString: strerror(vdbshim_errno())))
    }
  }

  private func moved(_ easy: CurlEasy, _ code: CURLcode, _ count: Int) -> Moved {
    switch code {
    case CURLE_OK: .bytes(count, mayBeMore: true)
    case CURLE_AGAIN: .again
    default: .failed(easy.errorText(code))
    }
  }
}
