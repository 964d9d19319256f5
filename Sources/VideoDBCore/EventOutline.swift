import CSystemShims

/// Where the values of a message are: those before `data`, those in it, and those after it.
struct EventOutline {
  struct Value {
    let name: MemberName
    /// With the quotes of a text.
    let from: Int
    let to: Int
  }

  /// As many are told apart in each of the three.
  private static let most = 16

  let bytes: UnsafeRawBufferPointer
  private(set) var values: [Value] = []
  /// Of `values`: the first in `data`, and the first after it.
  private(set) var dataFirst = 0
  private(set) var dataLast = 0
  /// Of `bytes`: behind the opening brace of `data`, and behind the closing one.
  private(set) var dataStart = 0
  private(set) var dataEnd = 0

  /// Of a message that is valid; nil where it has no `data`, that is no object or is empty, or where names have escapes.
  init?(_ message: UnsafeRawBufferPointer) {
    bytes = message
    var json = JSONScanner(message)
    guard json.take(0x7B), members(&json, depth: 1), dataStart > 0 else { return nil }
    dataFirst = values.count
    guard members(&json, depth: 2), values.count > dataFirst, json.take(0x7D) else { return nil }
    dataEnd = json.at
    dataLast = values.count
    guard json.peek() != 0x2C || json.take(0x2C) && members(&json, depth: 1), json.take(0x7D), json.finish() else { return nil }
  }

  /// The members of an object, the first one next, up to its end or to the first of an outer object's `data`.
  private mutating func members(_ json: inout JSONScanner, depth: Int) -> Bool {
    for _ in 0..<Self.most {
      guard let name = json.plainName() else { return false }
      if name == .data, depth == 1 {
        guard dataStart == 0, json.take(0x7B) else { return false }
        dataStart = json.at
        return true
      }
      let from = json.at
      guard json.skipValue(depth: depth) else { return false }
      values.append(Value(name: name, from: from, to: json.at))
      guard json.peek() == 0x2C else { return true }
      json.at &+= 1
    }
    return false
  }

  /// Whether a member of `data` has this name.
  func hasInData(_ name: MemberName) -> Bool { hasInData(name, before: dataLast) }

  func hasInData(_ name: MemberName, before last: Int) -> Bool {
    for i in dataFirst..<last where values[i].name == name { return true }
    return false
  }

  /// Whether `data` says all that the members beside it say, but for the pipeline's; a message is read without those.
  func isAllInData(_ kind: EventKind) -> Bool {
    for i in values.indices where i < dataFirst || i >= dataLast {
      let name = values[i].name
      if i < dataFirst, name.isOfPipeline { continue }
      let isKnown =
        name == .other || !name.isOfPipeline && hasInData(name)
        || name == .timestamp && (kind != .alert || hasInData(.start) && hasInData(.end))
      if !isKnown { return false }
    }
    return true
  }

  /// Which values before `data` (bit i: the one at i) are others than in a message of the same pipeline, of which `envelope` is what stands
  /// before the first member of `data`. nil: it is of another pipeline, since more differs than values, or those that tell what it is.
  func differences(from envelope: UnsafeRawBufferPointer) -> UInt32? {
    var json = JSONScanner(envelope)
    var differing: UInt32 = 0
    var at = 0
    for i in 0..<dataFirst {
      let value = values[i]
      guard json.take(bytes, at, value.from) else { return nil }
      let from = json.at
      guard json.skipValue(depth: 1) else { return nil }
      let isSame =
        json.at &- from == value.to &- value.from
        && memcmp(json.base + from, bytes.baseAddress.unsafelyUnwrapped + value.from, json.at &- from) == 0
      if !isSame {
        if value.name.isOfPipeline { return nil }
        differing |= 1 &<< UInt32(i)
      }
      at = value.to
    }
    return json.take(bytes, at, dataStart) && json.at == json.end ? differing : nil
  }
}

extension JSONScanner {
  /// A name without escapes, its colon, and the white space around them.
  fileprivate mutating func plainName() -> MemberName? {
    var text = Text()
    skipWhitespace()
    guard string(&text), !text.hasEscapes, take(0x3A) else { return nil }
    skipWhitespace()
    return MemberName(base, text.start, text.end &- text.start, end)
  }

  /// Passes the same bytes as another text has from one place to another.
  @inline(__always)
  mutating func take(_ other: UnsafeRawBufferPointer, _ from: Int, _ to: Int) -> Bool {
    guard end &- at >= to &- from, let bytes = other.baseAddress, memcmp(base + at, bytes + from, to &- from) == 0 else {
      return false
    }
    at &+= to &- from
    return true
  }
}
