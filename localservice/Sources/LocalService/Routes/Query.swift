import Foundation

/// Reads the parameters behind the `?`. Unknown ones are ignored; of repeated ones the last counts.
public struct Query: Sendable {
  private var values: [String: String] = [:]

  /// Nil when a percent escape is broken.
  init?(_ text: Substring) {
    for pair in text.split(separator: "&") {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let key = Self.decode(sides[0]), let value = Self.decode(sides.count > 1 ? sides[1] : "") else {
        return nil
      }
      values[key] = value
    }
  }

  private static func decode(_ text: Substring) -> String? {
    text.replacing("+", with: " ").removingPercentEncoding
  }

  func string(_ key: String) -> String? { values[key].flatMap { $0.isEmpty ? nil : $0 } }

  func integer(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let text = string(key) else { return nil }
    guard let whole = Int(text), range.contains(whole) else {
      throw Refusal.invalid(
        "query parameter '\(key)' must be a whole number from \(range.lowerBound) to \(range.upperBound), "
          + "not '\(Fields.short(text))'")
    }
    return whole
  }

  /// A time in Unix epoch seconds.
  func seconds(_ key: String) throws -> Double? {
    guard let text = string(key) else { return nil }
    guard let number = Double(text), number.isFinite, number >= 0 else {
      throw Refusal.invalid(
        "query parameter '\(key)' must be a time in Unix epoch seconds, not '\(Fields.short(text))'")
    }
    return number
  }

  func choice(_ key: String, _ allowed: [String]) throws -> String? {
    guard let text = string(key) else { return nil }
    guard allowed.contains(text) else {
      throw Refusal.invalid(
        "query parameter '\(key)' must be \(Fields.list(allowed)), not '\(Fields.short(text))'")
    }
    return text
  }
}
