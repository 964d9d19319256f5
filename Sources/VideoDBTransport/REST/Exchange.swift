import VideoDBCore

/// One call from its first request to its result: what to send next, how long to wait, what an answer means. Sending and waiting are
/// left to whoever runs it, so that a blocking call and one on the loop behave alike.
struct Exchange {
  enum Step {
    /// Send `request` to `origin` with the key of `issue`.
    case send
    /// Monotonic milliseconds; `resume` then says how it goes on.
    case wait(untilMs: Int64)
    /// The `data` of the answer, or all of it where it has none.
    case done(Result<[UInt8], VideoDBError>)
  }

  /// "GET /rtstream": how errors call it.
  let name: Message
  let deadlineMs: Int64
  private(set) var request: Request
  private(set) var origin: [UInt8]
  /// nil: a foreign host, which gets no key.
  private(set) var issue: Credential.Issue?

  private let settings: Settings
  private var attempt = 0
  private var hasAskedForKey = false
  /// The service works on it, and is asked for the result (PROTOCOL 1.6).
  private var isPolling = false
  private var pollWaitMs: Int64 = 250
  /// A refusal by 401 while another call asks for a new key.
  private var refusal: VideoDBError?

  init(_ request: Request, _ settings: Settings, deadlineMs: Int64) {
    name = request.name
    self.deadlineMs = deadlineMs
    self.request = request
    self.settings = settings
    origin = settings.base
    issue = settings.credential.current
  }

  /// What has to be taken out of whatever is said about it.
  private var redactor: Redactor { issue.map { settings.redactor.adding($0.secret) } ?? settings.redactor }

  /// Also for errors that did not come from here.
  func redacted(_ error: VideoDBError) -> VideoDBError {
    let error = error.redacted(by: redactor)
    settings.log(.warning, "http", Message(error.messageBytes))
    return error
  }

  private func fail(_ error: VideoDBError) -> Step { .done(.failure(redacted(error))) }

  // MARK: Going on

  /// After a wait.
  mutating func resume() -> Step {
    if let refused = refusal { return renew(refused) }
    if isPolling, Clock.left(until: deadlineMs, limit: 1) == 0 {
      return fail(VideoDBError(.timeout, "\(name): the service is still working on it at the deadline."))
    }
    return send()
  }

  /// With whatever the key is by now.
  mutating func send() -> Step {
    if issue != nil { issue = settings.credential.current }
    return .send
  }

  /// After a transfer.
  mutating func received(_ outcome: Transfer.Outcome, afterMs: Int64) -> Step {
    settings.log(.debug, "http", "\(request.name): \(Self.describe(outcome)) after \(afterMs) ms")
    let (mayRepeat, askedMs) = judge(outcome)
    // Sent again where that is safe: a call that only reads after a passing failure, any other only where it surely was not carried
    // out (no connection, or 429).
    if mayRepeat, attempt < settings.maxRetries, askedMs <= settings.retry.maxMs {
      let waitMs = max(askedMs, settings.retry.waitMs(attempt: attempt, random: randomWord()))
      if deadlineMs < 0 || Clock.now + waitMs < deadlineMs {
        attempt += 1
        return .wait(untilMs: Clock.deadline(afterMs: waitMs))
      }
    }
    switch outcome {
    case .answer(let response): return answered(response, mayRepeat)
    case .tooLarge:
      return fail(
        VideoDBError(
          .tooLarge,
          "\(request.name): the answer is longer than \(settings.maxResponseBytes) bytes. Ask for smaller pages, or raise http.max_response_bytes."
        ))
    case .failed(let failure, let text):
      let host = origin.drop { $0 != 0x2F }.drop { $0 == 0x2F }
      return fail(
        VideoDBError(
          failure.status, "\(request.name): \(text) (\(Array(host))). \(failure.advice)", isRetryable: mayRepeat))
    }
  }

  private mutating func answered(_ response: Response, _ mayRepeat: Bool) -> Step {
    switch Envelope(
      name, httpStatus: response.httpStatus, retryAfterMs: response.retryAfterMs, body: response.body, isPoll: isPolling)
    {
    case .data(let data):
      // It may be a token, or a URL that holds one. Without an envelope around it, it is what is handed out.
      if data.count < response.body.count {
        var body = response.body
        wipe(&body)
      }
      return .done(.success(data))
    case .pending(let url):
      if let url, !isPolling { return poll(url) }
      return pollAgain()
    case .failed(let error):
      if error.status == .auth, issue != nil, !hasAskedForKey { return renew(error) }
      return fail(isPolling ? error : error.retryable(mayRepeat))
    }
  }

  // MARK: A new key

  private mutating func renew(_ refused: VideoDBError) -> Step {
    guard let issue else { return fail(refused) }
    switch settings.credential.renew(issue) {
    case .yes:
      refusal = nil
      hasAskedForKey = true
      return send()
    case .no: return fail(refused)
    case .asking:
      if Clock.left(until: deadlineMs, limit: 1) == 0 { return fail(refused) }
      refusal = refused
      return .wait(untilMs: Clock.earlier(Clock.deadline(afterMs: 10), deadlineMs))
    }
  }

  // MARK: Results that come later

  /// The key goes along only to our own host.
  private mutating func poll(_ url: [UInt8]) -> Step {
    let parts: URLParts
    do { parts = try URLParts.parse(url) } catch {
      return fail(
        VideoDBError(.badAnswer, "\(name): the service answered with an output_url that is none: \(error.text)."))
    }
    guard parts.scheme == .http || parts.scheme == .https else {
      return fail(VideoDBError(.badAnswer, "\(name): the service answered with an output_url that is not http."))
    }
    isPolling = true
    if !parts.isSameServer(as: settings.baseURL) { issue = nil }
    origin = Array((parts.isEncrypted ? "https://" : "http://") as StaticString) + parts.authority
    request = Request(.get, parts.target)
    return pollAgain()
  }

  private mutating func pollAgain() -> Step {
    attempt = 0
    defer { pollWaitMs = min(pollWaitMs * 2, 5_000) }
    return .wait(untilMs: Clock.earlier(Clock.deadline(afterMs: pollWaitMs), deadlineMs))
  }

  // MARK: Judging

  private func judge(_ outcome: Transfer.Outcome) -> (mayRepeat: Bool, askedMs: Int64) {
    let reads = request.onlyReads
    switch outcome {
    case .answer(let response):
      let mayRepeat = response.httpStatus == 429 || reads && [502, 503, 504].contains(response.httpStatus)
      return (mayRepeat, max(response.retryAfterMs, 0))
    case .failed(let failure, _): return (failure.isPassing && (reads || failure.neverSent), 0)
    case .tooLarge: return (false, 0)
    }
  }

  private static func describe(_ outcome: Transfer.Outcome) -> Message {
    switch outcome {
    case .answer(let response): "HTTP \(response.httpStatus), \(response.body.count) bytes"
    case .failed(_, let text): text
    case .tooLarge: "answer too large"
    }
  }
}
