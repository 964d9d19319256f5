/// SHA-1 (RFC 3174), for the accept check of the WebSocket handshake only.
@inline(never)
@_optimize(speed)
func sha1(_ message: [UInt8]) -> [UInt8] {
  let blocks = (message.count + 8) / 64 + 1
  var padded = [UInt8](repeating: 0, count: 64 * blocks)
  for i in message.indices { padded[i] = message[i] }
  padded[message.count] = 0x80
  let bits = UInt64(message.count) * 8
  for i in 0..<8 { padded[padded.count - 1 - i] = UInt8(truncatingIfNeeded: bits >> UInt64(8 * i)) }

  var state = SHA1State()
  padded.withUnsafeBytes { bytes in
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 80) { words in
      guard let bytes = bytes.baseAddress, let words = words.baseAddress else { return }
      for block in 0..<blocks {
        for i in 0..<16 { words[i] = bytes.loadUnaligned(fromByteOffset: 64 * block + 4 * i, as: UInt32.self).bigEndian }
        for i in 16..<80 { words[i] = rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1) }
        var next = state
        for i in 0..<20 { next.round(next.b & next.c | ~next.b & next.d, 0x5A82_7999, words[i]) }
        for i in 20..<40 { next.round(next.b ^ next.c ^ next.d, 0x6ED9_EBA1, words[i]) }
        for i in 40..<60 { next.round(next.b & next.c | next.b & next.d | next.c & next.d, 0x8F1B_BCDC, words[i]) }
        for i in 60..<80 { next.round(next.b ^ next.c ^ next.d, 0xCA62_C1D6, words[i]) }
        state.add(next)
      }
    }
  }
  var digest: [UInt8] = []
  digest.reserveCapacity(20)
  for word in [state.a, state.b, state.c, state.d, state.e] {
    for shift: UInt32 in [24, 16, 8, 0] { digest.append(UInt8(truncatingIfNeeded: word >> shift)) }
  }
  return digest
}

private struct SHA1State {
  var (a, b, c, d, e): (UInt32, UInt32, UInt32, UInt32, UInt32) = (
    0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0
  )

  @inline(__always)
  mutating func round(_ f: UInt32, _ k: UInt32, _ word: UInt32) {
    (a, b, c, d, e) = (rotate(a, 5) &+ f &+ e &+ k &+ word, a, rotate(b, 30), c, d)
  }

  mutating func add(_ other: Self) {
    a &+= other.a
    b &+= other.b
    c &+= other.c
    d &+= other.d
    e &+= other.e
  }
}

@inline(__always)
private func rotate(_ value: UInt32, _ by: UInt32) -> UInt32 { value &<< by | value &>> (32 &- by) }
