/// Writes one JSON object, member by member. Keys are plain words of ours.
public struct JSONWriter {
  private var bytes: [UInt8] = []

  public init() {
    // What most objects of ours have room in.
    bytes.reserveCapacity(160)
    bytes.append(0x7B)
  }

  @inline(never)
  private mutating func key(_ key: StaticString) {
    if bytes.count > 1 { bytes.append(0x2C) }
    bytes.append(0x22)
    bytes.append(key)
    bytes.append(0x22)
    bytes.append(0x3A)
  }

  /// `text` is UTF-8.
  @inline(never)
  public mutating func set(_ name: StaticString, _ text: [UInt8]) {
    key(name)
    appendJSONString(text, to: &bytes)
  }

  public mutating func set(_ name: StaticString, _ text: StaticString) { set(name, Array(text)) }

  @inline(never)
  public mutating func set(_ name: StaticString, _ number: Int64) {
    key(name)
    appendDecimal(number, to: &bytes)
  }

  public mutating func set(_ name: StaticString, _ flag: Bool) {
    set(name, json: Array(flag ? "true" : "false" as StaticString))
  }

  /// Seconds with three digits behind the point.
  public mutating func set(_ name: StaticString, secondsOfMs ms: Int64) {
    key(name)
    appendSeconds(ms, to: &bytes)
  }

  /// `json` is a JSON value.
  @inline(never)
  public mutating func set(_ name: StaticString, json: [UInt8]) {
    key(name)
    bytes.append(contentsOf: json)
  }

  /// The text of the object.
  public var text: [UInt8] { bytes + [0x7D] }
}

/// The texts as a JSON array.
public func jsonArray(_ texts: [[UInt8]]) -> [UInt8] {
  var out: [UInt8] = [0x5B]
  for text in texts {
    if out.count > 1 { out.append(0x2C) }
    appendJSONString(text, to: &out)
  }
  out.append(0x5D)
  return out
}

/// `text`, which is UTF-8, as a JSON string.
public func appendJSONString(_ text: [UInt8], to out: inout [UInt8]) {
  out.append(0x22)
  for c in text {
    if c == 0x22 || c == 0x5C {
      out.append(0x5C)
      out.append(c)
    } else if c < 0x20 {
      out.append("\\u00")
      out.append(c >> 4 | 0x30)
      out.append(c & 15 < 10 ? c & 15 | 0x30 : c & 15 &+ 0x57)
    } else {
      out.append(c)
    }
  }
  out.append(0x22)
}

/// Milliseconds as seconds: 1234 is "1.234".
public func appendSeconds(_ ms: Int64, to out: inout [UInt8]) {
  if ms < 0 { out.append(0x2D) }
  let magnitude = Int64(clamping: ms.magnitude)
  appendDecimal(magnitude / 1000, to: &out)
  out.append(0x2E)
  for unit in [100, 10, 1] as [Int64] { out.append(UInt8(truncatingIfNeeded: 0x30 + magnitude / unit % 10)) }
}
