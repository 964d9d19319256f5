import CJansson
import CSystemShims
import VideoDBCore

/// Owns a jansson value: for reading options and for writing JSON.
public final class JSONTree {
  public typealias Ref = UnsafeMutablePointer<json_t>
  public let ref: Ref

  private init(owned: Ref) { ref = owned }

  /// Takes over a new reference; nil where jansson had no memory. (A class initialiser that fails leaks its object in Embedded Swift.)
  private static func make(_ owned: Ref?) -> JSONTree? { owned.map { JSONTree(owned: $0) } }

  deinit { vdbshim_json_release(ref) }

  public static func object() throws(VideoDBError) -> JSONTree {
    guard let tree = make(json_object()) else { throw outOfMemory }
    return tree
  }

  /// Shares a value that belongs to another tree.
  public static func borrowing(_ ref: Ref) throws(VideoDBError) -> JSONTree {
    guard let tree = make(vdbshim_json_retain(ref)) else { throw outOfMemory }
    return tree
  }

  static let outOfMemory = VideoDBError(.noMemory, "There is no memory for a JSON text.")

  /// Reads one JSON object. `what` names the argument in the error.
  public static func parseObject(_ text: UnsafeRawBufferPointer, _ what: Message) throws(VideoDBError) -> JSONTree {
    // Behind a number or a word jansson takes a NUL for the end of the text.
    if text.contains(0) { throw VideoDBError(.json, "\(what) holds a NUL byte. It must be one JSON object.") }
    var problem = json_error_t()
    guard let tree = make(vdbshim_json_parse(text.baseAddress?.assumingMemoryBound(to: CChar.self), text.count, &problem))
    else {
      throw VideoDBError(.json, "\(what) is not JSON: \(describe(problem)). It must be one JSON object.")
    }
    guard tree.isObject else {
      throw VideoDBError(.json, "\(what) is JSON, but not an object: it must look like {\"key\": value}.")
    }
    return tree
  }

  public static func parseObject(bytes: [UInt8], _ what: Message) throws(VideoDBError) -> JSONTree {
    var result: Result<JSONTree, VideoDBError> = .failure(outOfMemory)
    bytes.withUnsafeBytes { text in
      do throws(VideoDBError) {
        result = .success(try parseObject(text, what))
      } catch {
        result = .failure(error)
      }
    }
    return try result.get()
  }

  private static func describe(_ problem: json_error_t) -> Message {
    let text = withUnsafeBytes(of: problem.text) { raw in
      // jansson quotes the text near the fault, which may hold a key: only what comes before is shown.
      let end = raw.firstIndex(of: 0) ?? raw.count
      let near = UnsafeRawBufferPointer(rebasing: raw[0..<end]).firstIndex(of: UnsafeRawBufferPointer(" near '")) ?? end
      return String(decoding: raw[0..<near], as: UTF8.self)
    }
    return "\(text) at line \(problem.line), column \(problem.column)"
  }

  public var isEmpty: Bool { json_object_size(ref) == 0 }
  public var isObject: Bool { vdbshim_json_type(ref) == JSON_OBJECT.rawValue }

  // MARK: Writing

  /// Takes over `value`, a new reference.
  private func put(_ key: StaticString, _ value: Ref?) throws(VideoDBError) {
    guard json_object_set_new_nocheck(ref, UnsafeRawPointer(key.utf8Start).assumingMemoryBound(to: CChar.self), value) == 0
    else {
      throw Self.outOfMemory
    }
  }

  /// `text` must be UTF-8.
  public func set(_ key: StaticString, _ text: [UInt8]) throws(VideoDBError) { try put(key, Self.string(text)) }
  private static func string(_ text: [UInt8]) -> Ref? {
    // An empty array has no address, which jansson takes for a missing text.
    (text + [0]).withUnsafeBytes { json_stringn($0.baseAddress?.assumingMemoryBound(to: CChar.self), text.count) }
  }
  public func set(_ key: StaticString, _ text: StaticString) throws(VideoDBError) { try set(key, Array(text)) }
  public func set(_ key: StaticString, _ number: Int64) throws(VideoDBError) { try put(key, json_integer(number)) }
  public func set(_ key: StaticString, _ tree: JSONTree) throws(VideoDBError) { try put(key, vdbshim_json_retain(tree.ref)) }
  /// `real` is finite.
  public func set(_ key: StaticString, real: Double) throws(VideoDBError) { try put(key, json_real(real)) }
  public func setNull(_ key: StaticString) throws(VideoDBError) { try put(key, json_null()) }
  /// `borrowed` belongs to another tree.
  public func set(_ key: StaticString, borrowed: Ref) throws(VideoDBError) { try put(key, vdbshim_json_retain(borrowed)) }

  /// Keys that are not known to the compiler.
  public func set(_ key: UnsafeRawBufferPointer, borrowed: Ref) throws(VideoDBError) {
    try put(key, vdbshim_json_retain(borrowed))
  }
  public func set(_ key: UnsafeRawBufferPointer, text: [UInt8]) throws(VideoDBError) { try put(key, Self.string(text)) }
  public func set(_ key: UnsafeRawBufferPointer, number: Int64) throws(VideoDBError) { try put(key, json_integer(number)) }
  /// `json` is valid.
  public func set(_ key: UnsafeRawBufferPointer, json: UnsafeRawBufferPointer) throws(VideoDBError) {
    var problem = json_error_t()
    try put(key, vdbshim_json_parse(json.baseAddress?.assumingMemoryBound(to: CChar.self), json.count, &problem))
  }
  private func put(_ key: UnsafeRawBufferPointer, _ value: Ref?) throws(VideoDBError) {
    let isSet = Self.withName(key) { json_object_set_new_nocheck(ref, $0, value) == 0 }
    guard isSet else { throw Self.outOfMemory }
  }

