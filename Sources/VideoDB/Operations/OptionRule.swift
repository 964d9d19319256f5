import VideoDBCore
import VideoDBTransport

/// What is known of one key of an options object.
struct OptionRule: Sendable {
  enum Kind: Sendable {
    /// Not empty.
    case text
    case anyText
    case boolean
    case integer(ClosedRange<Int64>)
    /// A point in time in seconds since the Unix epoch; milliseconds are told apart and refused.
    case seconds
    case object
    case oneOf([StaticString])
    /// An array of at least one of these.
    case texts([StaticString])
  }

  let key: StaticString
  let kind: Kind
  let isRequired: Bool
  /// Sent where the caller gave none.
  let fallback: Int64?

  init(_ key: StaticString, _ kind: Kind, required: Bool = false, fallback: Int64? = nil) {
    self.key = key
    self.kind = kind
    isRequired = required
    self.fallback = fallback
  }

  /// What a value of this kind is, for the error.
  var allowed: String {
    switch kind {
    case .text: "text that is not empty"
    case .anyText: "text"
    case .boolean: "true or false"
    case .integer(let range):
      range.upperBound == .max
        ? "a whole number from \(range.lowerBound)" : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .seconds: "a number of seconds"
    case .object: "a JSON object"
    case .oneOf(let names): "one of " + names.map { $0.text }.joined(separator: ", ")
    case .texts(let names): "an array of at least one of " + names.map { $0.text }.joined(separator: ", ")
    }
  }

  func accepts(_ value: JSONTree.Ref) -> Bool {
    switch (kind, JSONTree.kind(value)) {
    case (.text, .string): !(JSONTree.string(value) ?? []).isEmpty
    case (.anyText, .string), (.boolean, .boolean), (.object, .object): true
    case (.oneOf(let names), .string): JSONTree.string(value).map { text in names.contains { text.equals($0) } } ?? false
    case (.integer(let range), .integer): range.contains(JSONTree.integer(value))
    case (.seconds, .integer), (.seconds, .real): true
    case (.texts(let names), .array):
      !JSONTree.elements(value).isEmpty
        && JSONTree.elements(value).allSatisfy { element in
          JSONTree.string(element).map { text in names.contains { text.equals($0) } } ?? false
        }
    default: false
    }
  }
}

/// Options that have been checked against the rules of their operation. Keys without a rule pass.
struct CheckedOptions {
  let operation: StaticString
  let rules: [OptionRule]
  let tree: JSONTree

  init(_ operation: StaticString, _ rules: [OptionRule], _ tree: JSONTree) throws(VideoDBError) {
    self.operation = operation
    self.rules = rules
    self.tree = tree
    for rule in rules {
      guard let value = tree.member(rule.key) else {
        if rule.isRequired { throw fault("`\(rule.key.text)` is missing. It must be \(rule.allowed).") }
        continue
      }
      guard rule.accepts(value) else { throw fault("`\(rule.key.text)` must be \(rule.allowed).") }
      if case .seconds = rule.kind { try checkSeconds(rule.key, value) }
    }
  }

  func fault(_ what: String) -> VideoDBError { VideoDBError(.option, "\(operation.text): \(what)") }

  private func checkSeconds(_ key: StaticString, _ value: JSONTree.Ref) throws(VideoDBError) {
    let seconds = JSONTree.number(value)
    if seconds < 0 { throw fault("`\(key.text)` is before 1970. It must be seconds since the Unix epoch.") }
    if seconds >= 1e11 {
      throw fault("`\(key.text)` must be seconds since the Unix epoch; this number looks like milliseconds. Divide it by 1000.")
    }
  }

  func member(_ key: StaticString) -> JSONTree.Ref? { tree.member(key) }

  private func isKnown(_ name: UnsafePointer<CChar>) -> Bool { rules.contains { equal(name, $0.key) } }

  /// Calls the body for every key that has no rule and is not null.
  func forEachUnknown(_ body: (UnsafePointer<CChar>, JSONTree.Ref) throws(VideoDBError) -> Void) throws(VideoDBError) {
    try tree.forEachMember { name, value throws(VideoDBError) in
      if !isKnown(name), JSONTree.kind(value) != .null { try body(name, value) }
    }
  }

  /// Adds the options as a query. Only plain values can stand in one.
  func appendQuery(to target: inout [UInt8]) throws(VideoDBError) {
    var query = QueryWriter(operation)
    for rule in rules {
      if let value = tree.member(rule.key) {
        try query.add(Array(rule.key), value)
      } else if let fallback = rule.fallback {
        query.add(Array(rule.key), Array("\(fallback)".utf8))
      }
    }
    try forEachUnknown { name, value throws(VideoDBError) in try query.add(bytes(name), value) }
    target += query.text
  }
}

/// A URL query, "?a=1&b=2", percent-encoded.
struct QueryWriter {
  let operation: StaticString
  private(set) var text: [UInt8] = []

  init(_ operation: StaticString) { self.operation = operation }

  mutating func add(_ key: [UInt8], _ value: [UInt8]) {
    text.append(text.isEmpty ? 0x3F : 0x26)
    appendPercentEncoded(key, to: &text)
    text.append(0x3D)
    appendPercentEncoded(value, to: &text)
  }

  /// Nothing for null, which counts as absent.
  mutating func add(_ key: [UInt8], _ value: JSONTree.Ref) throws(VideoDBError) {
    switch JSONTree.kind(value) {
    case .null: break
    case .string: add(key, JSONTree.string(value) ?? [])
    case .integer, .real, .boolean: add(key, try JSONTree.text(value))
    case .object, .array:
      throw VideoDBError(
        .option, "\(operation.text): `\(key.text)` stands in the URL's query: it must be text, a number or a boolean.")
    }
  }
}

func bytes(_ text: UnsafePointer<CChar>) -> [UInt8] {
  var count = 0
  while text[count] != 0 { count += 1 }
  return Array(UnsafeRawBufferPointer(start: text, count: count))
}

private func equal(_ text: UnsafePointer<CChar>, _ other: StaticString) -> Bool { bytes(text).equals(other) }
