import CSystemShims

/// Comparing text as bytes. `String` comparison needs the Unicode tables, a third of the library's size; ids, keys and header names
/// are bytes to the protocol anyway.
extension UnsafeRawBufferPointer {
  @inline(__always)
  public init(_ text: StaticString) {
    self.init(start: text.utf8Start, count: text.utf8CodeUnitCount)
  }

  public func equals(_ other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count, let mine = baseAddress, let its = other.baseAddress else { return count == other.count }
    return memcmp(mine, its, count) == 0
  }

  @inline(__always)
  public func equals(_ text: StaticString) -> Bool { equals(UnsafeRawBufferPointer(text)) }

  /// The same for a text of eight to sixteen bytes, two words at a time.
  @inline(__always)
  func equalsName(_ text: StaticString) -> Bool {
    let length = text.utf8CodeUnitCount
    guard count == length, let mine = baseAddress else { return false }
    let its = UnsafeRawPointer(text.utf8Start)
    return mine.loadUnaligned(as: UInt64.self) == its.loadUnaligned(as: UInt64.self)
      && mine.loadUnaligned(fromByteOffset: length &- 8, as: UInt64.self)
        == its.loadUnaligned(fromByteOffset: length &- 8, as: UInt64.self)
  }

  /// ASCII letters compare without regard to case.
  public func equalsIgnoringCase(_ text: StaticString) -> Bool {
    let other = UnsafeRawBufferPointer(text)
    guard count == other.count else { return false }
    for i in 0..<count where lowercase(self[i]) != lowercase(other[i]) { return false }
    return true
  }

  /// First place of `needle` at or after `from`.
  public func firstIndex(of needle: UnsafeRawBufferPointer, from: Int = 0) -> Int? {
    guard needle.count > 0, let first = needle.first else { return nil }
    var from = from
    while let at = firstIndex(of: first, from: from, to: count - needle.count + 1) {
      if UnsafeRawBufferPointer(rebasing: self[at..<(at + needle.count)]).equals(needle) { return at }
      from = at + 1
    }
    return nil
  }

  /// First place of a byte between two places.
  func firstIndex(of byte: UInt8, from: Int, to: Int) -> Int? {
    guard from < to, let base = baseAddress, let found = memchr(base + from, Int32(byte), to - from) else { return nil }
    return UnsafeRawPointer(found) - base
  }
}

@inline(__always)
func lowercase(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }

extension Array where Element == UInt8 {
  @inline(never)
  public init(_ text: StaticString) { self.init(UnsafeRawBufferPointer(text)) }

  @inline(never)
  public mutating func append(_ text: StaticString) { append(contentsOf: UnsafeRawBufferPointer(text)) }

  public mutating func append(text: String) { append(contentsOf: text.utf8) }

  @inline(never)
  public func equals(_ text: StaticString) -> Bool { withUnsafeBytes { $0.equals(text) } }

  /// As text; bytes that are not UTF-8 become U+FFFD.
  public var text: String { String(decoding: self, as: UTF8.self) }
}

extension String {
  public func equals(_ text: StaticString) -> Bool { Array(utf8).equals(text) }
}

extension StaticString {
  /// The same text as a `String`.
  public var text: String { String(decoding: UnsafeRawBufferPointer(self), as: UTF8.self) }
}
