import CSystemShims

/// An event as it is handed out: its fields, its bytes, and room for texts that had to be decoded. Plain data in raw memory. A pulled
/// event is one allocation, record and bytes together; a pushed one is a record that its channel uses again for each message.
public struct EventRecord {
  public var fields = EventFields()
  public var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
  public var receivedMs: Int64 = 0
  public var receipt = Receipt()
  var ledgerOwner: UnsafeMutableRawPointer?
  /// Of text and stream; 0: not known yet.
  private var hashes: (text: UInt64, stream: UInt64) = (0, 0)
  /// Start and end in milliseconds; end `Int64.min`: not known yet.
  var times: (startMs: Int64, endMs: Int64) = (0, .min)
  /// Of the shape it was read with; 0: of none. Messages of one shape are of one stream and one kind.
  private(set) var shape: UInt32 = 0
  var scratch: UnsafeMutablePointer<UInt8>?
  var scratchCapacity = 0
  var scratchUsed = 0
  var decoded = (Decoded(), Decoded(), Decoded(), Decoded())
  /// Bytes behind the message in its allocation.
  private var extra = 0

  struct Decoded {
    var start: UnsafePointer<UInt8>?
    var count = 0
  }

  public init() {}

  /// Takes the next message, and reads it in place; keeps the room for decoding.
  @inline(__always)
  public mutating func read(_ bytes: UnsafeRawBufferPointer, receivedMs: Int64) -> JSONScanner.Fault {
    reset(bytes, receivedMs: receivedMs)
    return EventScanner.scan(bytes, into: &fields)
  }

  /// The same for one of many messages of the same kinds.
  @inline(__always)
  public static func read(
    _ record: UnsafeMutablePointer<EventRecord>, _ bytes: UnsafeRawBufferPointer, _ shapes: UnsafeMutablePointer<EventShapes>,
    receivedMs: Int64
  ) -> JSONScanner.Fault {
    record.pointee.reset(bytes, receivedMs: receivedMs)
    if let (number, hash) = shapes.pointee.read(bytes, record) {
      record.pointee.shape = number
      record.pointee.hashes.stream = hash
      return .none
    }
    let fault = EventScanner.scan(bytes, into: &record.pointee.fields)
    if fault == .none { shapes.pointee.misfit(bytes, record.pointee.fields) }
    return fault
  }

  @inline(__always)
  public mutating func reset(_ fields: EventFields, _ bytes: UnsafeRawBufferPointer, receivedMs: Int64) {
    reset(bytes, receivedMs: receivedMs)
    self.fields = fields
  }

  @inline(__always)
  private mutating func reset(_ bytes: UnsafeRawBufferPointer, receivedMs: Int64) {
    self.bytes = bytes
    self.receivedMs = receivedMs
    receipt = Receipt()
    hashes = (0, 0)
    times.endMs = .min
    shape = 0
    if scratchUsed > 0 { forgetDecoded() }
  }

  @inline(__always)
  mutating func forgetDecoded() {
    scratchUsed = 0
    decoded = (Decoded(), Decoded(), Decoded(), Decoded())
  }

  /// Where a text can be decoded before any other is; nil: memory is out, or there are others.
  @inline(__always)
  mutating func roomToDecode() -> UnsafeMutablePointer<UInt8>? {
    // All decoded texts together are no longer than the message: one block serves them all and never moves.
    if scratchUsed == 0, scratchCapacity < bytes.count { makeRoomToDecode() }
    return scratchUsed == 0 ? scratch : nil
  }

  @inline(never)
  private mutating func makeRoomToDecode() {
    free(scratch)
    scratch = malloc(bytes.count)?.bindMemory(to: UInt8.self, capacity: bytes.count)
    scratchCapacity = scratch == nil ? 0 : bytes.count
  }

  /// `text` was decoded where `roomToDecode` said.
  mutating func textIsDecoded(_ place: EventFields.Place, count: Int) {
    scratchUsed = place.count
    decoded.2 = Decoded(start: scratch.map { UnsafePointer($0) }, count: count)
  }

  public mutating func freeScratch() {
    free(scratch)
    scratch = nil
    scratchCapacity = 0
    scratchUsed = 0
  }

  /// A copy with its own bytes, to be freed with `destroy`. nil when memory is out.
  public static func make(
    _ fields: EventFields, _ bytes: UnsafeRawBufferPointer, receivedMs: Int64
  ) -> UnsafeMutablePointer<EventRecord>? {
    make(fields, bytes, extra: 0, receivedMs: receivedMs)
  }

