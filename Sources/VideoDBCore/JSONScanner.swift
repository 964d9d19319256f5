import CSystemShims

/// One pass over JSON text: checks the grammar of RFC 8259 and the UTF-8, and says where things are. It builds nothing.
///
/// Its unsafe loads, and those of `EventScanner`, `EventShape`, `EventOutline`, `LooseValue`, `MemberName` and `ShortInteger`, are at offsets
/// below `end`; a block or a word is loaded only where as many bytes remain. Strings are looked through by `vdbshim_string`.
///
/// Accepted where jansson refuses: `\u0000`, a lone surrogate escape (decoded as U+FFFD), numbers beyond the range of an int64 or a double.
/// Refused like jansson: everything else that is not JSON, and nesting deeper than `maxDepth`.
public struct JSONScanner {
  public static let maxDepth = 128

  public enum Fault: UInt8, Sendable { case none, syntax, utf8, depth }

  /// A string's content, between its quotes.
  public struct Text: Sendable {
    public var start = 0
    public var end = 0
    /// Of what it means.
    public var length = 0

    public var hasEscapes: Bool { length != end &- start }
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
    at &+= 1
    return content(&out)
  }

  /// The content of a string, and its closing quote. Decoded into `room`, which has place for all that is left of the text.
  @inline(__always)
  mutating func content(_ out: inout Text, decodedInto room: UnsafeMutablePointer<UInt8>? = nil) -> Bool {
    let found = vdbshim_string(base + at, base + end, room)
    let stop = UnsafeRawPointer(found.end.unsafelyUnwrapped) - base
    guard found.length >= 0, stop < end else { return fail(found.length == VDBSHIM_NO_UTF8 ? .utf8 : .syntax) }
    out.start = at
    out.end = stop
    out.length = found.length
    at = stop &+ 1
    return true
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
  @inline(never)
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

@inline(__always)
func hexDigit(_ c: UInt8) -> UInt32? {
  switch c {
  case 0x30...0x39: UInt32(c &- 0x30)
  case 0x41...0x46: UInt32(c &- 0x37)
  case 0x61...0x66: UInt32(c &- 0x57)
  default: nil
  }
}
