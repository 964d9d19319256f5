import CCurl
import CSystemShims
import VideoDBCore

/// A kept connection: one easy and one multi handle, used by one call at a time on the caller's thread. `curl_multi_wakeup` is what
/// lets another thread end the call.
final class RESTSession: @unchecked Sendable {
  // Used by the one thread that took it from the pool; `wake` alone is called by others, and libcurl allows that.
  let easy: CurlEasy
  private let multi: UnsafeMutableRawPointer
  private var received: [UInt8] = []
  private var retryAfterMs: Int64 = -1
  private let maxBytes: Int
  private var isTooLarge = false
  /// How often libcurl has begun to send the current request, and how often it may.
  private var sendings = 0
  private var maySendAgain = true
  /// The socket of the connection that was used last, if libcurl keeps it; nobody but this session uses it.
  private var keptSocket: Int32 = -1
  private var headBytes = 0
  private var headIsWhole = false
  private static let maxHead = 262_144
  /// libcurl tells before it sends.
  private var countsSendings = false

  static func make(_ settings: Settings) throws(VideoDBError) -> RESTSession {
    let easy = try CurlEasy.make()
    guard let multi = vdbshim_multi_new() else { throw VideoDBError(.noMemory, "libcurl has no memory for a connection.") }
    return RESTSession(easy, multi, settings)
  }

  private init(_ easy: CurlEasy, _ multi: UnsafeMutableRawPointer, _ settings: Settings) {
    self.easy = easy
    self.multi = multi
    maxBytes = settings.maxResponseBytes
    easy.configure(settings)
    easy.set(CURLOPT_CONNECTTIMEOUT_MS, Int(clamping: settings.connectTimeoutMs))
    easy.set(CURLOPT_FOLLOWLOCATION, 0)
    // Servers drop idle connections after 30 s or more: one that is used again just then loses its request to the race.
    easy.set(CURLOPT_MAXAGE_CONN, 20)
    _ = vdbshim_easy_set_offset(easy.handle, CURLOPT_MAXFILESIZE_LARGE, Int64(maxBytes))
    let me = Unmanaged.passUnretained(self).toOpaque()
    easy.set(CURLOPT_WRITEDATA, pointer: me)
    easy.set(CURLOPT_HEADERDATA, pointer: me)
    _ = vdbshim_easy_set_data_fn(easy.handle, CURLOPT_WRITEFUNCTION) { data, size, count, user in
      guard let user, let data else { return 0 }
      let session = Unmanaged<RESTSession>.fromOpaque(user).takeUnretainedValue()
      return session.take(UnsafeRawBufferPointer(start: data, count: size * count))
    }
    _ = vdbshim_easy_set_data_fn(easy.handle, CURLOPT_HEADERFUNCTION) { data, size, count, user in
      guard let user, let data else { return 0 }
      let session = Unmanaged<RESTSession>.fromOpaque(user).takeUnretainedValue()
      return session.header(UnsafeRawBufferPointer(start: data, count: size * count))
    }
    let counts = vdbshim_easy_before_request(
      easy.handle,
      { user, _, _, _, _ in
        guard let user else { return 1 }
        let session = Unmanaged<RESTSession>.fromOpaque(user).takeUnretainedValue()
        session.sendings += 1
        return session.sendings == 1 || session.maySendAgain ? 0 : 1
      }, me)
    countsSendings = counts != 0
  }

  deinit { curl_multi_cleanup(multi) }

  /// libcurl sends a request a second time by itself when a kept connection dies before an answer: right for a call that only reads,
  /// wrong for one that may have been carried out.
  private func guardAgainstRepeats(_ onlyReads: Bool) {
    sendings = 0
    maySendAgain = onlyReads
    // Most dead connections are seen beforehand, so that the call goes over a fresh one instead of failing.
    let needsFresh = !onlyReads && (!countsSendings || vdbshim_socket_is_idle(keptSocket) == 0)
    easy.set(CURLOPT_FRESH_CONNECT, needsFresh ? 1 : 0)
  }

  /// From any thread: ends the wait of `perform` or `pause`.
  func wake() { curl_multi_wakeup(multi) }

