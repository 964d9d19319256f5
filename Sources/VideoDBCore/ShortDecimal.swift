import CSystemShims

/// A number with a fraction and no exponent, of up to nineteen digits, eight of them read at a time: what times in seconds are, and a
/// confidence.
struct ShortDecimal {
  let value: Double
  /// Where the number ends.
  let end: Int

  /// The number at `at` of a text that ends at `textEnd`; nil for anything else, a number of another form among it, and where the text is
  /// shorter than eight bytes.
  @inline(never)
  init?(_ base: UnsafeRawPointer, _ at: Int, _ textEnd: Int) {
    guard textEnd >= 8, at < textEnd else { return nil }
    guard let whole = ShortInteger.digits(base, at, textEnd), whole.count > 0 else { return nil }
    let point = at &+ whole.count
    guard point < textEnd, base.load(fromByteOffset: point, as: UInt8.self) == 0x2E else { return nil }
    if base.load(fromByteOffset: at, as: UInt8.self) == 0x30, whole.count > 1 { return nil }
    guard let part = ShortInteger.digits(base, point &+ 1, textEnd), part.count > 0, whole.count &+ part.count <= 19 else {
      return nil
    }
    end = point &+ 1 &+ part.count
    guard end == textEnd || base.load(fromByteOffset: end, as: UInt8.self) | 0x20 != 0x65 else { return nil }
    value = decimalFraction(
      whole.value &* vdbshim_power10(Int32(truncatingIfNeeded: part.count)) &+ part.value, places: part.count)
  }
}

/// The double nearest to `digits` divided by 10 to the power of `places`, which are at most 19.
func decimalFraction(_ digits: UInt64, places: Int) -> Double {
  let power = vdbshim_power10(Int32(truncatingIfNeeded: places))
  // A double holds either exactly (a power as its odd part), so that only the quotient is rounded.
  if digits <= 1 << 53 { return Double(digits) / Double(power) }
  // Sixty-four bits of the quotient, the last one also for all that come after it, are enough to round once.
  let raised = digits.leadingZeroBitCount
  let lowered = power.leadingZeroBitCount
  let dividend = digits &<< UInt64(raised)
  let divisor = power &<< UInt64(lowered)
  let halves = dividend >= divisor
  let (bits, rest) = halves ? divide(dividend &>> 1, dividend &<< 63, by: divisor) : divide(dividend, 0, by: divisor)
  let exponent = lowered &- raised &- (halves ? 63 : 64)
  return Double(bits | (rest == 0 ? 0 : 1)) * Double(bitPattern: UInt64(1023 &+ exponent) &<< 52)
}

/// 128 bits by 64, of which the highest is set and which are more than `high`: half of the quotient at a time, as one divides by hand.
/// (`dividingFullWidth` would need libgcc_s.)
private func divide(_ high: UInt64, _ low: UInt64, by divisor: UInt64) -> (quotient: UInt64, rest: UInt64) {
  func half(_ high: UInt64, _ next: UInt64) -> (quotient: UInt64, rest: UInt64) {
    // Tried with the upper half of the divisor: at most two too many.
    let upper = divisor &>> 32
    let lower = divisor & 0xFFFF_FFFF
    var digit = high / upper
    var left = high &- digit &* upper
    while digit > 0xFFFF_FFFF || digit &* lower > left &<< 32 | next {
      digit &-= 1
      left &+= upper
      if left > 0xFFFF_FFFF { break }
    }
    return (digit, (high &<< 32 | next) &- digit &* divisor)
  }
  let first = half(high, low &>> 32)
  let second = half(first.rest, low & 0xFFFF_FFFF)
  return (first.quotient &<< 32 | second.quotient, second.rest)
}
