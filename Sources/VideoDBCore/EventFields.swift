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

    mutating func move(after at: Int, by count: Int) {
      if isPresent, start > at { self = Place(bits: bits &+ UInt64(bitPattern: Int64(count)) &<< 32) }
    }
  }

  public var kind = EventKind.other { didSet { name = kind.channel } }
  /// Of the channel, where the kind has one: asked for with nearly every event.
  public private(set) var name: StaticString?
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

  /// Seconds, or milliseconds, microseconds where they are so large that they cannot be seconds (PROTOCOL 3.6): 1e11 s is the year 5138,
  /// 1e11 ms is 1973, so that live values cannot be confused.
  @inline(__always)
  mutating func setTimes(_ start: Double, _ end: Double) {
    self.start = Self.seconds(start)
    self.end = Self.seconds(end)
    // Live points in time are far above 1e9 s (2001); what is below counts from somewhere else.
    if abs(self.start) < 1e9 || abs(self.end) < 1e9 { flags.insert(.relativeTime) }
  }

  @inline(__always)
  private static func seconds(_ value: Double) -> Double {
    value >= 1e14 ? value / 1e6 : value >= 1e11 ? value / 1e3 : value
  }

  @inline(__always)
  mutating func set(_ flag: EventFlags, _ isSet: Bool) { flags = isSet ? flags.union(flag) : flags.subtracting(flag) }

  /// Something at `at` is so much longer than it was: what comes after it has moved.
  @inline(never)
  mutating func move(after at: Int, by count: Int) {
    channel.move(after: at, by: count)
    rtstreamID.move(after: at, by: count)
    data.move(after: at, by: count)
  }

  /// What does not come from `data`.
  var withoutData: EventFields {
    var fields = EventFields()
    (fields.kind, fields.channel, fields.rtstreamID, fields.data) = (kind, channel, rtstreamID, data)
    return fields
  }
}
