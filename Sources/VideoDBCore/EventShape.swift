import CSystemShims

/// What the messages of one pipeline have in common: the bytes up to the members of `data`, and those between the values of these
/// members. A message with the same bytes in the same places is valid there, as the one was from which they were learnt, so that only its
/// values are read, and checked. One that differs is read from its beginning by `EventScanner`. Values beside `data` that do not count may
/// vary, too.
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

  /// Whole numbers that are milliseconds (PROTOCOL 3.6).
  private static var wholeMs: Range<Int64> { 100_000_000_000..<100_000_000_000_000 }

  /// What all these pointers point into.
  let memory: UnsafeMutableRawPointer
  /// Where the first value that varies is; 0: there is none.
  private let looseAt: Int
  /// Two words that differ between pipelines, of the channel's name and of the stream's id, by their places in the head or behind the first
  /// value that varies; what counts of them, and where they end.
  private let channel: (at: Int, word: UInt64)
  private let stream: (at: Int, word: UInt64)
  private let mask: UInt64
  private let least: Int
  /// The bytes up to the first value that varies.
  private let head: UnsafeRawBufferPointer
  private let parts: Parts
  /// The last of `parts` where it is short, as the last bytes of a word that is shifted so far.
  private let tailWord: (bytes: UInt64, shift: UInt64)?
  /// All that does not come from `data`.
  private let fields: EventFields
  let streamHash: UInt64
  /// No other of the channel has it.
  var number: UInt32 = 0
  /// A message was read with it.
  var hasFitted = false

  /// What a message is made of after its head, in this order.
  struct Parts {
    /// Of the message that was learnt from, up to the first member of `data`; which of its members vary (bit i: the one at i).
    let envelope: UnsafeRawBufferPointer
    let varying: UInt32
    /// What varies before `data`, the first without its lead, which is the head; usually nothing.
    let front: UnsafeBufferPointer<LooseValue>
    /// What follows it.
    let rest: UnsafeRawBufferPointer
    /// Of `data`, which ends so many bytes after the last one's value.
    let members: UnsafeBufferPointer<Member>
    let dataEnd: Int
    /// What varies after `data`; usually nothing.
    let back: UnsafeBufferPointer<LooseValue>
    /// What follows the last value.
    let tail: UnsafeRawBufferPointer
  }

  init(
    _ memory: UnsafeMutableRawPointer, _ fields: EventFields, streamHash: UInt64, head: UnsafeRawBufferPointer, _ parts: Parts
  ) {
    looseAt = parts.front.isEmpty ? 0 : head.count
    let run = parts.front.isEmpty ? head : parts.front.count > 1 ? parts.front[1].lead : parts.rest
    let runStart = run.baseAddress.unsafelyUnwrapped - parts.envelope.baseAddress.unsafelyUnwrapped
    func word(_ at: Int) -> (at: Int, word: UInt64) {
      let at = max(min(at &- runStart, run.count &- 8), 0)
      var word: UInt64 = 0
      for i in 0..<min(run.count, 8) { word |= UInt64(run[at &+ i]) &<< UInt64(8 &* i) }
      return (at, word)
    }
    self.memory = memory
    mask = run.count < 8 ? 1 &<< UInt64(8 &* run.count) &- 1 : ~0
    least = max(run.count, 8)
    channel = word(fields.channel.start)
    stream = word(fields.rtstreamID.start &+ fields.rtstreamID.count &- 8)
    self.head = head
    self.parts = parts
    let tail = parts.tail
    var bytes: UInt64 = 0
    if tail.count <= 8 { for (i, byte) in tail.enumerated() { bytes |= UInt64(byte) << UInt64(8 * i) } }
    tailWord = tail.count <= 8 ? (bytes, UInt64(64 - 8 * tail.count)) : nil
    self.fields = fields
    self.streamHash = streamHash
  }

  var envelope: UnsafeRawBufferPointer { parts.envelope }
  var varying: UInt32 { parts.varying }

  /// Whether a message begins like those of a shape. `loose` is the same for all shapes.
  @inline(__always)
  static func begins(
    _ shape: UnsafePointer<EventShape>, _ bytes: UnsafeRawBufferPointer, _ loose: UnsafeMutablePointer<LooseValue.Known>
  ) -> Bool {
    if shape.pointee.looseAt > 0 { return beginsLoosely(shape, bytes, loose) }
    guard bytes.count >= shape.pointee.head.count, let base = bytes.baseAddress else { return false }
    let (channel, stream) = (shape.pointee.channel, shape.pointee.stream)
    return base.loadUnaligned(fromByteOffset: channel.at, as: UInt64.self).littleEndian == channel.word
      && base.loadUnaligned(fromByteOffset: stream.at, as: UInt64.self).littleEndian == stream.word
      && memcmp(base, shape.pointee.head.baseAddress.unsafelyUnwrapped, shape.pointee.head.count) == 0
  }

  /// The same where a value varies: the words are those that follow it.
  @inline(never)
  private static func beginsLoosely(
    _ shape: UnsafePointer<EventShape>, _ bytes: UnsafeRawBufferPointer, _ loose: UnsafeMutablePointer<LooseValue.Known>
  ) -> Bool {
    let from = loose.pointee.end(bytes, shape.pointee.looseAt)
    guard bytes.count &- from >= shape.pointee.least, let base = bytes.baseAddress else { return false }
    let (channel, stream) = (shape.pointee.channel, shape.pointee.stream)
    let differing =
      (base.loadUnaligned(fromByteOffset: from &+ channel.at, as: UInt64.self).littleEndian ^ channel.word)
      | (base.loadUnaligned(fromByteOffset: from &+ stream.at, as: UInt64.self).littleEndian ^ stream.word)
    return differing & shape.pointee.mask == 0
      && memcmp(base, shape.pointee.head.baseAddress.unsafelyUnwrapped, shape.pointee.head.count) == 0
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
    if !shape.pointee.parts.front.isEmpty {
      json.at = at
      guard LooseValue.pass(shape.pointee.parts.front, &json, &record.pointee.fields),
        json.take(shape.pointee.parts.rest, 0, shape.pointee.parts.rest.count)
      else {
        return false
      }
      at = json.at
    }
    var member = shape.pointee.parts.members.baseAddress.unsafelyUnwrapped
    let last = member + shape.pointee.parts.members.count
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
    record.pointee.fields.data = EventFields.Place(record.pointee.fields.data.start, at &+ shape.pointee.parts.dataEnd)
    if !shape.pointee.parts.back.isEmpty {
      json.at = at
      guard LooseValue.pass(shape.pointee.parts.back, &json, &record.pointee.fields) else { return false }
      at = json.at
    }
    guard shape.pointee.isTail(base, at, end) else { return false }
    record.pointee.fields.setTimes(start, stop)
    // As `milliseconds` has them.
    if wholeMs.contains(whole.start), wholeMs.contains(whole.stop) { record.pointee.times = (whole.start, whole.stop) }
    return true
  }

  @inline(__always)
  private func isTail(_ base: UnsafeRawPointer, _ at: Int, _ end: Int) -> Bool {
    let tail = parts.tail
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
