import CSystemShims

/// What the messages of one pipeline have in common: the bytes up to the members of `data`, and those between the values of these
/// members. A message with the same bytes in the same places is valid there, as the one was from which they were learnt, so that only its
/// values are read, and checked. One that differs is read from its beginning by `EventScanner`.
struct EventShape {
  /// What a value of `data` counts as; `time` is where an alert both begins and ends.
  enum Role: UInt8 { case nothing, text, label, start, end, time, confidence, isFinal, triggered }

  /// Numbers may come as text (PROTOCOL 3.6).
  enum Form: UInt8 { case text, number, quoted, truth, any }

  /// A member of `data`. Its lead is what stands before its value: a comma, its name, a colon, white space, the quote of a text.
  struct Member {
    /// The first eight bytes of the lead, and the last eight; of a shorter one what `mask` says of the same eight.
    let first: UInt64
    let last: UInt64
    let mask: UInt64
    let lead: UnsafeRawPointer
    let count: Int32
    /// Where the last eight begin.
    let lastAt: Int32
    let form: Form
    let role: Role

    @inline(__always)
    func isAt(_ at: UnsafeRawPointer, room: Int) -> Bool {
      let lastAt = Int(lastAt)
      guard room >= lastAt &+ 8 else { return false }
      let first = at.loadUnaligned(as: UInt64.self).littleEndian
      let last = at.loadUnaligned(fromByteOffset: lastAt, as: UInt64.self).littleEndian
      guard ((first ^ self.first) | (last ^ self.last)) & mask == 0 else { return false }
      return lastAt <= 8 || memcmp(at, lead, Int(count)) == 0
    }
  }

  static let mostMembers = 16
  /// Whole numbers that are milliseconds (PROTOCOL 3.6).
  private static var wholeMs: Range<Int64> { 100_000_000_000..<100_000_000_000_000 }

  /// What all these pointers point into.
  let memory: UnsafeMutableRawPointer
  /// Two words of the head that differ between pipelines: of the channel's name and of the stream's id.
  private let channel: (at: Int, word: UInt64)
  private let stream: (at: Int, word: UInt64)
  /// The bytes up to the first member of `data`.
  let head: UnsafeRawBufferPointer
  private let members: UnsafeBufferPointer<Member>
  /// What follows the last value, the braces of `data` and of the message among it, and where in it `data` ends.
  private let tail: UnsafeRawBufferPointer
  /// The same where it is short, as the last bytes of a word that is shifted so far.
  private let tailWord: (bytes: UInt64, shift: UInt64)?
  private let dataEnd: Int
  /// All that does not come from `data`.
  private let fields: EventFields
  let streamHash: UInt64
  /// No other of the channel has it.
  var number: UInt32 = 0
  /// A message was read with it.
  var hasFitted = false

  init(
    _ memory: UnsafeMutableRawPointer, _ fields: EventFields, streamHash: UInt64, head: UnsafeRawBufferPointer,
    members: UnsafeBufferPointer<Member>, tail: UnsafeRawBufferPointer, dataEnd: Int
  ) {
    func word(_ at: Int) -> (at: Int, word: UInt64) {
      let at = max(min(at, head.count &- 8), 0)
      return (at, head.loadUnaligned(fromByteOffset: at, as: UInt64.self))
    }
    self.memory = memory
    channel = word(fields.channel.start)
    stream = word(fields.rtstreamID.start &+ fields.rtstreamID.count &- 8)
    self.head = head
    self.members = members
    self.tail = tail
    var bytes: UInt64 = 0
    if tail.count <= 8 { for (i, byte) in tail.enumerated() { bytes |= UInt64(byte) << UInt64(8 * i) } }
    tailWord = tail.count <= 8 ? (bytes, UInt64(64 - 8 * tail.count)) : nil
    self.dataEnd = dataEnd
    self.fields = fields
    self.streamHash = streamHash
  }

  /// Whether a message begins like those of this shape.
  @inline(__always)
  func begins(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= head.count, let base = bytes.baseAddress else { return false }
    return base.loadUnaligned(fromByteOffset: channel.at, as: UInt64.self) == channel.word
      && base.loadUnaligned(fromByteOffset: stream.at, as: UInt64.self) == stream.word
      && memcmp(base, head.baseAddress.unsafelyUnwrapped, head.count) == 0
  }

