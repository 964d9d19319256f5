import CJansson
import CSystemShims
import Foundation
import Testing

@testable import VideoDBCore

/// Our scanner beside jansson: the same texts are JSON to both, but for the differences that JSONScanner documents.
struct JSONScannerTests {
  static func scan(_ bytes: [UInt8]) -> JSONScanner.Fault {
    bytes.withUnsafeBytes { raw in
      var scanner = JSONScanner(raw)
      return scanner.skipValue() && scanner.finish() ? .none : scanner.fault
    }
  }

  /// Whether jansson takes the text, and if not, what it says.
  static func jansson(_ bytes: [UInt8]) -> (isAccepted: Bool, code: json_error_code, text: String) {
    var problem = json_error_t()
    let tree = (bytes + [0]).withUnsafeBytes {
      vdbshim_json_parse($0.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, &problem)
    }
    if let tree {
      vdbshim_json_release(tree)
      return (true, json_error_unknown, "")
    }
    let text = withUnsafeBytes(of: problem.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    // jansson keeps the code in the last byte of the text.
    let code = withUnsafeBytes(of: problem.text) { json_error_code(UInt32($0[$0.count - 1])) }
    return (false, code, text)
  }

  /// What ours takes and jansson does not, as the scanner's documentation has it.
  static func isDocumentedDifference(_ code: json_error_code, _ text: String) -> Bool {
    switch code {
    case json_error_numeric_overflow, json_error_null_byte_in_key: true
    // Lone surrogates.
    case json_error_invalid_syntax: text.contains("invalid Unicode '\\u")
    default: false
    }
  }

  /// `[` and `]` around it: jansson takes no bare value.
  static func compare(_ document: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) {
    let bytes = [0x5B] + document + [0x5D]
    let ours = scan(bytes)
    let theirs = jansson(bytes)
    if ours == .none, !theirs.isAccepted {
      #expect(
        isDocumentedDifference(theirs.code, theirs.text), "only ours accepts \(bytes.text.debugDescription): \(theirs.text)",
        sourceLocation: sourceLocation)
    } else if theirs.isAccepted, !bytes.contains(0) {
      // jansson (2.14) loses a NUL byte that follows a number or a word.
      #expect(ours == .none, "only jansson accepts \(bytes.text.debugDescription)", sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: JSONDocuments.handmade)
  func agreesOnHandmadeTexts(_ text: String) { Self.compare(text.bytes) }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func agreesOnRandomTexts(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for _ in 0..<2_000 {
      let document = JSONDocuments.random(&random)
      #expect(Self.scan(document) == .none, "\(document.text)")
      Self.compare(document)
    }
  }

  @Test(arguments: [11, 12, 13, 14] as [UInt64])
  func agreesOnMutatedTexts(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for _ in 0..<10_000 {
      let origin =
        Bool.random(using: &random)
        ? JSONDocuments.random(&random) : JSONDocuments.handmade.randomElement(using: &random)!.bytes
      Self.compare(JSONDocuments.mutated(origin, &random))
    }
  }

  /// The differences are there: a change of either parser that removes one shows here.
  @Test(arguments: [
    #"["\ud800"]"#, #"["\udc00x"]"#, #"["\ud800\u0041"]"#, "[9223372036854775808]", "[1e400]", "[-1e400]", #"{"a\u0000b":1}"#,
  ])
  func acceptsWhatJanssonCannotHold(_ text: String) {
    #expect(Self.scan(text.bytes) == .none)
    #expect(!Self.jansson(text.bytes).isAccepted)
  }

  @Test(arguments: ["\u{0}", "1\u{0}", "true\u{0}", "\u{0}[]", "[]\u{0}", "[1\u{0}]", "{}\u{0}{}"])
  func refusesNULBytes(_ text: String) { #expect(Self.scan(text.bytes) == .syntax) }

  @Test func acceptsNULEscapesLikeJansson() {
    #expect(Self.scan(#"["\u0000"]"#.bytes) == .none)
    #expect(Self.jansson(#"["\u0000"]"#.bytes).isAccepted)
  }

  @Test(arguments: [("[", "]"), ("{\"a\":", "}")])
  func refusesTextsThatAreTooDeep(_ brackets: (String, String)) {
    func nested(_ depth: Int) -> [UInt8] {
      (String(repeating: brackets.0, count: depth) + "0" + String(repeating: brackets.1, count: depth)).bytes
    }
    #expect(Self.scan(nested(JSONScanner.maxDepth)) == .none)
    #expect(Self.scan(nested(JSONScanner.maxDepth + 1)) == .depth)
    #expect(Self.scan(nested(100_000)) == .depth)
  }

  @Test(arguments: ["\"\\", "\"\\u", "\"\\u123", "\"\u{c3}", "1e", "-", "tru"])
  func reportsAFaultAtTheEnd(_ text: String) { #expect(Self.scan(text.bytes) == .syntax) }

  @Test(
    arguments: [[0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xE2, 0x82]] as [[UInt8]])
  func tellsBrokenUTF8Apart(_ bytes: [UInt8]) { #expect(Self.scan(bytes) == .utf8) }

  /// The fast path looks at eight bytes at once: what ends it is seen at each place, and at each place of the buffer.
  @Test func seesWhatEndsAStringAtEachPlace() {
    for offset in 0..<17 {
      for length in 0..<40 {
        for special: [UInt8] in [
          [0x22], [0x5C, 0x6E], [0x1F], [0x00], [0x80], [0xC3, 0xA4], [0x7F], [0x21], [0x23], [0x5B], [0x5D],
        ] {
          let content = [UInt8](repeating: 0x61, count: length) + special + [0x62, 0x62]
          let bytes = [UInt8](repeating: 0x20, count: offset) + [0x22] + content + [0x22]
          let isFine = special[0] != 0x22 && special[0] != 0x1F && special[0] != 0 && special[0] != 0x80
          let fault = Self.scan(bytes)
          #expect((fault == .none) == isFine, "\(special) behind \(length) bytes at offset \(offset): \(fault)")
        }
      }
    }
  }
}

struct JSONTextTests {
  static func decode(_ raw: [UInt8]) -> [UInt8] { raw.withUnsafeBytes { decodeJSONString($0) } }

  /// Strings as jansson decodes them.
  static func jansson(_ raw: [UInt8]) -> [UInt8]? {
    let text = [0x5B, 0x22] + raw + [0x22, 0x5D]
    var problem = json_error_t()
    let tree = text.withUnsafeBytes {
      vdbshim_json_parse($0.baseAddress?.assumingMemoryBound(to: CChar.self), text.count, &problem)
    }
    guard let tree else { return nil }
    defer { vdbshim_json_release(tree) }
    guard let string = json_array_get(tree, 0), let bytes = json_string_value(string) else { return nil }
    return Array(UnsafeRawBufferPointer(start: bytes, count: json_string_length(string)))
  }

  @Test(arguments: [21, 22, 23] as [UInt64])
  func decodesStringsLikeJansson(_ seed: UInt64) {
    let pieces = [
      "a", "bcd", "ä", "€", "😀", "\\n", "\\t", "\\r", "\\b", "\\f", "\\\\", "\\/", "\\\"", "\\u0041", "\\u00e4", "\\u07FF",
      "\\u0800",
      "\\uFFFF", "\\ud800\\udc00", "\\uDBFF\\uDFFF", "\\u0000", "\\u007f", "\\u0080", " ",
    ]
    var random = SeededRandom(seed: seed)
    for _ in 0..<5_000 {
      let raw = (0..<Int.random(in: 0...12, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined().bytes
      #expect(Self.decode(raw) == Self.jansson(raw), "\(raw.text)")
    }
  }

  @Test(arguments: [
    (#"\ud800"#, "\u{FFFD}"), (#"\udc00"#, "\u{FFFD}"), (#"\ud800x"#, "\u{FFFD}x"), (#"\ud800\n"#, "\u{FFFD}\n"),
    (#"\ud800\ud800"#, "\u{FFFD}\u{FFFD}"), (#"\ud800\u0041"#, "\u{FFFD}A"), (#"\udc00\ud800"#, "\u{FFFD}\u{FFFD}"),
    (#"\ud800\ud83d\ude00"#, "\u{FFFD}😀"),
  ])
  func replacesLoneSurrogates(_ raw: String, _ expected: String) { #expect(Self.decode(raw.bytes) == expected.bytes) }

  @Test(arguments: [
    "0", "-0", "0.0", "1", "-1", "0.1", "1.5", "123456789012345678", "999999999999999999", "9007199254740992",
    "9007199254740993",
    "9223372036854775807", "9223372036854775808", "18446744073709551616", "1e22", "1e23", "1E-22", "0.0000000000000000000001",
    "0.00000000000000000000001", "123456.789e3", "1760000000.25", "1760000000250.5", "5e-324", "2.4703282292062327e-324",
    "2.2250738585072011e-308", "1.7976931348623157e308", "1e308", "1e309", "-1e309", "1e-400", "0.30000000000000004",
    "8.41470984807896506652502321630345",
  ])
  func readsNumbersLikeStrtod(_ text: String) throws {
    let value = try #require(text.bytes.withUnsafeBytes { parseJSONNumber($0) })
    #expect(value.bitPattern == strtod(text, nil).bitPattern, "\(text)")
  }

  @Test(arguments: [31, 32] as [UInt64])
  func readsRandomNumbersLikeStrtod(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    func digits(_ most: Int) -> String {
      (0..<Int.random(in: 1...most, using: &random)).map { _ in "\(Int.random(in: 0...9, using: &random))" }.joined()
    }
    for _ in 0..<20_000 {
      let whole = Bool.random(using: &random) ? "0" : "\(Int.random(in: 1...9, using: &random))" + digits(20)
      let fraction = Bool.random(using: &random) ? "." + digits(26) : ""
      let exponent =
        Int.random(in: 0...3, using: &random) == 0
        ? ["e", "E", "e+", "E-"].randomElement(using: &random)! + "\(Int.random(in: 0...330, using: &random))" : ""
      let text = (Bool.random(using: &random) ? "-" : "") + whole + fraction + exponent
      let value = text.bytes.withUnsafeBytes { parseJSONNumber($0) }
      #expect(value?.bitPattern == strtod(text, nil).bitPattern, "\(text)")
    }
  }

  @Test func readsWhatSwiftWrites() {
    var random = SeededRandom(seed: 33)
    for _ in 0..<20_000 {
      let value = Double(bitPattern: random.next())
      guard value.isFinite else { continue }
      let text = "\(value)"
      #expect(text.bytes.withUnsafeBytes { parseJSONNumber($0) }?.bitPattern == value.bitPattern, "\(text)")
    }
  }

  @Test(arguments: ["", "-", "+1", "01", "1.", ".1", "1e", " 1", "1 ", "NaN", "inf", "0x1", "1_0", "--1", "1,5"])
  func refusesWhatIsNoNumber(_ text: String) { #expect(text.bytes.withUnsafeBytes { parseJSONNumber($0) } == nil) }
}
