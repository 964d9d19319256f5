import CSystemShims
import VideoDBCore

/// What a channel has to know to go on where a killed process was: its bindings, the items that were handed out and whether the application
/// was done with them, and the events that the service cannot give a second time.
///
/// One file of fixed size. What is written survives the process at once, and a power cut after the next flush. Items stand in a ring of
/// small records, each with a check of its own; the rest is a text that is written to one of two places in turn, so that one of them is
/// whole whenever the writing is cut off.
final class StateFile: Ledger, @unchecked Sendable {
  /// An item as the file has it.
  struct Item {
    var text: UInt64
    var startMs: Int64
    var lane: UInt32
    var lengthMs: UInt32
    var number: UInt32
    var isDone: Bool

    var endMs: Int64 { startMs + Int64(lengthMs) }
  }

  private struct Kept {
    var number: UInt32
    var isHandedOut: Bool
    /// Of a channel that this library does not know.
    var isOther: Bool
    var event: [UInt8]
  }

  private struct State {
    var nextNumber: UInt32 = 1
    var nextPlace = 0
    var generation: UInt64 = 0
    var bindings: [UInt8] = []
    var kept: [Kept] = []
    var isDirty = false
    var hasFailed = false
  }

  private static let magic: UInt64 = 0x3154_5353_5242_4456  // "VDBRSST1"
  private static let slotBytes = 32
  private static let slots = 16_384
  private static let textBytes = 262_144
  private static let headBytes = 4_096
  private static let ringOffset = Int64(headBytes + 2 * textBytes)
  private static let fileBytes = ringOffset + Int64(slots * slotBytes)

  /// VDBSHIM_STATE_BUSY.
  private static let busy: Int32 = -2

  private let fd: Int32
  /// The file in memory: what is stored there costs no call of the system. nil where its file system cannot do that.
  private let map: UnsafeMutableRawPointer?
  private let log: Log
  private let state = Locked(State())
  /// What another process left, for the one who goes on.
  private(set) var items: [Item] = []
  private(set) var isFull = false
  private(set) var left: JSON?
  /// When it is known to have lived last, in milliseconds since the Unix epoch.
  private(set) var aliveMs: Int64 = 0
  /// Handed out by another process, and not acknowledged. The loop's.
  private var handedOut: [Item] = []

  static func open(_ path: [UInt8], _ settings: Settings) throws(VideoDBError) -> StateFile {
    let fd = (path + [0]).withUnsafeBytes {
      vdbshim_state_open($0.baseAddress?.assumingMemoryBound(to: CChar.self), fileBytes)
    }
    guard fd >= 0 else {
      throw VideoDBError(
        .state,
        fd == Self.busy
          ? "The state file is in use: by another process, or by another channel of this one. Give each channel a file of its own."
          : "The state file cannot be opened: \(Message(cString: strerror(vdbshim_errno()))).")
    }
    let file = StateFile(fd, settings)
    guard file.load() else {
      throw VideoDBError(.state, "The state file is none of this library's, or cannot be read. Name another, or remove it.")
    }
    return file
  }

  private init(_ fd: Int32, _ settings: Settings) {
    self.fd = fd
    map = settings.mapsStateFile ? vdbshim_state_map(fd, Int(Self.fileBytes)) : nil
    log = settings.log
    super.init(isAutomatic: settings.acknowledgesByItself)
  }

  deinit {
    flush()
    if let map { vdbshim_state_unmap(map, Int(Self.fileBytes)) }
    vdbshim_close(fd)
  }

  // MARK: Loading

  private func load() -> Bool {
    var head: UInt64 = 0
    guard vdbshim_state_read(fd, &head, 8, 0) == 0 else { return false }
    if head == 0 {
      head = Self.magic
      return vdbshim_state_write(fd, &head, 8, 0) == 0 && vdbshim_state_flush(fd) == 0
    }
    guard head == Self.magic, let ring = read(Self.ringOffset, Self.slots * Self.slotBytes) else { return false }
    var newest: (number: UInt32, place: Int)?
    for place in 0..<Self.slots {
      guard let item = Self.item(ring, place * Self.slotBytes) else { continue }
      items.append(item)
      aliveMs = max(aliveMs, item.endMs)
      if let known = newest, Int32(bitPattern: item.number &- known.number) < 0 { continue }
      newest = (item.number, place)
    }
    isFull = items.count == Self.slots
    state.withLock { state in
      if let newest {
        state.nextNumber = newest.number &+ 1
        state.nextPlace = (newest.place + 1) % Self.slots
      }
      loadText(&state)
    }
    handedOut = items.filter { !$0.isDone }
    return true
  }

