import VideoDBCore
import VideoDBTransport

/// Builds the options of a call from Swift values; what is nil is left out.
struct Options {
  private let tree: JSONTree

  init() throws(VideoDBError) { tree = try JSONTree.object() }

  func set(_ key: StaticString, _ value: String?) throws(VideoDBError) {
    if let value { try tree.set(key, Array(value.utf8)) }
  }
  func set(_ key: StaticString, _ value: Int?) throws(VideoDBError) {
    if let value { try tree.set(key, Int64(value)) }
  }
  func set(_ key: StaticString, _ value: Double?) throws(VideoDBError) {
    if let value { try tree.set(key, real: value) }
  }
  func set(_ key: StaticString, _ value: Options?) throws(VideoDBError) {
    if let value { try tree.set(key, value.tree) }
  }

  func text() throws(VideoDBError) -> [UInt8] { try tree.text() }
}

extension Client {
  /// Runs an operation whose answer is an object.
  func object(_ operation: Operation, _ ids: [String] = [], _ options: Options? = nil, op: Op?) throws(VideoDBError) -> JSON {
    let text = if let options { try options.text() } else { Array("{}" as StaticString) }
    let answer = try run(operation, ids: ids.map { Array($0.utf8) }, options: text, op: op)
    guard let json = JSON(answer) else { throw VideoDBError(.badAnswer, "\(operation.name): the answer is not JSON.") }
    return json
  }

  /// Options as an array of bytes.
  func run(_ operation: Operation, ids: [[UInt8]?], options: [UInt8], op: Op?) throws(VideoDBError) -> [UInt8] {
    var result: Result<[UInt8], VideoDBError> = .success([])
    options.withUnsafeBytes { text in
      do throws(VideoDBError) {
        result = .success(try run(operation, ids: ids, options: text, op: op))
      } catch {
        result = .failure(error)
      }
    }
    return try result.get()
  }

  /// A member of an answer that has to be there.
  static func text(_ json: JSON, _ key: StaticString, _ operation: Operation) throws(VideoDBError) -> String {
    guard let text = json[key]?.string, !text.utf8.isEmpty else {
      throw VideoDBError(.badAnswer, "\(operation.name): the answer has no `\(key)`.", body: json.bytes)
    }
    return text
  }
}
