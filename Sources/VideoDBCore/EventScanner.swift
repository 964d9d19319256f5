/// What a message says, as places in its bytes. Plain data without references: it lives in raw memory beside the bytes.
public struct EventFields {
  /// A stretch of the message. For a string: its raw content, between the quotes.
  public struct Place {
    public var start: UInt32 = 0
    public var count: UInt32 = 0
    public var isPresent = false
    public var hasEscapes = false

    @inline(__always)
    init() {}

    @inline(__always)
    init(_ start: Int, _ end: Int, escapes: Bool = false) {
      self.start = UInt32(truncatingIfNeeded: start)
      count = UInt32(truncatingIfNeeded: end &- start)
      isPresent = true
      hasEscapes = escapes
    }
  }

  public var kind = EventKind.other
  public var flags: EventFlags = []
  public var channel = Place()
  public var data = Place()
  public var rtstreamID = Place()
  public var text = Place()
  public var label = Place()
  /// Seconds; NaN where absent.
  public var start = Double.nan
  public var end = Double.nan
  public var confidence = Double.nan

  public init() {}
}

/// Reads a message of the event WebSocket in one pass that validates all of it.
///
/// Members are looked for in the message and in its `data` object; those in `data` win. An older flat form of the service has no
/// `data` and names its channel in `type` (PROTOCOL 3.4).
public struct EventScanner {
  /// What a level of the message holds: the message itself, or its `data`.
  private struct Level {
    var text = EventFields.Place()
    var explanation = EventFields.Place()
    var label = EventFields.Place()
    var eventLabel = EventFields.Place()
    var start = Double.nan
    var end = Double.nan
    var timestamp = Double.nan
    var confidence = Double.nan
    var isFinal: Bool?
    var triggered: Bool?
  }

  private var json: JSONScanner
  private let bytes: UnsafeRawBufferPointer
  private var fields = EventFields()
  private var channel = EventFields.Place()
  private var type = EventFields.Place()
  private var eventType = EventFields.Place()
  private var indexType = EventFields.Place()