  /// The same of a record, with its text where that has been decoded, and all that is known of it.
  public static func copy(_ source: UnsafeMutablePointer<EventRecord>) -> UnsafeMutablePointer<EventRecord>? {
    let text = source.pointee.decoded.2
    guard
      let record = make(
        source.pointee.fields, source.pointee.bytes, extra: text.count, receivedMs: source.pointee.receivedMs)
    else { return nil }
    record.pointee.hashes = source.pointee.hashes
    record.pointee.times = source.pointee.times
    record.pointee.receipt = source.pointee.receipt
    if let decoded = text.start {
      let place = UnsafeMutableRawPointer(record) + MemoryLayout<EventRecord>.stride + source.pointee.bytes.count
      memcpy(place, decoded, text.count)
      record.pointee.decoded.2.start = UnsafePointer(place.bindMemory(to: UInt8.self, capacity: text.count))
      record.pointee.decoded.2.count = text.count
    }
    return record
  }

  private static func make(
    _ fields: EventFields, _ bytes: UnsafeRawBufferPointer, extra: Int, receivedMs: Int64
  ) -> UnsafeMutablePointer<EventRecord>? {
    guard let memory = malloc(MemoryLayout<EventRecord>.stride + bytes.count + extra) else { return nil }
    let record = memory.bindMemory(to: EventRecord.self, capacity: 1)
    let copy = memory + MemoryLayout<EventRecord>.stride
    if let source = bytes.baseAddress { memcpy(copy, source, bytes.count) }
    var fresh = EventRecord()
    fresh.fields = fields
    fresh.bytes = UnsafeRawBufferPointer(start: copy, count: bytes.count)
    fresh.receivedMs = receivedMs
    fresh.extra = extra
    record.initialize(to: fresh)
    return record
  }

  public static func destroy(_ record: UnsafeMutablePointer<EventRecord>) {
    record.pointee.settleAndRelease()
    record.pointee.freeScratch()
    free(record)
  }

  /// Bytes that a queue counts for it.
  public var cost: Int { MemoryLayout<EventRecord>.stride + bytes.count + extra }

  func raw(_ place: EventFields.Place) -> UnsafeRawBufferPointer {
    guard place.isPresent, place.start &+ place.count <= bytes.count, let base = bytes.baseAddress else {
      return UnsafeRawBufferPointer(start: nil, count: 0)
    }
    return UnsafeRawBufferPointer(start: base + place.start, count: place.count)
  }

  /// A string of the message without its escapes. Decoded once; where there is nothing to decode, the message's own bytes.
  @inline(__always)
  mutating func text(_ place: EventFields.Place, _ slot: TextSlot) -> UnsafeRawBufferPointer {
    place.hasEscapes ? decodedText(place, slot) : raw(place)
  }

  @inline(never)
  private mutating func decodedText(_ place: EventFields.Place, _ slot: TextSlot) -> UnsafeRawBufferPointer {
    let known = self[slot]
    if let start = known.start { return UnsafeRawBufferPointer(start: start, count: known.count) }
    let raw = raw(place)
    _ = roomToDecode()
    guard raw.count > 0, let scratch, scratchUsed + raw.count <= scratchCapacity else { return raw }
    let target = scratch + scratchUsed
    let count = decodeJSONString(raw, into: target)
    scratchUsed += raw.count
    self[slot] = Decoded(start: UnsafePointer(target), count: count)
    return UnsafeRawBufferPointer(start: target, count: count)
  }

  /// Which of the decoded texts (Embedded Swift has no key paths).
  enum TextSlot { case channel, rtstreamID, text, label }

  subscript(slot: TextSlot) -> Decoded {
    get {
      switch slot {
      case .channel: decoded.0
      case .rtstreamID: decoded.1
      case .text: decoded.2
      case .label: decoded.3
      }
    }
    set {
      switch slot {
      case .channel: decoded.0 = newValue
      case .rtstreamID: decoded.1 = newValue
      case .text: decoded.2 = newValue
      case .label: decoded.3 = newValue
      }
    }
  }

  @inline(__always)
  public mutating func channelName() -> UnsafeRawBufferPointer {
    if let canonical = fields.name { return UnsafeRawBufferPointer(canonical) }
    return text(fields.channel, .channel)
  }
  public mutating func rtstreamID() -> UnsafeRawBufferPointer { text(fields.rtstreamID, .rtstreamID) }
  @inline(__always)
  public mutating func text() -> UnsafeRawBufferPointer {
    if let start = decoded.2.start { return UnsafeRawBufferPointer(start: start, count: decoded.2.count) }
    return text(fields.text, .text)
  }
  public mutating func label() -> UnsafeRawBufferPointer { text(fields.label, .label) }
  public mutating func textHash() -> UInt64 {
    if hashes.text == 0 { hashes.text = VideoDBCore.textHash(text()) }
    return hashes.text
  }
  public mutating func streamHash() -> UInt64 {
    if hashes.stream == 0 { hashes.stream = VideoDBCore.textHash(rtstreamID()) }
    return hashes.stream
  }
  /// Start and end as items are compared.
  @inline(__always)
  public mutating func itemTimes() -> (startMs: Int64, endMs: Int64) {
    if times.endMs == .min { times = (milliseconds(fields.start), milliseconds(fields.end)) }
    return times
  }
  public func data() -> UnsafeRawBufferPointer { raw(fields.data) }
}
