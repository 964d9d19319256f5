import Analysis
import Dispatch
import Synchronization

/// The sound of all streams that have a running transcript: one microphone each, and the audio indexes that are fed by it.
final class SoundIngest: Sendable {
  struct Handlers: Sendable {
    let onSpeech: @Sendable (_ streamID: String, SpeechResult) -> Void
    let onWindow: @Sendable (_ jobID: String, SpokenWindow) -> Void
  }

  private struct State {
    var streams: [String: ListeningStream] = [:]
    var closed = false
  }

  /// How long the last words may take when a transcript or a stream is stopped, and when the service is.
  private static let lastWordsSeconds = 5.0
  private static let closingSeconds = 0.8

  /// Nil where there is none.
  let recogniser: (any SpeechRecogniser)?
  private let ffmpeg: String
  private let log: Log
  private let handlers: Handlers
  private let state = Mutex(State())

  init(recogniser: (any SpeechRecogniser)?, ffmpeg: String, log: Log, handlers: Handlers) {
    self.recogniser = recogniser
    self.ffmpeg = ffmpeg
    self.log = log
    self.handlers = handlers
  }

  /// Begins to listen; a stream that is listened to already goes on.
  func start(_ stream: VideoStream, jobs: [WindowJob]) {
    guard let recogniser else { return }
    state.withLock { state in
      guard !state.closed, state.streams[stream.id] == nil else { return }
      let listening = ListeningStream(
        id: stream.id, url: stream.url, ffmpeg: ffmpeg, recogniser: recogniser, log: log, handlers: handlers)
      for job in jobs { listening.watch(job) }
      state.streams[stream.id] = listening
      listening.microphone.start()
    }
  }

  /// When this returns both programs have ended, and no word of the stream follows. Without `graceful` the words that are being
  /// spoken are dropped.
  func stop(_ streamID: String, graceful: Bool = true) async {
    guard let stream = state.withLock({ $0.streams.removeValue(forKey: streamID) }) else { return }
    await stream.stop(within: graceful ? Self.lastWordsSeconds : 0)
  }

  func stopAll() async {
    let running = state.withLock { state in
      state.closed = true
      defer { state.streams = [:] }
      return Array(state.streams.values)
    }
    await withTaskGroup { group in
      for stream in running { group.addTask { await stream.stop(within: Self.closingSeconds) } }
    }
  }

  func watch(_ job: WindowJob) { stream(job.streamID)?.watch(job) }
  func unwatch(_ job: WindowJob) { stream(job.streamID)?.unwatch(job.id) }

  /// Nil for a stream that is not listened to.
  func report(_ streamID: String) -> CameraState? { stream(streamID)?.report }

  /// Whether the camera turned out to send no sound. Waits for it to be known, but not for ever.
  func isSilent(_ streamID: String, within seconds: Double) async -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline {
      switch report(streamID) {
      case .connecting: try? await Task.sleep(for: .milliseconds(50))
      case .lost(let reason): return reason == Microphone.noSound
      case .live, .ended, nil: return false
      }
    }
    return false
  }

  private func stream(_ id: String) -> ListeningStream? { state.withLock { $0.streams[id] } }
}

/// One microphone and the batchers of its stream's audio indexes.
private final class ListeningStream: Sendable {
  private struct State {
    var batchers: [String: SpeechBatcher] = [:]
    var report = CameraState.connecting
  }

  /// The state is shared with the microphone's callbacks, which must not hold the microphone.
  private final class Shared: Sendable {
    let state = Mutex(State())
  }

  let microphone: Microphone
  private let shared = Shared()
  private let handlers: SoundIngest.Handlers

  init(
    id: String, url: String, ffmpeg: String, recogniser: any SpeechRecogniser, log: Log, handlers: SoundIngest.Handlers
  ) {
    self.handlers = handlers
    microphone = Microphone(
      url: url, ffmpeg: ffmpeg, recogniser: recogniser,
      onResult: { [shared] result in
        handlers.onSpeech(id, result)
        let windows = shared.state.withLock { Self.windows(of: result, &$0.batchers) }
        for (jobID, window) in windows { handlers.onWindow(jobID, window) }
      },
      onState: { [shared] state in
        shared.state.withLock { shared in
          // Before it is tried again, what went wrong is of more interest.
          if state != .connecting { shared.report = state }
        }
        switch state {
        case .connecting: break
        case .live: log.info("stream \(id): its sound is listened to")
        case .lost(let reason): log.warning("stream \(id): no sound, trying again: \(reason)")
        case .ended(let reason): log.debug("stream \(id): not listened to any more: \(reason)")
        }
      })
  }

  private static func windows(
    of result: SpeechResult, _ batchers: inout [String: SpeechBatcher]
  ) -> [(String, SpokenWindow)] {
    batchers.keys.sorted().flatMap { id -> [(String, SpokenWindow)] in
      let windows: [SpokenWindow]? =
        switch result {
        case .interim: nil
        case .final(let words): batchers[id]?.add(words)
        case .heard(let time): batchers[id]?.passed(time)
        }
      return (windows ?? []).map { (id, $0) }
    }
  }

  var report: CameraState { shared.state.withLock { $0.report } }

  func watch(_ job: WindowJob) {
    guard let batch = job.batch else { return }
    shared.state.withLock { $0.batchers[job.id] = SpeechBatcher(batch, from: Timestamp.now()) }
  }

  func unwatch(_ jobID: String) { shared.state.withLock { $0.batchers[jobID] = nil } }

  /// Windows at hand are told as far as they have come.
  func stop(within seconds: Double) async {
    await withCheckedContinuation { done in
      // This waits for two child processes; not on a thread that runs other tasks.
      DispatchQueue.global().async { [self] in
        microphone.stop(within: seconds)
        let windows = shared.state.withLock { state in
          state.batchers.keys.sorted().flatMap { id in (state.batchers[id]?.finish() ?? []).map { (id, $0) } }
        }
        for (jobID, window) in windows { handlers.onWindow(jobID, window) }
        done.resume()
      }
    }
  }
}

extension WindowJob {
  /// How an audio index puts words together; nil for everything that looks at pictures.
  var batch: SpeechBatch? {
    switch segmenter {
    case "word": .words(Int(seconds))
    case "sentence": .sentences(Int(seconds))
    case "time": .seconds(seconds)
    default: nil
    }
  }
}
