import CSystemShims

/// One pass over JSON text: checks the grammar of RFC 8259 and the UTF-8, and says where things are. It builds nothing.
///
/// Its unsafe loads, and those of `EventScanner`, `EventShape`, `MemberName` and `ShortInteger`, are at offsets below `end`; a block or a
/// word is loaded only where as many bytes remain. Accepted where jansson refuses: `\u0000`, a lone surrogate escape (decoded as U+FFFD), numbers beyond
/// the range of an int64 or a double. Refused like jansson: everything else that is not JSON, and nesting deeper than `maxDepth`.
public struct JSONScanner {
  public static let maxDepth = 128

  public enum Fault: UInt8, Sendable { case none, syntax, utf8, depth }

  /// A string's content, between its quotes.
  public struct Text: Sendable {
    public var start = 0
    public var end = 0
    public var hasEscapes = false
  }

  public let base: UnsafeRawPointer
  public let end: Int
  public var at = 0
  public var fault = Fault.none

  public init(_ bytes: UnsafeRawBufferPointer) {
    // An empty buffer may have no address; nothing is ever loaded through this one, since `end` is 0 then.
    base = bytes.baseAddress ?? UnsafeRawPointer(UnsafeRawBufferPointer("").baseAddress.unsafelyUnwrapped)
    end = bytes.count
  }

  @inline(__always)
  func byte(_ offset: Int) -> UInt8 { base.load(fromByteOffset: offset, as: UInt8.self) }

  @inline(__always)
  mutating func fail(_ why: Fault) -> Bool {
    if fault == .none { fault = why }
    return false
  }

  public mutating func skipWhitespace() {
    while at < end {
      let c = byte(at)
      guard c == 0x20 || c == 0x0A || c == 0x0D || c == 0x09 else { return }
      at &+= 1
    }
  }

  /// The next byte that is no white space, not consumed; 0 at the end.
  @inline(__always)
  public mutating func peek() -> UInt8 {
    if at < end, byte(at) > 0x20 { return byte(at) }
    return peekPastWhitespace()
  }

  @inline(never)
  private mutating func peekPastWhitespace() -> UInt8 {
    skipWhitespace()
    return at < end ? byte(at) : 0
  }

  @inline(__always)
  public mutating func take(_ expected: UInt8) -> Bool {
    guard peek() == expected, at < end else { return fail(.syntax) }
    at &+= 1
    return true
  }

  /// After the outermost value: nothing but white space may follow.
  public mutating func finish() -> Bool {
    skipWhitespace()
    return at == end ? true : fail(.syntax)
  }

  /// A string, its opening quote next.
  public mutating func string(_ out: inout Text) -> Bool {
    guard at < end, byte(at) == 0x22 else { return fail(.syntax) }
    out.start = at &+ 1
    out.hasEscapes = false
    at = plainRun(base, at &+ 1, end)
    if at < end, byte(at) == 0x22 {
      out.end = at
      at &+= 1
      return true
    }
    return stringGoesOn(&out)
  }

  /// A string after a stretch of plain ASCII, which it may end with.
  @inline(never)
  mutating func stringGoesOn(_ out: inout Text) -> Bool {
    while at < end {
      if byte(at) == 0x22 {
        out.end = at
        at &+= 1
        return true
      }
      guard special(&out) else { return false }
      at = plainRun(base, at, end)
    }
    return fail(.syntax)
  }

  /// What is no plain ASCII in a string: escapes, and sequences of UTF-8, as many as follow each other.
  @inline(__always)
  private mutating func special(_ out: inout Text) -> Bool {
    while at < end {
      let c = byte(at)
      if c == 0x5C {
        out.hasEscapes = true
        guard escape() else { return false }
      } else if c >= 0x80 {
        let length = utf8SequenceLength(base, at, end)
        guard length > 0 else { return fail(.utf8) }
        at &+= length
      } else {
        return c >= 0x20 ? true : fail(.syntax)
      }
    }
    return true
  }

