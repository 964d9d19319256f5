/// What the application set. Values are checked when they are set; `Settings` is what a client makes of them.
public struct Configuration: Sendable {
  private var values: [Secret?] = ConfigKey.allCases.map { _ in nil }
  public var log = Log.off

  public init() {}

  /// `value` nil returns the key to its default.
  public mutating func set(_ name: [UInt8], _ value: UnsafeRawBufferPointer?) throws(VideoDBError) {
    guard let key = ConfigKey.named(name) else {
      throw VideoDBError(
        .configKey,
        "There is no configuration key `\(name)`. The description of the configuration lists them\(Self.hint(name)).")
    }
    guard let value else {
      values[key.rawValue] = nil
      return
    }
    try Self.check(key, value)
    values[key.rawValue] = Secret(value)
  }

  public mutating func set(_ name: [UInt8], text: [UInt8]) throws(VideoDBError) {
    // With a NUL behind it: an empty array has no address, which would mean "back to the default".
    let terminated = text + [0]
    var result: Result<Void, VideoDBError> = .success(())
    terminated.withUnsafeBytes { raw in
      do throws(VideoDBError) {
        try set(name, UnsafeRawBufferPointer(rebasing: raw[0..<text.count]))
      } catch {
        result = .failure(error)
      }
    }
    try result.get()
  }

  private static func check(_ key: ConfigKey, _ value: UnsafeRawBufferPointer) throws(VideoDBError) {
    func refuse(_ allowed: Message) -> VideoDBError {
      VideoDBError(.configValue, "The value of `\(key.spec.name)` must be \(allowed)\(shown(key, value)).")
    }
    switch key.spec.kind {
    case .text, .secret:
      if value.isEmpty, key != .httpProxy { throw refuse("text that is not empty; NULL returns the key to its default") }
      if value.contains(where: { $0 < 0x20 || $0 == 0x7F }) { throw refuse("text without control characters") }
    case .boolean:
      guard value.equals("true") || value.equals("false") else { throw refuse("true or false") }
    case .integer(let range):
      let unit: Message = if let unit = key.spec.unit { " (\(unit))" } else { "" }
      guard let number = wholeNumber(value), range.contains(number) else {
        throw refuse("a whole number from \(range.lowerBound) to \(range.upperBound)\(unit)")
      }
    case .choice(let allowed):
      guard ConfigKey.choices(allowed).contains(where: { $0.equals(value) }) else {
        throw refuse("one of \(allowed)")
      }
    }
  }

  private static func shown(_ key: ConfigKey, _ value: UnsafeRawBufferPointer) -> Message {
    if case .secret = key.spec.kind { return "" }
    return value.count > 60 ? "" : ", not `\(Array(value))`"
  }

  /// A key that is right but for its prefix or its case.
  private static func hint(_ name: [UInt8]) -> Message {
    let wanted = name.map(lowercase)
    for key in ConfigKey.allCases {
      let known = Array(key.spec.name)
      let tail = known.lastIndex(of: 0x2E).map { Array(known[($0 + 1)...]) } ?? known
      if wanted == known || wanted == tail { return "; `\(known)` is one" }
    }
    return ""
  }

  static func wholeNumber(_ text: UnsafeRawBufferPointer) -> Int64? {
    let isNegative = text.first == 0x2D
    let first = isNegative ? 1 : 0
    guard text.count > first, text.count <= first + 18 else { return nil }
    var number: Int64 = 0
    for i in first..<text.count {
      guard text[i] &- 0x30 < 10 else { return nil }
      number = number * 10 + Int64(text[i] - 0x30)
    }
    return isNegative ? -number : number
  }

  public func secret(_ key: ConfigKey) -> Secret? { values[key.rawValue] }

  /// nil: it has no value, not even one of its own.
  private func with<R>(_ key: ConfigKey, _ body: (UnsafeRawBufferPointer) -> R) -> R? {
    if let value = values[key.rawValue] { return value.withBytes(body) }
    return key.spec.fallback.map { body(UnsafeRawBufferPointer($0)) }
  }

  public func text(_ key: ConfigKey) -> [UInt8]? { with(key) { Array($0) } }

  public func integer(_ key: ConfigKey) -> Int64 { (with(key) { Self.wholeNumber($0) } ?? nil) ?? 0 }

  public func boolean(_ key: ConfigKey) -> Bool { with(key) { $0.equals("true") } ?? false }
}
