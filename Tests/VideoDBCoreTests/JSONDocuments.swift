/// JSON texts for comparing parsers, valid and not.
enum JSONDocuments {
  static let handmade: [String] = [
    "{}", "[]", " { } ", "\t[\n]\r", "[1]", "[-0]", "[0]", "[01]", "[-01]", "[1.]", "[.5]", "[+1]", "[-]", "[1e5]", "[1E+5]",
    "[1e-5]", "[1e]", "[1e+]", "[0.0e0]", "[1.5e300]", "[00]", "[0x10]", "[NaN]", "[Infinity]", "[-Infinity]",
    "[9223372036854775807]", "[-9223372036854775808]", "[5e-324]", "[1e-400]", "[1.7976931348623157e308]",
    "[true]", "[false]", "[null]", "[tru]", "[truex]", "[True]", "[nul]", "[nullnull]",
    #"["a"]"#, #"[""]"#, #"["a]"#, #"['a']"#, #"["\"\\\/\b\f\n\r\t"]"#, #"["\a"]"#, #"["\x41"]"#, #"["\"#, #"["\u"]"#,
    #"["\u12"]"#,
    #"["\u00e4"]"#, #"["\u00E4"]"#, #"["\u0000"]"#, #"["\uZZZZ"]"#, #"["\ud83d\ude00"]"#, #"["\uD83D\uDE00x"]"#,
    "[\"a\u{0}b\"]", "[\"a\nb\"]", "[\"a\tb\"]", "[\"a\u{1f}b\"]", "[\"a\u{7f}b\"]", "[\"ä€😀\"]",
    "[1,]", "[,1]", "[1 2]", "[1,,2]", "[1]]", "[[1]", "[1}", "{1}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1 \"b\":2}",
    "{,}", "{\"a\" : 1 , \"b\" : [ { } , null ] }", "{\"a\":1,\"a\":2}", "{a:1}", "{\"a\"=1}", "{\"\":1}", "{\"a\":1}{}",
    "[] []",
    "[]x", "[]\u{0}", "\u{FEFF}[]", "[]\u{FEFF}", "[1]//", "/**/[1]", "", " ", "[", "{", "]", "}", "\"", "[\"", "{\"",
    "{\"a\":",
    "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]", "[{\"a\":[{\"b\":[{\"c\":{}}]}]}]", "[\u{a0}1]", "[\u{b}1]", "[\u{c}1]",
    #"{"channel":"scene_index","rtstream_id":"rts-1","data":{"text":"A car","start":1760000000.25,"is_final":true}}"#,
    #"{"k\u0065y":[-1.25e-3,{"deep":[[],{},"",0]},"\u20ac\ud834\udd1e"],"z":null}"#,
  ]

  /// A random valid document that holds what both parsers are to accept.
  static func random(_ random: inout SeededRandom) -> [UInt8] {
    var out: [UInt8] = []
    appendValue(&random, depth: 0, to: &out, container: true)
    return out
  }

  private static let strings = [
    "\"\"", "\"a\"", "\"channel\"", "\"\\n\\t\\\\\"", "\"ä€😀\"", "\"\\u20AC\"", "\"\\ud83d\\ude00\"", "\"0123456789abcdef\"",
    "\"\\/\\b\\f\\r\\\"\"",
  ]
  private static let numbers = ["0", "-0", "1", "-1", "1.5", "2e3", "-0.25E-2", "1760000000.25", "123456789012345", "0.1"]
  private static let spaces = ["", "", "", " ", "\n", "\t ", "\r\n"]

  private static func appendValue(_ random: inout SeededRandom, depth: Int, to out: inout [UInt8], container: Bool = false) {
    func put(_ text: String) { out += text.utf8 }
    put(spaces.randomElement(using: &random)!)
    switch container ? Int.random(in: 0...1, using: &random) : Int.random(in: 0...(depth > 5 ? 4 : 7), using: &random) + 2 {
    case 0, 7, 8:
      put("[")
      let count = Int.random(in: 0...4, using: &random)
      for i in 0..<count {
        if i > 0 { put(",") }
        appendValue(&random, depth: depth + 1, to: &out)
      }
      put("]")
    case 1, 9:
      put("{")
      let count = Int.random(in: 0...4, using: &random)
      for i in 0..<count {
        if i > 0 { put(",") }
        put(strings.randomElement(using: &random)! + spaces.randomElement(using: &random)! + ":")
        appendValue(&random, depth: depth + 1, to: &out)
      }
      put("}")
    case 2: put("true")
    case 3: put(["null", "false"].randomElement(using: &random)!)
    case 4: put(numbers.randomElement(using: &random)!)
    default: put(strings.randomElement(using: &random)!)
    }
    put(spaces.randomElement(using: &random)!)
  }

  private static let fragments = [
    "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "-", ".", "e", "\\u", "\\ud800", "\\u0000", " ", "\n", "\u{0}", "\u{1f}",
    "true", "ä", "😀",
  ].map(\.bytes)

  /// One to three small changes.
  static func mutated(_ document: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
    var bytes = document
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let at = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0...5, using: &random) {
      case 0: bytes.insert(contentsOf: fragments.randomElement(using: &random)!, at: at)
      case 1: if at < bytes.count { bytes.remove(at: at) }
      case 2: if at < bytes.count { bytes[at] = UInt8(truncatingIfNeeded: random.next()) }
      case 3: if at < bytes.count { bytes[at] ^= 1 << UInt8.random(in: 0...7, using: &random) }
      case 4: bytes.removeSubrange(at...)
      default:
        let from = Int.random(in: 0...at, using: &random)
        bytes.insert(contentsOf: Array(bytes[from..<min(at, from + 12)]), at: at)
      }
    }
    return bytes
  }
}