  /// A backslash and what it escapes.
  mutating func escape() -> Bool {
    guard at &+ 1 < end else { return fail(.syntax) }
    switch byte(at &+ 1) {
    case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74:
      at &+= 2
      return true
    case 0x75:
      guard at &+ 6 <= end else { return fail(.syntax) }
      for i in 2..<6 where hexDigit(byte(at &+ i)) == nil { return fail(.syntax) }
      at &+= 6
      return true
    default: return fail(.syntax)
    }
  }

  /// A number; its text runs from `at` before the call to `at` after it.
  @inline(never)
  public mutating func number() -> Bool {
    if at < end, byte(at) == 0x2D { at &+= 1 }
    guard at < end else { return fail(.syntax) }
    if byte(at) == 0x30 {
      at &+= 1
    } else {
      guard digits() else { return false }
    }
    if at < end, byte(at) == 0x2E {
      at &+= 1
      guard digits() else { return false }
    }
    if at < end, byte(at) | 0x20 == 0x65 {
      at &+= 1
      if at < end, byte(at) == 0x2B || byte(at) == 0x2D { at &+= 1 }
      guard digits() else { return false }
    }
    return true
  }

  @inline(__always)
  mutating func digits() -> Bool {
    let start = at
    while at < end, byte(at) &- 0x30 < 10 { at &+= 1 }
    return at > start ? true : fail(.syntax)
  }

  @inline(never)
  mutating func literal(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard at &+ count <= end else { return fail(.syntax) }
    for i in 0..<count where byte(at &+ i) != text.utf8Start[i] { return fail(.syntax) }
    at &+= count
    return true
  }

  /// Any value, checked and passed over.
  public mutating func skipValue(depth: Int = 0) -> Bool {
    switch peek() {
    case 0x22:
      var ignored = Text()
      return string(&ignored)
    case 0x7B: return skipObject(depth: depth)
    case 0x5B: return skipArray(depth: depth)
    case 0x74: return literal("true")
    case 0x66: return literal("false")
    case 0x6E: return literal("null")
    case 0x2D, 0x30...0x39: return number()
    default: return fail(.syntax)
    }
  }

  mutating func skipObject(depth: Int) -> Bool {
    guard depth < Self.maxDepth else { return fail(.depth) }
    at &+= 1
    if peek() == 0x7D {
      at &+= 1
      return true
    }
    var key = Text()
    while true {
      skipWhitespace()
      guard string(&key), take(0x3A), skipValue(depth: depth &+ 1) else { return false }
      let c = peek()
      at &+= 1
      if c == 0x7D { return true }
      guard c == 0x2C else { return fail(.syntax) }
    }
  }

  mutating func skipArray(depth: Int) -> Bool {
    guard depth < Self.maxDepth else { return fail(.depth) }
    at &+= 1
    if peek() == 0x5D {
      at &+= 1
      return true
    }
    while true {
      guard skipValue(depth: depth &+ 1) else { return false }
      let c = peek()
      at &+= 1
      if c == 0x5D { return true }
      guard c == 0x2C else { return fail(.syntax) }
    }
  }
}

/// Where the first byte at or after `at` is that ends a stretch of plain text: a quote, a backslash, a control character or one beyond
/// ASCII; `end` where none is.
@inline(never)
@_optimize(speed)
func plainRun(_ base: UnsafeRawPointer, _ at: Int, _ end: Int) -> Int {
  var at = at
  while at &+ 32 <= end {
    // The next load waits for no count: where the stretch goes on, it goes on by all of the block.
    let plain = Int(vdbshim_plain32(base + at))
    if plain < 32 { return at &+ plain }
    at &+= 32
  }
  if at &+ 16 <= end {
    let plain = Int(vdbshim_plain16(base + at))
    if plain < 16 { return at &+ plain }
    at &+= 16
  }
  while at < end {
    let c = base.load(fromByteOffset: at, as: UInt8.self)
    if c < 0x20 || c >= 0x80 || c == 0x22 || c == 0x5C { return at }
    at &+= 1
  }
  return at
}

@inline(__always)
func hexDigit(_ c: UInt8) -> UInt32? {
  switch c {
  case 0x30...0x39: UInt32(c &- 0x30)
  case 0x41...0x46: UInt32(c &- 0x37)
  case 0x61...0x66: UInt32(c &- 0x57)
  default: nil
  }
}
