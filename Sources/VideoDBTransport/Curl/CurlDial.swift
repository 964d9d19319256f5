import CCurl
import CSystemShims
import VideoDBCore

/// Makes one connection through libcurl without blocking, then moves its bytes: name resolution, proxy, TCP and TLS are libcurl's
/// (`CURLOPT_CONNECT_ONLY`). Lives on the loop's thread.
final class CurlDial {
  enum State {
    case trying
    case connected
    case failed(CURLcode)
  }
  enum Moved {
    case bytes(Int)
    case again
    case failed(Message)
  }

  private(set) var state = State.trying
  /// The connected socket.
  private(set) var socket: Int32 = -1

  private let easy: CurlEasy
  private let multi: LoopMulti
  private var progressed: (() -> Void)?

  static func make(_ loop: IOLoop, _ settings: Settings, _ parts: URLParts, progressed: @escaping () -> Void)
    throws(VideoDBError)
    -> CurlDial
  {
    let easy = try CurlEasy.make()
    return CurlDial(easy, try LoopMulti.make(loop), settings, parts, progressed)
  }

  private init(
    _ easy: CurlEasy, _ multi: LoopMulti, _ settings: Settings, _ parts: URLParts, _ progressed: @escaping () -> Void
  ) {
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
  }

  func begin() { multi.add(easy) { [self] code in finish(code) } }

  /// Closes the connection. Nothing is called afterwards.
  func end() {
    progressed = nil
    // Removing the handle is what closes a connection of this kind.
    multi.remove(easy)
    multi.end()
    socket = -1
  }

  func errorText(_ code: CURLcode) -> Message { easy.errorText(code) }

  private func finish(_ code: CURLcode) {
    multi.forgetSockets()
    if code != CURLE_OK {
      state = .failed(code)
    } else if vdbshim_easy_get_socket(easy.handle, &socket) != CURLE_OK || socket < 0 {
      state = .failed(CURLE_COULDNT_CONNECT)
    } else {
      state = .connected
    }
    progressed?()
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
