import CSystemShims

/// A whole number of up to fifteen digits, eight of them read at a time: what times in milliseconds are.
struct ShortInteger {
  let value: UInt64
  /// Where the number ends.
  let end: Int

  /// The number at `at` of a text that ends at `textEnd`; nil for anything else, a number of another form among it, and where fewer than
  /// eight bytes are left.
  @inline(__always)
  init?(_ base: UnsafeRawPointer, _ at: Int, _ textEnd: Int) {
    guard at &+ 8 <= textEnd, let digits = Self.digits(base, at, textEnd), digits.count > 0 else { return nil }
    value = digits.value
    end = at &+ digits.count
    let next = end < textEnd ? base.load(fromByteOffset: end, as: UInt8.self) : 0
    guard next != 0x2E, next | 0x20 != 0x65 else { return nil }
    // It may not begin with a zero that is not all of it.
    if base.load(fromByteOffset: at, as: UInt8.self) == 0x30, digits.count > 1 { return nil }
  }

  /// The digits at `at`, none of them where there is something else; nil where there are more than fifteen. The text is at least eight
  /// bytes long.
  @inline(__always)
  static func digits(_ base: UnsafeRawPointer, _ at: Int, _ textEnd: Int) -> (value: UInt64, count: Int)? {
    let first = word(base, at, textEnd) ^ zeros
    let count = count(first)
    guard count == 8 else { return (decimal(first, count), count) }
    let next = word(base, at &+ 8, textEnd) ^ zeros
    let more = Self.count(next)
    guard more < 8 else { return nil }
    return (decimal(first) &* vdbshim_power10(Int32(truncatingIfNeeded: more)) &+ decimal(next, more), 8 &+ more)
  }

  /// Eight bytes; zeros where the text has ended.
  @inline(__always)
  private static func word(_ base: UnsafeRawPointer, _ at: Int, _ textEnd: Int) -> UInt64 {
    let missing = max(at &+ 8 &- textEnd, 0)
    let word = base.loadUnaligned(fromByteOffset: at &- missing, as: UInt64.self).littleEndian
    return missing < 8 ? word &>> UInt64(truncatingIfNeeded: 8 &* missing) : 0
  }

  private static var zeros: UInt64 { 0x3030_3030_3030_3030 }

  /// How many of eight bytes are digits, before the first that is none.
  @inline(__always)
  private static func count(_ digits: UInt64) -> Int {
    let others = (digits &+ 0x7676_7676_7676_7676 | digits) & 0x8080_8080_8080_8080
    return others.trailingZeroBitCount &>> 3
  }

  /// The number that the first digits are.
  @inline(__always)
  private static func decimal(_ digits: UInt64, _ count: Int) -> UInt64 {
    count == 0 ? 0 : decimal(digits &<< UInt64(truncatingIfNeeded: 64 &- 8 &* count))
  }

  /// The number of which these are the digits, the first one in the lowest byte.
  @inline(__always)
  private static func decimal(_ digits: UInt64) -> UInt64 {
    let pairs = ((digits &* 2_561) &>> 8) & 0x00FF_00FF_00FF_00FF
    let quads = ((pairs &* 6_553_601) &>> 16) & 0x0000_FFFF_0000_FFFF
    return (quads &* 42_949_672_960_001) &>> 32
  }
}
