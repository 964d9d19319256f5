import CSystemShims
import VideoDBCore

/// What a connection tells its owner, on the loop's thread.
protocol ConnectionOwner: AnyObject {
  /// The first message came: the connection can be used.
  func opened(connectionID: [UInt8])
  /// Batches of `received` may follow.
  func willRead()
  /// A batch of `received` follows, all read at this time.
  func willReceive(unixMs: Int64)
  func received(_ message: UnsafeRawBufferPointer, isText: Bool) -> Verdict
  func didReceive()
  /// A ping of that time was not answered in time. The end follows.
  func fellSilent(sinceMs: Int64)
  /// The last call. `closeCode` 1006: no close frame came.
  func ended(_ why: VideoDBError, closeCode: UInt16)
}

/// What the owner made of a message.
enum Verdict { case goOn, pause, notUTF8 }

/// One WebSocket of the service, from the TCP connection to the close handshake. libcurl connects (DNS, proxy, TLS) and moves bytes;
/// frames are ours. Lives on the loop's thread.
final class WebSocketConnection: LoopSource, Bagged {
  private enum Phase { case idle, connecting, upgrading, awaitingID, open, closing, ended }

  var place = -1
  private let loop: IOLoop
  private let settings: Settings
  private let url: Secret
  /// Without path and query, which may hold a token and are taken from `url` when they are needed.
  private let parts: URLParts
  private var owner: (any ConnectionOwner)?
  /// Called after the owner was told of the end.
  private var didEnd: ((WebSocketConnection) -> Void)?

  private var phase = Phase.idle
  private var token: UInt64 = 0
  private var dial: CurlDial?
  private var handshake = Handshake(nonce: randomBytes(16))
  private var reader: FrameReader
  /// Received and not yet consumed: the beginning of a frame, or what a pause left.
  private var unread: [UInt8] = []
  /// How long `unread` has to be before it is worth parsing again.
  private var wanted = 0
  private var outgoing: [UInt8] = []
  private var isPaused = false
  /// The owner was told of the end; what still comes is read only so that the peer can read our close frame.
  private var isDiscarding = false
  /// Limit of the current phase; in `open` the next ping.
  private var phaseDeadlineMs: Int64 = -1
  private var pongDeadlineMs: Int64 = -1
  private var closeReason: (error: VideoDBError, code: UInt16)?

  /// Reads of a whole buffer in one round before others get their turn; one counts as a quarter at least, which is what TLS gives at a time.
  private static let maxReads = 8
  /// Up to here an unfinished frame is moved to the front of the loop's buffer; a longer one is collected in `unread`.
  private static let moveLimit = 4_096

  init(
    _ loop: IOLoop, _ settings: Settings, url: Secret, parts: URLParts, owner: any ConnectionOwner,
    didEnd: @escaping (WebSocketConnection) -> Void
  ) {
    self.loop = loop
    self.settings = settings
    self.url = url
    self.parts = parts.origin
    self.owner = owner
    self.didEnd = didEnd
    reader = FrameReader(maxMessage: settings.ws.maxMessageBytes)
  }

  // MARK: What the owner asks for

  func start(_ turn: Dialer.Turn) {
    token = loop.add(self)
    phase = .connecting
    phaseDeadlineMs = Clock.deadline(afterMs: settings.ws.connectTimeoutMs)
    do {
      dial = try CurlDial.make(turn, settings, parts) { [self] in dialProgressed() }
    } catch {
      end(error)
      return
    }
    arm()
    dial?.begin()
  }

  /// Closes with a handshake, or at once where there is no connection yet. `why` is what the owner is told.
  func close(_ why: VideoDBError) {
    switch phase {
    case .idle, .connecting, .upgrading: end(why)
    case .awaitingID, .open: beginClosing(code: 1000, why)
    case .closing, .ended: break
    }
  }

  /// Ends without a handshake.
  func abort() { end(phase == .closing ? nil : Engine.stopped) }

  /// Goes on after a pause.
  func resume() {
    guard isPaused, phase == .open else { return }
    isPaused = false
    watchSocket()
    owner?.willRead()
    consumeUnread()
    read()
  }

  // MARK: Loop

