/// The members of a message that dispatch looks for, told apart by length and a word or two.
enum MemberName: UInt8 {
  case other, data
  // Text.
  case channel, type, eventType, indexType, rtstreamID, text, explanation, label, eventLabel
  // Numbers.
  case start, end, timestamp, confidence
  // Truth.
  case isFinal, triggered

  @inline(__always)
  var isText: Bool { rawValue <= MemberName.eventLabel.rawValue }
  @inline(__always)
  var isNumber: Bool { rawValue >= MemberName.start.rawValue && rawValue <= MemberName.confidence.rawValue }

  /// Its value tells the messages of one pipeline from those of others.
  var isOfPipeline: Bool { rawValue >= MemberName.channel.rawValue && rawValue <= MemberName.rtstreamID.rawValue }

  /// The name at `at`, of `count` bytes without escapes, in a message that ends at `end`.
  @inline(__always)
  init(_ base: UnsafeRawPointer, _ at: Int, _ count: Int, _ end: Int) {
    guard count >= 3, count <= 11 else {
      self = .other
      return
    }
    let first = Self.word(base, at, min(count, 8), end)
    switch count {
    case 3: self = first == Self.word("end\0\0\0\0\0") ? .end : .other
    case 4:
      self =
        first == Self.word("text\0\0\0\0")
        ? .text : first == Self.word("data\0\0\0\0") ? .data : first == Self.word("type\0\0\0\0") ? .type : .other
    case 5: self = first == Self.word("start\0\0\0") ? .start : first == Self.word("label\0\0\0") ? .label : .other
    case 7: self = first == Self.word("channel\0") ? .channel : .other
    case 8: self = first == Self.word("is_final") ? .isFinal : .other
    case 9, 10, 11:
      // Eight bytes that end where the name does.
      let last = base.loadUnaligned(fromByteOffset: at &+ count &- 8, as: UInt64.self).littleEndian
      switch first {
      case Self.word("triggere"): self = last == Self.word("riggered") ? .triggered : .other
      case Self.word("timestam"): self = last == Self.word("imestamp") ? .timestamp : .other
      case Self.word("event_ty"): self = last == Self.word("ent_type") ? .eventType : .other
      case Self.word("index_ty"): self = last == Self.word("dex_type") ? .indexType : .other
      case Self.word("confiden"): self = last == Self.word("nfidence") ? .confidence : .other
      case Self.word("rtstream"): self = last == Self.word("tream_id") ? .rtstreamID : .other
      case Self.word("event_la"): self = last == Self.word("nt_label") ? .eventLabel : .other
      case Self.word("explanat"): self = last == Self.word("lanation") ? .explanation : .other
      default: self = .other
      }
    default: self = .other
    }
  }

  /// Up to eight bytes as a word, the first one lowest.
  @inline(__always)
  private static func word(_ base: UnsafeRawPointer, _ at: Int, _ count: Int, _ end: Int) -> UInt64 {
    guard at &+ 8 <= end else { return shortWord(base, at, count) }
    let word = base.loadUnaligned(fromByteOffset: at, as: UInt64.self).littleEndian
    return word & ~0 &>> UInt64(truncatingIfNeeded: 64 &- 8 &* count)
  }

  /// At the very end of a message, where eight bytes are no longer there.
  @inline(never)
  private static func shortWord(_ base: UnsafeRawPointer, _ at: Int, _ count: Int) -> UInt64 {
    var word: UInt64 = 0
    for i in 0..<count { word |= UInt64(base.load(fromByteOffset: at &+ i, as: UInt8.self)) &<< UInt64(8 &* i) }
    return word
  }

  /// A constant of eight bytes.
  @inline(__always)
  private static func word(_ name: StaticString) -> UInt64 {
    UnsafeRawPointer(name.utf8Start).loadUnaligned(as: UInt64.self).littleEndian
  }
}
