/// New identifiers, in the forms the hosted service uses. All come from the system's random source.
enum Identifier {
  /// `rts-` and a version 7 UUID: sorted by creation.
  static func stream() -> String { "rts-" + uuidVersion7(milliseconds: UInt64(Timestamp.now() * 1000)) }

  static func captureSession() -> String { "cap-" + uuidVersion7(milliseconds: UInt64(Timestamp.now() * 1000)) }

  /// 16 hexadecimal digits: scene indexes, events, alerts.
  static func short() -> String { hex(UInt64.random(in: 0...UInt64.max)) }

  static func connection() -> String { short() + short() }

  /// 256 bits for keys and tickets.
  static func secret() -> String { short() + short() + short() + short() }

  private static func uuidVersion7(milliseconds: UInt64) -> String {
    let high = milliseconds << 16 | 0x7000 | UInt64.random(in: 0...0xfff)
    let low = 0x8000_0000_0000_0000 | UInt64.random(in: 0...0x3fff_ffff_ffff_ffff)
    let digits = Array(hex(high) + hex(low))
    let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
    return groups.joined(separator: "-")
  }

  private static func hex(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
