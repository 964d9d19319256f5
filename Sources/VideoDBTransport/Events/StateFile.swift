import CSystemShims
import Synchronization
import VideoDBCore

/// What a channel has to know to go on where a killed process was: its bindings, the items that were handed out and whether the application
/// was done with them, and the events that the service cannot give a second time.
///
/// One file of fixed size. What is written survives the process at once, and a power cut after the next flush. Items stand in a ring of
/// small records, events in a log, each with a check of its own; the bindings are a text that is written to one of two places in turn, so
/// that one of them is whole whenever the writing is cut off.
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

  static let magic: UInt64 = 0x3354_5353_5242_4456  // "VDBRSST3"
  static let headBytes = 4_096
  /// In the head.
  static let saltOffset: Int64 = 8
  static let aliveOffset: Int64 = 16
  static let textBytes = 131_072
  /// Of alerts and capture events, and of channels that are not known, which may not displace them.
  static let logBytes = (known: 196_608, others: 65_536)
  static let logOffset = Int64(headBytes + 2 * textBytes)
  static let slotBytes = 32
  static let slots = 16_384
  static let ringOffset = logOffset + Int64(logBytes.known + logBytes.others)
  static let fileBytes = ringOffset + Int64(slots * slotBytes)

  /// VDBSHIM_STATE_BUSY.
  private static let busy: Int32 = -2

  let fd: Int32
  /// The file in memory: what is stored there costs no call of the system. nil where its file system cannot do that.
  let map: UnsafeMutableRawPointer?
  private let path: [UInt8]
  private let log: Log
  /// No thread may be started.
  private let flushesHere: Bool
  /// The loop's, and that of whoever has the file last.
  private var flushing: FlushThread?
  let state = Locked(State())
  /// It is cut short, or cannot be written.
  let hasFailed = Atomic(false)
  /// There is something to flush.
  let isDirty = Atomic(false)
  /// The number of the next item that is handed out, which says its place in the ring, too: who hands out takes no lock.
  let nextItem = Atomic<UInt32>(1)
  /// Random, of this file.
  var salt: UInt64 = 0
  /// What another process left, for the one who goes on.
  var items: [Item] = []
  var isFull = false
  var left: JSON?
  var keptEvents: [(text: [UInt8], receipt: Receipt, isHandedOut: Bool)] = []
  /// When it is known to have lived last, in milliseconds since the Unix epoch.
  var aliveMs: Int64 = 0
  /// Handed out by another process, and not acknowledged. The loop's.
  var handedOut: [Item] = []

  static func open(_ path: [UInt8], _ settings: Settings) throws(VideoDBError) -> StateFile {
    let fd = (path + [0]).withUnsafeBytes {
      vdbshim_state_open($0.baseAddress?.assumingMemoryBound(to: CChar.self), fileBytes)
    }
    guard fd >= 0 else {
      throw VideoDBError(
        .state,
        fd == Self.busy
          ? "The state file \(path) is in use by another process, or another channel of this one. Give each its own."
          : "The state file \(path) cannot be opened: \(Message(cString: strerror(vdbshim_errno()))).")
    }
    let file = StateFile(fd, path, settings)
    guard file.load() else {
      throw VideoDBError(
        .state, "The state file \(path) is none of this library's, or cannot be read. Name another, or remove it.")
    }
    return file
  }

  private init(_ fd: Int32, _ path: [UInt8], _ settings: Settings) {
    self.fd = fd
    self.path = path
    map = settings.mapsStateFile ? vdbshim_state_map(fd, Int(Self.fileBytes)) : nil
    log = settings.log
    flushesHere = settings.hasExternalLoop
    super.init(isAutomatic: settings.acknowledgesByItself)
  }

  deinit {
    flush()
    if let map { vdbshim_state_unmap(map, Int(Self.fileBytes)) }
    vdbshim_close(fd)
  }

  // MARK: Handing out

  /// They are about to be handed out, and pulled: remembers it, and gives each its receipt.
  func handOut(_ records: UnsafeMutablePointer<EventQueue.Record?>, count: Int) {
    look()
    for i in 0..<count { if let record = records[i] { handOut(record, retained: true) } }
  }

  func handOut(_ record: EventQueue.Record, retained: Bool) {
    record.pointee.handedOut(by: self, retained: retained)
    if record.pointee.receipt.place == Receipt.kept { return keptIsHandedOut(record.pointee.receipt.number) }
    guard Self.isItem(record) else { return }
    let number = nextItem.wrappingAdd(1, ordering: .relaxed).oldValue
    let place = Self.place(number)
    record.pointee.receipt = Receipt(place: Int32(place), number: number)
    let item = Self.item(of: record, number: number)
    guard let map else {
      return state.withLock { _ in write(Self.slotBytes, at: Self.offset(place)) { Self.fill($0, item) } }
    }
    guard !hasFailed.load(ordering: .relaxed) else { return }
    // In place: until the tag is there, the place holds no item.
    Self.fill(map + Int(Self.offset(place)), item)
    isDirty.store(true, ordering: .relaxed)
  }

  /// What the service can be asked for again.
  @inline(__always)
  private static func isItem(_ record: EventQueue.Record) -> Bool {
    switch record.pointee.fields.kind {
    case .transcript, .sceneIndex, .audioIndex: !record.pointee.fields.flags.contains(.interim)
    default: false
    }
  }

  @inline(__always)
  private static func item(of record: EventQueue.Record, number: UInt32) -> Item {
    let (startMs, endMs) = record.pointee.itemTimes()
    return Item(
      text: record.pointee.textHash(), startMs: startMs,
      lane: laneKey(record.pointee.streamHash(), record.pointee.fields.kind), lengthMs: UInt32(clamping: endMs - startMs),
      number: number, isDone: false)
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
      if receipt.isKept { return forget(receipt.number, &state) }
      let place = Int(receipt.place)
      guard place >= 0, place < Self.slots else { return }
      var (number, tag) = numberAndTag(place)
      // Unless the ring has come round to its place.
      guard number == receipt.number else { return }
      tag |= 1
      put(&tag, 4, Self.offset(place) + Self.tagOffset)
    }
  }

  /// Nobody else writes to the place meanwhile: others would have to hand out as many events as the ring has places. The file is dirty since
  /// the event was handed out, and stays so during a callback: what takes that back is of this thread, too.
  override func returned(_ receipt: Receipt) {
    guard let map, receipt.place >= 0, !hasFailed.load(ordering: .relaxed) else { return acknowledge(receipt) }
    let tag = map + Int(Self.offset(Int(receipt.place)) + Self.tagOffset)
    tag.storeBytes(of: tag.load(as: UInt32.self) | 1, as: UInt32.self)
  }

  func setBindings(_ text: [UInt8]) {
    state.withLock { state in
      guard !sameBytes(state.bindings, text) else { return }
      guard text.count <= Self.textBytes - Self.textHead else {
        return tell(.error, "has no room for what is bound to the channel, and keeps what was bound before.")
      }
      state.bindings = text
      writeBindings(&state)
    }
  }

  /// Before what may store something: a file that somebody has cut short is touched no more.
  override func look() {
    guard map != nil, vdbshim_state_is_whole(fd, Int(Self.fileBytes)) == 0 else { return }
    if !hasFailed.exchange(true, ordering: .relaxed) {
      tell(.error, "was cut short by somebody else: what happens from here on is not kept.")
    }
  }

  func tell(_ level: Log.Level, _ what: Message) { log(level, "client", "The state file \(path) \(what)") }

  /// Another one may open the file; this one is not written to any more.
  func unlock() { vdbshim_state_unlock(fd) }

  /// To the disk, without waiting for it.
  func beginFlush() {
    if flushesHere { return flush() }
    // One that is not over yet is followed by the next.
    if let flushing, !flushing.hasEnded { return }
    endFlush()
    guard takeDirty() else { return }
    flushing = FlushThread.start(fd)
    if flushing == nil { _ = vdbshim_state_flush(fd) }
  }

  /// To the disk.
  func flush() {
    endFlush()
    if takeDirty() { _ = vdbshim_state_flush(fd) }
  }

  private func endFlush() {
    flushing?.join()
    flushing = nil
  }

  private func takeDirty() -> Bool { isDirty.exchange(false, ordering: .acquiringAndReleasing) }
}