  /// Reads a message that `begins` so into a record. false: it goes on in another way, or is not valid, and the fields mean nothing.
  @inline(never)
  @_optimize(speed)
  static func read(
    _ shape: UnsafePointer<EventShape>, _ bytes: UnsafeRawBufferPointer, _ record: UnsafeMutablePointer<EventRecord>
  ) -> Bool {
    var json = JSONScanner(bytes)
    let base = json.base
    let end = json.end
    var at = shape.pointee.head.count
    var start = Double.nan
    var stop = Double.nan
    // The same where they are whole numbers.
    var whole = (start: Int64.min, stop: Int64.min)
    record.pointee.fields = shape.pointee.fields
    var member = shape.pointee.members.baseAddress.unsafelyUnwrapped
    let last = member + shape.pointee.members.count
    while member < last {
      guard member.pointee.isAt(base + at, room: end &- at) else { return false }
      at &+= Int(member.pointee.count)
      let role = member.pointee.role
      switch member.pointee.form {
      case .text:
        json.at = at
        var text = JSONScanner.Text()
        // The one that the application will ask for is decoded on the way.
        let room = role == .text ? record.pointee.roomToDecode() : nil
        guard json.content(&text, decodedInto: room) else { return false }
        at = json.at
        let place = EventFields.Place(text.start, text.end, escapes: text.hasEscapes)
        if role == .text {
          record.pointee.fields.text = place
          if text.hasEscapes, room != nil { record.pointee.textIsDecoded(place, count: text.length) }
        } else if role == .label {
          record.pointee.fields.label = place
        }
      case .number, .quoted:
        let value: Double
        var number = Int64.min
        if let short = ShortInteger(base, at, end) {
          number = Int64(bitPattern: short.value)
          value = Double(number)
          at = short.end
        } else {
          json.at = at
          guard let unusual = shape.pointee.unusualNumber(&json) else { return false }
          value = unusual
          at = json.at
        }
        if member.pointee.form == .quoted {
          guard at < end, base.load(fromByteOffset: at, as: UInt8.self) == 0x22 else { return false }
          at &+= 1
        }
        if role == .start {
          start = value
          whole.start = number
        } else if role == .end {
          stop = value
          whole.stop = number
        } else {
          if role == .confidence { record.pointee.fields.confidence = value }
          if role == .time { (start, stop) = (value, value) }
        }
      case .truth:
        guard at &+ 5 <= end else { return false }
        let word = base.loadUnaligned(fromByteOffset: at, as: UInt32.self).littleEndian
        let isTrue = word == 0x6575_7274  // true
        guard isTrue || word == 0x736C_6166 && base.load(fromByteOffset: at &+ 4, as: UInt8.self) == 0x65 else { return false }
        at &+= isTrue ? 4 : 5
        if role == .isFinal { record.pointee.fields.set(.interim, !isTrue) }
        if role == .triggered { record.pointee.fields.set(.triggered, isTrue) }
      case .any:
        json.at = at
        guard json.skipValue(depth: 2) else { return false }
        at = json.at
      }
      member += 1
    }
    guard shape.pointee.isTail(base, at, end) else { return false }
    record.pointee.fields.data = EventFields.Place(shape.pointee.fields.data.start, at &+ shape.pointee.dataEnd)
    record.pointee.fields.setTimes(start, stop)
    // As `milliseconds` has them.
    if wholeMs.contains(whole.start), wholeMs.contains(whole.stop) { record.pointee.times = (whole.start, whole.stop) }
    return true
  }

  @inline(__always)
  private func isTail(_ base: UnsafeRawPointer, _ at: Int, _ end: Int) -> Bool {
    guard end &- at == tail.count else { return false }
    if let word = tailWord {
      // A message has more than eight bytes before this.
      return base.loadUnaligned(fromByteOffset: end &- 8, as: UInt64.self).littleEndian &>> word.shift == word.bytes
    }
    return memcmp(base + at, tail.baseAddress.unsafelyUnwrapped, tail.count) == 0
  }

  @inline(never)
  private func unusualNumber(_ json: inout JSONScanner) -> Double? {
    let from = json.at
    if let short = ShortDecimal(json.base, from, json.end) {
      json.at = short.end
      return short.value
    }
    guard json.number() else { return nil }
    let value = parseJSONNumber(UnsafeRawBufferPointer(start: json.base + from, count: json.at &- from))
    return value?.isNaN == true ? nil : value
  }
}