  func ready(fd: Int32, events: UInt32) {
    if events & EPOLLOUT.rawValue != 0, phase != .ended { flush() }
    if events & ~EPOLLOUT.rawValue != 0, phase != .ended { read() }
  }

  func deadlineReached(now: Int64) {
    switch phase {
    case .idle, .ended: break
    case .connecting, .upgrading:
      if now >= phaseDeadlineMs {
        end(
          VideoDBError(
            .timeout,
            "Opening the WebSocket: \(phase == .connecting ? "no connection" : "no answer to the upgrade") within \(settings.ws.connectTimeoutMs) ms (\(parts.authority)).",
            isRetryable: true))
      } else {
        arm()
      }
    case .awaitingID:
      end(
        VideoDBError(
          .timeout,
          "Opening the WebSocket: no connection id within \(settings.ws.firstMessageTimeoutMs) ms. The service sends it as the first message.",
          isRetryable: true))
    case .open: keepAlive(now)
    case .closing: end(nil)
    }
  }

  private func arm() {
    loop.setDeadline(token, Clock.earlier(phaseDeadlineMs, pongDeadlineMs))
  }

  private func keepAlive(_ now: Int64) {
    if pongDeadlineMs >= 0, now >= pongDeadlineMs {
      // The loop may have been held up by a callback: what has arrived meanwhile is proof of life.
      read()
      guard phase == .open else { return }
      if pongDeadlineMs >= 0 {
        owner?.fellSilent(sinceMs: pongDeadlineMs - settings.ws.pongTimeoutMs)
        end(
          VideoDBError(
            .disconnected, "The WebSocket is dead: no answer to a ping within \(settings.ws.pongTimeoutMs) ms.",
            isRetryable: true))
        return
      }
    }
    if now >= phaseDeadlineMs {
      phaseDeadlineMs = Clock.deadline(afterMs: settings.ws.pingIntervalMs)
      if !isPaused {
        settings.log(.debug, "ws", "Ping to \(parts.authority).")
        send(.ping, [])
        guard phase == .open else { return }
        if pongDeadlineMs < 0 { pongDeadlineMs = Clock.deadline(afterMs: settings.ws.pongTimeoutMs) }
      }
    }
    arm()
  }

  // MARK: Connecting

  private func dialProgressed() {
    guard phase == .connecting, let dial else { return }
    switch dial.state {
    case .trying: break
    case .failed(let text, let failure):
      end(
        VideoDBError(
          failure.status, "Opening the WebSocket: \(text) (\(parts.authority)). \(failure.advice)",
          isRetryable: failure.isPassing))
    case .connected:
      phase = .upgrading
      var target = target
      outgoing = handshake.request(target: target, authority: parts.authority)
      wipe(&target)
      flush()
    }
  }

  /// Path and query; a slash where the URL has no path.
  private var target: [UInt8] {
    var bytes = url.withBytes { Array($0) }
    defer { wipe(&bytes) }
    let path = ((try? URLParts.parse(bytes))?.target) ?? []
    return path.first == 0x2F ? path : [0x2F] + path
  }

  private func watchSocket() {
    guard let dial, dial.socket >= 0 else { return }
    if isPaused {
      // Not even hang-ups, which the kernel reports unasked: a paused connection is not looked at.
      loop.unwatch(token)
      return
    }
    let events = EPOLLIN.rawValue | (outgoing.isEmpty ? 0 : EPOLLOUT.rawValue)
    if !loop.watch(token, dial.socket, events) {
      end(VideoDBError(.noMemory, "The kernel cannot watch another socket: raise the limit of epoll watches."))
    }
  }

  // MARK: Sending

  private func send(_ opcode: FrameWriter.Opcode, _ payload: [UInt8]) {
    let mask = randomBytes(4)
    payload.withUnsafeBytes {
      FrameWriter.append(opcode, $0, mask: (mask[0], mask[1], mask[2], mask[3]), to: &outgoing)
    }
    flush()
  }

  private func flush() {
    guard let dial, !outgoing.isEmpty else { return }
    while !outgoing.isEmpty {
      switch dial.send(outgoing) {
      case .bytes(let count, _):
        // The upgrade request holds the URL's token.
        outgoing.withUnsafeMutableBytes { if let base = $0.baseAddress { vdbshim_zero(base, count) } }
        outgoing.removeFirst(count)
      case .again:
        watchSocket()
        return
      case .failed(let text):
        broken(text)
        return
      }
    }
    watchSocket()
  }

