/// Lines on standard error. Keys, tokens, callback addresses and camera credentials must never be passed in.
public struct Log: Sendable {
  public enum Level: String, Sendable, CaseIterable, Comparable {
    case error, warning, info, debug

    public static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }
    private var rank: Int { Level.allCases.firstIndex(of: self) ?? 0 }
  }

  public let level: Level
  private let sink: @Sendable (String) -> Void

  public init(level: Level, sink: @escaping @Sendable (String) -> Void = Log.standardError) {
    self.level = level
    self.sink = sink
  }

  public func error(_ message: @autoclosure () -> String) { write(.error, message) }
  public func warning(_ message: @autoclosure () -> String) { write(.warning, message) }
  public func info(_ message: @autoclosure () -> String) { write(.info, message) }
  public func debug(_ message: @autoclosure () -> String) { write(.debug, message) }

  private func write(_ level: Level, _ message: () -> String) {
    guard level <= self.level else { return }
    sink("\(Timestamp.logTime(Timestamp.now())) \(level.rawValue) \(Log.printable(message()))\n")
  }

  /// Text from outside can hold line breaks and terminal escapes; a log line must stay one harmless line.
  static func printable(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      let control = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
      out.unicodeScalars.append(control ? " " : scalar)
    }
    return out
  }

  public static let standardError: @Sendable (String) -> Void = { StandardStream.error.write($0) }
}
