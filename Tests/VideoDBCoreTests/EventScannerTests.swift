import Foundation
import Testing

@testable import VideoDBCore

/// What an application sees of a message.
struct EventView: Equatable {
  var fault = JSONScanner.Fault.none
  var kind = EventKind.other
  var flags: EventFlags = []
  var channel = ""
  var rtstreamID = ""
  var text = ""
  var label = ""
  var data = ""
  var start: Double?
  var end: Double?
  var confidence: Double?

  init() {}

  init(_ message: [UInt8]) {
    var fields = EventFields()
    let fault = message.withUnsafeBytes { EventScanner.scan($0, into: &fields) }
    self.init(message, fields, fault)
  }

  init(_ message: [UInt8], _ fields: EventFields, _ fault: JSONScanner.Fault) {
    self.fault = fault
    guard fault == .none, let record = message.withUnsafeBytes({ EventRecord.make(fields, $0, receivedMs: 0) }) else { return }
    defer { EventRecord.destroy(record) }
    func string(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }
    kind = fields.kind
    flags = fields.flags
    channel = string(record.pointee.channelName())
    // Twice, the second time from what was decoded the first time.
    _ = record.pointee.text()
    _ = record.pointee.label()
    rtstreamID = string(record.pointee.rtstreamID())
    text = string(record.pointee.text())
    label = string(record.pointee.label())
    data = string(record.pointee.data())
    start = fields.start.isNaN ? nil : fields.start
    end = fields.end.isNaN ? nil : fields.end
    confidence = fields.confidence.isNaN ? nil : fields.confidence
  }

  static func made(_ change: (inout EventView) -> Void) -> EventView {
    var view = EventView()
    change(&view)
    return view
  }
}

