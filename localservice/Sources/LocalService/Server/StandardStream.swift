import Foundation

/// Standard output and error, written to as far as that is possible. FileHandle would end the process when the
/// reader of a pipe has gone.
public enum StandardStream: Int32, Sendable {
  case output = 1
  case error = 2

  public func write(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(rawValue, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
