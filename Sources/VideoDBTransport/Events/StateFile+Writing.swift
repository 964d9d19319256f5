import CSystemShims
import Synchronization
import VideoDBCore

/// Writing items into the ring, and the text to the older of its two places.
extension StateFile {
  static let tagOffset: Int64 = 28
  static func place(_ number: UInt32) -> Int { Int(number % UInt32(slots)) }
  static func offset(_ place: Int) -> Int64 { ringOffset + Int64(place * slotBytes) }

  /// Where the file is not in memory.
  func write(_ item: Item, _ place: Int, _ state: inout State) {
    withUnsafeTemporaryAllocation(byteCount: Self.slotBytes, alignment: 8) { slot in
      guard let base = slot.baseAddress else { return }
      Self.fill(base, item)
      put(base, Self.slotBytes, Self.offset(place), &state)
    }
  }

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

  func writeText(_ state: inout State) {
    isDirty.store(true, ordering: .relaxed)
    guard !state.hasFailed else { return }
    let generation = state.generation + 1
    let offset = Int64(Self.headBytes + Int(generation & 1) * Self.textBytes)
    if state.contents != 0, state.contents == (generation & 1 == 0 ? state.sides.0 : state.sides.1) {
      // An event came and went: the older side says already what is to be said, and becomes the newer one.
      var number = generation
      state.generation = generation
      return put(&number, 8, offset, &state)
    }
    // Where the file is in memory it is put together in place: this side is the older one, and not whole until its check agrees.
    guard let place = map.map({ $0 + Int(offset) }) ?? malloc(Self.textBytes) else { return }
    defer { if map == nil { free(place) } }
    var text = Self.text(state, place + 24)
    // What does not fit is not kept, unknown channels and the oldest first; it is delivered all the same.
    while text.isCut, !state.kept.isEmpty {
      state.changed()
      let others = state.kept.contains { $0.isOther }
      var left = max(state.kept.count / 4, 1)
      state.kept.removeAll {
        guard left > 0, $0.isOther || !others else { return false }
        left -= 1
        return true
      }
      tell(.warning, "is full: events that were not acknowledged are kept no longer.")
      text = Self.text(state, place + 24)
    }
    place.storeBytes(of: generation, as: UInt64.self)
    place.storeBytes(of: UInt64(text.count), toByteOffset: 8, as: UInt64.self)
    place.storeBytes(of: textHash(text.bytes), toByteOffset: 16, as: UInt64.self)
    state.generation = generation
    if generation & 1 == 0 { state.sides.0 = state.contents } else { state.sides.1 = state.contents }
    if map == nil { put(place, 24 + text.count, offset, &state) }
  }

  static func text(_ state: State, _ memory: UnsafeMutableRawPointer) -> FixedText {
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

  func put(_ bytes: UnsafeRawPointer?, _ count: Int, _ offset: Int64, _ state: inout State) {
    isDirty.store(true, ordering: .relaxed)
    guard let bytes else { return }
    if let map {
      if !state.hasFailed { memcpy(map + Int(offset), bytes, count) }
    } else if vdbshim_state_write(fd, bytes, count, offset) != 0, !state.hasFailed {
      state.hasFailed = true
      tell(.error, "cannot be written: \(Message(cString: strerror(vdbshim_errno()))).")
    }
  }

  /// Of a slot of the ring.
  func numberAndTag(_ place: Int, isKept: Bool) -> (number: UInt32, tag: UInt32) {
    var words: (number: UInt32, tag: UInt32) = (0, 0)
    let offset = Self.offset(place) + Self.tagOffset - 4
    if let map {
      if isKept { memcpy(&words, map + Int(offset), 8) }
    } else {
      _ = vdbshim_state_read(fd, &words, 8, offset)
    }
    return words
  }
}
