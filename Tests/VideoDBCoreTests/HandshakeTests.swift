import Foundation
import Testing

@testable import VideoDBCore

struct HandshakeTests {
  /// The nonce of RFC 6455 section 1.3, whose accept value the RFC states.
  static var handshake: Handshake { Handshake(nonce: "the sample nonce".bytes) }
  static let answer = [
    "HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
  ]

  static func text(_ lines: [String]) -> [UInt8] { (lines.joined(separator: "\r\n") + "\r\n\r\n").bytes }

  static func progress(_ bytes: [UInt8]) -> Handshake.Progress { bytes.withUnsafeBytes { handshake.progress($0) } }

  @Test func agreesWithTheRFC() {
    #expect(Self.handshake.key.text == "dGhlIHNhbXBsZSBub25jZQ==")
    #expect(Self.handshake.expectedAccept.text == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
  }

  @Test func asksLikeTheRFC() {
    let request = Self.handshake.request(target: "/ws?token=t".bytes, authority: "example.com:8443".bytes).text
    let lines = request.components(separatedBy: "\r\n")
    #expect(lines.first == "GET /ws?token=t HTTP/1.1")
    #expect(request.hasSuffix("\r\n\r\n"))
    for line in [
      "Host: example.com:8443", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ] {
      #expect(lines.contains(line))
    }
    #expect(!request.contains("Extensions"))
  }

  @Test func opensWhenTheLastByteIsThere() throws {
    let head = Self.text(Self.answer)
    for count in 0..<head.count {
      guard case .needMore = Self.progress(Array(head[..<count])) else {
        Issue.record("decided after \(count) bytes of \(head.count)")
        return
      }
    }
    for more in [[], [0x81, 0x01, 0x61]] as [[UInt8]] {
      guard case .open(let consumed) = Self.progress(head + more) else {
        Issue.record("not open")
        return
      }
      #expect(consumed == head.count)
    }
  }

  @Test(arguments: [
    [
      "HTTP/1.1 101", "UPGRADE: WebSocket", "connection: keep-alive, upgrade",
      "sec-websocket-accept:s3pPLMBiTxaQ9kYGzzhZRbK+xOo=  ",
    ],
    ["HTTP/1.1 101 x", "Connection: keep-alive", "Connection: Upgrade", "Upgrade: h2c, websocket", "X: y: z", answer[3]],
    answer + ["Sec-WebSocket-Extensions:", "Sec-WebSocket-Protocol: "],
  ])
  func takesOtherSpellings(_ lines: [String]) {
    guard case .open = Self.progress(Self.text(lines)) else {
      Issue.record("not open")
      return
    }
  }

  static let faults: [([String], String)] = [
    ([answer[0], answer[2], answer[3]], "Upgrade"),
    ([answer[0], answer[1], answer[3]], "Upgrade"),
    ([answer[0], "Upgrade: websockets", answer[2], answer[3]], "Upgrade"),
    ([answer[0], answer[1], answer[2]], "Sec-WebSocket-Accept"),
    ([answer[0], answer[1], answer[2], "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOO="], "Sec-WebSocket-Accept"),
    ([answer[0], answer[1], answer[2], "Sec-WebSocket-Accept: S3PPLMBITXAQ9KYGZZHZRBK+XOO="], "Sec-WebSocket-Accept"),
    (answer + ["Sec-WebSocket-Extensions: permessage-deflate"], "extension"),
    (answer + ["Sec-WebSocket-Protocol: chat"], "subprotocol"),
    (["HTTP/1.1 1x1 odd"] + answer.dropFirst(), "HTTP"),
    (["HTTP/1.1 1010 odd"] + answer.dropFirst(), "HTTP"),
    (["HTTP/2 101"] + answer.dropFirst(), "HTTP"),
    (["HTTP/1.1"] + answer.dropFirst(), "HTTP"),
  ]

  @Test(arguments: faults)
  func saysWhatIsMissing(_ lines: [String], _ word: String) {
    guard case .failed(let error) = Self.progress(Self.text(lines)) else {
      Issue.record("not refused")
      return
    }
    #expect(error.status == .upgrade)
    #expect(error.message.contains(word), "\(error.message)")
  }

  @Test(arguments: [200, 301, 400, 401, 403, 404, 426, 429, 500, 503] as [Int32])
  func namesTheAnswer(_ status: Int32) {
    guard case .failed(let error) = Self.progress(Self.text(["HTTP/1.1 \(status) Whatever", "Content-Length: 0"])) else {
      Issue.record("not refused")
      return
    }
    #expect(error.status == .upgrade)
    #expect(error.httpStatus == status)
    #expect(error.message.contains("\(status)"))
    #expect(error.isRetryable == (status == 429 || status >= 500))
  }

  @Test(arguments: ["SSH-2.0-OpenSSH", "220 mail", "<html>", "\u{15}\u{3}\u{1}\u{0}\u{2}", "HTTP/2"])
  func knowsAtOnceWhatIsNoHTTP(_ text: String) {
    guard case .failed = Self.progress(text.bytes) else {
      Issue.record("still waiting")
      return
    }
  }

  @Test func boundsTheHead() {
    let flood = Array("HTTP/1.1 101 x\r\nA: ".utf8) + [UInt8](repeating: 0x61, count: Handshake.maxHead)
    for bytes in [flood, flood + "\r\n\r\n".bytes] {
      guard case .failed = Self.progress(bytes) else {
        Issue.record("not refused")
        return
      }
    }
  }

  @Test func survivesMutations() {
    var random = SeededRandom(seed: 7)
    let head = Self.text(Self.answer)
    for _ in 0..<20_000 {
      var bytes = head
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] =
          Bool.random(using: &random)
          ? UInt8(truncatingIfNeeded: random.next()) : "\r\n:, ".bytes.randomElement(using: &random)!
      }
      if case .open(let consumed) = Self.progress(bytes) { #expect(consumed <= bytes.count) }
    }
  }
}

struct DigestTests {
  /// FIPS 180 examples, and both sides of the padding's edges (digests from sha1sum).
  @Test(arguments: [
    ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
    (String(repeating: "a", count: 55), "c1c8bbdc22796e28c0e15163d20899b65621d65a"),
    (String(repeating: "a", count: 56), "c2db330f6083854c99d4b5bfb6e8f29f201be699"),
    (String(repeating: "a", count: 64), "0098ba824b5c16427bd7a1122a5a442a25ec644d"),
    (String(repeating: "a", count: 1_000_000), "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
  ])
  func sha1OfKnownTexts(_ text: String, _ digest: String) {
    #expect(sha1(text.bytes).map { String(format: "%02x", $0) }.joined() == digest)
  }

  @Test func base64LikeFoundation() {
    var random = SeededRandom(seed: 9)
    for count in 0..<100 {
      let bytes = random.bytes(count)
      #expect(base64(bytes).text == Data(bytes).base64EncodedString())
    }
  }
}