  private func read(_ offset: Int64, _ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    let failed = bytes.withUnsafeMutableBytes { vdbshim_state_read(fd, $0.baseAddress, count, offset) }
    return failed == 0 ? bytes : nil
  }

  /// The newer of the two texts that are whole. Each is generation, length, check, text.
  private func loadText(_ state: inout State) {
    for side in 0..<2 {
      guard let bytes = read(Int64(Self.headBytes + side * Self.textBytes), Self.textBytes) else { continue }
      let (generation, length, check) = bytes.withUnsafeBytes {
        (
          $0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
          $0.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        )
      }
      guard generation > state.generation, length <= UInt64(Self.textBytes - 24) else { continue }
      let text = Array(bytes[24..<(24 + Int(length))])
      guard text.withUnsafeBytes({ textHash($0) }) == check, let json = JSON(text) else { continue }
      state.generation = generation
      left = json["bindings"]
      aliveMs = max(aliveMs, json["alive_ms"]?.int ?? 0)
      state.bindings = json["bindings"]?.bytes ?? []
      state.kept = []
      for entry in json["kept"]?.elements ?? [] {
        guard let number = entry["number"]?.int, let event = entry["event"]?.bytes else { continue }
        state.kept.append(
          Kept(
            number: UInt32(truncatingIfNeeded: number), isHandedOut: entry["handed_out"]?.bool ?? true,
            isOther: entry["other"]?.bool ?? false, event: event))
        state.nextNumber = max(state.nextNumber, UInt32(truncatingIfNeeded: number) &+ 1)
      }
    }
  }

  private static func item(_ bytes: [UInt8], _ at: Int) -> Item? {
    bytes.withUnsafeBytes { raw in
      let slot = UnsafeRawBufferPointer(rebasing: raw[at..<(at + slotBytes)])
      let tag = slot.loadUnaligned(fromByteOffset: 28, as: UInt32.self)
      guard tag != 0, tag >> 1 == check(slot) else { return nil }
      return Item(
        text: slot.loadUnaligned(as: UInt64.self), startMs: slot.loadUnaligned(fromByteOffset: 8, as: Int64.self),
        lane: slot.loadUnaligned(fromByteOffset: 16, as: UInt32.self),
        lengthMs: slot.loadUnaligned(fromByteOffset: 20, as: UInt32.self),
        number: slot.loadUnaligned(fromByteOffset: 24, as: UInt32.self), isDone: tag & 1 == 1)
    }
  }

  /// Of a slot without its tag: 31 bits, never 0.
  private static func check(_ slot: UnsafeRawBufferPointer) -> UInt32 {
    UInt32(truncatingIfNeeded: textHash(UnsafeRawBufferPointer(rebasing: slot[0..<28])) >> 33) | 1
  }

  // MARK: Handing out

  /// They are about to be handed out, and pulled: remembers it, and gives each its receipt.
  func handOut(_ records: UnsafeMutablePointer<EventQueue.Record?>, count: Int) {
    look()
    for i in 0..<count { if let record = records[i] { handOut(record, retained: true) } }
  }

  func handOut(_ record: EventQueue.Record, retained: Bool) {
    record.pointee.handedOut(by: self, retained: retained)
    state.withLock { state in
      if record.pointee.receipt.place == Receipt.kept {
        guard let i = state.kept.firstIndex(where: { $0.number == record.pointee.receipt.number && !$0.isHandedOut }) else {
          return
        }
        state.kept[i].isHandedOut = true
        writeText(&state)
      } else if let item = Self.item(of: record, number: state.nextNumber) {
        record.pointee.receipt = Receipt(place: Int32(state.nextPlace), number: state.nextNumber)
        write(item, state.nextPlace, &state)
        state.nextNumber &+= 1
        state.nextPlace = (state.nextPlace + 1) % Self.slots
      }
    }
  }

