import VideoDBCore
import VideoDBTransport

/// One call of the service: where it goes and what its options are. Every interface of the library, C, Swift and the bindings above
/// them, runs the same table.
public struct Operation: Sendable {
  /// What the options become.
  enum Shape: Sendable {
    /// The call has none.
    case none
    case query
    case body
    /// A body that says only what is to happen: {"action": "start"}.
    case action(StaticString)
    /// The body of `POST /rtstream`.
    case connect
    /// The body of `POST .../index/scene`, made from `batch_config`.
    case visualIndex
    /// The body of `POST .../alert`: `callback_url` is always there.
    case alert
  }

  public let name: StaticString
  let method: Request.Method
  /// Ids stand in braces and are filled in, percent-encoded, in this order.
  let path: StaticString
  let shape: Shape
  let options: [OptionRule]

  init(
    _ name: StaticString, _ method: Request.Method, _ path: StaticString, _ shape: Shape = .none, _ options: [OptionRule] = []
  ) {
    self.name = name
    self.method = method
    self.path = path
    self.shape = shape
    self.options = options
  }

  /// The request for these ids and options.
  func request(_ ids: [[UInt8]], _ optionsText: UnsafeRawBufferPointer?) throws(VideoDBError) -> Request {
    var target = try fill(ids)
    if case .none = shape { return Request(method, target) }
    if case .action(let action) = shape {
      let body = try JSONTree.object()
      try body.set("action", action)
      return Request(method, target, body: try body.text())
    }
    let given =
      if let optionsText { try JSONTree.parseObject(optionsText, "\(name.text): options_json") } else { try JSONTree.object() }
    let checked = try CheckedOptions(name, options, given)
    if case .query = shape {
      try checked.appendQuery(to: &target)
      return Request(method, target)
    }
    return Request(method, target, body: try body(checked, ids).text())
  }

  private func body(_ options: CheckedOptions, _ ids: [[UInt8]]) throws(VideoDBError) -> JSONTree {
    switch shape {
    case .connect:
      // Its id stands in no path, where an empty one would have been seen.
      if let collection = ids.first, !collection.isEmpty { return try Bodies.connect(options, collection: collection) }
      throw VideoDBError(.argument, "\(name.text): collection_id is empty.")
    case .visualIndex: return try Bodies.visualIndex(options)
    case .alert: return try Bodies.alert(options)
    default: return try Bodies.plain(options)
    }
  }

  private func fill(_ ids: [[UInt8]]) throws(VideoDBError) -> [UInt8] {
    var out: [UInt8] = []
    var next = 0
    var inBraces = false
    var idName: [UInt8] = []
    for c in Array(path) {
      if c == 0x7B {
        inBraces = true
        idName = []
      } else if c == 0x7D {
        inBraces = false
        guard next < ids.count else { throw VideoDBError(.internal, "\(name.text): an id is missing.") }
        let id = ids[next]
        next += 1
        if id.isEmpty { throw VideoDBError(.argument, "\(name.text): \(idName.text) is empty.") }
        // "." and ".." would be taken out of the path by every HTTP library on the way.
        if id.equals(".") || id.equals("..") {
          throw VideoDBError(.argument, "\(name.text): \(idName.text) is `\(id.text)`, which is no id.")
        }
        appendPercentEncoded(id, to: &out)
      } else if inBraces {
        idName.append(c)
      } else {
        out.append(c)
      }
    }
    return out
  }
}
