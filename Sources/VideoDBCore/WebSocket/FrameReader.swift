/// The frames of RFC 6455 that a server sends, turned into messages. Pure: bytes in, steps out. A message that lies whole and
/// unfragmented in the input is handed out in place; only fragments are copied together.
public struct FrameReader {
  public enum Step {
    /// The input ends inside a frame. `atLeast` more bytes are needed before it is worth asking again.
    case needMore(atLeast: Int)
    /// A whole message, valid until the next call. Its UTF-8 has not been checked.
    case message(UnsafeRawBufferPointer, isText: Bool)
    case ping(UnsafeRawBufferPointer)
    case pong(UnsafeRawBufferPointer)
    /// `code` 1005: the frame carried none.
    case close(code: UInt16, reason: UnsafeRawBufferPointer)
    /// The peer broke the protocol: fail the connection with this close code.
    case violation(code: UInt16, StaticString)
  }

  let maxMessage: Int
  private var fragments: [UInt8] = []
  private var isAssembling = false
  private var assemblingText = false
  private var dropFragments = false

  public init(maxMessage: Int) { self.maxMessage = maxMessage }

  /// The usual case, at little cost: a whole text message that is not fragmented. nil: `next` has to look.
  @inline(__always)
  public func wholeText(_ input: UnsafeRawBufferPointer, _ at: inout Int) -> UnsafeRawBufferPointer? {
    let available = input.count &- at
    guard available >= 4, !isAssembling, let frame = input.baseAddress.map({ $0 + at }),
      frame.load(as: UInt8.self) == 0x81
    else { return nil }
    var length = Int(frame.load(fromByteOffset: 1, as: UInt8.self))
    var header = 2
    if length == 126 {
      header = 4
      length = Int(UInt16(bigEndian: frame.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
    } else if length > 126 {
      return nil
    }
    guard available >= header &+ length, length <= maxMessage else { return nil }
    at &+= header &+ length
    return UnsafeRawBufferPointer(start: frame + header, count: length)
  }

  /// Reads on at `at`, which moves past what was consumed.
  @inline(__always)
  public mutating func next(_ input: UnsafeRawBufferPointer, _ at: inout Int) -> Step {
    if dropFragments {
      fragments.removeAll(keepingCapacity: fragments.capacity <= 65_536)
      dropFragments = false
    }
    while true {
      let available = input.count &- at
      guard available >= 2 else { return .needMore(atLeast: 2 &- available) }
      let first = input[at]
      let second = input[at &+ 1]
      var header = 2
      var length = UInt64(second & 0x7F)
      if length == 126 {
        header = 4
        guard available >= 4 else { return .needMore(atLeast: 4 &- available) }
        length = UInt64(input[at &+ 2]) << 8 | UInt64(input[at &+ 3])
      } else if length == 127 {
        header = 10
        guard available >= 10 else { return .needMore(atLeast: 10 &- available) }
        length = 0
        for i in 2..<10 { length = length << 8 | UInt64(input[at &+ i]) }
      }
      if first & 0x70 != 0 { return .violation(code: 1002, "a frame with reserved bits set") }
      if second & 0x80 != 0 { return .violation(code: 1002, "a masked frame: servers must not mask") }
      let opcode = first & 0x0F
      let isFinal = first & 0x80 != 0
      if opcode & 0x08 != 0 {
        guard isFinal else { return .violation(code: 1002, "a fragmented control frame") }
        guard length <= 125 else { return .violation(code: 1002, "a control frame of more than 125 bytes") }
      } else if length > UInt64(maxMessage &- fragments.count) {
        return .violation(code: 1009, "a message above ws.max_message_bytes")
      }
      // From here the length is at most maxMessage, an Int.
      let size = Int(truncatingIfNeeded: length)
      guard available >= header &+ size else { return .needMore(atLeast: header &+ size &- available) }
      let payload = UnsafeRawBufferPointer(rebasing: input[(at &+ header)..<(at &+ header &+ size)])
      at = at &+ header &+ size

      switch opcode {
      case 0x1, 0x2:
        guard !isAssembling else { return .violation(code: 1002, "a new message inside a fragmented one") }
        if isFinal { return .message(payload, isText: opcode == 0x1) }
        isAssembling = true
        assemblingText = opcode == 0x1
        fragments.append(contentsOf: payload)
      case 0x0:
        guard isAssembling else { return .violation(code: 1002, "a continuation without a beginning") }
        fragments.append(contentsOf: payload)
        if isFinal {
          isAssembling = false
          return assembled()
        }
      case 0x8: return close(payload)
      case 0x9: return .ping(payload)
      case 0xA: return .pong(payload)
      default: return .violation(code: 1002, "a frame of an unknown kind")
      }
    }
  }

  /// The view stays valid after the closure because nothing touches `fragments` before the next call: only `next` does.
  private mutating func assembled() -> Step {
    dropFragments = true
    return .message(fragments.withUnsafeBytes { $0 }, isText: assemblingText)
  }

  private func close(_ payload: UnsafeRawBufferPointer) -> Step {
    guard payload.count > 0 else { return .close(code: 1005, reason: payload) }
    guard payload.count >= 2 else { return .violation(code: 1002, "a close frame of one byte") }
    let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
    switch code {
    case 1000...1003, 1007...1014, 3000...4999: break
    default: return .violation(code: 1002, "a close frame with an invalid code")
    }
    let reason = UnsafeRawBufferPointer(rebasing: payload[2...])
    guard isValidUTF8(reason) else { return .violation(code: 1007, "a close reason that is not UTF-8") }
    return .close(code: code, reason: reason)
  }
}
