/// The frames that a client sends: final, masked.
public enum FrameWriter {
  public enum Opcode: UInt8, Sendable {
    case text = 0x1
    case close = 0x8
    case ping = 0x9
    case pong = 0xA
  }

  /// `mask` is fresh randomness for each frame (RFC 6455 section 5.3).
  public static func append(
    _ opcode: Opcode, _ payload: UnsafeRawBufferPointer, mask: (UInt8, UInt8, UInt8, UInt8), to out: inout [UInt8]
  ) {
    out.append(0x80 | opcode.rawValue)
    if payload.count < 126 {
      out.append(0x80 | UInt8(payload.count))
    } else if payload.count < 65_536 {
      out.append(0x80 | 126)
      out.append(UInt8(payload.count >> 8))
      out.append(UInt8(payload.count & 0xFF))
    } else {
      out.append(0x80 | 127)
      for shift in stride(from: 56, through: 0, by: -8) {
        out.append(UInt8(truncatingIfNeeded: UInt64(payload.count) >> UInt64(shift)))
      }
    }
    let key = [mask.0, mask.1, mask.2, mask.3]
    out.append(contentsOf: key)
    out.reserveCapacity(out.count + payload.count)
    for i in 0..<payload.count { out.append(payload[i] ^ key[i & 3]) }
  }

  /// The payload of a close frame. 1005 stands for none.
  public static func closePayload(code: UInt16) -> [UInt8] {
    code == 1005 ? [] : [UInt8(code >> 8), UInt8(code & 0xFF)]
  }
}