  // MARK: Receiving

  private func read() {
    var left = Self.maxReads * loop.buffer.count
    owner?.willRead()
    while left > 0 {
      guard !isPaused, phase != .ended, phase != .connecting, let dial else { return }
      let front = unread.count <= Self.moveLimit ? unread.count : 0
      if front > 0 { unread.withUnsafeBytes { loop.buffer.copyMemory(from: $0) } }
      let space = UnsafeMutableRawBufferPointer(rebasing: loop.buffer[front...])
      switch dial.receive(into: space) {
      case .again: return
      case .failed(let text):
        broken(text)
        return
      case .bytes(let count, let mayBeMore):
        if count == 0 {
          broken("the server closed the connection without a close frame")
          return
        }
        pongDeadlineMs = -1
        if isDiscarding {
          // Read only so that the peer can go on.
        } else if front == unread.count {
          unread.removeAll(keepingCapacity: true)
          consume(UnsafeRawBufferPointer(rebasing: loop.buffer[0..<(front + count)]))
        } else {
          unread.append(contentsOf: UnsafeRawBufferPointer(rebasing: loop.buffer[0..<count]))
          if unread.count >= wanted { consumeUnread() }
        }
        if !mayBeMore { return }
        left -= max(count, loop.buffer.count / 4)
      }
    }
    // There may be more, also inside TLS where the socket does not show it: come back after the others.
    _ = loop.post { [self] in read() }
  }

  private func consumeUnread() {
    guard !unread.isEmpty else { return }
    let bytes = unread
    unread = []
    bytes.withUnsafeBytes { consume($0) }
  }

  /// Takes what is whole from the input and keeps the rest in `unread`, which is empty now.
  private func consume(_ input: UnsafeRawBufferPointer) {
    wanted = 0
    var at = 0
    if phase == .upgrading {
      switch handshake.progress(input) {
      case .needMore:
        keep(input, at)
        return
      case .failed(let error):
        end(error)
        return
      case .open(let consumed):
        at = consumed
        phase = .awaitingID
        phaseDeadlineMs = Clock.deadline(afterMs: settings.ws.firstMessageTimeoutMs)
        arm()
      }
    }
    owner?.willReceive(unixMs: vdbshim_unix_ms())
    frames(input, &at)
    owner?.didReceive()
    if phase != .ended { keep(input, at) }
  }

  private func keep(_ input: UnsafeRawBufferPointer, _ at: Int) {
    guard at < input.count, !isDiscarding else { return }
    unread.append(contentsOf: UnsafeRawBufferPointer(rebasing: input[at...]))
    wanted += unread.count
  }

  private func frames(_ input: UnsafeRawBufferPointer, _ at: inout Int) {
    while true {
      // What nearly everything is: it may pause or end the connection, and the rest of the loop has to see that.
      if let owner {
        while phase == .open, let message = reader.wholeText(input, &at) {
          let verdict = owner.received(message, isText: true)
          if verdict == .goOn { continue }
          if verdict == .pause { pause() } else { violated(1007, "a text message that is not UTF-8") }
          return
        }
      }
      if phase == .ended || isDiscarding { return }
      switch reader.next(input, &at) {
      case .needMore(let atLeast):
        wanted = atLeast
        return
      case .message(let message, let isText):
        if phase == .open || phase == .closing {
          switch owner?.received(message, isText: isText) ?? .goOn {
          case .goOn: break
          case .pause:
            if phase == .open { pause() } else { isDiscarding = true }
            return
          case .notUTF8:
            violated(1007, "a text message that is not UTF-8")
            return
          }
        } else if phase == .awaitingID {
          guard firstMessage(message) else { return }
        }
      case .ping(let payload):
        if phase != .closing { send(.pong, Array(payload)) }
      case .pong: break
      case .close(let code, let reason):
        peerClosed(code, Array(reason))
        return
      case .violation(let code, let what):
        violated(code, what)
        return
      }
      if phase == .ended || isDiscarding { return }
    }
  }

  private func pause() {
    isPaused = true
    pongDeadlineMs = -1
    watchSocket()
  }