  private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard received.count + bytes.count <= maxBytes else {
      isTooLarge = true
      return bytes.count == 0 ? 1 : 0
    }
    received.append(contentsOf: bytes)
    return bytes.count
  }

  private func header(_ line: UnsafeRawBufferPointer) -> Int {
    headBytes += line.count
    if headBytes > Self.maxHead {
      isTooLarge = true
      return 0
    }
    // A head of its own comes from a proxy and for each 1xx answer: the last one counts.
    headIsWhole = line.equals("\r\n") || line.equals("\n")
    let name = UnsafeRawBufferPointer("retry-after:")
    if line.count > name.count, UnsafeRawBufferPointer(rebasing: line[0..<name.count]).equalsIgnoringCase("retry-after:") {
      readRetryAfter(UnsafeRawBufferPointer(rebasing: line[name.count...]))
    }
    return line.count
  }

  private func readRetryAfter(_ value: UnsafeRawBufferPointer) {
    // Seconds; the other form, a date, needs a clock that agrees with the server's and is not used by the service.
    var text = Array(value)
    while let last = text.last, last <= 0x20 { text.removeLast() }
    text = Array(text.drop { $0 == 0x20 || $0 == 0x09 })
    guard !text.isEmpty, text.count <= 9, text.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return }
    retryAfterMs = text.reduce(0) { $0 * 10 + Int64($1 - 0x30) } * 1000
  }

  /// The last connection was not the service's own.
  func forgetConnection() { keptSocket = -1 }

  /// What a proxy answered to CONNECT; 0 where none was asked.
  var proxyStatus: Int { easy.long(CURLINFO_HTTP_CONNECTCODE) }

  enum Outcome {
    case answer(Response)
    case failed(CURLcode, didConnect: Bool)
    case tooLarge
    case stopped
  }

  /// Runs what has been set on `easy`. `isStopped` is asked whenever something wakes the wait.
  func perform(onlyReads: Bool, deadlineMs: Int64, isStopped: () -> Bool) -> Outcome {
    guardAgainstRepeats(onlyReads)
    received.removeAll(keepingCapacity: received.capacity <= 65_536)
    retryAfterMs = -1
    isTooLarge = false
    headBytes = 0
    headIsWhole = false
    easy.clearErrorText()
    guard curl_multi_add_handle(multi, easy.handle) == CURLM_OK else { return .failed(CURLE_OUT_OF_MEMORY, didConnect: false) }
    defer { curl_multi_remove_handle(multi, easy.handle) }
    var running: Int32 = 0
    while true {
      guard curl_multi_perform(multi, &running) == CURLM_OK else { return .failed(CURLE_OUT_OF_MEMORY, didConnect: false) }
      if running == 0 { break }
      if isStopped() { return .stopped }
      let left = Clock.left(until: deadlineMs, limit: 60_000)
      if left == 0 { return .failed(CURLE_OPERATION_TIMEDOUT, didConnect: didConnect) }
      curl_multi_poll(multi, nil, 0, Int32(left), nil)
      if isStopped() { return .stopped }
    }
    var code = CURLE_OK
    guard vdbshim_multi_result(multi, &code) == 1 else { return .failed(CURLE_OUT_OF_MEMORY, didConnect: false) }
    if vdbshim_easy_get_socket(easy.handle, &keptSocket) != CURLE_OK { keptSocket = -1 }
    if isTooLarge || code == CURLE_FILESIZE_EXCEEDED { return .tooLarge }
    // libcurl takes an end in the middle of the head for the end of an empty answer.
    if code == CURLE_OK, !headIsWhole { code = CURLE_GOT_NOTHING }
    guard code == CURLE_OK else { return .failed(code, didConnect: didConnect) }
    defer { received = [] }
    return .answer(
      Response(httpStatus: Int32(clamping: easy.long(CURLINFO_RESPONSE_CODE)), body: received, retryAfterMs: retryAfterMs))
  }

  /// Whether the request may have been sent: the connection was there, or an old one was used again.
  private var didConnect: Bool {
    var microseconds: curl_off_t = 0
    _ = vdbshim_easy_get_offset(easy.handle, CURLINFO_PRETRANSFER_TIME_T, &microseconds)
    return microseconds > 0
  }

  /// Waits without a transfer; woken like one.
  func pause(untilMs: Int64, isStopped: () -> Bool) {
    while !isStopped() {
      let left = Clock.left(until: untilMs, limit: 60_000)
      if left == 0 { return }
      curl_multi_poll(multi, nil, 0, Int32(left), nil)
    }
  }
}
