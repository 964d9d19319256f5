/// Where a client's log lines go. Off unless the application gave a function.
public struct Log: Sendable {
  public enum Level: Int32, CaseIterable, Sendable { case debug = 0, info = 1, warning = 2, error = 3 }
  public typealias Sink = @Sendable (_ level: Level, _ topic: StaticString, _ message: String) -> Void

  let minLevel: Level
  let sink: Sink?

  public init(minLevel: Level, sink: @escaping Sink) {
    self.minLevel = minLevel
    self.sink = sink
  }

  private init() {
    minLevel = .error
    sink = nil
  }

  public static let off = Log()

  func redacted(by redactor: Redactor) -> Log {
    guard let sink else { return self }
    return Log(minLevel: minLevel) { level, topic, message in sink(level, topic, redactor.redact(message)) }
  }

  @inline(__always)
  public func callAsFunction(_ level: Level, _ topic: StaticString, _ message: @autoclosure () -> Message) {
    guard let sink, level.rawValue >= minLevel.rawValue else { return }
    sink(level, topic, message().text)
  }
}
