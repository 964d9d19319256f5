import CSystemShims
import VideoDBCore

/// Events that the service cannot give a second time, in a stretch of a state file: one behind the other, and from the beginning again, over
/// those that were acknowledged and round those that were not.
///
/// An event is a head of four words (its number, its length, a check, whether it waits), and its text. To acknowledge it changes one word.
struct KeptLog {
  struct Entry {
    var number: UInt32
    /// In the stretch.
    var at: Int
    /// Of its text.
    var length: Int
    var isHandedOut: Bool

    var textAt: Int { at + headBytes }
    var end: Int { at + KeptLog.size(length) }
  }

  static let headBytes = 16
  static let tagOffset = 12
  /// What the last word of a head says: the event was acknowledged, or none is there; it waits; it waits, and was handed out.
  static func tag(isHandedOut: Bool) -> UInt32 { isHandedOut ? 3 : 1 }
  static let done: UInt32 = 0

  let offset: Int64
  let size: Int
  /// Those that wait, oldest first.
  private(set) var entries: [Entry] = []
  private var end = 0

  init(offset: Int64, size: Int) {
    self.offset = offset
    self.size = size
  }

  static func size(_ length: Int) -> Int { headBytes + (length + 7) & ~7 }

  /// Where an event of this length goes. nil: there is no room.
  mutating func add(_ number: UInt32, length: Int, isHandedOut: Bool) -> Entry? {
    guard let at = room(Self.size(length)) else { return nil }
    let entry = Entry(number: number, at: at, length: length, isHandedOut: isHandedOut)
    entries.append(entry)
    end = entry.end
    return entry
  }

  private func room(_ needed: Int) -> Int? {
    var at = end
    var hasTurned = false
    while true {
      if at + needed > size {
        if hasTurned { return nil }
        hasTurned = true
        at = 0
      } else if let other = entries.first(where: { $0.at < at + needed && at < $0.end }) {
        at = other.end
      } else {
        return at
      }
    }
  }

  /// Where it waits; nil: it does not.
  func index(_ number: UInt32) -> Int? { entries.lastIndex { $0.number == number } }

  mutating func remove(_ i: Int) -> Entry { entries.remove(at: i) }

  mutating func handOut(_ i: Int) -> Entry {
    entries[i].isHandedOut = true
    return entries[i]
  }

  /// The head and the text of an event that waits. `salt` is the file's: the text of no event can be taken for another's head.
  static func fill(_ place: UnsafeMutableRawPointer, _ entry: Entry, _ text: UnsafeRawBufferPointer, salt: UInt64) {
    place.storeBytes(of: done, toByteOffset: tagOffset, as: UInt32.self)
    if let base = text.baseAddress { memcpy(place + headBytes, base, text.count) }
    place.storeBytes(of: entry.number, as: UInt32.self)
    place.storeBytes(of: UInt32(text.count), toByteOffset: 4, as: UInt32.self)
    place.storeBytes(of: check(entry.number, text, salt), toByteOffset: 8, as: UInt32.self)
    place.storeBytes(of: tag(isHandedOut: entry.isHandedOut), toByteOffset: tagOffset, as: UInt32.self)
  }

  private static func check(_ number: UInt32, _ text: UnsafeRawBufferPointer, _ salt: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: wordsHash(textHash(text), UInt64(number), UInt64(text.count), salt) >> 32)
  }

  /// Finds what waits in the stretch as another process left it.
  mutating func load(_ bytes: UnsafeRawBufferPointer, salt: UInt64) {
    var at = 0
    while at + Self.headBytes <= size {
      func word(_ offset: Int) -> UInt32 { bytes.loadUnaligned(fromByteOffset: at + offset, as: UInt32.self) }
      let tag = word(Self.tagOffset)
      let isHandedOut = tag == Self.tag(isHandedOut: true)
      let entry = Entry(number: word(0), at: at, length: Int(clamping: word(4)), isHandedOut: isHandedOut)
      let check = word(8)
      at += 8
      guard isHandedOut || tag == Self.tag(isHandedOut: false), entry.length <= size - entry.textAt else { continue }
      let text = UnsafeRawBufferPointer(rebasing: bytes[entry.textAt..<(entry.textAt + entry.length)])
      guard check == Self.check(entry.number, text, salt) else { continue }
      at = entry.end
      insert(entry)
    }
    if let newest = entries.last { end = newest.end }
  }

  /// Oldest first.
  private mutating func insert(_ entry: Entry) {
    entries.append(entry)
    var i = entries.count - 1
    while i > 0, entries[i].isOlder(than: entries[i - 1]) {
      entries.swapAt(i, i - 1)
      i -= 1
    }
  }
}

extension KeptLog.Entry {
  /// Numbers begin again some day.
  func isOlder(than other: Self) -> Bool { Int32(bitPattern: number &- other.number) < 0 }
}
