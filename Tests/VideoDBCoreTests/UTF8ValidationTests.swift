import CSystemShims
import Testing

@testable import VideoDBCore

struct UTF8ValidationTests {
  /// The same bytes at each of eight places relative to a word.
  static func check(_ bytes: [UInt8]) {
    let expected = String(validating: bytes, as: UTF8.self) != nil
    for lead in 0..<8 {
      let shifted = [UInt8](repeating: 0x61, count: lead) + bytes
      shifted.withUnsafeBytes { raw in
        let view = UnsafeRawBufferPointer(rebasing: raw[lead...])
        #expect(isValidUTF8(view) == expected, "\(bytes) at \(lead)")
        #expect(isValidUTF8(raw) == expected, "\(bytes) behind \(lead)")
      }
    }
  }

  @Test func takesNothing() {
    #expect(isValidUTF8(UnsafeRawBufferPointer(start: nil, count: 0)))
    Self.check([])
  }

  /// Each pair of bytes, and each third byte behind those that begin a longer sequence.
  @Test func agreesOnEveryShortSequence() {
    for a in UInt8.min...UInt8.max {
      Self.check([a])
      for b: UInt8 in [0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF] {
        Self.check([a, b])
        for c: UInt8 in [0x7F, 0x80, 0xBF, 0xC0] {
          Self.check([a, b, c])
          for d: UInt8 in [0x7F, 0x80, 0xBF, 0xC0] { Self.check([a, b, c, d]) }
        }
      }
    }
  }

  /// What reads a word at a time finds the same sequences as what reads a byte at a time.
  @Test func agreesAboutEveryBeginningOfAWord() {
    for a in UInt8(0x80)...UInt8.max {
      for b in UInt8.min...UInt8.max {
        for c: UInt8 in [0x00, 0x7F, 0x80, 0xBF, 0xC0, 0xFF] {
          for d: UInt8 in [0x00, 0x7F, 0x80, 0xBF, 0xC0, 0xFF] {
            let bytes = [a, b, c, d]
            let expected = bytes.withUnsafeBytes { utf8SequenceLength($0.baseAddress!, 0, 4) }
            let word = bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self).littleEndian }
            if Int(vdbshim_utf8(word)) != expected { Issue.record("\(bytes)") }
          }
        }
      }
    }
  }

  @Test func readsEachHexadecimalDigit() {
    for digit in UInt8.min...UInt8.max {
      for at in 0..<4 {
        var digits = Array("0000".utf8)
        digits[at] = digit
        let expected = hexDigit(digit).map { Int32($0) << Int32(12 - 4 * at) } ?? -1
        #expect(digits.withUnsafeBytes { vdbshim_hex4($0.baseAddress) } == expected)
      }
    }
  }

  @Test(arguments: [41, 42, 43] as [UInt64])
  func agreesOnRandomBytes(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for _ in 0..<2_000 { Self.check(random.bytes(Int.random(in: 0...24, using: &random))) }
  }

  @Test(arguments: [44, 45] as [UInt64])
  func agreesOnTextWithOneWrongByte(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let scalars: [Unicode.Scalar] = [
      "a", "\u{7f}", "\u{80}", "ä", "\u{7ff}", "\u{800}", "€", "\u{d7ff}", "\u{e000}", "\u{ffff}", "😀", "\u{10ffff}",
    ]
    for _ in 0..<2_000 {
      var text = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 1...20, using: &random) { text.append(scalars.randomElement(using: &random)!) }
      var bytes = Array(String(text).utf8)
      Self.check(bytes)
      bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
      Self.check(bytes)
      Self.check(Array(bytes.dropLast()))
    }
  }
}
