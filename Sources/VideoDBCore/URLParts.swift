/// A URL of the service, taken apart. Only what the protocol uses: no user, no fragment.
public struct URLParts: Sendable {
  public enum Scheme: Sendable { case http, https, ws, wss }

  public let scheme: Scheme
  /// As written; an IPv6 address with its brackets.
  public let host: [UInt8]
  /// nil: the scheme's own.
  public let port: Int32?
  /// From the first `/` or `?` on; empty where there is neither.
  public private(set) var target: [UInt8]

  /// It may hold a token.
  public mutating func wipeTarget() { wipe(&target) }

  public var isEncrypted: Bool { scheme == .https || scheme == .wss }
  public var effectivePort: Int32 { port ?? (isEncrypted ? 443 : 80) }

  /// Says what is wrong in a few words, never what the URL is: a WebSocket URL is a secret.
  public struct Problem: Error { public let text: StaticString }

  public static func parse(_ bytes: [UInt8]) throws(Problem) -> URLParts {
    for c in bytes where c <= 0x20 || c == 0x7F { throw Problem(text: "it holds a space or a control character") }
    var at = 0
    while at < bytes.count, bytes[at] != 0x3A { at += 1 }
    guard at + 2 < bytes.count, bytes[at + 1] == 0x2F, bytes[at + 2] == 0x2F else { throw Problem(text: "it has no scheme") }
    let name = bytes[0..<at].map(lowercase)
    let scheme: Scheme
    if name.equals("https") {
      scheme = .https
    } else if name.equals("http") {
      scheme = .http
    } else if name.equals("wss") {
      scheme = .wss
    } else if name.equals("ws") {
      scheme = .ws
    } else {
      throw Problem(text: "its scheme is not one of http, https, ws, wss")
    }
    let start = at + 3
    var end = start
    while end < bytes.count, bytes[end] != 0x2F, bytes[end] != 0x3F, bytes[end] != 0x23 { end += 1 }
    let authority = Array(bytes[start..<end])
    if bytes[end...].contains(0x23) { throw Problem(text: "it has a fragment (#)") }
    if authority.contains(0x40) { throw Problem(text: "it holds a user or password (@)") }
    var hostEnd = authority.count
    if authority.first == 0x5B {
      guard let bracket = authority.firstIndex(of: 0x5D) else { throw Problem(text: "its IPv6 address is not closed by ]") }
      hostEnd = bracket + 1
    } else if let colon = authority.firstIndex(of: 0x3A) {
      hostEnd = colon
    }
    guard hostEnd > 0 else { throw Problem(text: "it has no host") }
    guard isHost(authority[0..<hostEnd]) else { throw Problem(text: "its host holds a character that no host name has") }
    var port: Int32?
    if hostEnd < authority.count {
      let digits = authority[(hostEnd + 1)...]
      guard authority[hostEnd] == 0x3A, digits.count >= 1, digits.count <= 5 else {
        throw Problem(text: "its port is no number")
      }
      var number: Int32 = 0
      for c in digits {
        guard c >= 0x30, c <= 0x39 else { throw Problem(text: "its port is no number") }
        number = number * 10 + Int32(c - 0x30)
      }
      guard number >= 1, number <= 65_535 else { throw Problem(text: "its port is not between 1 and 65535") }
      port = number
    }
    return URLParts(scheme: scheme, host: authority[0..<hostEnd].map(lowercase), port: port, target: Array(bytes[end...]))
  }

  /// Letters, digits, `-`, `.`, `_` and anything beyond ASCII; in brackets an IPv6 address.
  private static func isHost(_ host: ArraySlice<UInt8>) -> Bool {
    let isBracketed = host.first == 0x5B
    let inner = isBracketed ? host.dropFirst().dropLast() : host
    if isBracketed, !inner.contains(0x3A) { return false }
    return inner.allSatisfy { c in
      switch c {
      case 0x30...0x39: true
      case 0x41...0x46, 0x61...0x66, 0x2E: true
      case 0x3A: isBracketed
      case 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: !isBracketed
      default: c >= 0x80 && !isBracketed
      }
    }
  }

  /// Scheme, host and port alone.
  public var origin: URLParts {
    var origin = self
    origin.target = []
    return origin
  }

  /// Host and port, the way a Host header has them.
  public var authority: [UInt8] {
    guard let port else { return host }
    var text: [UInt8] = []
    text.reserveCapacity(host.count + 6)
    text += host
    text.append(0x3A)
    appendDecimal(Int64(port), to: &text)
    return text
  }

  /// Whether what is sent there stays on this machine.
  public var isLoopback: Bool {
    if host.equals("localhost") || host.equals("[::1]") { return true }
    if host.count > 10, Array(host[(host.count - 10)...]).equals(".localhost") { return true }
    // 127.0.0.0/8, as four numbers only: anything else is a name that some server resolves.
    let numbers = host.split(separator: 0x2E, omittingEmptySubsequences: false)
    return numbers.count == 4 && Array(numbers[0]).equals("127")
      && numbers.allSatisfy { number in
        number.count >= 1 && number.count <= 3 && number.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
          && number.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 255
      }
  }

  /// Whether a request to the other goes to the same server.
  public func isSameServer(as other: URLParts) -> Bool {
    isEncrypted == other.isEncrypted && effectivePort == other.effectivePort
      && host.withUnsafeBytes { a in other.host.withUnsafeBytes { a.equals($0) } }
  }
}

/// Appends bytes with everything but RFC 3986's unreserved characters percent-encoded.
public func appendPercentEncoded(_ bytes: [UInt8], to out: inout [UInt8]) {
  let hex = Array("0123456789ABCDEF" as StaticString)
  for c in bytes {
    switch c {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: out.append(c)
    default: out += [0x25, hex[Int(c >> 4)], hex[Int(c & 15)]]
    }
  }
}
