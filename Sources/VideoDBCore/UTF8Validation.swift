/// Whether bytes are well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
public func isValidUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
  guard let base = bytes.baseAddress else { return true }
  let end = bytes.count
  var at = 0
  while at < end {
    while at &+ 8 <= end, base.loadUnaligned(fromByteOffset: at, as: UInt64.self) & 0x8080_8080_8080_8080 == 0 { at &+= 8 }
    guard at < end else { break }
    if base.load(fromByteOffset: at, as: UInt8.self) < 0x80 {
      at &+= 1
      continue
    }
    let length = utf8SequenceLength(base, at, end)
    if length == 0 { return false }
    at &+= length
  }
  return true
}

/// Length of the well-formed sequence of two to four bytes that begins at `at`; 0 where there is none.
@inline(__always)
func utf8SequenceLength(_ base: UnsafeRawPointer, _ at: Int, _ end: Int) -> Int {
  let first = base.load(fromByteOffset: at, as: UInt8.self)
  // The most frequent: two bytes, and three that begin with none of the special ones.
  if first >= 0xC2, first <= 0xDF {
    return at &+ 2 <= end && isContinuation(base, at &+ 1) ? 2 : 0
  }
  if first >= 0xE1, first <= 0xEF, first != 0xED {
    return at &+ 3 <= end && isContinuation(base, at &+ 1) && isContinuation(base, at &+ 2) ? 3 : 0
  }
  let length: Int
  var low: UInt8 = 0x80
  var high: UInt8 = 0xBF
  switch first {
  case 0xE0:
    length = 3
    low = 0xA0
  case 0xED:
    length = 3
    high = 0x9F
  case 0xF0:
    length = 4
    low = 0x90
  case 0xF4:
    length = 4
    high = 0x8F
  case 0xF1...0xF3: length = 4
  default: return 0
  }
  guard at &+ length <= end else { return 0 }
  let second = base.load(fromByteOffset: at &+ 1, as: UInt8.self)
  guard second >= low, second <= high else { return 0 }
  var next = 2
  while next < length {
    guard base.load(fromByteOffset: at &+ next, as: UInt8.self) & 0xC0 == 0x80 else { return 0 }
    next &+= 1
  }
  return length
}

@inline(__always)
private func isContinuation(_ base: UnsafeRawPointer, _ at: Int) -> Bool {
  base.load(fromByteOffset: at, as: UInt8.self) & 0xC0 == 0x80
}
