import Analysis
import Dispatch
import Synchronization

/// Sends what is said, from pause to pause, to a transcription endpoint.
final class ModelRecogniser: SpeechRecogniser {
  private let client: ModelClient
  private let interim: Bool
  private let log: Log
  /// Not all models tell the times of words; one that refuses to is not asked again.
  private let tellsTimes = Mutex(true)

  /// With `interim` what has been said so far of an utterance is sent too.
  init(_ client: ModelClient, interim: Bool, log: Log) {
    self.client = client
    self.interim = interim
    self.log = log
  }

  var name: String { "the speech model \(client.server.display)" }

  func start(onResult: @escaping @Sendable (SpeechResult) -> Void) throws -> any SpeechSession {
    ModelSession(interim: interim, log: log, onResult: onResult) { [self] in try await words(of: $0) }
  }

  private func words(of sound: SpokenSound) async throws -> [SpokenWord] {
    let wantsTimes = tellsTimes.withLock { $0 }
    do {
      return try await transcribe(sound, withTimes: wantsTimes)
    } catch let failure as ModelFailure where wantsTimes && [400, 415, 422].contains(failure.status) {
      let words = try await transcribe(sound, withTimes: false)
      if tellsTimes.withLock({ $0.exchange(false) }) { log.info("\(name) tells no times of words; they are estimated") }
      return words
    }
  }

  private func transcribe(_ sound: SpokenSound, withTimes: Bool) async throws -> [SpokenWord] {
    var form = MultipartForm()
    if let model = client.server.model { form.add("model", model) }
    form.add("response_format", withTimes ? "verbose_json" : "json")
    if withTimes {
      form.add("timestamp_granularities[]", "word")
      form.add("timestamp_granularities[]", "segment")
    }
    form.add("file", WaveFile.bytes(sound.samples), fileName: "speech.wav", type: "audio/wav")
    let answer = try await client.post(form.body, as: form.contentType)
    guard let words = Transcription.words(ofAnswer: answer, of: sound) else {
      throw ModelFailure(description: "the \(client.name) server \(client.server.address.display) answered with no transcript")
    }
    return words
  }
}

extension Bool {
  /// The value before.
  fileprivate mutating func exchange(_ new: Bool) -> Bool {
    defer { self = new }
    return self
  }
}

/// One sound: cut at its pauses, and recognised piece by piece in a queue that does not hold it up.
private final class ModelSession: SpeechSession {
  private enum Piece: Sendable {
    case whole(SpokenSound)
    case begun(SpokenSound)
  }

  private struct State {
    var cutter = UtteranceCutter()
    var dropped = false
    /// Seconds of sound at which the last interim was asked for, and silence was told of.
    var asked = 0.0
    var told = 0.0
  }

  private static let interimSeconds = 1.5
  private static let silenceSeconds = 0.5

  private final class Shared: Sendable {
    let state = Mutex(State())
  }

  private let interim: Bool
  private let shared = Shared()
  private let queue: WorkQueue<Piece>
  private let tell: @Sendable (SpeechResult) -> Void

  init(
    interim: Bool, log: Log, onResult: @escaping @Sendable (SpeechResult) -> Void,
    recognise: @escaping @Sendable (SpokenSound) async throws -> [SpokenWord]
  ) {
    self.interim = interim
    let tell: @Sendable (SpeechResult) -> Void = { [shared] result in
      if !shared.state.withLock({ $0.dropped }) { onResult(result) }
    }
    self.tell = tell
    queue = WorkQueue("speech", log: log, changed: { tell(.progress($0)) }) { piece in
      switch piece {
      case .whole(let sound):
        defer { tell(.heard(until: sound.end)) }
        let words = try await recognise(sound)
        if !words.isEmpty { tell(.final(words)) }
      case .begun(let sound):
        // One that fails is no loss: the whole follows.
        if let words = try? await recognise(sound), let first = words.first, let last = words.last {
          tell(.interim(text: words.map(\.text).joined(separator: " "), start: first.start, end: last.end))
        }
        throw WorkQueue<Piece>.Uncounted()
      }
    }
  }

  func feed(_ sound: ArraySlice<UInt8>) throws {
    let isIdle = queue.isIdle
    let (ended, begun, silent) = shared.state.withLock { state in
      let ended = state.cutter.add(sound)
      guard isIdle, ended.isEmpty else { return (ended, nil as SpokenSound?, nil as Double?) }
      var begun: SpokenSound?
      if interim, let current = state.cutter.current, current.end - max(state.asked, current.start) >= Self.interimSeconds {
        state.asked = current.end
        begun = current
      }
      var silent: Double?
      if begun == nil, state.cutter.silentUntil - state.told >= Self.silenceSeconds {
        state.told = state.cutter.silentUntil
        silent = state.told
      }
      return (ended, begun, silent)
    }
    // Only this thread adds, so that an idle queue tells nothing meanwhile.
    if let silent { tell(.heard(until: silent)) }
    for sound in ended { queue.add(.whole(sound)) }
    if let begun { queue.add(.begun(begun)) }
  }

  func finish(within seconds: Double) {
    if seconds > 0 {
      for sound in shared.state.withLock({ $0.cutter.finish() }) { queue.add(.whole(sound)) }
    } else {
      shared.state.withLock { $0.dropped = true }
    }
    let ended = DispatchSemaphore(value: 0)
    Task {
      await queue.finish(within: seconds)
      ended.signal()
    }
    ended.wait()
    shared.state.withLock { $0.dropped = true }
  }
}
