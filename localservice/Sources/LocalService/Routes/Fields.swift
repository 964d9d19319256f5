import Foundation

/// Reads the members of a request body. A null counts as absent and unknown members are ignored, as the official
/// clients need it; a wrong type is refused with the member's name and what is allowed.
struct Fields: Sendable {
  private let members: JSON
  /// Where the members were found, for messages: empty or `extraction_config.`.
  private let prefix: String

  static let textBytes = 16 * 1024

  init(_ members: JSON, prefix: String = "") {
    self.members = members
    self.prefix = prefix
  }

  /// An empty body counts as an empty object.
  init(body: [UInt8]) throws {
    if body.isEmpty {
      self.init(.object([]))
      return
    }
    guard let json = JSON.parse(body) else { throw Refusal(400, "INVALID_JSON", "the body is not valid JSON") }
    guard case .object = json else {
      throw Refusal(400, "INVALID_JSON", "the body must be a JSON object, not \(json.kind)")
    }
    self.init(json)
  }

  /// All members, as JSON.
  var text: String { members.text }

  private func value(_ key: String) -> JSON? {
    switch members[key] {
    case .none, .null: nil
    case .some(let value): value
    }
  }

  private func wrong(_ key: String, _ value: JSON, _ allowed: String) -> Refusal {
    .invalid("'\(prefix)\(key)' must be \(allowed), not \(value.kind)")
  }

  func string(_ key: String) throws -> String? {
    guard let value = value(key) else { return nil }
    guard case .string(let text) = value else { throw wrong(key, value, "a string") }
    guard text.utf8.count <= Self.textBytes else {
      throw Refusal.invalid("'\(prefix)\(key)' must not be longer than \(Self.textBytes) bytes")
    }
    guard !text.unicodeScalars.contains("\0") else {
      throw Refusal.invalid("'\(prefix)\(key)' must not hold a NUL character")
    }
    return text
  }

  /// A string that is there and not empty.
  func requiredString(_ key: String, _ meaning: String) throws -> String {
    guard let text = try string(key) else {
      throw Refusal.invalid("'\(prefix)\(key)' is missing: \(meaning) (a string)")
    }
    guard !text.isEmpty else { throw Refusal.invalid("'\(prefix)\(key)' must not be empty: \(meaning)") }
    return text
  }

  func integer(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let value = value(key) else { return nil }
    let allowed = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    let whole: Int? =
      switch value {
      case .integer(let whole): whole
      case .number(let number): Int(exactly: number)
      default: nil
      }
    guard let whole else { throw wrong(key, value, allowed) }
    guard range.contains(whole) else { throw Refusal.invalid("'\(prefix)\(key)' must be \(allowed), not \(whole)") }
    return whole
  }

  func number(_ key: String, in range: ClosedRange<Double>) throws -> Double? {
    guard let value = value(key) else { return nil }
    let allowed = "a number from \(range.lowerBound) to \(range.upperBound)"
    let number: Double
    switch value {
    case .integer(let whole): number = Double(whole)
    case .number(let double): number = double
    default: throw wrong(key, value, allowed)
    }
    guard range.contains(number) else {
      throw Refusal.invalid("'\(prefix)\(key)' must be \(allowed), not \(number)")
    }
    return number
  }

  func bool(_ key: String) throws -> Bool? {
    guard let value = value(key) else { return nil }
    guard case .bool(let flag) = value else { throw wrong(key, value, "true or false") }
    return flag
  }

  func object(_ key: String) throws -> Fields? {
    guard let value = value(key) else { return nil }
    guard case .object = value else { throw wrong(key, value, "an object") }
    return Fields(value, prefix: prefix + key + ".")
  }

  /// The array's members, known in messages as `key[0]` and so on.
  func objects(_ key: String) throws -> [Fields]? {
    guard let value = value(key) else { return nil }
    guard case .array(let items) = value else { throw wrong(key, value, "an array of objects") }
    return try items.enumerated().map { position, item in
      guard case .object = item else { throw wrong("\(key)[\(position)]", item, "an object") }
      return Fields(item, prefix: "\(prefix)\(key)[\(position)].")
    }
  }

  func strings(_ key: String) throws -> [String]? {
    guard let value = value(key) else { return nil }
    guard case .array(let items) = value else { throw wrong(key, value, "an array of strings") }
    return try items.map { item in
      guard case .string(let text) = item else { throw wrong(key, item, "an array of strings") }
      return text
    }
  }

  /// Elsewhere unknown members are ignored; here one would change what is meant.
  func requireOnly(_ known: [String]) throws {
    guard case .object(let all) = members else { return }
    for member in all where member.value != .null && !known.contains(member.key) {
      throw Refusal.invalid(
        "'\(prefix)\(Fields.short(member.key))' is not understood; known are \(Fields.list(known))")
    }
  }

  func choice(_ key: String, _ allowed: [String]) throws -> String? {
    guard let text = try string(key) else { return nil }
    guard allowed.contains(text) else {
      throw Refusal.invalid("'\(prefix)\(key)' must be \(Fields.list(allowed)), not '\(Fields.short(text))'")
    }
    return text
  }

  static func list(_ allowed: [String]) -> String { allowed.map { "'\($0)'" }.joined(separator: " or ") }

  /// Input is repeated in messages only as far as it helps.
  static func short(_ text: String) -> String { text.count > 60 ? text.prefix(60) + "…" : text }
}
