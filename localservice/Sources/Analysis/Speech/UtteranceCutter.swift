/// A piece of sound in which somebody speaks, or something else is heard.
public struct SpokenSound: Sendable, Equatable {
  /// As `SoundFormat` says.
  public let samples: [UInt8]
  /// Seconds of sound since its beginning.
  public let start: Double

  public init(samples: [UInt8], start: Double) {
    self.samples = samples
    self.start = start
  }

  public var end: Double { start + Double(samples.count) / Double(SoundFormat.bytesPerSecond) }
}

/// Cuts sound at its pauses, by loudness alone: what is louder than what is usual counts as spoken, silence is left out.
public struct UtteranceCutter: Sendable {
  /// 30 ms.
  private static let blockBytes = SoundFormat.bytesPerSecond * 3 / 100
  private static let blockSeconds = 0.03
  private static let before = 10
  private static let pause = 20
  /// Of the pause at an utterance's end, what is kept.
  private static let after = 8
  private static let longest = 500
  /// Fewer loud blocks are a click.
  private static let least = 5
  /// A rushing that is louder than this counts as sound.
  private static let loudestFloor = 600.0
  private static let quietest = 150.0

  private var rest: [UInt8] = []
  private var blocks = 0
  private var floor = 300.0
  /// The blocks at hand, of an utterance or before one.
  private var sound: [UInt8] = []
  private var loud = 0
  private var quietBlocks = 0
  private var isSpeaking = false

  public init() {}

  /// What ended with this sound.
  public mutating func add(_ bytes: ArraySlice<UInt8>) -> [SpokenSound] {
    rest += bytes
    var ended: [SpokenSound] = []
    var place = 0
    while rest.count - place >= Self.blockBytes {
      ended += take(rest[place..<place + Self.blockBytes])
      place += Self.blockBytes
    }
    rest.removeFirst(place)
    return ended
  }

  /// The utterance at hand; nil while none is.
  public var current: SpokenSound? { isSpeaking && loud >= Self.least ? utterance(sound) : nil }
  /// No utterance that begins before this second is still to come.
  public var silentUntil: Double {
    Double(blocks) * Self.blockSeconds - Double(sound.count) / Double(SoundFormat.bytesPerSecond)
  }

  public mutating func finish() -> [SpokenSound] { end(keeping: 0) }

  private mutating func take(_ block: ArraySlice<UInt8>) -> [SpokenSound] {
    blocks += 1
    sound += block
    let level = Self.loudness(block)
    let isLoud = level > max(floor * 2.5, Self.quietest)
    floor = min(level < floor ? (floor + level) / 2 : floor * 1.003, Self.loudestFloor)
    if isLoud {
      loud += 1
      quietBlocks = 0
    } else {
      quietBlocks += 1
    }
    guard isSpeaking else {
      isSpeaking = isLoud
      let most = Self.before * Self.blockBytes
      if !isLoud, sound.count > most { sound.removeFirst(sound.count - most) }
      return []
    }
    if quietBlocks >= Self.pause { return end(keeping: Self.after) }
    return sound.count >= Self.longest * Self.blockBytes ? end(keeping: quietBlocks) : []
  }

  private mutating func end(keeping after: Int) -> [SpokenSound] {
    defer { (sound, loud, quietBlocks, isSpeaking) = ([], 0, 0, false) }
    guard isSpeaking, loud >= Self.least else { return [] }
    let left = max(quietBlocks - after, 0) * Self.blockBytes
    let all = utterance(sound)
    return [SpokenSound(samples: Array(sound.dropLast(left)), start: all.start)]
  }

  private func utterance(_ samples: [UInt8]) -> SpokenSound { SpokenSound(samples: samples, start: max(silentUntil, 0)) }

  /// The root of the mean square.
  private static func loudness(_ block: ArraySlice<UInt8>) -> Double {
    var sum = 0.0
    var place = block.startIndex
    while place + 1 < block.endIndex {
      let sample = Double(Int16(truncatingIfNeeded: Int(block[place]) | Int(block[place + 1]) << 8))
      sum += sample * sample
      place += 2
    }
    return (sum / Double(max(block.count / 2, 1))).squareRoot()
  }
}
