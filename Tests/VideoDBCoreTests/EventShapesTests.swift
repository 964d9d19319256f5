import Testing

@testable import VideoDBCore

/// Messages of forms that were seen before are read in another way than the first of them, and say the same.
struct EventShapesTests {
  /// What services send, and what they might: in each, `@` is a text, `$` a number, `?` a truth value.
  static let forms = [
    #"{"channel":"transcript","rtstream_id":"rts-1","rtstream_name":"gate","data":{"text":"@","is_final":?,"start":$,"end":$}}"#,
    #"{"channel": "transcript", "rtstream_id": "rts-1", "data": {"text": "@", "is_final": ?, "start": $, "end": $}}"#,
    #"{"channel":"scene_index","rtstream_id":"rts-22222222","data":{"text":"@","start":$,"end":$,"metadata":{"a":[$,"@"]}}}"#,
    #"{"channel":"scene_index","rtstream_id":"rts-33333333","data":{"explanation":"@","text":"@","start":$,"end":$}}"#,
    #"{"channel":"alert","rtstream_id":"rts-1","data":{"label":"@","triggered":?,"confidence":$,"explanation":"@","timestamp":$}}"#,
    #"{"channel":"alert","rtstream_id":"rts-1","data":{"event_label":"@","label":"@","timestamp":$,"start":$,"url":"@"}}"#,
    #"{"channel":"alert","data":{"timestamp":$,"end":$,"a_name_that_is_longer_than_any_that_counts":"@","x":null}}"#,
    #"{"channel":"audio_index","rtstream_id":"r\u002d1","data":{"text":"@","x":"@","x":$,"start":$}}"#,
    #"{"channel":"x","data":{"text":"@","channel":"@","rtstream_id":$,"type":"@","data":{"text":"@"}}}"#,
    "{ \"channel\" :\t\"alert\" ,\n \"data\" : {\r\n \"text\" : \"@\" , \"triggered\" : ? } } \n",
    #"{"channel":"transcript","data":{"confidence":"$","text":"@","start":"$","end":"$"}}"#,
    // Of these none is learnt.
    #"{"channel":"audio_index","rtstream_id":"r\u002d1","data":{"text":"@","text":"@","start":$,"start":$}}"#,
    #"{"channel":"alert","data":{"text":"@"},"confidence":$}"#, #"{"text":"@","data":{"explanation":"@"}}"#,
    #"{"data":{"text":null,"explanation":"@"}}"#, #"{"data":{}}"#, #"{"data":[$]}"#,
    #"{"type":"transcript","text":"@"}"#, #"["@",$]"#,
  ]

  /// Of values beside `data`, too, some vary.
  static let looseForms = [
    #"{"sent_ns":$,"channel":"transcript","rtstream_id":"rts-1","data":{"text":"@","start":$,"end":$}}"#,
    #"{"id":$,"channel":"scene_index","rtstream_id":"rts-1","note":"@","data":{"text":"@","start":$,"end":$}}"#,
    #"{"channel":"scene_index","note":"@","seq":$,"rtstream_id":"rts-1","data":{"text":"@","start":$}}"#,
    #"{ "seq" : $ , "of" : [ "@" ] , "channel" : "alert" , "data" : { "label" : "@" } , "more" : { "a" : $ } }"#,
    #"{"channel":"transcript","timestamp":$,"data":{"text":"@","start":$},"sent":$,"by":"@"}"#,
    #"{"channel":"alert","timestamp":$,"text":"@","data":{"text":"@","timestamp":$},"data2":$}"#,
    #"{"channel":"alert","data":{"text":"@","confidence":$},"confidence":$,"is":?}"#,
    // Of these none is learnt: what stands beside `data` counts.
    #"{"channel":"alert","timestamp":$,"data":{"text":"@","start":$}}"#,
    #"{"channel":"alert","data":{"text":"@"},"label":"@"}"#,
    #"{"data":{"text":"@"},"channel":"alert"}"#, #"{"data":{"text":"@"},"data":{"text":"@","start":$}}"#,
  ]

  private static func message(_ form: String, _ random: inout SeededRandom) -> [UInt8] {
    let texts = [
      "", "a", "plain words that go on for longer than one block of bytes is", "q\\\"q\\\\", "\\u00e4\\ud83d\\ude00", "äöü東京🚚",
      "\\n",
    ]
    let numbers = [
      "0", "7", "-3", "1.5", "1710000000123", "1710000000", "1710000000.25", "1e9", "12345678901234567890", "9E-2",
    ]
    var out: [UInt8] = []
    for byte in form.utf8 {
      switch byte {
      case 0x40: out += texts.randomElement(using: &random)!.bytes
      case 0x24: out += numbers.randomElement(using: &random)!.bytes
      case 0x3F: out += Bool.random(using: &random) ? "true".bytes : "false".bytes
      default: out.append(byte)
      }
    }
    return out
  }

