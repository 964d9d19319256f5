/// Base64 with padding (RFC 4648 section 4), encoding only.
func base64(_ bytes: [UInt8]) -> [UInt8] {
  let alphabet = UnsafeRawBufferPointer("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  var out: [UInt8] = []
  out.reserveCapacity((bytes.count + 2) / 3 * 4)
  for at in stride(from: 0, to: bytes.count, by: 3) {
    let left = bytes.count - at
    let group =
      UInt32(bytes[at]) << 16 | (left > 1 ? UInt32(bytes[at + 1]) << 8 : 0) | (left > 2 ? UInt32(bytes[at + 2]) : 0)
    out.append(alphabet[Int(group >> 18)])
    out.append(alphabet[Int(group >> 12 & 63)])
    out.append(left > 1 ? alphabet[Int(group >> 6 & 63)] : 0x3D)
    out.append(left > 2 ? alphabet[Int(group & 63)] : 0x3D)
  }
  return out
}
