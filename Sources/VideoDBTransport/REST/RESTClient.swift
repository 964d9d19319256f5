import CCurl
import CSystemShims
import VideoDBCore

/// Calls of the service over kept connections. Each call runs on its caller's thread: handing it to another costs about as much as the
/// call itself. No lock is held meanwhile.
public final class RESTClient: Sendable {
  let settings: Settings
  private let state = Locked(State())

  /// Connections kept beyond the calls that run: enough for a burst, few enough for a camera.
  static let maxIdle = 8

  private struct State {
    var idle: [RESTSession] = []
    var busy: [RESTSession] = []
    var isClosed = false
  }

  public init(_ settings: Settings) { self.settings = settings }

  /// Ends the calls under way and refuses those to come.
  public func close() {
    let idle = state.withLock { state in
      state.isClosed = true
      for session in state.busy { session.wake() }
      defer { state.idle = [] }
      return state.idle
    }
    _ = idle  // released here, outside the lock: closing a TLS connection writes to it
  }

  private var isClosed: Bool { state.withLock { $0.isClosed } }

  /// The `data` of the answer, or all of it where it has none.
  public func call(_ request: Request, _ op: Op?) throws(VideoDBError) -> [UInt8] {
    let deadlineMs = op.map { $0.deadlineMs } ?? Clock.deadline(afterMs: settings.timeoutMs)
    let session = try take(request.name)
    let waker = op.map { $0.register { session.wake() } }
    defer {
      if let op, let waker { op.unregister(waker) }
      giveBack(session)
    }
    var guardPipe = vdbshim_sigpipe_guard()
    vdbshim_sigpipe_begin(&guardPipe)
    defer { vdbshim_sigpipe_end(&guardPipe) }

    do {
      let call = Call(client: self, session: session, op: op, deadlineMs: deadlineMs)
      return try call.run(request)
    } catch {
      var redacted = error
      redacted.message = settings.redactor.redact(error.message)
      redacted.body = error.body.map { settings.redactor.redact($0) }
      settings.log(.warning, "http", redacted.message)
      throw redacted
    }
  }

  private func take(_ what: String) throws(VideoDBError) -> RESTSession {
    let (kept, isClosed) = state.withLock { state in
      let session = state.isClosed ? nil : state.idle.popLast()
      if let session { state.busy.append(session) }
      return (session, state.isClosed)
    }
    if isClosed { throw Self.closed(what) }
    if let kept { return kept }
    let fresh = try RESTSession.make(settings)
    let isTooLate = state.withLock { state in
      state.busy.append(fresh)
      return state.isClosed
    }
    if isTooLate {
      giveBack(fresh)
      throw Self.closed(what)
    }
    return fresh
  }

  private func giveBack(_ session: RESTSession) {
    state.withLock { state in
      state.busy.removeAll { $0 === session }
      if !state.isClosed, state.idle.count < Self.maxIdle { state.idle.append(session) }
    }
  }

  fileprivate func isStopped(_ op: Op?) -> Bool { op?.isCancelled ?? false || isClosed }

  fileprivate func stopped(_ what: String, _ op: Op?) -> VideoDBError {
    op?.isCancelled ?? false ? Op.cancelled(what) : Self.closed(what)
  }

  static func closed(_ what: String) -> VideoDBError { VideoDBError(.closed, "\(what): the client was shut down.") }
}

/// One call with its repeats.
private struct Call {
  let client: RESTClient
  let session: RESTSession
  let op: Op?
  let deadlineMs: Int64

  var settings: Settings { client.settings }

  func run(_ request: Request) throws(VideoDBError) -> [UInt8] {
    var response = try send(request, to: settings.base, withKey: true)
    // An answer may be a token, or a URL that holds one.
    defer { wipe(&response.body) }
    switch Envelope(request.name, httpStatus: response.httpStatus, retryAfterMs: response.retryAfterMs, body: response.body) {
    case .data(let data): return data
    case .failed(var error):
      error.isRetryable = judge(.answer(response), request).mayRepeat
      throw error
    case .pending(let url): return try poll(request.name, url)
    }
  }

  /// Asks for the result of an asynchronous answer until it is there (PROTOCOL 1.6). The key goes along only to our own host.
  private func poll(_ what: String, _ url: [UInt8]) throws(VideoDBError) -> [UInt8] {
    let parts: URLParts
    do { parts = try URLParts.parse(url) } catch {
      throw VideoDBError(.badAnswer, "\(what): the service answered with an output_url that is none: \(error.text.text).")
    }
    guard parts.scheme == .http || parts.scheme == .https else {
      throw VideoDBError(.badAnswer, "\(what): the service answered with an output_url that is not http.")
    }
    let isOurs = parts.isSameServer(as: settings.baseURL)
    var origin = Array((parts.isEncrypted ? "https://" : "http://") as StaticString)
    origin += parts.authority
    let request = Request(.get, parts.target)
    var waitMs: Int64 = 250
    while true {
      session.pause(untilMs: Clock.earlier(Clock.deadline(afterMs: waitMs), deadlineMs)) { client.isStopped(op) }
      if client.isStopped(op) { throw client.stopped(what, op) }
      if Clock.left(until: deadlineMs, limit: 1) == 0 {
        throw VideoDBError(.timeout, "\(what): the service is still working on it at the deadline.")
      }
      waitMs = min(waitMs * 2, 5_000)
      let response = try send(request, to: origin, withKey: isOurs)
      if !isOurs { session.forgetConnection() }
      switch Envelope(what, httpStatus: response.httpStatus, retryAfterMs: response.retryAfterMs, body: response.body) {
      case .data(let data): return data
      case .failed(let error): throw error
      case .pending: continue
      }
    }
  }

