import Foundation
import Testing
import VideoDBCore

@testable import VideoDBTransport

struct JSONTreeTests {
  static func parse(_ text: String) throws -> JSONTree {
    try Array(text.utf8).withUnsafeBytes { try JSONTree.parseObject($0, "The test") }
  }

  static func number(_ text: String) throws -> String {
    let tree = try parse("{\"n\":\(text)}")
    return String(decoding: try tree.text(), as: UTF8.self)
  }

  @Test(arguments: [
    "1.5", "0.1", "-0.0", "1760000000.25", "0.30000000000000004", "1.7976931348623157e+308", "123456789012345.0",
    "1e-07",
    "2.2250738585072014e-308", "9007199254740993", "9223372036854775807", "-9223372036854775808", "0", "-1", "1.0", "100.0",
  ])
  func keepsNumbersAsTheyAre(_ text: String) throws { #expect(try Self.number(text) == "{\"n\":\(text)}") }

  /// Behind a number jansson would take it for the end of the text.
  @Test(arguments: ["{\"n\":1\u{0}}", "{\u{0}}", "{}\u{0}", "{\"n\":true\u{0}}"])
  func refusesNULBytes(_ text: String) {
    #expect { try Self.parse(text) } throws: { ($0 as? VideoDBError)?.status == .json }
  }

  /// Shortest or not, it reads back as the same value.
  static func roundTrips(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for _ in 0..<5_000 {
      var value = Double(bitPattern: random.next())
      if Bool.random(using: &random) { value = Double.random(in: -2e9...2e9, using: &random) }
      guard value.isFinite else { continue }
      let tree = try parse("{\"n\":\(value)}")
      let written = String(decoding: try tree.text(), as: UTF8.self).dropFirst(5).dropLast()
      let back = try #require(Double(String(written)), "\(written)")
      #expect(back.bitPattern == value.bitPattern, "\(value) became \(written)")
    }
  }

  @Test(arguments: [1, 2] as [UInt64])
  func keepsEachBitOfADouble(_ seed: UInt64) throws { try Self.roundTrips(seed: seed) }

  /// Locales that write a comma, where the machine has one.
  static let commaLocale = ["de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "fr_FR.utf8"].first { name in
    guard let locale = newlocale(LC_NUMERIC_MASK, name, nil) else { return false }
    freelocale(locale)
    return true
  }

  @Test(.enabled(if: commaLocale != nil, "this machine has no locale with a decimal comma"))
  func ignoresTheLocaleOfTheThread() throws {
    // The thread's locale, not the process's: other tests run meanwhile.
    let locale = try #require(newlocale(LC_NUMERIC_MASK, Self.commaLocale, nil))
    let previous = uselocale(locale)
    defer {
      uselocale(previous)
      freelocale(locale)
    }
    #expect(String(cString: localeconv().pointee.decimal_point) == ",")
    #expect(try Self.number("1.5") == "{\"n\":1.5}")
    try Self.roundTrips(seed: 3)
    #expect(String(cString: localeconv().pointee.decimal_point) == ",")
  }

  @Test(arguments: [
    #"{}"#, #"{"a":[],"b":{},"c":null,"d":true,"e":false}"#, #"{"z":1,"a":2,"m":[1,[2,[3]],{"x":"y"}]}"#, #"{"":"","ä":"€😀"}"#,
    #"{"q":"\"\\/\b\f\n\r\t\u001f"}"#, #"{"nul":"a\u0000b"}"#,
  ])
  func writesWhatItRead(_ text: String) throws {
    let once = try Self.parse(text).text()
    let written = try JSONSerialization.jsonObject(with: Data(once)) as? NSDictionary
    let read = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary
    #expect(written != nil && written == read)
    #expect(try Self.parse(String(decoding: once, as: UTF8.self)).text() == once)
  }

  @Test func keepsTheOrderOfMembers() throws {
    #expect(try String(decoding: Self.parse(#"{"z":1,"a":2,"m":3}"#).text(), as: UTF8.self) == #"{"z":1,"a":2,"m":3}"#)
  }

  @Test(arguments: ["", " ", "{", "nope", "{\"a\":1}}", "{\"a\":\u{1}}", "[", "{\"key\": sk-secret}"])
  func saysWhereItIsNoJSON(_ text: String) {
    let error = #expect(throws: VideoDBError.self) { try Self.parse(text) }
    #expect(error?.status == .json)
    #expect(error?.message.hasPrefix("The test is not JSON: ") == true)
    #expect(error?.message.contains("line ") == true)
    #expect(error?.message.contains("secret") == false)
  }

  @Test(arguments: ["[]", "[{}]"])
  func saysWhatIsNoObject(_ text: String) {
    let error = #expect(throws: VideoDBError.self) { try Self.parse(text) }
    #expect(error?.status == .json)
    #expect(error?.message.contains("not an object") == true)
  }

  @Test func writesAsDeepAsItReads() throws {
    let depth = 2_000
    let text = "{\"a\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
    #expect(try String(decoding: Self.parse(text).text(), as: UTF8.self) == text)
    #expect(throws: VideoDBError.self) {
      try Self.parse("{\"a\":" + String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000) + "}")
    }
  }
}
