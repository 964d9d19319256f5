/// The opening handshake of RFC 6455, client side, without I/O.
public struct Handshake {
  /// Longest answer head that is read before it counts as broken.
  public static let maxHead = 16_384

  public enum Progress {
    case needMore
    /// The connection is a WebSocket; the first frame begins at this offset of what was received.
    case open(consumed: Int)
    case failed(VideoDBError)
  }

  let key: [UInt8]

  /// `nonce` is 16 random bytes.
  public init(nonce: [UInt8]) { key = base64(nonce) }

  /// `target` is path and query, `authority` host and port. The official SDKs send no token and no other header (PROTOCOL 3.1): what
  /// authorises is inside the URL.
  public func request(target: [UInt8], authority: [UInt8]) -> [UInt8] {
    // At once: growing would leave copies of the target, which holds a token.
    var out: [UInt8] = []
    out.reserveCapacity(target.count + authority.count + key.count + 256)
    out.append("GET ")
    out += target
    out.append(" HTTP/1.1\r\nHost: ")
    out += authority
    out.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ")
    out += key
    out.append("\r\nUser-Agent: libvideodb_rt/")
    out.append(Version.text)
    out.append("\r\n\r\n")
    return out
  }

  /// `received` is all that came since the request was sent.
  public func progress(_ received: UnsafeRawBufferPointer) -> Progress {
    guard let headEnd = received.firstIndex(of: UnsafeRawBufferPointer("\r\n\r\n")) else {
      if received.count > Self.maxHead { return failed("sent an answer head of more than \(Self.maxHead) bytes") }
      // Something that is not HTTP at all is told apart at once, not after the deadline.
      let prefix = UnsafeRawBufferPointer("HTTP/1.")
      let known = min(prefix.count, received.count)
      for i in 0..<known where received[i] != prefix[i] { return failed("did not answer in HTTP/1.1") }
      return .needMore
    }
    guard headEnd <= Self.maxHead else { return failed("sent an answer head of more than \(Self.maxHead) bytes") }
    let head = UnsafeRawBufferPointer(rebasing: received[0..<headEnd])
    guard let status = statusCode(head) else { return failed("did not answer in HTTP/1.1") }
    guard status == 101 else { return .failed(refusal(status)) }
    var upgrade = false
    var connection = false
    var accept: Bool?
    var unasked: StaticString?
    forEachHeader(head) { name, value in
      if name.equalsIgnoringCase("upgrade") { upgrade = upgrade || hasToken(value, "websocket") }
      if name.equalsIgnoringCase("connection") { connection = connection || hasToken(value, "upgrade") }
      if name.equalsIgnoringCase("sec-websocket-accept") {
        // Once, and right.
        accept = accept == nil && expectedAccept.withUnsafeBytes { $0.equals(value) }
      }
      if name.equalsIgnoringCase("sec-websocket-extensions"), value.count > 0 { unasked = "an extension" }
      if name.equalsIgnoringCase("sec-websocket-protocol"), value.count > 0 { unasked = "a subprotocol" }
    }
    guard upgrade, connection else { return failed("answered 101 without `Upgrade: websocket` and `Connection: Upgrade`") }
    guard accept == true else { return failed("answered 101 with a Sec-WebSocket-Accept that does not match our key") }
    if let unasked { return failed("answered 101 with \(unasked) that was not asked for") }
    return .open(consumed: headEnd + 4)
  }

  var expectedAccept: [UInt8] { base64(sha1(key + Array("258EAFA5-E914-47DA-95CA-C5AB0DC85B11" as StaticString))) }

  private func failed(_ what: Message) -> Progress {
    .failed(VideoDBError(.upgrade, "Opening the WebSocket: the server \(what). Is this the URL of a WebSocket?"))
  }

  private func refusal(_ status: Int32) -> VideoDBError {
    let advice =
      switch status {
      case 401, 403: "The URL is temporary: open the channel again to get a fresh one."
      case 429: "There are too many connections or attempts: wait and try again."
      case 500...599: "The service has a problem: try again later."
      default: "Is this the URL of a WebSocket?"
      }
    return VideoDBError(
      .upgrade, "Opening the WebSocket: the server answered HTTP \(status) instead of 101. \(advice)", httpStatus: status,
      isRetryable: status == 429 || status >= 500)
  }

  private func statusCode(_ head: UnsafeRawBufferPointer) -> Int32? {
    guard head.count >= 12, UnsafeRawBufferPointer(rebasing: head[0..<7]).equals("HTTP/1."), head[8] == 0x20 else { return nil }
    guard head.count == 12 || head[12] == 0x20 || head[12] == 0x0D else { return nil }
    var code: Int32 = 0
    for i in 9..<12 {
      guard head[i] >= 0x30, head[i] <= 0x39 else { return nil }
      code = code * 10 + Int32(head[i] - 0x30)
    }
    return code
  }

  private func forEachHeader(_ head: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void) {
    var start = 0
    while start <= head.count {
      let end = head.firstIndex(of: UnsafeRawBufferPointer("\r\n"), from: start) ?? head.count
      if let colon = head.firstIndex(of: 0x3A, from: start, to: end) {
        body(trimmed(head, start, colon), trimmed(head, colon + 1, end))
      }
      start = end + 2
    }
  }

  private func trimmed(_ bytes: UnsafeRawBufferPointer, _ from: Int, _ to: Int) -> UnsafeRawBufferPointer {
    var (from, to) = (from, to)
    while from < to, bytes[from] == 0x20 || bytes[from] == 0x09 { from += 1 }
    while to > from, bytes[to - 1] == 0x20 || bytes[to - 1] == 0x09 { to -= 1 }
    return UnsafeRawBufferPointer(rebasing: bytes[from..<to])
  }

  /// Whether a comma-separated list has this element.
  private func hasToken(_ list: UnsafeRawBufferPointer, _ token: StaticString) -> Bool {
    var start = 0
    while start <= list.count {
      let end = list.firstIndex(of: 0x2C, from: start, to: list.count) ?? list.count
      if trimmed(list, start, end).equalsIgnoringCase(token) { return true }
      start = end + 1
    }
    return false
  }
}
