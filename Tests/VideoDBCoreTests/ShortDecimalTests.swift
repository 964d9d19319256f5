import Foundation
import Testing

@testable import VideoDBCore

/// Numbers read eight digits at a time, beside what the standard library makes of the same text.
struct ShortDecimalTests {
  private let input = JSONStringTests.Edge()

  /// What is read at `at` of a text that ends where memory ends.
  private func read(_ text: String, at: Int) -> (value: Double, end: Int)? {
    let bytes = input.last(text.utf8.count)
    bytes.copyBytes(from: text.utf8)
    return ShortDecimal(UnsafeRawPointer(bytes.baseAddress!), at, bytes.count).map { ($0.value, $0.end) }
  }

  private func digits(_ count: Int) -> String { String((0..<count).map { _ in "0123456789".randomElement()! }) }

  @Test func itIsTheNearestDouble() {
    for _ in 0..<20_000 {
      let whole = Int.random(in: 1...16)
      let places = Int.random(in: 1...16)
      var number = digits(whole) + "." + digits(places)
      if Bool.random(), whole > 1, number.hasPrefix("0") { number = "1" + number.dropFirst() }
      let before = ["", "1234567:", "[1,2,3,4,"].randomElement()!
      let after = ["", ",", "}", "}}", "\n", ", \"a\":1", "e5", "E", ".", "-", "0", "x"].randomElement()!
      let text = before + number + after
      let end = before.count + number.count + (after == "0" ? 1 : 0)
      let isZeroFirst = number.hasPrefix("0") && whole > 1
      let total = whole + places + (after == "0" ? 1 : 0)
      let isLong = whole > 15 || end - before.count - whole - 1 > 15 || total > 19
      let found = read(text, at: before.count)
      guard !isZeroFirst, !isLong, !after.lowercased().hasPrefix("e"), text.count >= 8 else {
        #expect(found == nil, "\(text)")
        continue
      }
      let wanted = Double(text.dropFirst(before.count).prefix(end - before.count))
      #expect(found?.value == wanted && found?.end == end, "\(text)")
    }
  }

  @Test(arguments: [
    "12345678", "1234567,", "12345678.", "1234567.,", ".12345678", "-1.234567", "+1.234567", "a1.234567", "1e2.34567",
    "01.234567",
    "00.234567", "1..234567", "1.2", "0.12345",
  ])
  func whatIsOfAnotherFormIsLeft(text: String) { #expect(read(text, at: 0) == nil) }

  @Test func nothingIsReadBeyondTheEnd() {
    for text in ["1234567890", "123456789.0", "1764142064.1234567", "0.12345678"] {
      for count in 8...text.count where text.count >= 8 {
        let part = String(text.prefix(count))
        let isWhole = part.contains(".") && !part.hasSuffix(".")
        #expect(read(part, at: 0)?.value == (isWhole ? Double(part) : nil), "\(part)")
        #expect(read(part, at: count) == nil)
      }
    }
  }

  @Test func aFractionIsRoundedOnce() {
    func check(_ digits: UInt64, _ places: Int) {
      #expect(decimalFraction(digits, places: places) == Double("\(digits)e-\(places)"), "\(digits) e-\(places)")
    }
    for places in 0...19 {
      for near in [0, 1 << 53, 1 << 54, 1 << 63, UInt64.max] as [UInt64] {
        for step in 0...64 as ClosedRange<UInt64> {
          check(near &+ step, places)
          check(near &- step, places)
        }
      }
    }
    for _ in 0..<20_000 {
      check(UInt64.random(in: 0...UInt64.max) >> UInt64.random(in: 0...63), Int.random(in: 0...19))
      // Halfway between two doubles, and beside it.
      let half = (UInt64.random(in: 1 << 52..<1 << 53) << 1 | 1) << UInt64.random(in: 0...9)
      check(half, 0)
      check(half + 1, 0)
      check(half - 1, 0)
    }
  }

  @Test func aNumberIsReadAsTheGrammarHasIt() {
    let pieces = ["-", "0", "1", "9", "12", "123456789", "0000000", ".", ".5", "e", "E", "+", "e-3", "E+7", "e400", " "]
    for _ in 0..<20_000 {
      let text = (0..<Int.random(in: 0...6)).map { _ in pieces.randomElement()! }.joined()
      let isNumber = text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/) != nil
      let found = Array(text.utf8).withUnsafeBytes { parseJSONNumber($0) }
      #expect(found == (isNumber ? Double(text) : nil), "\(text)")
    }
  }
}
