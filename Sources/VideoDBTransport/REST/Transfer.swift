import CCurl
import CSystemShims
import VideoDBCore

/// One libcurl easy handle set up for calls of the service, and what comes back over it. Used for one call at a time, by whoever runs
/// it: a blocking caller (`RESTSession`) or the loop (`LoopCall`).
final class Transfer: @unchecked Sendable {
  enum Outcome {
    case answer(Response)
    case failed(CurlFailure, text: Message)
    case tooLarge
  }

  let easy: CurlEasy
  private var received: [UInt8] = []
  private var retryAfterMs: Int64 = -1
  private let maxBytes: Int
  private let serverClock: ServerClock
  /// The answer comes from another host, whose clock is nobody's concern.
  private var isForeign = false
  private var isTooLarge = false
  /// How often libcurl has begun to send the current request, and how often it may.
  private var sendings = 0
  private var maySendAgain = true
  /// The socket of the connection that was used last, if libcurl keeps it and nobody else uses it, and when that was.
  private var keptSocket: Int32 = -1
  private var keptMs: Int64 = 0
  /// How long it may have been unused for a call that is not sent again: the network may be another one since then.
  private let trustMs: Int64
  private let ownsConnection: Bool
  private var headBytes = 0
  private var headIsWhole = false
  /// When bytes of the current request's answer came last; negative: none did.
  private(set) var heardMs: Int64 = -1
  private static let maxHead = 262_144
  /// libcurl tells before it sends.
  private var countsSendings = false

  /// `ownsConnection`: no other transfer shares its multi handle.
  static func make(_ settings: Settings, ownsConnection: Bool) throws(VideoDBError) -> Transfer {
    Transfer(try CurlEasy.make(), settings, ownsConnection)
  }

