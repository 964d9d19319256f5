import CSystemShims
import Synchronization
import VideoDBCore

/// Reading what another process left.
extension StateFile {
  func load() -> Bool {
    var head: (magic: UInt64, salt: UInt64, aliveMs: Int64) = (0, 0, 0)
    guard vdbshim_state_read(fd, &head, 24, 0) == 0 else { return false }
    if head.magic == 0 {
      salt = randomBytes(8).withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
      head = (Self.magic, salt, 0)
      return vdbshim_state_write(fd, &head, 24, 0) == 0 && vdbshim_state_flush(fd) == 0
    }
    salt = head.salt
    aliveMs = head.aliveMs
    guard head.magic == Self.magic, let ring = read(Self.ringOffset, Self.slots * Self.slotBytes) else { return false }
    var newest: (number: UInt32, place: Int)?
    for place in 0..<Self.slots {
      guard let item = Self.item(ring, place * Self.slotBytes) else { continue }
      items.append(item)
      aliveMs = max(aliveMs, item.endMs)
      if let known = newest, Int32(bitPattern: item.number &- known.number) < 0 { continue }
      newest = (item.number, place)
    }
    isFull = items.count == Self.slots
    if let newest {
      // The next one whose place is behind that of the newest.
      let number = newest.number &+ 1
      let skipped = (newest.place + 1 - Self.place(number) + Self.slots) % Self.slots
      nextItem.store(number &+ UInt32(skipped), ordering: .relaxed)
    }
    handedOut = items.filter { !$0.isDone }
    return state.withLock { state in
      loadBindings(&state)
      return loadKept(&state)
    }
  }

  func read(_ offset: Int64, _ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    let failed = bytes.withUnsafeMutableBytes { vdbshim_state_read(fd, $0.baseAddress, count, offset) }
    return failed == 0 ? bytes : nil
  }

  /// The newer of the two that are whole.
  private func loadBindings(_ state: inout State) {
    for side in 0..<2 {
      guard let bytes = read(Int64(Self.headBytes + side * Self.textBytes), Self.textBytes) else { continue }
      let (generation, length, check) = bytes.withUnsafeBytes {
        (
          $0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
          $0.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        )
      }
      guard generation > state.generation, length <= UInt64(Self.textBytes - Self.textHead) else { continue }
      let text = Array(bytes[Self.textHead..<(Self.textHead + Int(length))])
      guard text.withUnsafeBytes({ textHash($0) }) == check, let json = JSON(text) else { continue }
      state.generation = generation
      state.bindings = text
      left = json
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
  static func check(_ slot: UnsafeRawBufferPointer) -> UInt32 {
    func word(_ at: Int) -> UInt64 { slot.loadUnaligned(fromByteOffset: at, as: UInt64.self) }
    let number = UInt64(slot.loadUnaligned(fromByteOffset: 24, as: UInt32.self))
    return UInt32(truncatingIfNeeded: wordsHash(word(0), word(8), word(16), number) >> 33) | 1
  }
}
