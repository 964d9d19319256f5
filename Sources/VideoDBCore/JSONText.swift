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
    guard let length = decodeEscape(base, from, raw.count, out, &to) else { return to }
    from += length
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

/// Decodes the escape at `at`, a backslash, of a text that ends at `end`; its length, or nil where it is none.
@inline(__always)
func decodeEscape(
  _ base: UnsafeRawPointer, _ at: Int, _ end: Int, _ out: UnsafeMutablePointer<UInt8>, _ to: inout Int
) -> Int? {
  guard at &+ 2 <= end else { return nil }
  let letter = base.load(fromByteOffset: at &+ 1, as: UInt8.self)
  if letter == 0x75 { return decodeHexEscape(base, at, end, out, &to) }
  let decoded = vdbshim_unescaped(letter)
  guard decoded != 0 else { return nil }
  out[to] = decoded
  to &+= 1
  return 2
}

/// The same for one that gives a number, or two that are a pair of surrogates.
@inline(never)
private func decodeHexEscape(
  _ base: UnsafeRawPointer, _ at: Int, _ end: Int, _ out: UnsafeMutablePointer<UInt8>, _ to: inout Int
) -> Int? {
  guard at + 6 <= end, var scalar = hexQuad(base, at + 2) else { return nil }
  var length = 6
  if scalar & 0xFC00 == 0xD800, at + 12 <= end,
    base.loadUnaligned(fromByteOffset: at + 6, as: UInt16.self).littleEndian == 0x755C,
    let second = hexQuad(base, at + 8), second & 0xFC00 == 0xDC00
  {
    scalar = 0x10000 + (scalar & 0x3FF) << 10 + second & 0x3FF
    length = 12
  }
  if scalar & 0xFFFF_F800 == 0xD800 { scalar = 0xFFFD }
  to = putUTF8(scalar, out, to)
  return length
}

@inline(__always)
private func hexQuad(_ base: UnsafeRawPointer, _ at: Int) -> UInt32? {
  let value = vdbshim_hex4(base + at)
  return value < 0 ? nil : UInt32(bitPattern: value)
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
