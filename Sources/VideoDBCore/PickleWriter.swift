import CSystemShims

/// Writes a pickle of protocol 2, which every Python 3 reads: None, booleans, numbers, strings, lists, dictionaries, and around all of them
/// one tuple. A short string that has come before is referred to, so that Python makes one object of all of them.
struct PickleWriter {
  private var start: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private(set) var count = 0
  /// Memory is out: what was written is of no use.
  private(set) var hasFailed = false

  /// What can be referred to, by its hash. The strings are those of the messages, which outlive the writer.
  private struct Known {
    var start: UnsafeRawPointer?
    var count = 0
    var index = 0
  }
  private let known: UnsafeMutablePointer<Known>
  private var knownCount = 0
  private static var slots: Int { 512 }
  /// An index is one byte.
  private static var mostKnown: Int { 256 }
  private static var longestKnown: Int { 48 }

  /// nil when memory is out.
  init?(capacity: Int) {
    guard let memory = malloc(capacity) else { return nil }
    guard let table = malloc(Self.slots * MemoryLayout<Known>.stride) else {
      free(memory)
      return nil
    }
    start = memory.bindMemory(to: UInt8.self, capacity: capacity)
    self.capacity = capacity
    known = table.bindMemory(to: Known.self, capacity: Self.slots)
    known.initialize(repeating: Known(), count: Self.slots)
    put(0x80, 2)
    put(0x28)  // MARK of the tuple
  }

  /// What was written, to be freed; nil when memory is out.
  mutating func finish() -> UnsafeMutableBufferPointer<UInt8>? {
    put(0x74, 0x2E)  // TUPLE, STOP
    free(known)
    if hasFailed {
      free(start)
      return nil
    }
    return UnsafeMutableBufferPointer(start: start, count: count)
  }

  /// What was written since it had `count` bytes was not. What that has introduced cannot be referred to; it is begun anew, as an index
  /// that is used again stands for the later string.
  mutating func rewind(to count: Int) {
    self.count = count
    known.update(repeating: Known(), count: Self.slots)
    knownCount = 0
  }

  // MARK: Values

  mutating func none() { put(0x4E) }
  mutating func flag(_ value: Bool) { put(value ? 0x88 : 0x89) }
  mutating func emptyList() { put(0x5D) }
  mutating func emptyDictionary() { put(0x7D) }
  /// Before what a list or dictionary gets.
  mutating func openItems() { put(0x28) }
  mutating func append() { put(0x65) }
  mutating func setItems() { put(0x75) }

  mutating func integer(_ value: Int64) {
    if value >= 0, value < 256 {
      put(0x4B, UInt8(truncatingIfNeeded: value))
    } else if let short = Int32(exactly: value) {
      put(0x4A)
      put(raw: short.littleEndian)
    } else {
      put(0x8A, 8)
      put(raw: value.littleEndian)
    }
  }

  mutating func real(_ value: Double) {
    put(0x47)
    put(raw: value.bitPattern.bigEndian)
  }

  /// UTF-8 as it is.
  @inline(__always)
  mutating func text(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress, bytes.count <= Self.longestKnown, bytes.count > 0 else { return plain(bytes) }
    let slot = known + Self.slot(base, bytes.count)
    let entry = slot.pointee
    if let before = entry.start, entry.count == bytes.count, memcmp(before, base, bytes.count) == 0 {
      put(0x68, UInt8(truncatingIfNeeded: entry.index))
      return
    }
    plain(bytes)
    guard knownCount < Self.mostKnown else { return }
    put(0x71, UInt8(truncatingIfNeeded: knownCount))
    slot.pointee = Known(start: base, count: bytes.count, index: knownCount)
    knownCount += 1
  }

  private mutating func plain(_ bytes: UnsafeRawBufferPointer) {
    guard hasRoom(bytes.count &+ 5) else { return }
    putLength(bytes.count)
    if let base = bytes.baseAddress { memcpy(start + count, base, bytes.count) }
    count &+= bytes.count
  }

  /// The content of a JSON string with escapes. Gives whether there is a U+FFFD in it, which half of a pair of surrogates becomes.
  @discardableResult
  mutating func decoded(_ raw: UnsafeRawBufferPointer) -> Bool {
    guard hasRoom(raw.count &+ 5) else { return false }
    let at = count
    count &+= 5
    let length = decodeJSONString(raw, into: start + count)
    count = at
    putLength(length)
    count &+= length
    var from = start + at + 5
    let end = start + count
    while let found = memchr(from, 0xEF, end - from)?.assumingMemoryBound(to: UInt8.self) {
      if end - found >= 3, found[1] == 0xBF, found[2] == 0xBD { return true }
      from = found + 1
    }
    return false
  }

  private mutating func putLength(_ length: Int) {
    start[count] = 0x58
    UnsafeMutableRawPointer(start + count + 1).storeBytes(of: UInt32(truncatingIfNeeded: length).littleEndian, as: UInt32.self)
    count &+= 5
  }

  // MARK: Bytes

