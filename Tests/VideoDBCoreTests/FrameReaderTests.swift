import Testing

@testable import VideoDBCore

/// What a reader said, owned.
enum Seen: Equatable {
  case message([UInt8], isText: Bool)
  case ping([UInt8])
  case pong([UInt8])
  case close(UInt16, [UInt8])
  case violation(UInt16)
}

/// Feeds a reader the way a connection does: what is not a whole frame is kept until more comes.
struct FrameFeed {
  var reader: FrameReader
  var kept: [UInt8] = []
  var seen: [Seen] = []
  private(set) var hasFailed = false

  init(maxMessage: Int = 1 << 20) { reader = FrameReader(maxMessage: maxMessage) }

  mutating func feed(_ bytes: [UInt8]) {
    guard !hasFailed else { return }
    kept += bytes
    var at = 0
    kept.withUnsafeBytes { raw in
      while true {
        let before = at
        switch reader.next(raw, &at) {
        case .needMore(let atLeast):
          #expect(atLeast > 0)
          #expect(at >= before && at <= raw.count)
          return
        case .message(let bytes, let isText): seen.append(.message(Array(bytes), isText: isText))
        case .ping(let bytes): seen.append(.ping(Array(bytes)))
        case .pong(let bytes): seen.append(.pong(Array(bytes)))
        case .close(let code, let reason): seen.append(.close(code, Array(reason)))
        case .violation(let code, _):
          seen.append(.violation(code))
          hasFailed = true
          return
        }
        #expect(at > before && at <= raw.count)
      }
    }
    kept.removeFirst(at)
  }

  static func all(_ bytes: [UInt8], maxMessage: Int = 1 << 20) -> [Seen] {
    var feed = FrameFeed(maxMessage: maxMessage)
    feed.feed(bytes)
    return feed.seen
  }
}

/// A frame of a server. `form`: bytes of the extended length (0, 2, 8), the shortest by default.
func frame(_ opcode: UInt8, _ payload: [UInt8], fin: Bool = true, reserved: UInt8 = 0, form: Int? = nil) -> [UInt8] {
  let form = form ?? (payload.count < 126 ? 0 : payload.count < 65_536 ? 2 : 8)
  var out = [(fin ? 0x80 : 0) | reserved << 4 | opcode, form == 0 ? UInt8(payload.count) : form == 2 ? 126 : 127]
  for i in (0..<form).reversed() { out.append(UInt8(truncatingIfNeeded: UInt64(payload.count) >> UInt64(i * 8))) }
  return out + payload
}

struct FrameReaderTests {
  static let conversation =
    frame(1, "hello".bytes) + frame(9, "p".bytes) + frame(2, [0, 255]) + frame(1, "one ".bytes, fin: false)
    + frame(9, "between".bytes) + frame(0, "two ".bytes, fin: false) + frame(10, []) + frame(0, [], fin: false)
    + frame(0, "three".bytes) + frame(1, [UInt8](repeating: 0x78, count: 300)) + frame(2, [1], fin: false) + frame(0, [2])
    + frame(1, []) + frame(1, "x".bytes, form: 2) + frame(1, "y".bytes, form: 8) + frame(8, [0x03, 0xE8] + "bye".bytes)

  static let expected: [Seen] = [
    .message("hello".bytes, isText: true), .ping("p".bytes), .message([0, 255], isText: false), .ping("between".bytes),
    .pong([]),
    .message("one two three".bytes, isText: true), .message([UInt8](repeating: 0x78, count: 300), isText: true),
    .message([1, 2], isText: false), .message([], isText: true), .message("x".bytes, isText: true),
    .message("y".bytes, isText: true), .close(1000, "bye".bytes),
  ]