  private init(_ easy: CurlEasy, _ settings: Settings, _ ownsConnection: Bool) {
    self.easy = easy
    self.ownsConnection = ownsConnection
    maxBytes = settings.maxResponseBytes
    trustMs = settings.ws.pongTimeoutMs
    serverClock = settings.serverClock
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
      let transfer = Unmanaged<Transfer>.fromOpaque(user).takeUnretainedValue()
      return transfer.take(UnsafeRawBufferPointer(start: data, count: size * count))
    }
    _ = vdbshim_easy_set_data_fn(easy.handle, CURLOPT_HEADERFUNCTION) { data, size, count, user in
      guard let user, let data else { return 0 }
      let transfer = Unmanaged<Transfer>.fromOpaque(user).takeUnretainedValue()
      return transfer.header(UnsafeRawBufferPointer(start: data, count: size * count))
    }
    let counts = vdbshim_easy_before_request(
      easy.handle,
      { user, _, _, _, _ in
        guard let user else { return 1 }
        let transfer = Unmanaged<Transfer>.fromOpaque(user).takeUnretainedValue()
        transfer.sendings += 1
        return transfer.sendings == 1 || transfer.maySendAgain ? 0 : 1
      }, me)
    countsSendings = counts != 0
  }

  // MARK: Before

  /// Sets up what the exchange wants sent next.
  func prepare(_ exchange: Exchange) {
    let request = exchange.request
    isForeign = exchange.issue == nil
    easy.set(CURLOPT_URL, text: exchange.origin + request.target)
    easy.setHeaders(Self.headers(exchange.issue?.secret))
    if let body = request.body, !body.isEmpty {
      easy.set(CURLOPT_POSTFIELDSIZE, body.count)
      // Copied: libcurl reads it while the call runs, and again when it has to send on a fresh connection.
      body.withUnsafeBytes { easy.set(CURLOPT_COPYPOSTFIELDS, pointer: $0.baseAddress) }
    } else if request.onlyReads {
      easy.set(CURLOPT_HTTPGET, 1)
    } else {
      easy.set(CURLOPT_POSTFIELDSIZE, 0)
      easy.set(CURLOPT_COPYPOSTFIELDS, text: [])
    }
    easy.set(CURLOPT_CUSTOMREQUEST, pointer: request.method.text.utf8Start)
    guardAgainstRepeats(request.onlyReads)
    received.removeAll(keepingCapacity: received.capacity <= 65_536)
    retryAfterMs = -1
    isTooLarge = false
    headBytes = 0
    headIsWhole = false
    heardMs = -1
    easy.clearErrorText()
  }

  /// libcurl sends a request a second time by itself when a kept connection dies before an answer: right for a call that only reads,
  /// wrong for one that may have been carried out.
  private func guardAgainstRepeats(_ onlyReads: Bool) {
    sendings = 0
    maySendAgain = onlyReads
    // Most dead connections are seen beforehand, so that the call goes over a fresh one instead of failing. Which of several libcurl
    // would take is not known.
    let isSafe = countsSendings && vdbshim_socket_is_idle(keptSocket) != 0 && Clock.now - keptMs < trustMs
    easy.set(CURLOPT_FRESH_CONNECT, onlyReads || isSafe ? 0 : 1)
  }

  /// Every header of PROTOCOL 1.2, on every request like the official Python SDK.
  private static func headers(_ key: Secret?) -> UnsafeMutablePointer<curl_slist>? {
    var list: UnsafeMutablePointer<curl_slist>?
    func add(_ line: UnsafeRawPointer?) {
      list = curl_slist_append(list, line?.assumingMemoryBound(to: CChar.self)) ?? list
    }
    key?.withBytes { key in
      let name = UnsafeRawBufferPointer("x-access-token: ")
      guard let line = malloc(name.count + key.count + 1) else { return }
      UnsafeMutableRawBufferPointer(start: line, count: name.count).copyMemory(from: name)
      UnsafeMutableRawBufferPointer(start: line + name.count, count: key.count).copyMemory(from: key)
      line.storeBytes(of: 0, toByteOffset: name.count + key.count, as: UInt8.self)
      add(line)
      vdbshim_zero(line, name.count + key.count)
      free(line)
    }
    for text in ["x-videodb-client: videodb-rt/0.1.0", "Content-Type: application/json", "Accept: application/json", "Expect:"]
      as [StaticString]
    {
      add(UnsafeRawPointer(text.utf8Start))
    }
    return list
  }

  // MARK: Meanwhile

  private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
    heardMs = Clock.now
    guard received.count + bytes.count <= maxBytes else {
      isTooLarge = true
      return bytes.count == 0 ? 1 : 0
    }
    received.append(contentsOf: bytes)
    return bytes.count
  }

  private func header(_ line: UnsafeRawBufferPointer) -> Int {
    heardMs = Clock.now
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
    } else if !isForeign, line.count > 6, UnsafeRawBufferPointer(rebasing: line[0..<5]).equalsIgnoringCase("date:") {
      let seconds = vdbshim_http_date(line.baseAddress?.assumingMemoryBound(to: CChar.self), line.count)
      if seconds > 0 { serverClock.saw(dateMs: seconds * 1_000) }
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

  /// Over a connection that was kept before, and what was sent is not acknowledged but sent again and again by the kernel.
  var isSilent: Bool { heardMs < 0 && vdbshim_socket_is_silent(keptSocket) != 0 }

  // MARK: Afterwards

  /// What came of it. No key stays in an idle connection.
  func outcome(_ result: CURLcode, isQueued: Bool = false) -> Outcome {
    defer { easy.setHeaders(nil) }
    // A failed transfer's connection is closed, and its number may be another's soon.
    if result != CURLE_OK || !ownsConnection || vdbshim_easy_get_socket(easy.handle, &keptSocket) != CURLE_OK {
      keptSocket = -1
    }
    keptMs = Clock.now
    if isTooLarge || result == CURLE_FILESIZE_EXCEEDED { return .tooLarge }
    // libcurl takes an end in the middle of the head for the end of an empty answer.
    let code = result == CURLE_OK && !headIsWhole ? CURLE_GOT_NOTHING : result
    guard code == CURLE_OK else { return failed(code, isQueued) }
    defer { received = [] }
    return .answer(
      Response(httpStatus: Int32(clamping: easy.long(CURLINFO_RESPONSE_CODE)), body: received, retryAfterMs: retryAfterMs))
  }

  private func failed(_ code: CURLcode, _ isQueued: Bool) -> Outcome {
    let didConnect = didConnect
    var text = easy.errorText(code)
    let failure = CurlFailure(code, didConnect: didConnect, proxyStatus: easy.long(CURLINFO_HTTP_CONNECTCODE), text: text)
    if code == CURLE_OPERATION_TIMEDOUT {
      text =
        didConnect
        ? "no answer within the time allowed"
        : isQueued
          ? "no connection within the time allowed, with more calls under way than connections"
          : "no connection within the time allowed"
    }
    return .failed(failure, text: text)
  }

  /// The call was given up in the middle: its connection is closed, and tells nothing about the next one.
  func abandon() {
    easy.setHeaders(nil)
    keptSocket = -1
  }

  /// The last connection was not the service's own.
  func forgetConnection() { keptSocket = -1 }

  /// Whether the request may have been sent: the connection was there, or an old one was used again.
  private var didConnect: Bool {
    var microseconds: curl_off_t = 0
    _ = vdbshim_easy_get_offset(easy.handle, CURLINFO_PRETRANSFER_TIME_T, &microseconds)
    return microseconds > 0
  }
}
