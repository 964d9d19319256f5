import CSystemShims

/// Decoding what a `JSONScanner` has validated.

/// Decodes the content of a JSON string. `out` needs room for `raw.count` bytes: decoded text is never longer. Returns its length.
/// A lone surrogate becomes U+FFFD.
public func decodeJSONString(_ raw: UnsafeRawBufferPointer, into out: UnsafeMutablePointer<UInt8>) -> Int {
  guard let base = raw.baseAddress else { return 0 }
  var from = 0
  var to = 0
  while from < raw.count {
    // `to` is never beyond `from`, so that what has room here has room there. What is copied too far is written over.
    while from &+ 16 <= raw.count {
      let plain = Int(vdbshim_copy16(base + from, out + to))
      if plain < 16 {
        from &+= plain
        to &+= plain
        break
      }
      from &+= 16
      to &+= 16
    }
    guard from < raw.count else { return to }
    let c = raw[from]
    guard c == 0x5C, from + 1 < raw.count else {
      out[to] = c
      from += 1
      to += 1
      continue
    }
    let escaped = raw[from + 1]
    from += 2
    if escaped == 0x75 {
      var scalar = hexQuad(raw, from)
      from += 4
      if scalar & 0xFC00 == 0xD800, from + 6 <= raw.count, raw[from] == 0x5C, raw[from + 1] == 0x75 {
        let second = hexQuad(raw, from + 2)
        if second & 0xFC00 == 0xDC00 {
          scalar = 0x10000 + (scalar & 0x3FF) << 10 + second & 0x3FF
          from += 6
        }
      }
      if scalar & 0xFFFF_F800 == 0xD800 { scalar = 0xFFFD }
      to = putUTF8(scalar, out, to)
      continue
    }
    // From b to t; every other stands for itself.
    let letters: StaticString = "\u{8}cde\u{c}ghijklm\u{a}opq\u{d}s\u{9}"
    let letter = Int(escaped) - 0x62
    out[to] = letter >= 0 && letter < letters.utf8CodeUnitCount ? letters.utf8Start[letter] : escaped
    to += 1
  }
  return to
}

public func decodeJSONString(_ raw: UnsafeRawBufferPointer) -> [UInt8] {
  // Without capacity the standard library writes the count into the one empty array that all threads share.
  if raw.isEmpty { return [] }
  return [UInt8](unsafeUninitializedCapacity: raw.count) { out, count in
    guard let base = out.baseAddress else { return }
    count = decodeJSONString(raw, into: base)
  }
}

private func hexQuad(_ raw: UnsafeRawBufferPointer, _ at: Int) -> UInt32 {
  guard at + 4 <= raw.count else { return 0xFFFD }
  var value: UInt32 = 0
  for i in 0..<4 { value = value << 4 | (hexDigit(raw[at + i]) ?? 0) }
  return value
}

private func putUTF8(_ scalar: UInt32, _ out: UnsafeMutablePointer<UInt8>, _ at: Int) -> Int {
  func put(_ offset: Int, _ bits: UInt32) { out[at + offset] = UInt8(truncatingIfNeeded: bits) }
  if scalar < 0x80 {
    put(0, scalar)
    return at + 1
  }
  if scalar < 0x800 {
    put(0, 0xC0 | scalar >> 6)
    put(1, 0x80 | scalar & 0x3F)
    return at + 2
  }
  if scalar < 0x10000 {
    put(0, 0xE0 | scalar >> 12)
    put(1, 0x80 | scalar >> 6 & 0x3F)
    put(2, 0x80 | scalar & 0x3F)
    return at + 3
  }
  put(0, 0xF0 | scalar >> 18)
  put(1, 0x80 | scalar >> 12 & 0x3F)
  put(2, 0x80 | scalar >> 6 & 0x3F)
  put(3, 0x80 | scalar & 0x3F)
  return at + 4
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