  @Test func readsAConversation() { #expect(FrameFeed.all(Self.conversation) == Self.expected) }

  @Test func readsItSplitAtEachByte() {
    for cut in 0...Self.conversation.count {
      var feed = FrameFeed()
      feed.feed(Array(Self.conversation[..<cut]))
      feed.feed(Array(Self.conversation[cut...]))
      #expect(feed.seen == Self.expected, "cut at \(cut)")
      #expect(feed.kept.isEmpty)
    }
  }

  @Test(arguments: [1, 2, 3, 5, 7, 64])
  func readsItInPieces(_ size: Int) {
    var feed = FrameFeed()
    for at in stride(from: 0, to: Self.conversation.count, by: size) {
      feed.feed(Array(Self.conversation[at..<min(at + size, Self.conversation.count)]))
    }
    #expect(feed.seen == Self.expected)
  }

  /// `atLeast` is never more than what is missing, so that waiting for it cannot wait too long.
  @Test func asksForNoMoreThanIsMissing() {
    let whole = frame(1, [UInt8](repeating: 0x61, count: 70_000))
    for have in [0, 1, 2, 5, 9, 10, 11, 1_000, whole.count - 1] {
      var reader = FrameReader(maxMessage: 1 << 20)
      var at = 0
      whole[..<have].withUnsafeBytes { raw in
        guard case .needMore(let atLeast) = reader.next(raw, &at) else {
          Issue.record("a step of \(have) bytes")
          return
        }
        #expect(atLeast > 0 && atLeast <= whole.count - have)
      }
      #expect(at == 0)
    }
  }

  @Test(arguments: [125, 126, 127, 65_535, 65_536, 200_000])
  func readsEachFormOfLength(_ count: Int) {
    let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    #expect(FrameFeed.all(frame(2, payload)) == [.message(payload, isText: false)])
  }

  struct Fault: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let bytes: [UInt8]
    var code: UInt16 = 1002
  }

  static let faults: [Fault] =
    [
      Fault(testDescription: "reserved bit 1", bytes: frame(1, [], reserved: 4)),
      Fault(testDescription: "reserved bit 2", bytes: frame(1, [], reserved: 2)),
      Fault(testDescription: "reserved bit 3", bytes: frame(9, [], reserved: 1)),
      Fault(testDescription: "masked", bytes: [0x81, 0x81, 1, 2, 3, 4, 5]),
      Fault(testDescription: "a masked ping", bytes: [0x89, 0x80, 1, 2, 3, 4]),
      Fault(testDescription: "a ping in fragments", bytes: frame(9, [], fin: false)),
      Fault(testDescription: "a close in fragments", bytes: frame(8, [], fin: false)),
      Fault(testDescription: "a long ping", bytes: frame(9, [UInt8](repeating: 0, count: 126))),
      Fault(testDescription: "a ping of 2^63 bytes", bytes: [0x89, 127, 0x80, 0, 0, 0, 0, 0, 0, 0]),
      Fault(testDescription: "a continuation without a beginning", bytes: frame(0, [])),
      Fault(testDescription: "a message inside another", bytes: frame(1, [], fin: false) + frame(1, [])),
      Fault(testDescription: "a second beginning", bytes: frame(2, [], fin: false) + frame(1, [], fin: false)),
      Fault(testDescription: "a close of one byte", bytes: frame(8, [3])),
      Fault(testDescription: "a reason that is not UTF-8", bytes: frame(8, [3, 0xE8, 0xFF]), code: 1007),
      Fault(testDescription: "2^63 bytes", bytes: [0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0], code: 1009),
      Fault(testDescription: "2^64 - 1 bytes", bytes: [0x82, 127] + [UInt8](repeating: 0xFF, count: 8), code: 1009),
      Fault(testDescription: "2^63 - 1 bytes", bytes: [0x82, 127, 0x7F] + [UInt8](repeating: 0xFF, count: 7), code: 1009),
    ] + [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map { Fault(testDescription: "opcode \($0)", bytes: frame($0, [])) }
    + [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535].map { (code: UInt16) in
      Fault(testDescription: "close code \(code)", bytes: frame(8, [UInt8(code >> 8), UInt8(code & 0xFF)]))
    }

  @Test(arguments: faults)
  func saysWhatIsWrong(_ fault: Fault) {
    let before = frame(1, "ok".bytes)
    #expect(FrameFeed.all(before + fault.bytes) == [.message("ok".bytes, isText: true), .violation(fault.code)])
    var feed = FrameFeed()
    for byte in before + fault.bytes { feed.feed([byte]) }
    #expect(feed.seen == [.message("ok".bytes, isText: true), .violation(fault.code)])
  }

  @Test(arguments: [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999] as [UInt16])
  func takesCloseCodes(_ code: UInt16) {
    #expect(FrameFeed.all(frame(8, [UInt8(code >> 8), UInt8(code & 0xFF)])) == [.close(code, [])])
  }

  @Test func takesACloseWithoutCode() { #expect(FrameFeed.all(frame(8, [])) == [.close(1005, [])]) }

  @Test func boundsAMessage() {
    let fits = [UInt8](repeating: 0x61, count: 100)
    #expect(FrameFeed.all(frame(1, fits), maxMessage: 100) == [.message(fits, isText: true)])
    #expect(FrameFeed.all(frame(1, fits + [0x61]), maxMessage: 100) == [.violation(1009)])
    // The bound counts all fragments, and the next message begins anew.
    let halves = frame(1, Array(fits[..<60]), fin: false) + frame(0, Array(fits[60...]))
    #expect(FrameFeed.all(halves + halves, maxMessage: 100) == [.message(fits, isText: true), .message(fits, isText: true)])
    #expect(
      FrameFeed.all(frame(1, Array(fits[..<60]), fin: false) + frame(0, Array(fits[..<41])), maxMessage: 100) == [
        .violation(1009)
      ])
    // It is said as soon as the length is there, not when the bytes are.
    #expect(FrameFeed.all(Array(frame(1, fits + [0x61])[..<2]), maxMessage: 100) == [.violation(1009)])
  }

  /// Whatever comes, whole or in pieces: no trap, no step without progress, and the same steps both ways.
  @Test(arguments: (0..<10).map { UInt64($0) })
  func survivesRandomBytes(_ seed: UInt64) {
    var random = SeededRandom(seed: 100 + seed)
    for _ in 0..<10_000 {
      var bytes = random.bytes(Int.random(in: 1...48, using: &random))
      // Half of them begin like a frame that is none at once.
      if Bool.random(using: &random) {
        bytes[0] = [0x81, 0x01, 0x80, 0x00, 0x89, 0x88].randomElement(using: &random)!
        if bytes.count > 1 { bytes[1] &= 0x0F }
      }
      let whole = FrameFeed.all(bytes, maxMessage: 64)
      var feed = FrameFeed(maxMessage: 64)
      let cut = Int.random(in: 0...bytes.count, using: &random)
      feed.feed(Array(bytes[..<cut]))
      feed.feed(Array(bytes[cut...]))
      if feed.seen != whole { Issue.record("\(bytes) cut at \(cut): \(feed.seen), not \(whole)") }
    }
  }
}

struct FrameWriterTests {
  /// Takes the mask off, as a server does.
  static func unmasked(_ bytes: [UInt8]) throws -> [UInt8] {
    try #require(bytes[1] & 0x80 != 0)
    let form = bytes[1] & 0x7F == 126 ? 2 : bytes[1] & 0x7F == 127 ? 8 : 0
    let mask = Array(bytes[(2 + form)..<(6 + form)])
    let payload = bytes[(6 + form)...].enumerated().map { $1 ^ mask[$0 & 3] }
    return [bytes[0], bytes[1] & 0x7F] + bytes[2..<(2 + form)] + payload
  }

