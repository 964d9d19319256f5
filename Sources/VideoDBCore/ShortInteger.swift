/// A whole number of up to fifteen digits, read eight of them at a time: what times in milliseconds are.
struct ShortInteger {
  var value: UInt64
  /// Where the number ends.
  var end: Int

  /// The number at `at` of a text that ends at `end`; nil for anything else, a number of another form among it.
  @inline(__always)
  init?(_ base: UnsafeRawPointer, _ at: Int, _ end: Int) {
    guard end >= 8 else { return nil }
    let first = Self.digits(base, at, end)
    let count = Self.count(first)
    let high: UInt64
    let low: UInt64
    if count < 8 {
      high = 0
      low = first &<< UInt64(truncatingIfNeeded: 64 &- 8 &* count)
      self.end = at &+ count
    } else {
      // The last eight digits, and those before them.
      let more = Self.count(Self.digits(base, at &+ 8, end))
      guard more < 8 else { return nil }
      high = more == 0 ? 0 : first &<< UInt64(truncatingIfNeeded: 64 &- 8 &* more)
      low = Self.digits(base, at &+ more, end)
      self.end = at &+ 8 &+ more
    }
    value = Self.decimal(high) &* 100_000_000 &+ Self.decimal(low)
    guard self.end > at, self.end < end else { return nil }
    let next = base.load(fromByteOffset: self.end, as: UInt8.self)
    // It may not begin with a zero that is not all of it.
    let isZeroed = base.load(fromByteOffset: at, as: UInt8.self) == 0x30 && self.end > at &+ 1
    guard next != 0x2E, next | 0x20 != 0x65, !isZeroed else { return nil }
  }

  /// Eight bytes, in each of which a digit is its value; beyond the end there is none.
  @inline(__always)
  private static func digits(_ base: UnsafeRawPointer, _ at: Int, _ end: Int) -> UInt64 {
    let missing = at &+ 8 &- end
    let word = base.loadUnaligned(fromByteOffset: missing > 0 ? end &- 8 : at, as: UInt64.self).littleEndian
    let known = missing > 0 ? (missing < 8 ? word &>> UInt64(truncatingIfNeeded: 8 &* missing) : 0) : word
    return known ^ 0x3030_3030_3030_3030
  }

  /// How many of them come before the first that is no digit. A carry spoils only what comes after it.
  @inline(__always)
  private static func count(_ digits: UInt64) -> Int {
    ((digits &+ 0x7676_7676_7676_7676 | digits) & 0x8080_8080_8080_8080).trailingZeroBitCount &>> 3
  }

  /// The number of which these are the digits, the first one in the lowest byte.
  @inline(__always)
  private static func decimal(_ digits: UInt64) -> UInt64 {
    let pairs = ((digits &* 2_561) &>> 8) & 0x00FF_00FF_00FF_00FF
    let quads = ((pairs &* 6_553_601) &>> 16) & 0x0000_FFFF_0000_FFFF
    return (quads &* 42_949_672_960_001) &>> 32
  }
}
