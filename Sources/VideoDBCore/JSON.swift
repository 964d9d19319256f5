/// A value inside validated JSON text, for reading answers. Members are found by scanning, so that nothing is built that nobody reads.
public struct JSON: Sendable {
  let storage: [UInt8]
  let range: Range<Int>

  /// nil where the bytes are not exactly one JSON value.
  public init?(_ bytes: [UInt8]) {
    let range = bytes.withUnsafeBytes { raw -> Range<Int>? in
      var scanner = JSONScanner(raw)
      scanner.skipWhitespace()
      let start = scanner.at
      guard scanner.skipValue() else { return nil }
      let end = scanner.at
      return scanner.finish() ? start..<end : nil
    }
    guard let range else { return nil }
    storage = bytes
    self.range = range
  }

  private init(storage: [UInt8], range: Range<Int>) {
    self.storage = storage
    self.range = range
  }

  /// The text of this value, as it was received.
  public var bytes: [UInt8] { range.count == storage.count ? storage : Array(storage[range]) }

  public func isSameText(as other: JSON) -> Bool {
    storage.withUnsafeBytes { mine in
      other.storage.withUnsafeBytes {
        UnsafeRawBufferPointer(rebasing: mine[range]).equals(UnsafeRawBufferPointer(rebasing: $0[other.range]))
      }
    }
  }

  /// Of the text, not of what it means.
  var hash: UInt64 { storage.withUnsafeBytes { textHash(UnsafeRawBufferPointer(rebasing: $0[range])) } }

  public var isObject: Bool { storage[range.lowerBound] == 0x7B }
  public var isArray: Bool { storage[range.lowerBound] == 0x5B }
  public var isString: Bool { storage[range.lowerBound] == 0x22 }
  public var isNull: Bool { storage[range.lowerBound] == 0x6E }

  /// The member of an object; nil where this is no object or has none of that name. The last of several counts.
  public subscript(key: StaticString) -> JSON? {
    @inline(never) get {
      var found: Range<Int>?
      members { name, hasEscapes, value in
        if hasEscapes ? decodeJSONString(name).equals(key) : name.equals(key) { found = value }
      }
      return found.map { JSON(storage: storage, range: $0) }
    }
  }

  /// The members of an object, in order.
  public func forEachMember(_ body: (_ name: [UInt8], _ value: JSON) -> Void) {
    members { name, hasEscapes, value in
      body(hasEscapes ? decodeJSONString(name) : Array(name), JSON(storage: storage, range: value))
    }
  }

  private func members(_ body: (_ name: UnsafeRawBufferPointer, _ hasEscapes: Bool, _ value: Range<Int>) -> Void) {
    guard isObject else { return }
    storage.withUnsafeBytes { raw in
      var scanner = JSONScanner(raw)
      scanner.at = range.lowerBound + 1
      var key = JSONScanner.Text()
      while scanner.peek() == 0x22, scanner.string(&key), scanner.take(0x3A) {
        scanner.skipWhitespace()
        let start = scanner.at
        guard scanner.skipValue() else { return }
        body(UnsafeRawBufferPointer(rebasing: raw[key.start..<key.end]), key.hasEscapes, start..<scanner.at)
        guard scanner.peek() == 0x2C else { return }
        scanner.at += 1
      }
    }
  }

  /// The elements of an array; none where this is none.
  public var elements: [JSON] {
    guard isArray else { return [] }
    var all: [JSON] = []
    storage.withUnsafeBytes { raw in
      var scanner = JSONScanner(raw)
      scanner.at = range.lowerBound + 1
      while scanner.peek() != 0x5D {
        let start = scanner.at
        guard scanner.skipValue() else { return }
        all.append(JSON(storage: storage, range: start..<scanner.at))
        guard scanner.peek() == 0x2C else { return }
        scanner.at += 1
        scanner.skipWhitespace()
      }
    }
    return all
  }

  /// The decoded bytes of a string; nil where this is none.
  public var stringBytes: [UInt8]? {
    guard isString else { return nil }
    return storage.withUnsafeBytes {
      decodeJSONString(UnsafeRawBufferPointer(rebasing: $0[(range.lowerBound + 1)..<(range.upperBound - 1)]))
    }
  }

  public var string: String? { stringBytes.map { $0.text } }

  public var double: Double? {
    storage.withUnsafeBytes { parseJSONNumber(UnsafeRawBufferPointer(rebasing: $0[range])) }
  }

  /// A number, also one that comes as text (PROTOCOL 3.6).
  public var number: Double? {
    double ?? stringBytes.flatMap { $0.withUnsafeBytes { parseJSONNumber($0) } }
  }

  public var int: Int64? {
    guard let value = double, value >= -9.0e18, value <= 9.0e18 else { return nil }
    let whole = Int64(value)
    return Double(whole) == value ? whole : nil
  }

  public var bool: Bool? {
    switch storage[range.lowerBound] {
    case 0x74: true
    case 0x66: false
    default: nil
    }
  }
}
