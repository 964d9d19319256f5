/// How spoken words are put together into descriptions.
public enum SpeechBatch: Sendable, Equatable {
  case words(Int)
  /// A sentence is what is said between two pauses.
  case sentences(Int)
  case seconds(Double)
}

/// What was said in one window.
public struct SpokenWindow: Sendable, Equatable {
  /// Seconds since 1970.
  public let start: Double
  public let end: Double
  public let words: [SpokenWord]

  public var text: String { words.map(\.text).joined(separator: " ") }
}

/// Cuts the words of a stream into windows. A window in which nothing was said is none.
public struct SpeechBatcher: Sendable {
  private let batch: SpeechBatch
  private var words: [SpokenWord] = []
  private var sentences = 0
  private let first: Double
  /// Of a window by seconds: where it begins.
  private var start: Double

  /// Words before `start` are none of its.
  public init(_ batch: SpeechBatch, from start: Double) {
    self.batch = batch
    self.start = start
    first = start
  }

  public mutating func add(_ said: [SpokenWord]) -> [SpokenWindow] {
    var windows: [SpokenWindow] = []
    let said = said.filter { $0.start >= first }
    switch batch {
    case .words(let count):
      for word in said {
        words.append(word)
        if words.count >= count { windows += cut() }
      }
    case .sentences(let count):
      guard !said.isEmpty else { break }
      words += said
      sentences += 1
      if sentences >= count { windows += cut() }
    case .seconds:
      for word in said {
        windows += passed(word.start)
        words.append(word)
      }
    }
    return windows
  }

  /// All words that begin before this time have been added.
  public mutating func passed(_ time: Double) -> [SpokenWindow] {
    guard case .seconds(let length) = batch, time >= start + length else { return [] }
    let window = words.isEmpty ? [] : [SpokenWindow(start: start, end: start + length, words: words)]
    words = []
    start += ((time - start) / length).rounded(.down) * length
    return window
  }

  /// The window at hand, as far as it has come.
  public mutating func finish() -> [SpokenWindow] { cut() }

  private mutating func cut() -> [SpokenWindow] {
    defer {
      words = []
      sentences = 0
    }
    guard let first = words.first, let last = words.last else { return [] }
    return [SpokenWindow(start: first.start, end: last.end, words: words)]
  }
}
