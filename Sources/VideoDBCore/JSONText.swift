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
  var scanner = JSONScanner(raw)
  guard scanner.number(), scanner.at == raw.count else { return nil }
  // Up to 19 digits and a power of ten up to 22 are exact in a double when the digits fit 53 bits (Clinger's fast path).
  var digits: UInt64 = 0
  var exponent = 0
  var count = 0
  var at = raw[0] == 0x2D ? 1 : 0
  var fraction = false
  while at < raw.count {
    let c = raw[at]
    if c == 0x2E {
      fraction = true
    } else if c | 0x20 == 0x65 {
      break
    } else {
      count += digits == 0 && c == 0x30 ? 0 : 1
      guard count <= 18 else { return Double(String(decoding: raw, as: UTF8.self)) }
      digits = digits &* 10 &+ UInt64(c &- 0x30)
      if fraction { exponent -= 1 }
    }
    at += 1
  }
  guard at == raw.count, digits < 1 << 53, exponent >= -22 else { return Double(String(decoding: raw, as: UTF8.self)) }
  let value = exponent == 0 ? Double(digits) : Double(digits) / powersOfTen(-exponent)
  return raw[0] == 0x2D ? -value : value
}

private func powersOfTen(_ n: Int) -> Double {
  var value = 1.0
  for _ in 0..<n { value *= 10 }  // exact up to 1e22
  return value
}