struct EventScannerTests {
  /// Every form of message that the service is documented to send or was seen to send.
  static let messages: [(String, EventView)] = [
    (
      #"{"channel":"transcript","rtstream_id":"rts-1","data":{"text":"hello","is_final":false,"start":1760000000.5,"end":1760000002}}"#,
      .made {
        ($0.kind, $0.flags, $0.channel, $0.rtstreamID, $0.text) = (.transcript, .interim, "transcript", "rts-1", "hello")
        $0.data = #"{"text":"hello","is_final":false,"start":1760000000.5,"end":1760000002}"#
        ($0.start, $0.end) = (1_760_000_000.5, 1_760_000_002)
      }
    ),
    (
      #"{"channel":"visual_index","data":{"text":"A desk","start":1760000000000,"end":1760000010000}}"#,
      .made {
        ($0.kind, $0.channel, $0.text) = (.sceneIndex, "scene_index", "A desk")
        $0.data = #"{"text":"A desk","start":1760000000000,"end":1760000010000}"#
        ($0.start, $0.end) = (1_760_000_000, 1_760_000_010)
      }
    ),
    (
      #"{"channel":"scene_index","data":{"text":"x","start":3.5,"end":7}}"#,
      .made {
        ($0.kind, $0.flags, $0.channel, $0.text) = (.sceneIndex, .relativeTime, "scene_index", "x")
        $0.data = #"{"text":"x","start":3.5,"end":7}"#
        ($0.start, $0.end) = (3.5, 7)
      }
    ),
    (
      #"{"channel":"spoken_index","data":{"text":"talk"}}"#,
      .made { ($0.kind, $0.channel, $0.text, $0.data) = (.audioIndex, "audio_index", "talk", #"{"text":"talk"}"#) }
    ),
    (
      #"{"channel":"audio_index"}"#, .made { ($0.kind, $0.channel) = (.audioIndex, "audio_index") }
    ),
    (
      #"{"channel":"alert","rtstream_id":"r","data":{"label":"L","triggered":true,"confidence":0.93,"explanation":"why","timestamp":1760000000}}"#,
      .made {
        ($0.kind, $0.flags, $0.channel, $0.rtstreamID) = (.alert, .triggered, "alert", "r")
        ($0.label, $0.text, $0.confidence) = ("L", "why", 0.93)
        ($0.start, $0.end) = (1_760_000_000, 1_760_000_000)
        $0.data = #"{"label":"L","triggered":true,"confidence":0.93,"explanation":"why","timestamp":1760000000}"#
      }
    ),
    (
      #"{"channel":"alert","data":{"event_label":"E","text":"t","explanation":"x","confidence":"0.5","start":"1760000000"}}"#,
      .made {
        ($0.kind, $0.channel, $0.label, $0.text, $0.confidence) = (.alert, "alert", "E", "t", 0.5)
        $0.start = 1_760_000_000
        $0.data = #"{"event_label":"E","text":"t","explanation":"x","confidence":"0.5","start":"1760000000"}"#
      }
    ),
    (
      #"{"channel":"capture_session","data":{"event":"started"}}"#,
      .made { ($0.kind, $0.channel, $0.data) = (.captureSession, "capture_session", #"{"event":"started"}"#) }
    ),
    (
      #"{"type":"index","index_type":"visual","text":"flat"}"#,
      .made { ($0.kind, $0.channel, $0.text) = (.sceneIndex, "scene_index", "flat") }
    ),
    (
      #"{"index_type":"audio","type":"index"}"#, .made { ($0.kind, $0.channel) = (.audioIndex, "audio_index") }
    ),
    (
      #"{"type":"transcript","text":"flat","is_final":"FALSE"}"#,
      .made { ($0.kind, $0.flags, $0.channel, $0.text) = (.transcript, .interim, "transcript", "flat") }
    ),
    (#"{"event_type":"alert"}"#, .made { ($0.kind, $0.channel) = (.alert, "alert") }),
    (#"{"channel":"brand_new","data":[1,2]}"#, .made { ($0.channel, $0.data) = ("brand_new", "[1,2]") }),
    (#"{"connection_id":"c-1"}"#, EventView()),
    ("[1,2]", EventView()), ("17", EventView()), (#" "text" "#, EventView()), ("{}", EventView()),
    // Members may come in any order and more than once, with escapes in their names and white space around them.
    (
      " {\n\"data\" : { \"te\\u0078t\" : \"a\\nb\" } , \"chann\\u0065l\" : \"\\u0061lert\" }\r\n",
      .made {
        ($0.kind, $0.channel, $0.text, $0.data) = (.alert, "alert", "a\nb", "{ \"te\\u0078t\" : \"a\\nb\" }")
      }
    ),
    (
      #"{"channel":"x","channel":"alert","data":{"text":"old","label":"gone"},"data":{"text":"new"}}"#,
      .made { ($0.kind, $0.channel, $0.text, $0.data) = (.alert, "alert", "new", #"{"text":"new"}"#) }
    ),
    // The members of `data` stand before those beside it; what lies deeper is nobody's.
    (
      #"{"text":"outer","label":"L","data":{"text":"inner","meta":{"text":"deep","label":"deep","is_final":false}},"channel":"alert"}"#,
      .made {
        ($0.kind, $0.channel, $0.text, $0.label) = (.alert, "alert", "inner", "L")
        $0.data = #"{"text":"inner","meta":{"text":"deep","label":"deep","is_final":false}}"#
      }
    ),
    (
      #"{"channel":"alert","data":{"text":null,"label":7,"triggered":"true","confidence":[1]}}"#,
      .made {
        ($0.kind, $0.channel) = (.alert, "alert")
        $0.data = #"{"text":null,"label":7,"triggered":"true","confidence":[1]}"#
      }
    ),
    // Several texts to decode share one block.
    (
      #"{"channel":"c\u002d1","rtstream_id":"r\u002d1","data":{"text":"t\u00e4\ud83d\ude00","label":"\"l\""}}"#,
      .made {
        ($0.channel, $0.rtstreamID, $0.text, $0.label) = ("c-1", "r-1", "tä😀", "\"l\"")
        $0.data = #"{"text":"t\u00e4\ud83d\ude00","label":"\"l\""}"#
      }
    ),
  ]

  @Test(arguments: messages)
  func reads(_ message: String, _ expected: EventView) { #expect(EventView(message.bytes) == expected) }

  @Test(arguments: messages)
  func refusesEachTruncation(_ message: String, _ expected: EventView) {
    let bytes = message.bytes
    // White space at the end may go.
    let end = bytes.lastIndex { $0 > 0x20 }!
    for count in 0...end {
      let fault = EventView(Array(bytes[..<count])).fault
      // A number is a number with fewer digits too.
      if bytes[0] == 0x31, count > 0 { continue }
      #expect(fault != .none, "the first \(count) bytes of \(message)")
    }
  }

  /// The scanner that knows events and the one that does not agree on what is JSON.
  @Test(arguments: [51, 52, 53, 54] as [UInt64])
  func validatesLikeThePlainScanner(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for _ in 0..<5_000 {
      let bytes = JSONDocuments.mutated(Self.messages.randomElement(using: &random)!.0.bytes, &random)
      let plain = JSONScannerTests.scan(bytes)
      let event = EventView(bytes).fault
      #expect(plain == event, "\(bytes.text.debugDescription)")
    }
  }

  @Test(arguments: [("", 127), ("\"data\":", 127), ("\"data\":{\"x\":", 126)])
  func boundsTheDepthWhereverItIs(_ lead: String, _ most: Int) {
    func message(_ depth: Int) -> [UInt8] {
      let key = lead.isEmpty ? "\"x\":" : lead
      let closing = lead.hasSuffix("x\":") ? "}" : ""
      return ("{" + key + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + closing + "}").bytes
    }
    #expect(EventView(message(most)).fault == .none)
    #expect(EventView(message(most + 1)).fault == .depth)
    #expect(JSONScannerTests.scan(message(most)) == .none)
    #expect(JSONScannerTests.scan(message(most + 1)) == .depth)
  }

  @Test(arguments: [
    (1.76e9, 1.76e9), (1.76e12, 1.76e9), (1.76e15, 1.76e9), (99_999_999_999, 99_999_999_999), (100_000_000_000, 100_000_000),
    (99_999_999_999_999, 99_999_999_999.999), (100_000_000_000_000, 100_000_000), (0, 0), (-5, -5),
  ])
  func findsTheUnitByMagnitude(_ sent: Double, _ seconds: Double) {
    #expect(EventView(#"{"data":{"start":\#(sent)}}"#.bytes).start == seconds)
  }

  /// Short integers are read eight digits at a time: of every length, at every distance from the end of the message.
  @Test func readsIntegersOfEachLengthAtEachPlace() {
    for digits in [
      "", "1", "12", "90817", "1234567", "12345678", "987654321", "1710000001234", "123456789012345",
      "1234567890123456", "12345678901234567890", "0", "00", "01", "-7", "-0", "1.5", "17100000012345.25", "3e2", "12345678E3",
      "1.", "1e", "-", "1x", "1 2",
    ] {
      for after in ["}", "}}", " }", ",\"a\":1}", ",\"a\":\"\(String(repeating: "x", count: 20))\"}"] {
        let open = after == "}}" ? #"{"data":{"confidence":"# : #"{"confidence":"#
        let view = EventView((open + digits + after).bytes)
        let isNumber = JSONScannerTests.scan(digits.bytes) == .none
        #expect((view.fault == .none) == isNumber, "\(open + digits + after)")
        #expect(view.confidence == (isNumber ? Double(digits) : nil), "\(open + digits + after)")
      }
    }
  }

  /// What is compared of a text is itself without the white space around it, and all of it.
  @Test func hashesOfTextsDiffer() {
    var seen: Set<UInt64> = []
    func hash(_ text: [UInt8]) -> UInt64 { text.withUnsafeBytes { textHash($0) } }
    for count in 0..<70 {
      let text = (0..<count).map { UInt8(0x61 + $0 % 26) }
      #expect(hash([0x20, 0x0A] + text + [0x09]) == hash(text))
      #expect(seen.insert(hash(text)).inserted)
      for i in text.indices {
        var other = text
        other[i] ^= 0x20
        #expect(seen.insert(hash(other)).inserted, "\(count) \(i)")
      }
    }
  }

  /// A record is used again for each pushed message: what an earlier one decoded must not show.
  @Test func aRecordThatIsUsedAgainForgets() {
    var record = EventRecord()
    defer { record.freeScratch() }
    for (message, text, label) in [
      (#"{"data":{"text":"a\tb","label":"\u0041"}}"#, "a\tb", "A"), (#"{"data":{"text":"plain"}}"#, "plain", ""),
      (#"{"data":{"label":"longer than before: \u00e4\u00e4\u00e4","text":"\\"}}"#, "\\", "longer than before: äää"),
      (#"{"data":{"text":"\n"}}"#, "\n", ""),
    ] {
      let bytes = message.bytes
      bytes.withUnsafeBytes { raw in
        var fields = EventFields()
        #expect(EventScanner.scan(raw, into: &fields) == .none)
        record.reset(fields, raw, receivedMs: 1)
        for _ in 0..<2 {
          #expect(String(decoding: record.text(), as: UTF8.self) == text)
          #expect(String(decoding: record.label(), as: UTF8.self) == label)
        }
      }
    }
  }
}

struct JSONValueTests {
  @Test func findsMembersAndElements() throws {
    let json = try #require(JSON(#" {"a":[1, "two" ,{"x":null}],"b\u0063":{"d":-2.5e1},"a2":[],"t":true,"a":[3]} "#.bytes))
    #expect(json.isObject && !json.isArray)
    #expect(json["a"]?.elements.map(\.bytes.text) == ["3"])  // the last of several
    #expect(json["bc"]?["d"]?.double == -25)
    #expect(json["bc"]?["d"]?.int == -25)
    #expect(json["a2"]?.elements.isEmpty == true)
    #expect(json["t"]?.bool == true)
    #expect(json["missing"] == nil)
    #expect(json["a"]?["x"] == nil)
    let list = try #require(JSON(#"[1, "two\n" ,{"x":null}, 2.5]"#.bytes))
    #expect(list.elements.map(\.bytes.text) == ["1", #""two\n""#, #"{"x":null}"#, "2.5"])
    #expect(list.elements[1].string == "two\n")
    #expect(list.elements[2]["x"]?.isNull == true)
    #expect(list.elements[3].int == nil)
    #expect(list.elements[0].string == nil && list.elements[0].bool == nil)
  }

  @Test(arguments: ["", " ", "{", "{}{}", "1 2", "nul"])
  func refusesWhatIsNoJSON(_ text: String) { #expect(JSON(text.bytes) == nil) }

  @Test(arguments: [61, 62] as [UInt64])
  func readsEveryRandomDocument(_ seed: UInt64) throws {
    func count(_ json: JSON) -> Int {
      var total = 1
      json.forEachMember { _, value in total += count(value) }
      for element in json.elements { total += count(element) }
      return total
    }
    func count(_ any: Any) -> Int {
      if let object = any as? [String: Any] { return object.values.reduce(1) { $0 + count($1) } }
      if let array = any as? [Any] { return array.reduce(1) { $0 + count($1) } }
      return 1
    }
    var random = SeededRandom(seed: seed)
    for _ in 0..<500 {
      let document = JSONDocuments.random(&random)
      let json = try #require(JSON(document))
      // Foundation keeps one of several members with the same name: those documents are left out.
      var names: [[UInt8]] = []
      var isUnique = true
      func look(_ json: JSON) {
        var own: [[UInt8]] = []
        json.forEachMember { name, value in
          if own.contains(name) { isUnique = false }
          own.append(name)
          look(value)
        }
        for element in json.elements { look(element) }
        names += own
      }
      look(json)
      guard isUnique else { continue }
      #expect(count(json) == count(try JSONSerialization.jsonObject(with: Data(document))), "\(document.text)")
    }
  }
}