  /// What the service can be asked for again; nil for anything else.
  private static func item(of record: EventQueue.Record, number: UInt32) -> Item? {
    let fields = record.pointee.fields
    guard fields.kind == .transcript || fields.kind == .sceneIndex || fields.kind == .audioIndex,
      !fields.flags.contains(.interim)
    else { return nil }
    let startMs = milliseconds(fields.start)
    return Item(
      text: record.pointee.textHash(), startMs: startMs, lane: laneKey(record.pointee.streamHash(), fields.kind),
      lengthMs: UInt32(clamping: milliseconds(fields.end) - startMs), number: number, isDone: false)
  }

  /// A message that the service cannot be asked for again is kept until it is acknowledged. Of channels that are not known only JSON.
  func keep(_ fields: EventFields, _ message: UnsafeRawBufferPointer, isHandedOut: Bool) -> Receipt {
    let isOther = fields.kind == .other && !fields.flags.contains(.notJSON)
    guard isOther || fields.kind == .alert || fields.kind == .captureSession else { return Receipt() }
    return state.withLock { state in
      let number = state.nextNumber
      state.nextNumber &+= 1
      state.kept.append(Kept(number: number, isHandedOut: isHandedOut, isOther: isOther, event: Array(message)))
      writeText(&state)
      return Receipt(place: Receipt.kept, number: number)
    }
  }

  /// Messages that were kept, with their receipts, and whether they may have been handed out before.
  var keptEvents: [(event: [UInt8], receipt: Receipt, isHandedOut: Bool)] {
    state.withLock { $0.kept.map { ($0.event, Receipt(place: Receipt.kept, number: $0.number), $0.isHandedOut) } }
  }

  /// Whether another process handed this item out and did not see it acknowledged. Once for each.
  func wasHandedOut(_ record: inout EventRecord) -> Bool {
    guard !handedOut.isEmpty else { return false }
    let lane = laneKey(textHash(record.rtstreamID()), record.fields.kind)
    let hash = textHash(record.text())
    let startMs = milliseconds(record.fields.start)
    let endMs = milliseconds(record.fields.end)
    let tolerance = itemTolerance(startMs, endMs)
    guard
      let at = handedOut.firstIndex(where: {
        $0.lane == lane && $0.text == hash && abs($0.startMs - startMs) <= tolerance && abs($0.endMs - endMs) <= tolerance
      })
    else { return false }
    handedOut.remove(at: at)
    return true
  }

  override func acknowledge(_ receipt: Receipt) {
    state.withLock { state in
      if receipt.place == Receipt.kept {
        state.kept.removeAll { $0.number == receipt.number }
        writeText(&state)
        return
      }
      let place = Int(receipt.place)
      guard place >= 0, place < Self.slots else { return }
      var (number, tag) = numberAndTag(place, isKept: !state.hasFailed)
      // Unless the ring has come round to its place.
      guard number == receipt.number else { return }
      tag |= 1
      put(&tag, 4, Self.offset(place) + Self.tagOffset, &state)
    }
  }

  func setBindings(_ text: [UInt8]) {
    state.withLock { state in
      guard !sameBytes(state.bindings, text) else { return }
      state.bindings = text
      writeText(&state)
    }
  }

  // MARK: Writing

  private static let tagOffset: Int64 = 28
  private static func offset(_ place: Int) -> Int64 { ringOffset + Int64(place * slotBytes) }

  private func write(_ item: Item, _ place: Int, _ state: inout State) {
    withUnsafeTemporaryAllocation(byteCount: Self.slotBytes, alignment: 8) { slot in
      slot.storeBytes(of: item.text, as: UInt64.self)
      slot.storeBytes(of: item.startMs, toByteOffset: 8, as: Int64.self)
      slot.storeBytes(of: item.lane, toByteOffset: 16, as: UInt32.self)
      slot.storeBytes(of: item.lengthMs, toByteOffset: 20, as: UInt32.self)
      slot.storeBytes(of: item.number, toByteOffset: 24, as: UInt32.self)
      let tag = Self.check(UnsafeRawBufferPointer(slot)) << 1 | (item.isDone ? 1 : 0)
      slot.storeBytes(of: tag, toByteOffset: Int(Self.tagOffset), as: UInt32.self)
      put(slot.baseAddress, Self.slotBytes, Self.offset(place), &state)
    }
  }

