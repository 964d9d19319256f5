/// What a message says, as places in its bytes. Plain data without references: it lives in raw memory beside the bytes.
public struct EventFields {
  /// A stretch of the message. For a string: its raw content, between the quotes.
  public struct Place {
    /// Start, length, and whether there are escapes: one word, since a message has many of them. No place starts at 0.
    let bits: UInt64

    @inline(__always)
    init(bits: UInt64 = 0) { self.bits = bits }

    @inline(__always)
    init(_ start: Int, _ end: Int, escapes: Bool = false) {
      bits = UInt64(truncatingIfNeeded: start) &<< 32 | UInt64(truncatingIfNeeded: end &- start) &<< 1 | (escapes ? 1 : 0)
    }

    @inline(__always)
    public var isPresent: Bool { bits != 0 }
    @inline(__always)
    public var start: Int { Int(truncatingIfNeeded: bits &>> 32) }
    @inline(__always)
    public var count: Int { Int(truncatingIfNeeded: bits & 0xFFFF_FFFF) &>> 1 }
    @inline(__always)
    public var hasEscapes: Bool { bits & 1 != 0 }
  }

  public var kind = EventKind.other
  public var flags: EventFlags = []
  public var channel = Place()
  public var data = Place()
  public var rtstreamID = Place()
  public var text = Place()
  public var label = Place()
  /// Seconds; NaN where absent.
  public var start = Double.nan
  public var end = Double.nan
  public var confidence = Double.nan

  @inline(__always)
  public init() {}
}
