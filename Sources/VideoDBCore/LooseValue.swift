import CSystemShims

/// A value beside `data` that varies from message to message and says nothing that counts, such as the time of its sending.
struct LooseValue {
  /// What stands between it and what was read before.
  let lead: UnsafeRawBufferPointer
  /// Its length in the message that was learnt from.
  let count: Int

  /// Passes them, each with its lead. What comes after one that is longer than it was is moved as far in `fields`.
  @inline(never)
  static func pass(_ values: UnsafeBufferPointer<LooseValue>, _ json: inout JSONScanner, _ fields: inout EventFields) -> Bool {
    for value in values {
      guard json.take(value.lead, 0, value.lead.count) else { return false }
      let from = json.at
      guard skip(&json) else { return false }
      let more = json.at &- from &- value.count
      if more != 0 { fields.move(after: from, by: more) }
    }
    return true
  }

  @inline(__always)
  private static func skip(_ json: inout JSONScanner) -> Bool {
    guard let short = ShortInteger(json.base, json.at, json.end) else { return json.skipValue(depth: 1) }
    json.at = short.end
    return true
  }

  /// Where the value at one place of a message ends, which several shapes ask for.
  struct Known {
    private var at = 0
    private var end = 0

    @inline(__always)
    mutating func end(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> Int {
      if self.at != at { find(bytes, at) }
      return end
    }

    /// The end of the message where there is no value.
    @inline(never)
    private mutating func find(_ bytes: UnsafeRawBufferPointer, _ at: Int) {
      var json = JSONScanner(bytes)
      json.at = at
      self.at = at
      end = at < bytes.count && LooseValue.skip(&json) ? json.at : bytes.count
    }
  }
}
