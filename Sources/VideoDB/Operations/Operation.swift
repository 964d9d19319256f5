import VideoDBCore
import VideoDBTransport

/// From an operation, ids and options to the request. Every interface of the library, C, Swift and the bindings above them, comes
/// through here.
extension Operation {
  /// Its name in C without `vdbrt_`.
  public var name: String { String(decoding: head.name, as: UTF8.self) }

  /// The operation of this name, which an application gave.
  public static func required(_ name: [UInt8]) throws(VideoDBError) -> Operation {
    // Opening a channel gives no JSON.
    guard let operation = named(name), operation.rawValue != Operation.websocketURL.rawValue else {
      throw VideoDBError(
        .argument, "There is no operation `\(name)`. Operations have names like rtstream_list.")
    }
    return operation
  }

  typealias Slice = OptionRule.Slice

  /// The three words of the first line.
  private var head: (name: Slice, method: Slice, path: Slice) {
    var rest = UnsafeRawBufferPointer(text)
    if let end = rest.firstIndex(of: 0x0A) { rest = Slice(rebasing: rest[0..<end]) }
    let name = OptionRule.word(&rest)
    let method = OptionRule.word(&rest)
    return (name, method, rest)
  }

  var rules: [OptionRule] {
    UnsafeRawBufferPointer(text).split(separator: 0x0A).dropFirst().map { OptionRule(Slice(rebasing: $0)) }
  }

  /// Names of its ids: those of the path in order, then one that stands in the body.
  private func idNames(_ rules: [OptionRule]) -> [Slice] {
    let path = head.path
    var names: [Slice] = []
    for (open, byte) in path.enumerated() where byte == 0x7B {
      let close = path[open...].firstIndex(of: 0x7D) ?? path.count
      names.append(Slice(rebasing: path[(open + 1)..<close]))
    }
    return names + rules.filter { $0.kind == .id }.map { $0.key }
  }

  /// The request for these ids, in order, and options. An id that is nil is missing, unless it is that of a collection.
  func request(_ ids: [[UInt8]?], _ options: UnsafeRawBufferPointer?) throws(VideoDBError) -> Request {
    let rules = rules
    let names = idNames(rules)
    var checked: [[UInt8]] = []
    for (i, name) in names.enumerated() { checked.append(try check(i < ids.count ? ids[i] : nil, name)) }
    let given = if let options { try JSONTree.parseObject(options, "\(name): options_json") } else { try JSONTree.object() }
    return try build(checked, CheckedOptions(name, rules, given))
  }

  /// The request for ids and options in one object, the ids under their names.
  func request(arguments: JSONTree) throws(VideoDBError) -> Request {
    let rules = rules
    let names = idNames(rules)
    var ids: [[UInt8]] = []
    for name in names {
      let value = arguments.member(name)
      if let value, JSONTree.kind(value) != .string { throw fault("`\(text(name))` must be text.") }
      ids.append(try check(value.flatMap(JSONTree.string), name))
    }
    for name in names { arguments.remove(name) }
    return try build(ids, CheckedOptions(self.name, rules, arguments))
  }

  private func build(_ ids: [[UInt8]], _ options: CheckedOptions) throws(VideoDBError) -> Request {
    let head = head
    var target = fill(head.path, ids)
    guard let method = Request.Method(named: Array(head.method)) else { throw fault("has no method.") }
    if case .get = method {
      target += try options.query()
      return Request(method, target)
    }
    let body = options.rules.isEmpty && options.isEmpty ? nil : try options.body(ids).text()
    return Request(method, target, body: body)
  }

  private func fault(_ what: Message) -> VideoDBError { VideoDBError(.argument, "\(name): \(what)") }
  private func text(_ slice: Slice) -> String { String(decoding: slice, as: UTF8.self) }

  private func check(_ id: [UInt8]?, _ name: Slice) throws(VideoDBError) -> [UInt8] {
    guard let id else {
      if name.equals("collection_id") { return Array("default" as StaticString) }
      throw fault("\(text(name)) is NULL.")
    }
    guard id.withUnsafeBytes({ isValidUTF8($0) }) else {
      throw VideoDBError(.encoding, "\(self.name): \(text(name)) is not UTF-8.")
    }
    if id.isEmpty { throw fault("\(text(name)) is empty.") }
    // "." and ".." would be taken out of the path by every HTTP library on the way.
    if id.equals(".") || id.equals("..") { throw fault("\(text(name)) is `\(id)`, which is no id.") }
    return id
  }

  /// The path with its ids, percent-encoded.
  private func fill(_ path: Slice, _ ids: [[UInt8]]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(path.count + 128)
    var next = 0
    var inBraces = false
    for c in path {
      if c == 0x7B {
        inBraces = true
        appendPercentEncoded(ids[next], to: &out)
        next += 1
      } else if c == 0x7D {
        inBraces = false
      } else if !inBraces {
        out.append(c)
      }
    }
    return out
  }
}