  @Test func aFormIsKnownFromItsThirdMessageOn() {
    var random = SeededRandom(seed: 1)
    for form in Self.forms {
      let reader = ChannelReader()
      for _ in 0..<3 {
        let message = Self.message(form, &random)
        #expect(!reader.knows(message))
        _ = reader.read(message)
      }
      let isLearnt = !Self.forms.suffix(8).contains(form)
      for _ in 0..<50 {
        let message = Self.message(form, &random)
        #expect(reader.knows(message) == isLearnt, "\(message.text)")
        #expect(reader.read(message) == EventView(message), "\(message.text)")
      }
    }
  }

  @Test func whatVariesBesideDataIsNoOtherForm() {
    var random = SeededRandom(seed: 2)
    for form in Self.looseForms {
      let reader = ChannelReader()
      for _ in 0..<40 {
        let message = Self.message(form, &random)
        #expect(reader.read(message) == EventView(message), "\(message.text)")
      }
      let isLearnt = !Self.looseForms.suffix(4).contains(form)
      #expect(reader.shapes.pointee.count == (isLearnt ? 1 : 0), "\(form)")
      for _ in 0..<50 {
        let message = Self.message(form, &random)
        #expect(reader.knows(message) == isLearnt, "\(message.text)")
        #expect(reader.read(message) == EventView(message), "\(message.text)")
      }
    }
  }

  /// The pipelines of many streams, each of whose messages has another number.
  @Test func whatVariesBesideDataLeavesPipelinesApart() {
    let reader = ChannelReader()
    func message(_ i: Int) -> [UInt8] {
      let kind = ["transcript", "scene_index", "audio_index", "alert"][i % 4]
      return #"{"seq":\#(i),"channel":"\#(kind)","rtstream_id":"rts-\#(i / 4 % 8)","data":{"text":"t","start":\#(i)}}"#.bytes
    }
    for i in 0..<400 { #expect(reader.read(message(i)) == EventView(message(i))) }
    #expect(reader.shapes.pointee.count == 32)
    #expect((400..<600).allSatisfy { reader.knows(message($0)) })
  }

  /// More forms than are remembered, and messages that are nearly of them, in every order.
  @Test(arguments: [71, 72, 73, 74] as [UInt64])
  func saysTheSameOfEveryMessage(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let reader = ChannelReader()
    let forms = Self.forms + Self.looseForms
    var known = 0
    for i in 0..<12_000 {
      // Some forms at a time, so that they are learnt, and others after them.
      let some = forms[(i / 300 % forms.count)...].prefix(5)
      let form = some.randomElement(using: &random)!
      // Of several streams, so that there are more than are remembered.
      let stream = "rts-\(Int.random(in: 0..<4, using: &random))"
      var message = Self.message(form.replacing("rts-1", with: stream), &random)
      if Int.random(in: 0..<3, using: &random) == 0 { message = JSONDocuments.mutated(message, &random) }
      if Int.random(in: 0..<9, using: &random) == 0 {
        message = Array(message.prefix(Int.random(in: 0...message.count, using: &random)))
      }
      if reader.knows(message) { known += 1 }
      #expect(reader.read(message) == EventView(message), "\(message.text.debugDescription)")
    }
    #expect(known > 1_500)
  }

  /// Every truncation of a message whose form is known, in memory that ends where it does.
  @Test func refusesEachTruncation() {
    var random = SeededRandom(seed: 5)
    for form in Self.forms.prefix(9) + Self.looseForms.prefix(7) {
      let reader = ChannelReader()
      for _ in 0..<40 { _ = reader.read(Self.message(form, &random)) }
      let message = Self.message(form, &random)
      #expect(reader.knows(message))
      for count in 0..<message.count {
        #expect(reader.read(Array(message[..<count])).fault != .none, "\(count) of \(message.text)")
      }
    }
  }

  /// Many forms with the same beginning are not all tried.
  @Test func formsThatDifferInTheirMembersAreTriedTwiceAtMost() {
    let reader = ChannelReader()
    func message(_ i: Int) -> [UInt8] { #"{"channel":"alert","data":{"a\#(i)":1,"text":"t"}}"#.bytes }
    for _ in 0..<40 { for i in 0..<6 { #expect(reader.read(message(i)) == EventView(message(i))) } }
    #expect((0..<6).filter { reader.knows(message($0)) }.count == 2)
  }
}
