/// A whole number of up to fifteen digits, the first eight of them read at a time: what times in milliseconds are.
struct ShortInteger {
  var value: UInt64 = 0
  /// Where the number ends.
  var end: Int

  /// The number at `at` of a text that ends at `textEnd`; nil for anything else, a number of another form among it.
  @inline(__always)
  init?(_ base: UnsafeRawPointer, _ at: Int, _ textEnd: Int) {
    end = at
    if at &+ 8 <= textEnd {
      let digits = base.loadUnaligned(fromByteOffset: at, as: UInt64.self).littleEndian ^ 0x3030_3030_3030_3030
      if (digits &+ 0x7676_7676_7676_7676 | digits) & 0x8080_8080_8080_8080 == 0 {
        value = Self.decimal(digits)
        end = at &+ 8
      }
    }
    var next: UInt8 = 0
    while end < textEnd {
      next = base.load(fromByteOffset: end, as: UInt8.self)
      guard next &- 0x30 < 10 else { break }
      value = value &* 10 &+ UInt64(next &- 0x30)
      end &+= 1
      guard end &- at <= 15 else { return nil }
    }
    guard end > at, next != 0x2E, next | 0x20 != 0x65 else { return nil }
    // It may not begin with a zero that is not all of it.
    if base.load(fromByteOffset: at, as: UInt8.self) == 0x30, end > at &+ 1 { return nil }
  }

  /// The number of which these are the digits, the first one in the lowest byte.
  @inline(__always)
  private static func decimal(_ digits: UInt64) -> UInt64 {
    let pairs = ((digits &* 2_561) &>> 8) & 0x00FF_00FF_00FF_00FF
    let quads = ((pairs &* 6_553_601) &>> 16) & 0x0000_FFFF_0000_FFFF
    return (quads &* 42_949_672_960_001) &>> 32
  }
}
