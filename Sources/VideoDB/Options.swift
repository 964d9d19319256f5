import VideoDBCore
import VideoDBTransport

/// The options of a call as a Swift program writes them: `["query": .text(query), "stitch": .flag(stitch)]`. What is nil is left out.
struct Options: ExpressibleByDictionaryLiteral {
  enum Value {
    case text(String?)
    case texts([String]?)
    case whole(Int?)
    case number(Double?)
    case flag(Bool?)
    case json(JSON?)
    indirect case object(Options?)
    case objects([Options])
  }

  private let members: [(StaticString, Value)]

  init(dictionaryLiteral members: (StaticString, Value)...) { self.members = members }

  func tree(_ operation: Operation) throws(VideoDBError) -> JSONTree {
    let tree = try JSONTree.object()
    for (key, value) in members {
      switch value {
      case .text(let text): if let text { try tree.set(key, Array(text.utf8)) }
      case .texts(let texts): if let texts { try Self.set(key, texts, tree) }
      case .whole(let number): if let number { try tree.set(key, Int64(number)) }
      case .number(let number):
        guard let number else { continue }
        guard number.isFinite else {
          throw VideoDBError(.option, "\(operation.name): `\(key)` must be a number, not infinite.")
        }
        // The service's documentation writes whole seconds without a point.
        if number.magnitude < 1e15, Double(Int64(number)) == number {
          try tree.set(key, Int64(number))
        } else {
          try tree.set(key, real: number)
        }
      case .flag(let flag): if let flag { try tree.set(UnsafeRawBufferPointer(key), json: .init(flag ? "true" : "false")) }
      case .json(let json):
        guard let json else { continue }
        try withBytes(json.bytes) { text throws(VideoDBError) in try tree.set(UnsafeRawBufferPointer(key), json: text) }
      case .object(let options): if let options { try tree.set(key, options.tree(operation)) }
      case .objects(let all):
        var trees: [JSONTree] = []
        for options in all { trees.append(try options.tree(operation)) }
        try tree.set(key, JSONTree.array(trees))
      }
    }
    return tree
  }

  private static func set(_ key: StaticString, _ texts: [String], _ tree: JSONTree) throws(VideoDBError) {
    try withBytes(texts.flatMap { Array($0.utf8) }) { all throws(VideoDBError) in
      var start = 0
      let parts = texts.map { text in
        defer { start += text.utf8.count }
        return UnsafeRawBufferPointer(rebasing: all[start..<(start + text.utf8.count)])
      }
      try tree.set(key, texts: parts)
    }
  }
}

/// `withUnsafeBytes` with a typed error.
func withBytes<R>(_ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(VideoDBError) -> R) throws(VideoDBError) -> R {
  let result = bytes.withUnsafeBytes { raw -> Result<R, VideoDBError> in
    do throws(VideoDBError) {
      return .success(try body(raw))
    } catch {
      return .failure(error)
    }
  }
  return try result.get()
}
