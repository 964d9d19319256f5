import CSystemShims

/// Reads a message of the event WebSocket in one pass that validates all of it.
///
/// Members are looked for in the message and in its `data` object; those in `data` win. An older flat form of the service has no
/// `data` and names its channel in `type` (PROTOCOL 3.4).
public struct EventScanner {
  /// What the message itself holds, or its `data`: a word for each name, 0 where there is none. A text is its place.
  private struct Level {
    static let count = Int(MemberName.triggered.rawValue) + 1
    let words: UnsafeMutablePointer<UInt64>

    @inline(__always)
    subscript(name: MemberName) -> UInt64 {
      get { words[Int(name.rawValue)] }
      nonmutating set { words[Int(name.rawValue)] = newValue }
    }

    @inline(__always)
    func clear() { words.update(repeating: 0, count: Self.count) }
  }

  private var json: JSONScanner
  private var data = EventFields.Place()
  private let outer: Level
  private let inner: Level

  private init(_ bytes: UnsafeRawBufferPointer, _ words: UnsafeMutablePointer<UInt64>) {
    json = JSONScanner(bytes)
    outer = Level(words: words)
    inner = Level(words: words + Level.count)
  }

  /// `fault` is `.none` for one valid JSON value, of whatever type; otherwise `fields` mean nothing. `bytes` are at most 2 GiB.
  public static func scan(_ bytes: UnsafeRawBufferPointer, into fields: inout EventFields) -> JSONScanner.Fault {
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2 * Level.count) { words in
      guard let words = words.baseAddress else { return .syntax }
      var scanner = EventScanner(bytes, words)
      return scanner.run(&fields)
    }
  }

  @_optimize(speed)
  private mutating func run(_ fields: inout EventFields) -> JSONScanner.Fault {
    if json.peek() == 0x7B {
      outer.clear()
      inner.clear()
      guard object(outer, isData: false), json.finish() else { return json.fault }
      settle(&fields)
    } else {
      guard json.skipValue(), json.finish() else { return json.fault }
      fields = EventFields()
    }
    return .none
  }

  /// One object, its brace next. Goes on where the scanner is and leaves it there; in between the place is kept at hand.
  @_optimize(speed)
  private mutating func object(_ level: Level, isData: Bool) -> Bool {
    let base = json.base
    let end = json.end
    var at = next(json.at &+ 1)
    if byte(at) == 0x7D {
      json.at = at &+ 1
      return true
    }
    guard byte(at) == 0x22 else { return json.fail(.syntax) }
    while true {
      let nameStart = at &+ 1
      // Most names are shorter than sixteen bytes.
      let length = nameStart &+ 16 <= end ? Int(vdbshim_plain16(base + nameStart)) : 16
      at = nameStart &+ length
      let name: MemberName
      var first: UInt8
      // The usual form has no white space: `":` and the value.
      let word = length < 16 && at &+ 4 <= end ? base.loadUnaligned(fromByteOffset: at, as: UInt32.self).littleEndian : 0
      if word & 0xFFFF == 0x3A22 {
        name = MemberName(base, nameStart, at &- nameStart, end)
        at &+= 2
        first = UInt8(truncatingIfNeeded: word &>> 16)
        if first <= 0x20 {
          at = nextPastWhitespace(at)
          first = byte(at)
        }
      } else {
        json.at = nameStart
        guard let unusual = unusualName() else { return false }
        name = unusual
        at = json.at
        first = byte(at)
      }

      let start = at
      if first == 0x22 {
        json.at = start &+ 1
        var text = JSONScanner.Text()
        guard json.content(&text) else { return false }
        at = json.at
        if name.isText {
          level[name] = EventFields.Place(text.start, text.end, escapes: text.hasEscapes).bits
        } else {
          quoted(name, text.start, text.end, level)
        }
      } else if first &- 0x30 < 10, let number = ShortInteger(base, at, end) {
        if name.isNumber { level[name] = Self.word(Double(number.value)) }
        at = number.end
      } else {
        json.at = at
        guard value(name, first, level, isData: isData) else { return false }
        at = json.at
      }
      // A later `data` replaces an earlier one.
      if name == .data, !isData {
        data = EventFields.Place(start, at)
        if first != 0x7B { forgetData() }
      }

      let pair = at &+ 2 <= end ? base.loadUnaligned(fromByteOffset: at, as: UInt16.self).littleEndian : 0
      if pair == 0x222C {
        at &+= 1
        continue
      }
      at = next(at)
      let separator = byte(at)
      at &+= 1
      guard separator == 0x2C else {
        json.at = at
        return separator == 0x7D ? true : json.fail(.syntax)
      }
      at = next(at)
      guard byte(at) == 0x22 else { return json.fail(.syntax) }
    }
  }

  /// The byte at `at`; 0 at the end.
  @inline(__always)
  private func byte(_ at: Int) -> UInt8 { at < json.end ? json.base.load(fromByteOffset: at, as: UInt8.self) : 0 }

  /// The next place that is no white space.
  @inline(__always)
  private func next(_ at: Int) -> Int {
    if at < json.end, json.base.load(fromByteOffset: at, as: UInt8.self) <= 0x20 { return nextPastWhitespace(at) }
    return at
  }

  @inline(never)
  private func nextPastWhitespace(_ at: Int) -> Int {
    var scanner = json
    scanner.at = at
    scanner.skipWhitespace()
    return scanner.at
  }

  private func slice(_ start: Int, _ end: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: json.base + start, count: end &- start)
  }

  // MARK: What is not usual

  /// A name that is long, not all plain ASCII, or has white space around its colon, which is passed too; nil where it is none.
  @inline(never)
  private mutating func unusualName() -> MemberName? {
    var text = JSONScanner.Text()
    guard json.content(&text), json.take(0x3A) else { return nil }
    json.skipWhitespace()
    guard text.hasEscapes else { return MemberName(json.base, text.start, text.end &- text.start, json.end) }
    return decodeJSONString(slice(text.start, text.end)).withUnsafeBytes { name in
      name.baseAddress.map { MemberName($0, 0, name.count, name.count) } ?? .other
    }
  }

  /// Consumers of the service guard against the text "true" (PROTOCOL 3.4), and numbers may come as text (3.6).
  @inline(never)
  private func quoted(_ name: MemberName, _ start: Int, _ end: Int, _ level: Level) {
    let text = slice(start, end)
    if name == .isFinal {
      level[name] = text.equalsIgnoringCase("true") ? Self.yes : text.equalsIgnoringCase("false") ? Self.no : 0
    } else if name.isNumber {
      level[name] = Self.word(parseJSONNumber(text) ?? .nan)
    }
  }

  @inline(never)
  private func forgetData() { inner.clear() }

  /// A member whose value is neither text nor a short integer.
  @inline(never)
  private mutating func value(_ name: MemberName, _ first: UInt8, _ level: Level, isData: Bool) -> Bool {
    let start = json.at
    if first &- 0x30 < 10, let number = ShortDecimal(json.base, start, json.end) {
      if name.isNumber { level[name] = Self.word(number.value) }
      json.at = number.end
      return true
    }
    if first == 0x7B, name == .data, !isData {
      if data.isPresent { forgetData() }
      return object(inner, isData: true)
    }
    guard json.skipValue(depth: isData ? 2 : 1) else { return false }
    switch first {
    case 0x2D, 0x30...0x39: if name.isNumber { level[name] = Self.word(parseJSONNumber(slice(start, json.at)) ?? .nan) }
    case 0x74: if name == .isFinal || name == .triggered { level[name] = Self.yes }
    case 0x66: if name == .isFinal || name == .triggered { level[name] = Self.no }
    default: break
    }
    return true
  }

  // MARK: What counts

  private static let no: UInt64 = 1
  private static let yes: UInt64 = 2

  /// A number as a word that is 0 for NaN, and back.
  @inline(__always)
  private static func word(_ value: Double) -> UInt64 { value.bitPattern ^ Double.nan.bitPattern }
  @inline(__always)
  private static func number(_ word: UInt64) -> Double { Double(bitPattern: word ^ Double.nan.bitPattern) }

  /// Decides which of the places that were seen count.
  @inline(__always)
  private func settle(_ fields: inout EventFields) {
    fields.data = data
    fields.rtstreamID = EventFields.Place(bits: outer[.rtstreamID])
    // An empty name counts as none.
    fields.channel = EventFields.Place(bits: pick(pick(filled(.channel), filled(.type)), filled(.eventType)))
    fields.kind = kind(fields.channel)
    fields.text = EventFields.Place(bits: pick(member(.text), member(.explanation)))
    fields.label = EventFields.Place(bits: pick(member(.label), member(.eventLabel)))
    let timestamp = fields.kind == .alert ? member(.timestamp) : 0
    fields.confidence = Self.number(member(.confidence))
    fields.flags = []
    if member(.isFinal) == Self.no { fields.flags.insert(.interim) }
    if member(.triggered) == Self.yes { fields.flags.insert(.triggered) }
    fields.setTimes(Self.number(pick(member(.start), timestamp)), Self.number(pick(member(.end), timestamp)))
  }

  @inline(__always)
  private func member(_ name: MemberName) -> UInt64 { pick(inner[name], outer[name]) }
  @inline(__always)
  private func pick(_ first: UInt64, _ second: UInt64) -> UInt64 { first != 0 ? first : second }
  @inline(__always)
  private func filled(_ name: MemberName) -> UInt64 { EventFields.Place(bits: outer[name]).count > 0 ? outer[name] : 0 }

  @inline(__always)
  private func kind(_ name: EventFields.Place) -> EventKind {
    guard name.isPresent else { return .other }
    let raw = slice(name.start, name.start &+ name.count)
    guard !name.hasEscapes else { return decodeJSONString(raw).withUnsafeBytes { EventKind(serviceChannel: $0) } }
    let kind = EventKind(serviceChannel: raw)
    return kind == .other ? indexKind(raw) : kind
  }

  /// The flat form: "index", and which.
  @inline(never)
  private func indexKind(_ name: UnsafeRawBufferPointer) -> EventKind {
    let index = EventFields.Place(bits: outer[.indexType])
    guard outer[.channel] == 0, name.equals("index"), index.isPresent else { return .other }
    let raw = slice(index.start, index.start &+ index.count)
    return raw.equals("visual") ? .sceneIndex : raw.equals("audio") ? .audioIndex : .other
  }
}