  private func writeText(_ state: inout State) {
    state.isDirty = true
    guard !state.hasFailed else { return }
    let generation = state.generation + 1
    let offset = Int64(Self.headBytes + Int(generation & 1) * Self.textBytes)
    // Where the file is in memory it is put together in place: this side is the older one, and not whole until its check agrees.
    guard let place = map.map({ $0 + Int(offset) }) ?? malloc(Self.textBytes) else { return }
    defer { if map == nil { free(place) } }
    var text = Self.text(state, place + 24)
    // What does not fit is not kept, unknown channels and the oldest first; it is delivered all the same.
    while text.isCut, !state.kept.isEmpty {
      let others = state.kept.contains { $0.isOther }
      var left = max(state.kept.count / 4, 1)
      state.kept.removeAll {
        guard left > 0, $0.isOther || !others else { return false }
        left -= 1
        return true
      }
      log(.warning, "client", "The state file is full: events that were not acknowledged are kept no longer.")
      text = Self.text(state, place + 24)
    }
    guard !text.isCut else {
      log(.error, "client", "The state file has no room for what is bound to the channel.")
      return
    }
    place.storeBytes(of: generation, as: UInt64.self)
    place.storeBytes(of: UInt64(text.count), toByteOffset: 8, as: UInt64.self)
    place.storeBytes(of: textHash(text.bytes), toByteOffset: 16, as: UInt64.self)
    state.generation = generation
    if map == nil { put(place, 24 + text.count, offset, &state) }
  }

  private static func text(_ state: State, _ memory: UnsafeMutableRawPointer) -> FixedText {
    var text = FixedText(memory, capacity: textBytes - 24)
    text.add("{\"alive_ms\":")
    text.add(vdbshim_unix_ms())
    if !state.bindings.isEmpty {
      text.add(",\"bindings\":")
      text.add(state.bindings)
    }
    text.add(",\"kept\":[")
    for (i, kept) in state.kept.enumerated() {
      text.add(i > 0 ? ",{\"number\":" : "{\"number\":")
      text.add(Int64(kept.number))
      text.add(kept.isHandedOut ? ",\"handed_out\":true" : ",\"handed_out\":false")
      if kept.isOther { text.add(",\"other\":true") }
      text.add(",\"event\":")
      text.add(kept.event)
      text.add("}")
    }
    text.add("]}")
    return text
  }

  private func put(_ bytes: UnsafeRawPointer?, _ count: Int, _ offset: Int64, _ state: inout State) {
    state.isDirty = true
    guard let bytes else { return }
    if let map {
      if !state.hasFailed { memcpy(map + Int(offset), bytes, count) }
    } else if vdbshim_state_write(fd, bytes, count, offset) != 0, !state.hasFailed {
      state.hasFailed = true
      log(.error, "client", "The state file cannot be written: \(Message(cString: strerror(vdbshim_errno()))).")
    }
  }

  /// Of a slot of the ring.
  private func numberAndTag(_ place: Int, isKept: Bool) -> (number: UInt32, tag: UInt32) {
    var words: (number: UInt32, tag: UInt32) = (0, 0)
    let offset = Self.offset(place) + Self.tagOffset - 4
    if let map {
      if isKept { memcpy(&words, map + Int(offset), 8) }
    } else {
      _ = vdbshim_state_read(fd, &words, 8, offset)
    }
    return words
  }

  /// Before what may store something: a file that somebody has cut short is touched no more.
  override func look() {
    guard map != nil, vdbshim_state_is_whole(fd, Int(Self.fileBytes)) == 0 else { return }
    state.withLock { state in
      guard !state.hasFailed else { return }
      state.hasFailed = true
      log(.error, "client", "The state file was cut short by somebody else: what happens from here on is not kept.")
    }
  }

  /// Another one may open the file; this one is not written to any more.
  func unlock() { vdbshim_state_unlock(fd) }

  /// To the disk.
  func flush() {
    let isDirty = state.withLock { state in
      defer { state.isDirty = false }
      return state.isDirty
    }
    if isDirty { _ = vdbshim_state_flush(fd) }
  }
}
