/// One recognised word. Times of a recogniser are seconds of sound since its beginning; those that leave `Microphone` are seconds
/// since 1970.
public struct SpokenWord: Sendable, Equatable {
  public let text: String
  public var start: Double
  public var end: Double
  /// From 0 to 1.
  public let confidence: Double

  public init(text: String, start: Double, end: Double, confidence: Double) {
    self.text = text
    self.start = start
    self.end = end
    self.confidence = confidence
  }
}

/// What a recogniser says, in the order of the sound.
public enum SpeechResult: Sendable, Equatable {
  /// What the words since the last final are taken for so far.
  case interim(text: String, start: Double, end: Double)
  /// What was said between two pauses; at least one word.
  case final([SpokenWord])
  /// No word that begins before this is still to come.
  case heard(until: Double)
  /// How many pieces of speech were recognised, and how many were not and why. Of a recogniser that may fail and go on.
  case progress(WorkReport)
}

/// Something that turns sound into words, a program or a service.
public protocol SpeechRecogniser: Sendable {
  /// What it is, for logs.
  var name: String { get }
  /// Begins with a new sound. Results come from a thread of the session, one at a time and in order.
  func start(onResult: @escaping @Sendable (SpeechResult) -> Void) throws -> any SpeechSession
}

/// One sound on its way through a recogniser.
public protocol SpeechSession: Sendable {
  /// More sound: 16 kHz, mono, 16 bits, little endian. Waits while the recogniser is busy; throws when it is gone.
  func feed(_ sound: ArraySlice<UInt8>) throws
  /// No more sound follows. Waits at most this long for the results of the sound so far; after the return there are none.
  func finish(within seconds: Double)
}

public enum SoundFormat {
  public static let samplesPerSecond = 16_000
  public static let bytesPerSecond = 2 * samplesPerSecond
}
