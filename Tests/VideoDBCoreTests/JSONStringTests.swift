import CSystemShims
import Foundation
import Testing

@testable import VideoDBCore

/// The one loop that looks through strings, in each of its widths: beside one that takes a byte at a time, with input and output that end
/// where memory ends.
struct JSONStringTests {
  enum Width: CaseIterable { case narrow, wide, chosen }

  enum Found: Equatable {
    case decoded([UInt8], end: Int)
    case noString, noUTF8
  }

  /// Memory that ends at a page that cannot be touched.
  final class Edge {
    private let size = 65_536
    private let map: UnsafeMutableRawPointer
    private var end: UnsafeMutableRawPointer { map + size }

    init() {
      map = mmap(nil, size + 65_536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      mprotect(map + size, 65_536, PROT_NONE)
    }

    deinit { munmap(map, size + 65_536) }

    func last(_ count: Int) -> UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(start: end - count, count: count) }
  }

  private let input = Edge()
  private let output = Edge()

  func find(_ text: [UInt8], _ width: Width, decodes: Bool) -> Found {
    let bytes = input.last(text.count)
    bytes.copyBytes(from: text)
    let from = UnsafeRawPointer(bytes.baseAddress!)
    let limit = from + text.count
    let room = decodes ? output.last(text.count).baseAddress!.assumingMemoryBound(to: UInt8.self) : nil
    let found =
      switch width {
      case .narrow: vdbshim_stringNarrow(from, limit, room)
      case .wide: vdbshim_canBeWide() ? vdbshim_stringWide(from, limit, room) : vdbshim_stringNarrow(from, limit, room)
      case .chosen: vdbshim_string(from, limit, room)
      }
    if found.length == VDBSHIM_NO_STRING { return .noString }
    if found.length == VDBSHIM_NO_UTF8 { return .noUTF8 }
    let decoded =
      decodes ? Array(output.last(text.count).prefix(found.length)) : [UInt8](repeating: 0, count: found.length)
    return .decoded(decoded, end: UnsafeRawPointer(found.end!) - from)
  }

  /// The same a byte at a time, by the words of RFC 8259 and RFC 3629.
  func expected(_ text: [UInt8]) -> Found {
    var out: [UInt8] = []
    var at = 0
    func hex(_ from: Int) -> UInt32? {
      guard from + 4 <= text.count, text[from..<(from + 4)].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else {
        return nil
      }
      return UInt32(String(decoding: text[from..<(from + 4)], as: UTF8.self), radix: 16)
    }
    while at < text.count {
      let c = text[at]
      if c == 0x22 { return .decoded(out, end: at) }
      if c < 0x20 { return .noString }
      if c == 0x5C {
        guard at + 1 < text.count else { return .noString }
        if text[at + 1] == 0x75 {
          guard var number = hex(at + 2) else { return .noString }
          at += 6
          if number & 0xFC00 == 0xD800, at + 6 <= text.count, text[at] == 0x5C, text[at + 1] == 0x75, let low = hex(at + 2),
            low & 0xFC00 == 0xDC00
          {
            number = 0x10000 + (number & 0x3FF) << 10 + low & 0x3FF
            at += 6
          }
          out += Array(String(Character(Unicode.Scalar(number) ?? "\u{FFFD}")).utf8)
          continue
        }
        guard let i = Array("\"\\/bfnrt".utf8).firstIndex(of: text[at + 1]) else { return .noString }
        out.append(Array("\"\\/\u{8}\u{c}\n\r\t".utf8)[i])
        at += 2
        continue
      }
      let length = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4
      guard at + length <= text.count, String(validating: text[at..<(at + length)], as: UTF8.self) != nil else {
        return .noUTF8
      }
      out += text[at..<(at + length)]
      at += length
    }
    return .decoded(out, end: text.count)
  }

  func check(_ text: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) {
    let expected = self.expected(text)
    for width in Width.allCases {
      let decoded = find(text, width, decodes: true)
      #expect(decoded == expected, "\(width): \(text)", sourceLocation: sourceLocation)
      let seen = find(text, width, decodes: false)
      switch (seen, expected) {
      case (.decoded(let length, let end), .decoded(let bytes, let expectedEnd)):
        #expect(length.count == bytes.count && end == expectedEnd, "\(width): \(text)", sourceLocation: sourceLocation)
      default: #expect(seen == expected, "\(width): \(text)", sourceLocation: sourceLocation)
      }
    }
  }

  static let pieces: [[UInt8]] =
    [
      "a", " the man in a red coat", "ä", "–", "京都", "🚚", "\u{7ff}\u{800}", "\u{ffff}\u{10000}", "\\n", "\\\"", "\\/",
      "\\u00e7", "\\u0000", "\\u20AC",
    ]
    .map { Array($0.utf8) }
    + ["\\ud83d\\udce6", "\\ud83d", "\\udce6", "\\ud83d\\u0041", "\\ud83d\\ud83d\\udce6"].map { Array($0.utf8) }
  /// What may not be there.
  static let wrong: [[UInt8]] = [
    [0x1F], [0x00], [0x5C, 0x61], [0x5C, 0x75, 0x30], Array("\\u12g4".utf8), [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3],
    [0xC3, 0x41],
    [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xE2, 0x82, 0x41], [0xF0, 0x8F, 0xBF, 0xBF],
    [0xF4, 0x90, 0x80, 0x80],
    [0xF0, 0x9F, 0x9A], [0xF0, 0x9F, 0x9A, 0x41], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xE4, 0xBA, 0xAC, 0x80],
    [0xC3, 0xA4, 0xA4],
  ]

  @Test(arguments: [51, 52, 53, 54] as [UInt64])
  func findsWhatALoopOfBytesFinds(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for _ in 0..<3_000 {
      var text: [UInt8] = []
      for _ in 0..<Int.random(in: 0...8, using: &random) {
        text += Self.pieces.randomElement(using: &random)!
        text += [UInt8](repeating: 0x61, count: Bool.random(using: &random) ? 0 : Int.random(in: 0...40, using: &random))
      }
      if Int.random(in: 0..<3, using: &random) == 0 {
        let at = Int.random(in: 0...text.count, using: &random)
        text.insert(contentsOf: Self.wrong.randomElement(using: &random)!, at: at)
      }
      if Bool.random(using: &random) { text += [0x22] + text.prefix(Int.random(in: 0...70, using: &random)) }
      check(text)
      if !text.isEmpty {
        text[Int.random(in: 0..<text.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
        check(text)
      }
    }
  }

  /// Whatever is right or wrong is so at each place of a block, before each other block, and at the end.
  @Test func seesEachPieceAtEachPlace() {
    for piece in Self.pieces + Self.wrong {
      for lead in 0..<66 {
        let before = [UInt8](repeating: 0x62, count: lead) + piece
        check(before)
        check(before + [0x22])
        check(before + [UInt8](repeating: 0x63, count: 33) + [0x22])
      }
    }
  }

  /// Each pair of bytes, and what follows those that begin a longer sequence, across the edge of a block.
  @Test func agreesOnEverySequence() {
    for a in UInt8(0x7E)...UInt8.max {
      for b: UInt8 in [0x22, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF] {
        for c: UInt8 in [0x22, 0x7F, 0x80, 0xBF, 0xC0] {
          for d: UInt8 in [0x22, 0x80, 0xBF, 0xC2] {
            check([UInt8](repeating: 0x61, count: 28 + Int(a ^ b ^ d) % 5) + [a, b, c, d, 0x22])
          }
        }
      }
    }
  }
}