  @Test(arguments: [0, 1, 2, 3, 4, 5, 7, 125, 126, 127, 128, 65_535, 65_536, 70_001])
  func masksAndCountsWhatItSends(_ count: Int) throws {
    var random = SeededRandom(seed: UInt64(count))
    let payload = random.bytes(count)
    var out: [UInt8] = []
    payload.withUnsafeBytes { FrameWriter.append(.text, $0, mask: (0x12, 0x34, 0x56, 0x78), to: &out) }
    #expect(FrameFeed.all(try Self.unmasked(out)) == [.message(payload, isText: true)])
    #expect(out.count == payload.count + (count < 126 ? 6 : count < 65_536 ? 8 : 14))
    if count >= 4 { #expect(Array(out.suffix(count)) != payload) }
  }

  @Test func appendsFrameToFrame() throws {
    var out: [UInt8] = []
    FrameWriter.append(.ping, UnsafeRawBufferPointer("a"), mask: (1, 2, 3, 4), to: &out)
    let first = out.count
    FrameWriter.append(.pong, UnsafeRawBufferPointer("bc"), mask: (5, 6, 7, 8), to: &out)
    let second = out.count
    FrameWriter.closePayload(code: 1001).withUnsafeBytes { FrameWriter.append(.close, $0, mask: (0, 0, 0, 0), to: &out) }
    #expect(FrameFeed.all(try Self.unmasked(Array(out[..<first]))) == [.ping("a".bytes)])
    #expect(FrameFeed.all(try Self.unmasked(Array(out[first..<second]))) == [.pong("bc".bytes)])
    #expect(FrameFeed.all(try Self.unmasked(Array(out[second...]))) == [.close(1001, [])])
  }

  @Test func namesNoCodeWhereThereIsNone() {
    #expect(FrameWriter.closePayload(code: 1005) == [])
    #expect(FrameWriter.closePayload(code: 1000) == [0x03, 0xE8])
  }
}
