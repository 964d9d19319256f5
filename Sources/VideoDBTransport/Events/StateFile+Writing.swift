import CSystemShims
import Synchronization
import VideoDBCore

/// Writing items into the ring, the bindings to the older of their two places, and what else is written.
extension StateFile {
  static let tagOffset: Int64 = 28
  static func place(_ number: UInt32) -> Int { Int(number % UInt32(slots)) }
  static func offset(_ place: Int) -> Int64 { ringOffset + Int64(place * slotBytes) }

  @inline(__always)
  static func fill(_ slot: UnsafeMutableRawPointer, _ item: Item) {
    slot.storeBytes(of: item.text, as: UInt64.self)
    slot.storeBytes(of: item.startMs, toByteOffset: 8, as: Int64.self)
    slot.storeBytes(of: item.lane, toByteOffset: 16, as: UInt32.self)
    slot.storeBytes(of: item.lengthMs, toByteOffset: 20, as: UInt32.self)
    slot.storeBytes(of: item.number, toByteOffset: 24, as: UInt32.self)
    let tag = check(UnsafeRawBufferPointer(start: slot, count: slotBytes)) << 1 | (item.isDone ? 1 : 0)
    slot.storeBytes(of: tag, toByteOffset: Int(tagOffset), as: UInt32.self)
  }

  /// Generation, length and check of the bindings, which stand before them.
  static let textHead = 24

  func writeBindings(_ state: inout State) {
    let generation = state.generation + 1
    state.generation = generation
    let bindings = state.bindings
    bindings.withUnsafeBytes { text in
      write(Self.textHead + text.count, at: Int64(Self.headBytes + Int(generation & 1) * Self.textBytes)) { place in
        place.storeBytes(of: generation, as: UInt64.self)
        place.storeBytes(of: UInt64(text.count), toByteOffset: 8, as: UInt64.self)
        place.storeBytes(of: textHash(text), toByteOffset: 16, as: UInt64.self)
        if let base = text.baseAddress { memcpy(place + Self.textHead, base, text.count) }
      }
    }
    isAlive(vdbshim_unix_ms())
  }

  /// The process lives at this time.
  func isAlive(_ ms: Int64) {
    var ms = ms
    put(&ms, 8, Self.aliveOffset)
  }

  /// Puts bytes together where they belong, or, where the file is not in memory, beside it. What is written over is whole by its check, or is
  /// not there.
  func write(_ count: Int, at offset: Int64, _ fill: (UnsafeMutableRawPointer) -> Void) {
    if let map {
      isDirty.store(true, ordering: .relaxed)
      if !hasFailed.load(ordering: .relaxed) { fill(map + Int(offset)) }
      return
    }
    withUnsafeTemporaryAllocation(byteCount: count, alignment: 8) { bytes in
      guard let base = bytes.baseAddress else { return }
      memset(base, 0, count)
      fill(base)
      put(base, count, offset)
    }
  }

  func put(_ bytes: UnsafeRawPointer, _ count: Int, _ offset: Int64) {
    isDirty.store(true, ordering: .relaxed)
    if let map {
      if !hasFailed.load(ordering: .relaxed) { memcpy(map + Int(offset), bytes, count) }
    } else if vdbshim_state_write(fd, bytes, count, offset) != 0, !hasFailed.exchange(true, ordering: .relaxed) {
      tell(.error, "cannot be written: \(Message(cString: strerror(vdbshim_errno()))).")
    }
  }

  /// Of a slot of the ring.
  func numberAndTag(_ place: Int) -> (number: UInt32, tag: UInt32) {
    var words: (number: UInt32, tag: UInt32) = (0, 0)
    let offset = Self.offset(place) + Self.tagOffset - 4
    if let map {
      if !hasFailed.load(ordering: .relaxed) { memcpy(&words, map + Int(offset), 8) }
    } else {
      _ = vdbshim_state_read(fd, &words, 8, offset)
    }
    return words
  }
}