  /// The connection id (PROTOCOL 3.1). Whether the connection goes on.
  private func firstMessage(_ message: UnsafeRawBufferPointer) -> Bool {
    let problem: StaticString
    if let json = JSON(Array(message)) {
      if let id = json["connection_id"]?.stringBytes, !id.isEmpty {
        phase = .open
        phaseDeadlineMs = Clock.deadline(afterMs: settings.ws.pingIntervalMs)
        arm()
        settings.log(.info, "ws", "Connected to \(parts.authority).")
        owner?.opened(connectionID: id)
        return phase != .ended
      }
      problem =
        !json.isObject
        ? "JSON, but not an object"
        : json["connection_id"] == nil ? "an object without connection_id" : "an object whose connection_id is no text"
    } else {
      problem = "not JSON"
    }
    beginClosing(
      code: 1002,
      VideoDBError(
        .firstMessage,
        "Opening the WebSocket: the first message of the server is \(problem). It must be {\"connection_id\": \"...\"}. Is this VideoDB's WebSocket?"
      ))
    return false
  }

  // MARK: Ending

  private func peerClosed(_ code: UInt16, _ reason: [UInt8]) {
    if phase == .closing {
      end(nil)
      return
    }
    let meaning = code == 1005 ? "without a code" : "with code \(code)"
    let said = reason.isEmpty ? "" : ": \(Redactor(partsOf: url).redact(reason).text)"
    let isOpening = phase == .awaitingID
    closeReason = (
      VideoDBError(
        isOpening ? .firstMessage : .disconnected,
        isOpening
          ? "Opening the WebSocket: the server closed the connection \(meaning) before it sent a connection id\(said)."
          : "The server closed the WebSocket \(meaning)\(said).",
        isRetryable: true), code
    )
    send(.close, FrameWriter.closePayload(code: code))
    if phase != .ended { end(nil) }
  }

  private func violated(_ code: UInt16, _ what: StaticString) {
    let status: Status = code == 1009 ? .tooLarge : .protocolViolation
    beginClosing(
      code: code,
      VideoDBError(
        status,
        "\(phase == .open ? "The WebSocket" : "Opening the WebSocket"): the server sent \(what) (RFC 6455, close code \(code))."
      ), closeCode: code)
  }

  /// Sends a close frame and gives the peer a moment to answer it.
  private func beginClosing(code: UInt16, _ why: VideoDBError, closeCode: UInt16? = nil) {
    closeReason = (why, closeCode ?? code)
    phase = .closing
    pongDeadlineMs = -1
    phaseDeadlineMs = Clock.deadline(afterMs: settings.ws.closeTimeoutMs)
    arm()
    if code != 1000 || isPaused {
      // The peer broke the protocol, or nobody takes what it sends: the owner need not wait, and nothing more is looked at.
      isDiscarding = true
      isPaused = false
      unread = []
      tellOwner(closeReason)
    }
    send(.close, FrameWriter.closePayload(code: code))
  }

  private func broken(_ text: Message) {
    if phase == .closing {
      end(nil)
      return
    }
    if phase == .open {
      end(VideoDBError(.disconnected, "The WebSocket broke: \(text).", isRetryable: true))
    } else {
      end(VideoDBError(phase == .upgrading ? .upgrade : .firstMessage, "Opening the WebSocket: \(text).", isRetryable: true))
    }
  }

  /// The one way out. `why` nil: `closeReason` holds it.
  private func end(_ why: VideoDBError?) {
    guard phase != .ended else { return }
    phase = .ended
    loop.unwatch(token)
    loop.remove(token)
    dial?.end()
    dial = nil
    unread = []
    wipe(&outgoing)  // the upgrade request, where it could not be sent
    tellOwner(why.map { ($0, 1006) } ?? closeReason)
    let didEnd = self.didEnd
    self.didEnd = nil
    didEnd?(self)
  }

  private func tellOwner(_ reason: (error: VideoDBError, code: UInt16)?) {
    let owner = self.owner
    self.owner = nil
    settings.log(.info, "ws", "Connection to \(parts.authority) ended with close code \(reason?.code ?? 1006).")
    owner?.ended(reason?.error ?? VideoDBError(.disconnected, "The WebSocket ended."), closeCode: reason?.code ?? 1006)
  }
}
