import Analysis
import Dispatch
import Synchronization

/// The sound of all streams that have a running transcript: one microphone each, and the audio indexes that are fed by it.
final class SoundIngest: Sendable {
  struct Handlers: Sendable {
    let onSpeech: @Sendable (_ streamID: String, SpeechResult) -> Void
    let onWindow: Ingest.WindowHandler
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
  private let analyser: any Analyser
  private let ffmpeg: String
  private let log: Log
  private let handlers: Handlers
  private let isLive: @Sendable (_ streamID: String) -> Bool
  private let state = Mutex(State())

  /// `isLive` says whether the pictures of a stream come.
  init(
    recogniser: (any SpeechRecogniser)?, analyser: any Analyser, ffmpeg: String, log: Log, handlers: Handlers,
    isLive: @escaping @Sendable (_ streamID: String) -> Bool
  ) {
    self.recogniser = recogniser
    self.analyser = analyser
    self.isLive = isLive
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
        id: stream.id, url: stream.url, ffmpeg: ffmpeg, recogniser: recogniser, analyser: analyser, log: log,
        handlers: handlers, isReady: { [isLive] in isLive(stream.id) })
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

  /// What became of what was said; nil for a stream that is not listened to, or of a recogniser that does not tell.
  func progress(_ streamID: String) -> WorkReport? { stream(streamID)?.progress }

  /// What became of the windows of a running audio index, or of all of a stream's.
  func work(ofJob id: String, streamID: String) -> WorkReport? { stream(streamID)?.work(ofJob: id) }
  func work(ofStream id: String) -> WorkReport? { stream(id)?.work }

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

/// One microphone, and the batchers and queues of its stream's audio indexes.
private final class ListeningStream: Sendable {
  private struct Watch {
    var batcher: SpeechBatcher
    let queue: WorkQueue<SpokenWindow>
  }

  private struct State {
    var watches: [String: Watch] = [:]
    var report = CameraState.connecting
    var progress: WorkReport?
  }

  /// The state is shared with the microphone's callbacks, which must not hold the microphone.
  private final class Shared: Sendable {
    let state = Mutex(State())
  }

  let microphone: Microphone
  private let shared = Shared()
  private let analyser: any Analyser
  private let log: Log
  private let handlers: SoundIngest.Handlers

  init(
    id: String, url: String, ffmpeg: String, recogniser: any SpeechRecogniser, analyser: any Analyser, log: Log,
    handlers: SoundIngest.Handlers, isReady: @escaping @Sendable () -> Bool
  ) {
    self.handlers = handlers
    self.analyser = analyser
    self.log = log
    microphone = Microphone(
      url: url, ffmpeg: ffmpeg, recogniser: recogniser, isReady: isReady,
      onResult: { [shared] result in
        handlers.onSpeech(id, result)
        shared.state.withLock { Self.take(result, &$0) }
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

  private static func take(_ result: SpeechResult, _ state: inout State) {
    if case .progress(let report) = result { state.progress = report }
    for id in state.watches.keys {
      let windows: [SpokenWindow]? =
        switch result {
        case .interim, .progress: nil
        case .final(let words): state.watches[id]?.batcher.add(words)
        case .heard(let time): state.watches[id]?.batcher.passed(time)
        }
      for window in windows ?? [] { state.watches[id]?.queue.add(window) }
    }
  }

  var report: CameraState { shared.state.withLock { $0.report } }
  var progress: WorkReport? { shared.state.withLock { $0.progress } }
  var work: WorkReport { queues.reduce(WorkReport()) { $0 + $1.report } }
  func work(ofJob id: String) -> WorkReport? { shared.state.withLock { $0.watches[id]?.queue }?.report }

  private var queues: [WorkQueue<SpokenWindow>] { shared.state.withLock { $0.watches.values.map(\.queue) } }

  func watch(_ job: WindowJob) {
    guard let batch = job.batch else { return }
    let queue = WorkQueue<SpokenWindow>(job.workName, log: log) { [analyser, onWindow = handlers.onWindow] window in
      let text = try await analyser.describe(window, prompt: job.prompt)
      let described = DescribedWindow(start: window.start, end: window.end, text: text) { event in
        try await analyser.judge(event, in: window, described: text)
      }
      try await onWindow(job.id, described)
    }
    shared.state.withLock { state in
      state.watches[job.id] = Watch(batcher: SpeechBatcher(batch, from: Timestamp.now()), queue: queue)
    }
  }

  func unwatch(_ jobID: String) {
    guard let watch = shared.state.withLock({ $0.watches.removeValue(forKey: jobID) }) else { return }
    Task { await watch.queue.finish(within: 0) }
  }

  /// Windows at hand are told as far as they have come.
  func stop(within seconds: Double) async {
    let deadline = ContinuousClock.now + .seconds(seconds)
    await withCheckedContinuation { done in
      // This waits for two child processes; not on a thread that runs other tasks.
      DispatchQueue.global().async { [self] in
        microphone.stop(within: seconds)
        shared.state.withLock { state in
          for id in state.watches.keys {
            for window in state.watches[id]?.batcher.finish() ?? [] { state.watches[id]?.queue.add(window) }
          }
        }
        done.resume()
      }
    }
    let left = max((deadline - ContinuousClock.now) / .seconds(1), Self.leastSeconds)
    await withTaskGroup { group in
      for queue in queues { group.addTask { await queue.finish(within: left) } }
    }
  }

  /// For windows of what was said before, also when the words being spoken are dropped.
  private static let leastSeconds = 0.3
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
