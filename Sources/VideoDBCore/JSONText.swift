import CSystemShims

/// Decoding what a `JSONScanner` has validated.

/// Decodes the content of a JSON string. `out` needs room for `raw.count` bytes: decoded text is never longer. Returns its length.
/// A lone surrogate becomes U+FFFD.
public func decodeJSONString(_ raw: UnsafeRawBufferPointer, into out: UnsafeMutablePointer<UInt8>) -> Int {
  guard let base = raw.baseAddress else { return 0 }
  return max(vdbshim_string(base, base + raw.count, out).length, 0)
}

public func decodeJSONString(_ raw: UnsafeRawBufferPointer) -> [UInt8] {
  // Without capacity the standard library writes the count into the one empty array that all threads share.
  if raw.isEmpty { return [] }
  return [UInt8](unsafeUninitializedCapacity: raw.count) { out, count in
    guard let base = out.baseAddress else { return }
    count = decodeJSONString(raw, into: base)
  }
}

/// The value of a JSON number; nil where the text is none.
public func parseJSONNumber(_ raw: UnsafeRawBufferPointer) -> Double? {
  guard let base = raw.baseAddress else { return nil }
  if let short = ShortDecimal(base, 0, raw.count), short.end == raw.count { return short.value }
  var scanner = JSONScanner(raw)
  guard scanner.number(), scanner.at == raw.count else { return nil }
  var digits: UInt64 = 0
  var places = 0
  var count = 0
  var fraction = false
  for c in raw.dropFirst(raw[0] == 0x2D ? 1 : 0) {
    if c == 0x2E {
      fraction = true
      continue
    }
    count += digits == 0 && c == 0x30 ? 0 : 1
    places += fraction ? 1 : 0
    // What is longer, and what has an exponent.
    guard c &- 0x30 < 10, count <= 19, places <= 19 else { return Double(String(decoding: raw, as: UTF8.self)) }
    digits = digits &* 10 &+ UInt64(c &- 0x30)
  }
  let value = decimalFraction(digits, places: places)
  return raw[0] == 0x2D ? -value : value
}
