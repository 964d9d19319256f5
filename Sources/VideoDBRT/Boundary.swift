import CSystemShims
import VideoDBCore

/// Between C and Swift: arguments in, strings and errors out. Nothing here decides anything.
enum Boundary {
  typealias ErrorOut = UnsafeMutablePointer<OpaquePointer?>
  typealias StringOut = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  typealias Text = UnsafePointer<CChar>

  /// Runs the body of an export; what it throws becomes the status and, where the caller wants it, an error object.
  static func run(_ err: ErrorOut?, _ body: () throws(VideoDBError) -> Void) -> Int32 {
    do {
      try body()
      return Status.ok.rawValue
    } catch {
      err?.pointee = ErrorBox.handOut(error)
      return error.status.rawValue
    }
  }

  /// The same for a call that gives JSON.
  static func json(_ out: StringOut?, _ err: ErrorOut?, _ body: () throws(VideoDBError) -> [UInt8]) -> Int32 {
    run(err) { () throws(VideoDBError) in
      let out = try output(out, "out_json")
      out.pointee = try string(try body())
    }
  }

  /// An output that must be there, set to NULL.
  static func output<T>(_ out: UnsafeMutablePointer<T?>?, _ name: StaticString) throws(VideoDBError) -> UnsafeMutablePointer<T?>
  {
    guard let out else { throw VideoDBError(.argument, "\(name) is NULL.") }
    out.pointee = nil
    return out
  }

  /// A copy for the caller, NUL-terminated.
  static func string(_ bytes: [UInt8]) throws(VideoDBError) -> UnsafeMutablePointer<CChar> {
    guard let copy = copy(bytes) else { throw VideoDBError(.noMemory, "There is no memory for the result.") }
    return copy
  }

  static func copy(_ bytes: [UInt8]) -> UnsafeMutablePointer<CChar>? {
    guard let memory = malloc(bytes.count + 1) else { return nil }
    bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(start: memory, count: bytes.count).copyMemory(from: $0) }
    memory.storeBytes(of: 0, toByteOffset: bytes.count, as: UInt8.self)
    return memory.bindMemory(to: CChar.self, capacity: bytes.count + 1)
  }

  /// The bytes of an argument, which must be UTF-8; nil for NULL.
  static func optionalText(_ text: Text?, _ name: StaticString) throws(VideoDBError) -> UnsafeRawBufferPointer? {
    guard let text else { return nil }
    let bytes = UnsafeRawBufferPointer(start: text, count: strlen(text))
    guard isValidUTF8(bytes) else { throw VideoDBError(.encoding, "\(name) is not UTF-8.") }
    return bytes
  }

  static func text(_ text: Text?, _ name: StaticString) throws(VideoDBError) -> UnsafeRawBufferPointer {
    guard let bytes = try optionalText(text, name) else { throw VideoDBError(.argument, "\(name) is NULL.") }
    return bytes
  }

  /// Text of at least one byte.
  static func id(_ text: Text?, _ name: StaticString) throws(VideoDBError) -> [UInt8] {
    let bytes = try Self.text(text, name)
    guard !bytes.isEmpty else { throw VideoDBError(.argument, "\(name) is empty.") }
    return Array(bytes)
  }

  /// A duration: -1 or more.
  static func timeout(_ timeoutMs: Int64) throws(VideoDBError) -> Int64 {
    guard timeoutMs >= -1 else {
      throw VideoDBError(.argument, "timeout_ms must be -1 (no limit) or a number of milliseconds.")
    }
    return timeoutMs
  }
}

/// What stands behind a vdbrt_error.
final class ErrorBox {
  let error: VideoDBError
  let message: UnsafeMutablePointer<CChar>?
  let body: UnsafeMutablePointer<CChar>?

  private init(_ error: VideoDBError) {
    self.error = error
    message = Boundary.copy(error.messageBytes)
    body = error.body.flatMap { Boundary.copy($0) }
  }

  deinit {
    free(message)
    free(body)
  }

  static func handOut(_ error: VideoDBError) -> OpaquePointer {
    OpaquePointer(Unmanaged.passRetained(ErrorBox(error)).toOpaque())
  }

  static func release(_ pointer: OpaquePointer) {
    Unmanaged<ErrorBox>.fromOpaque(UnsafeRawPointer(pointer)).release()
  }

  static func borrow(_ pointer: OpaquePointer?) -> ErrorBox? {
    pointer.map { Unmanaged<ErrorBox>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
  }
}

/// Static text as C has it.
func cString(_ text: StaticString) -> UnsafePointer<CChar> {
  UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}
