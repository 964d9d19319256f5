import VideoDBCore
import VideoDBTransport

/// Options that have been checked against the rules of their operation. Keys without a rule pass.
struct CheckedOptions {
  let operation: String
  let rules: [OptionRule]
  let tree: JSONTree

  init(_ operation: String, _ rules: [OptionRule], _ tree: JSONTree) throws(VideoDBError) {
    self.operation = operation
    self.rules = rules
    self.tree = tree
    for rule in rules {
      guard let value = tree.member(rule.key) else {
        if rule.isRequired { throw fault("`\(Self.name(rule))` is missing. It must be \(rule.allowed).") }
        continue
      }
      guard rule.accepts(value) else { throw fault("`\(Self.name(rule))` must be \(rule.allowed).") }
      switch rule.kind {
      case .seconds, .floor, .ceil: try checkSeconds(rule, value)
      default: break
      }
    }
  }

  static func name(_ rule: OptionRule) -> String { String(decoding: rule.key, as: UTF8.self) }

  func fault(_ what: Message) -> VideoDBError { VideoDBError(.option, "\(operation): \(what)") }

  private func checkSeconds(_ rule: OptionRule, _ value: JSONTree.Ref) throws(VideoDBError) {
    let seconds = JSONTree.number(value)
    if seconds < 0 { throw fault("`\(Self.name(rule))` is before 1970. It must be seconds since the Unix epoch.") }
    if seconds >= 1e11 {
      throw fault(
        "`\(Self.name(rule))` must be seconds since the Unix epoch; this number looks like milliseconds. Divide it by 1000.")
    }
  }

  var isEmpty: Bool { tree.isEmpty }

  /// What is sent for a rule: what the caller gave, else what stands in for it.
  private enum Sent {
    case value(JSONTree.Ref)
    case made(JSONTree)
    case whole(Int64)
    case json(OptionRule.Slice)
    case nothing
  }

  private func sent(_ rule: OptionRule) throws(VideoDBError) -> Sent {
    if let value = tree.member(rule.key) {
      switch rule.kind {
      case .any where (JSONTree.string(value) ?? []).isEmpty: break
      case .visual: return .made(try BatchConfig.visual(value, self))
      case .audio: return .made(try BatchConfig.audio(value, self))
      // Between 0 and 1e11: checked.
      case .floor: return .whole(Int64(JSONTree.number(value)))
      case .ceil:
        let number = JSONTree.number(value)
        return .whole(Int64(number) + (Double(Int64(number)) < number ? 1 : 0))
      default: return .value(value)
      }
    }
    return rule.fallback.map { .json($0) } ?? .nothing
  }

  /// Calls the body for every key that has no rule and is not null.
  func forEachUnknown(_ body: (UnsafePointer<CChar>, JSONTree.Ref) throws(VideoDBError) -> Void) throws(VideoDBError) {
    try tree.forEachMember { name, value throws(VideoDBError) in
      let isKnown = rules.contains { $0.key.equals(bytes(name)) }
      if !isKnown, JSONTree.kind(value) != .null { try body(name, value) }
    }
  }

  /// The body, key by key what the official Python SDK sends (PROTOCOL 2.5 to 2.12), nulls included. The last id is that of a rule.
  func body(_ ids: [[UInt8]]) throws(VideoDBError) -> JSONTree {
    let body = try JSONTree.object()
    for rule in rules {
      if rule.kind == .id {
        try body.set(rule.wireKey, text: ids.last ?? [])
        continue
      }
      switch try sent(rule) {
      case .value(let value): try body.set(rule.wireKey, borrowed: value)
      case .made(let made): try body.set(rule.wireKey, borrowed: made.ref)
      case .whole(let number): try body.set(rule.wireKey, number: number)
      case .json(let json): try body.set(rule.wireKey, json: json)
      case .nothing: break
      }
    }
    try forEachUnknown { name, value throws(VideoDBError) in try body.set(bytes(name), borrowed: value) }
    return body
  }

  /// "?start=1&page=2", or nothing. Only plain values can stand in a query.
  func query() throws(VideoDBError) -> [UInt8] {
    var query = QueryWriter(operation)
    for rule in rules {
      if rule.kind == .player {
        if let config = tree.member(rule.key) { try PlayerConfig.add(config, self, to: &query) }
        continue
      }
      switch try sent(rule) {
      case .value(let value): try query.add(Array(rule.wireKey), value)
      case .whole(let number): query.add(Array(rule.wireKey), Array("\(number)".utf8))
      case .json(let json): query.add(Array(rule.wireKey), json.filter { $0 != 0x22 })
      case .made, .nothing: break
      }
    }
    try forEachUnknown { name, value throws(VideoDBError) in try query.add(Array(bytes(name)), value) }
    return query.text
  }
}

/// A URL query, "?a=1&b=2", percent-encoded.
struct QueryWriter {
  let operation: String
  private(set) var text: [UInt8] = []

  init(_ operation: String) { self.operation = operation }

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
        .option, "\(operation): `\(key)` stands in the URL's query: it must be text, a number or a boolean.")
    }
  }
}

func bytes(_ text: UnsafePointer<CChar>) -> UnsafeRawBufferPointer {
  var count = 0
  while text[count] != 0 { count += 1 }
  return UnsafeRawBufferPointer(start: text, count: count)
}