  /// Sends, and sends again where that is safe: a call that only reads after a passing failure, any other only where it surely was not
  /// carried out (no connection, or 429).
  private func send(_ request: Request, to origin: [UInt8], withKey: Bool) throws(VideoDBError) -> Response {
    prepare(request, origin, withKey)
    defer { forget() }
    var attempt = 0
    while true {
      if client.isStopped(op) { throw client.stopped(request.name, op) }
      let started = Clock.now
      let outcome = session.perform(onlyReads: onlyReads(request), deadlineMs: deadlineMs) { client.isStopped(op) }
      settings.log(.debug, "http", "\(request.name): \(describe(outcome)) after \(Clock.now - started) ms")
      let (mayRepeat, askedMs) = judge(outcome, request)
      if mayRepeat, attempt < settings.maxRetries {
        let waitMs = max(askedMs, settings.retry.waitMs(attempt: attempt, random: randomWord()))
        if askedMs <= settings.retry.maxMs, deadlineMs < 0 || Clock.now + waitMs < deadlineMs {
          attempt += 1
          session.pause(untilMs: Clock.deadline(afterMs: waitMs)) { client.isStopped(op) }
          continue
        }
      }
      return try settle(outcome, request)
    }
  }

  private func prepare(_ request: Request, _ origin: [UInt8], _ withKey: Bool) {
    let easy = session.easy
    easy.set(CURLOPT_URL, text: origin + request.target)
    easy.setHeaders(headers(withKey))
    if let body = request.body, !body.isEmpty {
      easy.set(CURLOPT_POSTFIELDSIZE, body.count)
      // Copied: libcurl reads it while the call runs, and again when it has to send on a fresh connection.
      body.withUnsafeBytes { easy.set(CURLOPT_COPYPOSTFIELDS, pointer: $0.baseAddress) }
    } else if case .get = request.method {
      easy.set(CURLOPT_HTTPGET, 1)
    } else {
      easy.set(CURLOPT_POSTFIELDSIZE, 0)
      easy.set(CURLOPT_COPYPOSTFIELDS, text: [])
    }
    easy.set(CURLOPT_CUSTOMREQUEST, text: Array(request.method.text))
  }

  /// Every header of PROTOCOL 1.2, on every request like the official Python SDK.
  private func headers(_ withKey: Bool) -> UnsafeMutablePointer<curl_slist>? {
    var list: UnsafeMutablePointer<curl_slist>?
    func add(_ line: UnsafeRawPointer?) {
      list = curl_slist_append(list, line?.assumingMemoryBound(to: CChar.self)) ?? list
    }
    if withKey {
      settings.credential.withBytes { key in
        let name = UnsafeRawBufferPointer("x-access-token: ")
        guard let line = malloc(name.count + key.count + 1) else { return }
        UnsafeMutableRawBufferPointer(start: line, count: name.count).copyMemory(from: name)
        UnsafeMutableRawBufferPointer(start: line + name.count, count: key.count).copyMemory(from: key)
        line.storeBytes(of: 0, toByteOffset: name.count + key.count, as: UInt8.self)
        add(line)
        vdbshim_zero(line, name.count + key.count)
        free(line)
      }
    }
    for text in ["x-videodb-client: videodb-rt/0.1.0", "Content-Type: application/json", "Accept: application/json", "Expect:"]
      as [StaticString]
    {
      add(UnsafeRawPointer(text.utf8Start))
    }
    return list
  }

  /// No key stays in an idle connection.
  private func forget() { session.easy.setHeaders(nil) }

  private func onlyReads(_ request: Request) -> Bool {
    if case .get = request.method { return true }
    return false
  }

  private func judge(_ outcome: RESTSession.Outcome, _ request: Request) -> (mayRepeat: Bool, askedMs: Int64) {
    let reads = onlyReads(request)
    switch outcome {
    case .answer(let response):
      let mayRepeat = response.httpStatus == 429 || reads && [502, 503, 504].contains(response.httpStatus)
      return (mayRepeat, max(response.retryAfterMs, 0))
    case .failed(let code, let didConnect):
      let failure = CurlFailure(
        code, didConnect: didConnect, proxyStatus: session.proxyStatus, text: session.easy.errorText(code))
      return (failure.isPassing && (reads || failure.neverSent), 0)
    case .tooLarge, .stopped: return (false, 0)
    }
  }

  private func settle(_ outcome: RESTSession.Outcome, _ request: Request) throws(VideoDBError) -> Response {
    switch outcome {
    case .answer(let response): return response
    case .stopped: throw client.stopped(request.name, op)
    case .tooLarge:
      throw VideoDBError(
        .tooLarge,
        "\(request.name): the answer is longer than \(settings.maxResponseBytes) bytes. Ask for smaller pages, or raise http.max_response_bytes."
      )
    case .failed(let code, let didConnect):
      let failure = CurlFailure(
        code, didConnect: didConnect, proxyStatus: session.proxyStatus, text: session.easy.errorText(code))
      let text =
        code == CURLE_OPERATION_TIMEDOUT
        ? didConnect ? "no answer within the time allowed" : "no connection within the time allowed"
        : session.easy.errorText(code)
      throw VideoDBError(
        failure.status, "\(request.name): \(text) (\(settings.baseURL.authority.text)). \(failure.advice.text)",
        isRetryable: judge(outcome, request).mayRepeat)
    }
  }

  private func describe(_ outcome: RESTSession.Outcome) -> String {
    switch outcome {
    case .answer(let response): "HTTP \(response.httpStatus), \(response.body.count) bytes"
    case .failed(let code, _): session.easy.errorText(code)
    case .tooLarge: "answer too large"
    case .stopped: "stopped"
    }
  }
}