  /// jansson wants names NUL-terminated.
  private static func withName<R>(_ key: UnsafeRawBufferPointer, _ body: (UnsafePointer<CChar>) -> R) -> R {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: key.count + 1) { name in
      UnsafeMutableRawBufferPointer(name).copyMemory(from: key)
      name[key.count] = 0
      return body(UnsafePointer(name.baseAddress!))
    }
  }

  public func remove(_ key: UnsafeRawBufferPointer) { _ = Self.withName(key) { json_object_del(ref, $0) } }

  /// An array of texts.
  public func set(_ key: StaticString, texts: [UnsafeRawBufferPointer]) throws(VideoDBError) {
    guard let array = Self.make(json_array()) else { throw Self.outOfMemory }
    for text in texts {
      guard json_array_append_new(array.ref, Self.string(Array(text))) == 0 else { throw Self.outOfMemory }
    }
    try set(key, array)
  }

  /// A JSON array of these objects.
  public static func array(_ trees: [JSONTree]) throws(VideoDBError) -> JSONTree {
    guard let array = make(json_array()) else { throw outOfMemory }
    for tree in trees {
      guard json_array_append_new(array.ref, vdbshim_json_retain(tree.ref)) == 0 else { throw outOfMemory }
    }
    return array
  }

  public func text() throws(VideoDBError) -> [UInt8] { try Self.text(ref) }

  /// Compact JSON of any value.
  public static func text(_ ref: Ref) throws(VideoDBError) -> [UInt8] {
    var out: [UInt8] = []
    let failed = withUnsafeMutablePointer(to: &out) { target in
      vdbshim_json_write(
        ref,
        { bytes, count, user in
          guard let user, let bytes else { return -1 }
          user.assumingMemoryBound(to: [UInt8].self).pointee.append(
            contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
          return 0
        }, target)
    }
    guard failed == 0 else { throw outOfMemory }
    return out
  }

  // MARK: Reading

  /// The member, borrowed from this tree. A null counts as absent.
  public func member(_ key: StaticString) -> Ref? {
    guard let value = json_object_get(ref, UnsafeRawPointer(key.utf8Start).assumingMemoryBound(to: CChar.self)) else {
      return nil
    }
    return JSONTree.kind(value) == .null ? nil : value
  }
  public func member(_ key: UnsafeRawBufferPointer) -> Ref? {
    guard let value = Self.withName(key, { json_object_get(ref, $0) }) else { return nil }
    return JSONTree.kind(value) == .null ? nil : value
  }

  public enum Kind: Sendable { case object, array, string, integer, real, boolean, null }

  public static func kind(_ ref: Ref) -> Kind {
    switch UInt32(bitPattern: vdbshim_json_type(ref)) {
    case JSON_OBJECT.rawValue: .object
    case JSON_ARRAY.rawValue: .array
    case JSON_STRING.rawValue: .string
    case JSON_INTEGER.rawValue: .integer
    case JSON_REAL.rawValue: .real
    case JSON_NULL.rawValue: .null
    default: .boolean
    }
  }

  public static func string(_ ref: Ref) -> [UInt8]? {
    guard let text = json_string_value(ref) else { return nil }
    return Array(UnsafeRawBufferPointer(start: text, count: json_string_length(ref)))
  }

  /// The text of a string where it lies, NUL-terminated beyond its count.
  public static func withString<R>(_ ref: Ref, _ body: (UnsafeRawBufferPointer) throws(VideoDBError) -> R) throws(VideoDBError)
    -> R
  {
    try body(UnsafeRawBufferPointer(start: json_string_value(ref), count: json_string_length(ref)))
  }

  /// Overwrites a string that is about to be released.
  public static func wipeString(_ ref: Ref) {
    guard let text = json_string_value(ref) else { return }
    vdbshim_zero(UnsafeMutableRawPointer(mutating: text), json_string_length(ref))
  }

  public static func integer(_ ref: Ref) -> Int64 { json_integer_value(ref) }
  public static func isTrue(_ ref: Ref) -> Bool { UInt32(bitPattern: vdbshim_json_type(ref)) == JSON_TRUE.rawValue }
  public static func number(_ ref: Ref) -> Double { json_number_value(ref) }

  public static func elements(_ ref: Ref) -> [Ref] { (0..<json_array_size(ref)).compactMap { json_array_get(ref, $0) } }

  /// Members in order, borrowed; the name is NUL-terminated.
  public func forEachMember(_ body: (_ name: UnsafePointer<CChar>, _ value: Ref) throws(VideoDBError) -> Void)
    throws(VideoDBError)
  {
    var at = json_object_iter(ref)
    while let here = at {
      if let name = json_object_iter_key(here), let value = json_object_iter_value(here) { try body(name, value) }
      at = json_object_iter_next(ref, here)
    }
  }
}
