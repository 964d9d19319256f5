import VideoDBCore
import VideoDBTransport

/// What is known of one key of an options object: a line of an operation's text.
struct OptionRule {
  enum Kind {
    /// No option: an id that stands in the body.
    case id
    /// No option: what this call always says.
    case set
    /// Not empty.
    case text
    /// Text; empty counts as absent.
    case any
    case bool
    /// Whole, in a range.
    case int
    case number
    /// A point in time in seconds since the Unix epoch; milliseconds are told apart and refused.
    case seconds
    /// The same, to the whole second before or after.
    case floor, ceil
    case object
    case array
    /// An array of objects.
    case objects
    /// One of the texts of the argument, which stand between `|`.
    case one
    /// An array of at least one of them.
    case texts
    /// A `batch_config`, and what becomes of it (`BatchConfig`).
    case visual, audio
    /// A `player_config`, which becomes three keys.
    case player
  }

  /// A part of the table, which lasts as long as the process.
  typealias Slice = UnsafeRawBufferPointer

  let key: Slice
  let kind: Kind
  let isRequired: Bool
  /// The range or the choices.
  let argument: Slice
  let wireKey: Slice
  /// JSON.
  let fallback: Slice?

  init(_ line: Slice) {
    var rest = line
    key = Self.word(&rest)
    var kindName = Self.word(&rest)
    isRequired = kindName.last == 0x21
    if isRequired { kindName = Slice(rebasing: kindName.dropLast()) }
    kind = Self.kind(kindName)
    var argument = Slice(start: nil, count: 0)
    var wireKey = key
    var fallback: Slice?
    while let first = rest.first {
      // The JSON is the last, and may hold spaces.
      if first == 0x3D {
        fallback = Slice(rebasing: rest.dropFirst())
        break
      }
      let word = Self.word(&rest)
      if first == 0x2D { wireKey = Slice(rebasing: word.dropFirst(2)) } else { argument = word }
    }
    self.argument = argument
    self.wireKey = wireKey
    self.fallback = fallback
  }

  /// Takes the text up to the next space.
  static func word(_ rest: inout Slice) -> Slice {
    let end = rest.firstIndex(of: 0x20) ?? rest.count
    defer { rest = Slice(rebasing: rest.dropFirst(end + 1)) }
    return Slice(rebasing: rest[0..<end])
  }

  private static func kind(_ name: Slice) -> Kind {
    let names: [(StaticString, Kind)] = [
      ("id", .id), ("set", .set), ("text", .text), ("any", .any), ("bool", .bool), ("int", .int), ("number", .number),
      ("seconds", .seconds), ("floor", .floor), ("ceil", .ceil), ("object", .object), ("array", .array), ("objects", .objects),
      ("one", .one), ("texts", .texts), ("visual", .visual), ("audio", .audio), ("player", .player),
    ]
    for (text, kind) in names where name.equals(text) { return kind }
    return .any
  }

  /// The bounds of the argument, "0..1000" or "1..".
  private var range: (low: Int64, high: Int64) {
    var bounds: (Int64, Int64) = (0, 0)
    var at = 0
    while at < argument.count, argument[at] != 0x2E {
      bounds.0 = bounds.0 * 10 + Int64(argument[at] - 0x30)
      at += 1
    }
    at += 2
    if at >= argument.count { return (bounds.0, .max) }
    while at < argument.count {
      bounds.1 = bounds.1 * 10 + Int64(argument[at] - 0x30)
      at += 1
    }
    return bounds
  }

  private var choices: [Slice] { argument.split(separator: 0x7C).map { Slice(rebasing: $0) } }

  private func isChoice(_ value: JSONTree.Ref) -> Bool {
    guard let text = JSONTree.string(value) else { return false }
    return text.withUnsafeBytes { text in choices.contains { $0.equals(text) } }
  }

  func accepts(_ value: JSONTree.Ref) -> Bool {
    switch (kind, JSONTree.kind(value)) {
    case (.text, .string): !(JSONTree.string(value) ?? []).isEmpty
    case (.any, .string), (.bool, .boolean), (.object, .object), (.array, .array): true
    case (.visual, .object), (.audio, .object), (.player, .object): true
    case (.one, .string): isChoice(value)
    case (.int, .integer): range.low <= JSONTree.integer(value) && JSONTree.integer(value) <= range.high
    case (.number, .integer), (.number, .real):
      Double(range.low) <= JSONTree.number(value) && JSONTree.number(value) <= Double(range.high)
    case (.seconds, .integer), (.seconds, .real), (.floor, .integer), (.floor, .real), (.ceil, .integer), (.ceil, .real): true
    case (.texts, .array): !JSONTree.elements(value).isEmpty && JSONTree.elements(value).allSatisfy(isChoice)
    case (.objects, .array): JSONTree.elements(value).allSatisfy { JSONTree.kind($0) == .object }
    default: false
    }
  }

  /// What a value of this kind is, for the error.
  var allowed: Message {
    switch kind {
    case .id, .set: return "left out: this call sets it"
    case .text: return "text that is not empty"
    case .any: return "text"
    case .bool: return "true or false"
    case .int, .number:
      let (low, high) = range
      let what: StaticString = kind == .int ? "a whole number" : "a number"
      return high == .max ? "\(what) from \(low)" : "\(what) from \(low) to \(high)"
    case .seconds, .floor, .ceil: return "a number of seconds since the Unix epoch"
    case .object, .visual, .audio, .player: return "a JSON object"
    case .array: return "an array"
    case .objects: return "an array of JSON objects"
    case .one, .texts:
      // "a|b" as "a, b".
      var names: [UInt8] = []
      for c in argument { if c == 0x7C { names.append(", ") } else { names.append(c) } }
      return kind == .one ? "one of \(names)" : "an array of at least one of \(names)"
    }
  }
}
