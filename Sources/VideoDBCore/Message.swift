import CSystemShims

/// Text for people, put together by interpolation: errors and log lines. `String` would do, but its interpolation is inlined at each
/// place and was a fifth of the library.
public struct Message: ExpressibleByStringInterpolation, Sendable {
  public private(set) var bytes: [UInt8]

  public init(_ text: String) { bytes = Array(text.utf8) }
  public init(_ bytes: [UInt8]) { self.bytes = bytes }
  /// NUL-terminated.
  public init(cString text: UnsafePointer<CChar>) { bytes = Array(UnsafeRawBufferPointer(start: text, count: strlen(text))) }
  @inline(never)
  public init(stringLiteral text: StaticString) { bytes = Array(text) }
  public init(stringInterpolation parts: StringInterpolation) { bytes = parts.bytes }

  /// As text; bytes that are not UTF-8 become U+FFFD.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var bytes: [UInt8] = []

    @inline(never)
    public init(literalCapacity: Int, interpolationCount: Int) {}

    @inline(never)
    public mutating func appendLiteral(_ text: StaticString) { bytes.append(text) }
    @inline(never)
    public mutating func appendInterpolation(_ text: StaticString) { bytes.append(text) }
    @inline(never)
    public mutating func appendInterpolation(_ text: [UInt8]) { bytes.append(contentsOf: text) }
    @inline(never)
    public mutating func appendInterpolation(_ text: UnsafeRawBufferPointer) { bytes.append(contentsOf: text) }
    @inline(never)
    public mutating func appendInterpolation(_ text: Message) { bytes.append(contentsOf: text.bytes) }
    @inline(never)
    public mutating func appendInterpolation(_ text: String) { bytes.append(contentsOf: text.utf8) }
    @inline(never)
    public mutating func appendInterpolation(_ number: Int64) { appendDecimal(number, to: &bytes) }
    public mutating func appendInterpolation(_ number: Int) { appendInterpolation(Int64(number)) }
    public mutating func appendInterpolation(_ number: Int32) { appendInterpolation(Int64(number)) }
    public mutating func appendInterpolation(_ number: UInt16) { appendInterpolation(Int64(number)) }
    #if !hasFeature(Embedded)
      /// Whatever else a Swift program puts into an error of its own.
      public mutating func appendInterpolation<T>(_ value: T) { appendInterpolation(String(describing: value)) }
    #endif
  }
}

/// Appends a whole number in decimal.
public func appendDecimal(_ number: Int64, to bytes: inout [UInt8]) {
  withDecimal(number) { bytes.append(contentsOf: $0) }
}

/// The number as text.
public func withDecimal(_ number: Int64, _ body: (UnsafeRawBufferPointer) -> Void) {
  withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { digits in
    var at = digits.count
    var rest = number.magnitude
    repeat {
      at -= 1
      digits[at] = UInt8(truncatingIfNeeded: 0x30 + rest % 10)
      rest /= 10
    } while rest > 0
    if number < 0 {
      at -= 1
      digits[at] = 0x2D
    }
    body(UnsafeRawBufferPointer(rebasing: digits[at...]))
  }
}
