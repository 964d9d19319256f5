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
    guard at &+ 8 <= textEnd else { return nil }
    let digits = base.loadUnaligned(fromByteOffset: at, as: UInt64.self).littleEndian ^ Self.zeros
    var count = Self.count(digits)
    if count == 8 {
      // The eight after it, or what there is of them.
      let short = max(at &+ 16 &- textEnd, 0)
      let next = base.loadUnaligned(fromByteOffset: at &+ 8 &- short, as: UInt64.self).littleEndian
      let more = next &>> UInt64(truncatingIfNeeded: 8 &* short) ^ Self.zeros
      let moreCount = short == 8 ? 0 : Self.count(more)
      guard moreCount < 8 else { return nil }
      value = Self.decimal(digits) &* vdbshim_power10(Int32(truncatingIfNeeded: moreCount)) &+ Self.decimal(more, moreCount)
      count &+= moreCount
    } else {
      value = Self.decimal(digits, count)
    }
    end = at &+ count
    guard count > 0 else { return nil }
    let next = end < textEnd ? base.load(fromByteOffset: end, as: UInt8.self) : 0
    guard next != 0x2E, next | 0x20 != 0x65 else { return nil }
    // It may not begin with a zero that is not all of it.
    if base.load(fromByteOffset: at, as: UInt8.self) == 0x30, count > 1 { return nil }
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
