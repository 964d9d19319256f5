import CSystemShims

/// Looking through a string and decoding it in one pass.
extension JSONScanner {
  /// `stringGoesOn`, and decodes the string into `out`, which has room for all that is left of the text. How long it is then; 0, and nothing
  /// decoded, where it has no escapes; nil where it is not valid.
  @inline(never)
  @_optimize(speed)
  mutating func stringGoesOn(_ text: inout Text, decodingInto out: UnsafeMutablePointer<UInt8>) -> Int? {
    var at = self.at
    var to = 0
    // Up to the first escape it may be plain: that is copied when there is one.
    while at < end {
      let c = byte(at)
      if c == 0x22 {
        text.end = at
        self.at = at &+ 1
        return 0
      }
      if c == 0x5C { break }
      guard c >= 0x80 else { return failed(.syntax) }
      let length = sequenceLength(at)
      guard length > 0 else { return failed(.utf8) }
      at = plainRun(base, at &+ length, end)
    }
    to = at &- text.start
    memcpy(out, base + text.start, to)
    text.hasEscapes = true
    // What is decoded is never longer: that which has room here has room there. What is copied too far is written over.
    while at < end {
      while at &+ 32 <= end {
        let plain = Int(vdbshim_copyPlain32(base + at, out + to))
        // Where the stretch goes on, the next load waits for no count.
        if plain < 32 {
          at &+= plain
          to &+= plain
          break
        }
        at &+= 32
        to &+= 32
      }
      guard at < end else { break }
      let c = byte(at)
      if c == 0x5C {
        guard let length = decodeEscape(base, at, end, out, &to) else { return failed(.syntax) }
        at &+= length
      } else if c == 0x22 {
        text.end = at
        self.at = at &+ 1
        return to
      } else if c >= 0x80 {
        let length = sequenceLength(at)
        if at &+ 4 <= end {
          UnsafeMutableRawPointer(out + to).storeBytes(
            of: base.loadUnaligned(fromByteOffset: at, as: UInt32.self), as: UInt32.self)
        } else {
          for i in 0..<length { out[to &+ i] = byte(at &+ i) }
        }
        guard length > 0 else { return failed(.utf8) }
        at &+= length
        to &+= length
      } else {
        guard c >= 0x20 else { return failed(.syntax) }
        out[to] = c
        at &+= 1
        to &+= 1
      }
    }
    return failed(.syntax)
  }

  /// Of two to four bytes of UTF-8; 0: there is none.
  @inline(__always)
  private func sequenceLength(_ at: Int) -> Int {
    guard at &+ 4 <= end else { return utf8SequenceLength(base, at, end) }
    return Int(vdbshim_utf8(base.loadUnaligned(fromByteOffset: at, as: UInt32.self).littleEndian))
  }

  private mutating func failed(_ why: Fault) -> Int? {
    _ = fail(why)
    return nil
  }
}