  @inline(__always)
  private static func slot(_ base: UnsafeRawPointer, _ count: Int) -> Int {
    var first: UInt64 = 0
    var last: UInt64 = 0
    if count >= 8 {
      first = base.loadUnaligned(as: UInt64.self)
      last = base.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
    } else {
      for i in 0..<count { first = first &<< 8 | UInt64(base.load(fromByteOffset: i, as: UInt8.self)) }
    }
    let mixed = (first ^ (last &<< 29 | last &>> 35) ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: mixed &>> 55)
  }

  @inline(__always)
  private mutating func hasRoom(_ more: Int) -> Bool {
    count &+ more <= capacity || grow(more)
  }

  @inline(never)
  private mutating func grow(_ more: Int) -> Bool {
    let larger = max(capacity * 2, count + more)
    guard !hasFailed, let memory = realloc(start, larger) else {
      hasFailed = true
      return false
    }
    start = memory.bindMemory(to: UInt8.self, capacity: larger)
    capacity = larger
    return true
  }

  @inline(__always)
  private mutating func put(_ byte: UInt8) {
    guard hasRoom(1) else { return }
    start[count] = byte
    count &+= 1
  }

  @inline(__always)
  private mutating func put(_ first: UInt8, _ second: UInt8) {
    guard hasRoom(2) else { return }
    start[count] = first
    start[count &+ 1] = second
    count &+= 2
  }

  @inline(__always)
  private mutating func put<T: FixedWidthInteger>(raw value: T) {
    guard hasRoom(MemoryLayout<T>.size) else { return }
    UnsafeMutableRawPointer(start + count).storeBytes(of: value, as: T.self)
    count &+= MemoryLayout<T>.size
  }
}

extension PickleWriter {
  /// What the standard library's `json` makes of a JSON text that was validated; None where that takes what is not done here: whole
  /// numbers of more than 18 digits and others that no double holds, half a pair of surrogates, nesting deeper than 64.
  mutating func json(_ text: UnsafeRawBufferPointer) {
    let before = count
    var scanner = JSONScanner(text)
    if value(&scanner, depth: 0), scanner.finish() { return }
    rewind(to: before)
    none()
  }

  private static var deepest: Int { 64 }

  private mutating func value(_ scanner: inout JSONScanner, depth: Int) -> Bool {
    let first = scanner.peek()
    if first == 0x22 { return string(&scanner) }
    if first == 0x7B { return depth < Self.deepest && object(&scanner, depth: depth) }
    if first == 0x5B { return depth < Self.deepest && array(&scanner, depth: depth) }
    if first == 0x74 {
      flag(true)
      return scanner.literal("true")
    }
    if first == 0x66 {
      flag(false)
      return scanner.literal("false")
    }
    if first == 0x6E {
      none()
      return scanner.literal("null")
    }
    return number(&scanner)
  }

  @inline(__always)
  private mutating func string(_ scanner: inout JSONScanner) -> Bool {
    var found = JSONScanner.Text()
    guard scanner.string(&found) else { return false }
    let bytes = UnsafeRawBufferPointer(start: scanner.base + found.start, count: found.end &- found.start)
    if found.hasEscapes { return !decoded(bytes) }
    text(bytes)
    return true
  }

  private mutating func object(_ scanner: inout JSONScanner, depth: Int) -> Bool {
    scanner.at &+= 1
    emptyDictionary()
    if scanner.peek() == 0x7D {
      scanner.at &+= 1
      return true
    }
    openItems()
    while true {
      scanner.skipWhitespace()
      guard string(&scanner), scanner.take(0x3A), value(&scanner, depth: depth &+ 1) else { return false }
      let next = scanner.peek()
      scanner.at &+= 1
      if next == 0x7D { break }
      guard next == 0x2C else { return false }
    }
    setItems()
    return true
  }

  private mutating func array(_ scanner: inout JSONScanner, depth: Int) -> Bool {
    scanner.at &+= 1
    emptyList()
    if scanner.peek() == 0x5D {
      scanner.at &+= 1
      return true
    }
    openItems()
    while true {
      guard value(&scanner, depth: depth &+ 1) else { return false }
      let next = scanner.peek()
      scanner.at &+= 1
      if next == 0x5D { break }
      guard next == 0x2C else { return false }
    }
    append()
    return true
  }

  private mutating func number(_ scanner: inout JSONScanner) -> Bool {
    let from = scanner.at
    guard scanner.number() else { return false }
    let text = UnsafeRawBufferPointer(start: scanner.base + from, count: scanner.at &- from)
    let isNegative = text[0] == 0x2D
    var magnitude: Int64 = 0
    for byte in text.dropFirst(isNegative ? 1 : 0) {
      guard byte &- 0x30 < 10 else {
        guard let value = parseJSONNumber(text), value.isFinite else { return false }
        real(value)
        return true
      }
      magnitude = magnitude &* 10 &+ Int64(byte &- 0x30)
    }
    guard text.count <= 18 else { return false }
    integer(isNegative ? -magnitude : magnitude)
    return true
  }
}