  private init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    json = JSONScanner(bytes)
  }

  /// `fault` is `.none` for one valid JSON value, of whatever type. `bytes` are at most 4 GiB.
  @inline(__always)
  public static func scan(_ bytes: UnsafeRawBufferPointer, into fields: inout EventFields) -> JSONScanner.Fault {
    var scanner = EventScanner(bytes)
    let fault = scanner.run()
    fields = scanner.fields
    return fault
  }

  private mutating func run() -> JSONScanner.Fault {
    if json.peek() == 0x7B {
      var outer = Level()
      var inner = Level()
      guard object(&outer, &inner, isOuter: true), json.finish() else { return json.fault }
      settle(outer, inner)
    } else {
      guard json.skipValue(), json.finish() else { return json.fault }
    }
    return .none
  }

  /// One object, its brace next. `inner` receives the members of `data`.
  private mutating func object(_ level: inout Level, _ inner: inout Level, isOuter: Bool) -> Bool {
    json.at &+= 1
    if json.peek() == 0x7D {
      json.at &+= 1
      return true
    }
    var key = JSONScanner.Text()
    while true {
      json.skipWhitespace()
      guard json.string(&key), json.take(0x3A) else { return false }
      let first = json.peek()
      let start = json.at
      if isOuter, isKey(key, "data") {
        fields.data = EventFields.Place()
        inner = Level()
        if first == 0x7B {
          var unused = Level()
          guard object(&inner, &unused, isOuter: false) else { return false }
        } else {
          guard json.skipValue(depth: 1) else { return false }
        }
        fields.data = EventFields.Place(start, json.at)
      } else if first == 0x22 {
        var text = JSONScanner.Text()
        guard json.string(&text) else { return false }
        string(key, text, &level, isOuter: isOuter)
      } else {
        guard json.skipValue(depth: isOuter ? 1 : 2) else { return false }
        other(key, first, start, &level)
      }
      let c = json.peek()
      json.at &+= 1
      if c == 0x7D { return true }
      guard c == 0x2C else { return json.fail(.syntax) }
    }
  }

  @inline(__always)
  private func slice(_ start: Int, _ end: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[start..<end])
  }

  @inline(__always)
  private func isKey(_ key: JSONScanner.Text, _ name: StaticString) -> Bool {
    if key.hasEscapes { return decodeJSONString(slice(key.start, key.end)).equals(name) }
    return key.end &- key.start == name.utf8CodeUnitCount && slice(key.start, key.end).equals(name)
  }

  /// A member whose value is a string.
  @inline(__always)
  private mutating func string(_ key: JSONScanner.Text, _ value: JSONScanner.Text, _ level: inout Level, isOuter: Bool) {
    let place = EventFields.Place(value.start, value.end, escapes: value.hasEscapes)
    if isOuter {
      if isKey(key, "channel") { channel = place; return }
      if isKey(key, "rtstream_id") { fields.rtstreamID = place; return }
      if isKey(key, "type") { type = place; return }
      if isKey(key, "event_type") { eventType = place; return }
      if isKey(key, "index_type") { indexType = place; return }
    }
    if isKey(key, "text") { level.text = place; return }
    if isKey(key, "label") { level.label = place; return }
    if isKey(key, "event_label") { level.eventLabel = place; return }
    if isKey(key, "explanation") { level.explanation = place; return }
    if isKey(key, "is_final") {
      // Consumers of the service guard against the text "true" (PROTOCOL 3.4).
      let text = slice(value.start, value.end)
      level.isFinal = text.equalsIgnoringCase("true") ? true : text.equalsIgnoringCase("false") ? false : nil
      return
    }
    // Numbers may come as text (PROTOCOL 3.6).
    number(key, slice(value.start, value.end), &level)
  }

  /// A member whose value is no string and has been passed over.
  @inline(__always)
  private func other(_ key: JSONScanner.Text, _ first: UInt8, _ start: Int, _ level: inout Level) {
    switch first {
    case 0x74, 0x66:
      if isKey(key, "is_final") { level.isFinal = first == 0x74 }
      if isKey(key, "triggered") { level.triggered = first == 0x74 }
    case 0x2D, 0x30...0x39: number(key, slice(start, json.at), &level)
    default: break
    }
  }

  @inline(__always)
  private func number(_ key: JSONScanner.Text, _ text: UnsafeRawBufferPointer, _ level: inout Level) {
    if isKey(key, "start") { level.start = parseJSONNumber(text) ?? .nan; return }
    if isKey(key, "end") { level.end = parseJSONNumber(text) ?? .nan; return }
    if isKey(key, "timestamp") { level.timestamp = parseJSONNumber(text) ?? .nan; return }
    if isKey(key, "confidence") { level.confidence = parseJSONNumber(text) ?? .nan }
  }

  /// Decides which of the places that were seen count.
  private mutating func settle(_ outer: Level, _ inner: Level) {
    let name = pick(pick(filled(channel), filled(type)), filled(eventType))
    fields.channel = name
    if name.isPresent {
      let raw = slice(Int(name.start), Int(name.start) + Int(name.count))
      fields.kind =
        name.hasEscapes
        ? decodeJSONString(raw).withUnsafeBytes { EventKind(serviceChannel: $0) } : EventKind(serviceChannel: raw)
      if fields.kind == .other, !channel.isPresent, raw.equals("index"), indexType.isPresent {
        let index = slice(Int(indexType.start), Int(indexType.start) + Int(indexType.count))
        fields.kind = index.equals("visual") ? .sceneIndex : index.equals("audio") ? .audioIndex : .other
      }
    }
    fields.text = pick(pick(inner.text, outer.text), pick(inner.explanation, outer.explanation))
    fields.label = pick(pick(inner.label, outer.label), pick(inner.eventLabel, outer.eventLabel))
    let timestamp = fields.kind == .alert ? pick(inner.timestamp, outer.timestamp) : .nan
    fields.start = seconds(pick(pick(inner.start, outer.start), timestamp))
    fields.end = seconds(pick(pick(inner.end, outer.end), timestamp))
    fields.confidence = pick(inner.confidence, outer.confidence)
    if (inner.isFinal ?? outer.isFinal) == false { fields.flags.insert(.interim) }
    if (inner.triggered ?? outer.triggered) == true { fields.flags.insert(.triggered) }
    // Live points in time are far above 1e9 s (2001); what is below counts from somewhere else (PROTOCOL 3.6).
    if abs(fields.start) < 1e9 || abs(fields.end) < 1e9 { fields.flags.insert(.relativeTime) }
  }

  @inline(__always)
  private func pick(_ first: EventFields.Place, _ second: EventFields.Place) -> EventFields.Place {
    first.isPresent ? first : second
  }
  @inline(__always)
  private func pick(_ first: Double, _ second: Double) -> Double { first.isNaN ? second : first }
  /// An empty name counts as none.
  @inline(__always)
  private func filled(_ place: EventFields.Place) -> EventFields.Place { place.count > 0 ? place : EventFields.Place() }

  /// The unit by magnitude (PROTOCOL 3.6): 1e11 s is the year 5138, 1e11 ms is 1973, so live values cannot be confused.
  @inline(__always)
  private func seconds(_ value: Double) -> Double { value >= 1e14 ? value / 1e6 : value >= 1e11 ? value / 1e3 : value }
}
