import CSystemShims

/// Bytes that are overwritten when the last reference goes: the API key, the WebSocket URL.
public final class Secret: @unchecked Sendable {
  // Immutable after init, so that threads may share it.
  private let memory: UnsafeMutableRawPointer?
  public let count: Int

  public init(_ bytes: UnsafeRawBufferPointer) {
    count = bytes.count
    memory = malloc(bytes.count + 1)
    if let memory {
      if let source = bytes.baseAddress { memcpy(memory, source, bytes.count) }
      memory.storeBytes(of: 0, toByteOffset: bytes.count, as: UInt8.self)
    }
  }

  public static var none: Secret { Secret(UnsafeRawBufferPointer(start: nil, count: 0)) }

  deinit {
    if let memory { vdbshim_zero(memory, count) }
    free(memory)
  }

  /// The bytes, NUL-terminated beyond their count.
  public func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try body(UnsafeRawBufferPointer(start: memory, count: memory == nil ? 0 : count))
  }

  public var isEmpty: Bool { count == 0 || memory == nil }
}

/// Overwrites bytes that held a secret, where they lie: arrays that share them hold zeros too.
public func wipe(_ bytes: inout [UInt8]) {
  bytes.withUnsafeBytes { if let base = $0.baseAddress { vdbshim_zero(UnsafeMutableRawPointer(mutating: base), $0.count) } }
  bytes = []
}

/// Takes secrets out of text that came from elsewhere: a server may echo the key in an error, a URL in a close reason.
public struct Redactor: Sendable {
  private var secrets: [Secret]
  /// Whatever it is at the time.
  private var credential: Credential?

  public init(_ secrets: [Secret?], credential: Credential? = nil) {
    self.secrets = Self.worthHiding(secrets)
    self.credential = credential
  }

  private static func worthHiding(_ secrets: [Secret?]) -> [Secret] { secrets.compactMap { $0 }.filter { $0.count >= 4 } }

  public func adding(_ secret: Secret) -> Redactor {
    var more = self
    more.secrets += Self.worthHiding([secret])
    return more
  }

  /// The parts of a URL's path and query that are long enough to be a token. For text of a server only: ours holds such words too.
  public init(partsOf url: Secret) {
    let target = url.withBytes { Array($0) }
    let parts = target.split { $0 == 0x2F || $0 == 0x3F || $0 == 0x26 || $0 == 0x3D }
    secrets = parts.filter { $0.count >= 8 }.map { part in part.withUnsafeBytes { Secret($0) } }
  }

  /// One pass: what stands in for a secret is never looked at again, since it may hold another.
  public func redact(_ bytes: [UInt8]) -> [UInt8] {
    let secrets = secrets + Self.worthHiding([credential?.current.secret])
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    bytes.withUnsafeBytes { all in
      var at = 0
      while at < all.count {
        let length = Self.longest(secrets, all, at)
        if length > 0 {
          out.append("[redacted]")
          at += length
        } else {
          out.append(all[at])
          at += 1
        }
      }
    }
    return out
  }

  /// Length of the longest secret that begins here; 0 where none does.
  private static func longest(_ secrets: [Secret], _ all: UnsafeRawBufferPointer, _ at: Int) -> Int {
    var longest = 0
    for secret in secrets where secret.count > longest && secret.count <= all.count - at {
      let here = UnsafeRawBufferPointer(rebasing: all[at..<(at + secret.count)])
      if secret.withBytes({ $0.equals(here) }) { longest = secret.count }
    }
    return longest
  }

  public func redact(_ text: String) -> String { redact(Array(text.utf8)).text }
}
