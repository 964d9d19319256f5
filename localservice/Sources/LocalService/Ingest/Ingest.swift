import Analysis
import Synchronization

/// All running cameras: one per started stream, from its start until its stop.
final class Ingest: Sendable {
  /// What is thrown shows in the job's report.
  typealias WindowHandler = @Sendable (_ jobID: String, DescribedWindow) async throws -> Void

  /// How long windows at hand may take when a stream is stopped, and when the service is.
  private static let lastWindowsSeconds = 5.0
  private static let closingSeconds = 0.8

  private struct State {
    var streams: [String: StreamIngest] = [:]
    var closed = false
  }

  private let ffmpeg: String
  private let framesPerSecond: Int
  private let log: Log
  private let recordings: Recordings
  private let analyser: any Analyser
  private let onWindow: WindowHandler
  private let state = Mutex(State())

  init(
    ffmpeg: String, framesPerSecond: Int, analyser: any Analyser, recordings: Recordings, log: Log,
    onWindow: @escaping WindowHandler
  ) {
    self.ffmpeg = ffmpeg
    self.framesPerSecond = framesPerSecond
    self.recordings = recordings
    self.log = log
    self.analyser = analyser
    self.onWindow = onWindow
  }

  /// Starts the camera of a stream; an already running one goes on.
  func start(_ stream: VideoStream, jobs: [WindowJob]) {
    state.withLock { state in
      guard !state.closed, state.streams[stream.id] == nil else { return }
      let ingest = StreamIngest(
        id: stream.id, url: stream.url, hasSound: stream.mediaTypes.contains("audio"), ffmpeg: ffmpeg,
        framesPerSecond: min(max(stream.sampleRate, 1), framesPerSecond), analyser: analyser, log: log,
        recordings: recordings, onWindow: onWindow)
      for job in jobs { ingest.watch(job) }
      state.streams[stream.id] = ingest
      ingest.start()
    }
  }

  /// When this returns the camera's process has ended and no scene of the stream follows.
  func stop(_ streamID: String) async {
    guard let ingest = state.withLock({ $0.streams.removeValue(forKey: streamID) }) else { return }
    await ingest.stop(within: Self.lastWindowsSeconds)
  }

  /// A derived index has no analyser of its own: it is fed by its understanding. An audio index sees nothing.
  func watch(_ job: WindowJob) {
    guard job.kind != .derivedIndex, job.segmenter == nil else { return }
    ingest(of: job.streamID)?.watch(job)
  }

  func unwatch(_ job: WindowJob) {
    ingest(of: job.streamID)?.unwatch(job.id)
  }

  /// Nil for a stream that is not started.
  func report(_ streamID: String) -> CameraReport? {
    ingest(of: streamID)?.report
  }

  /// What became of the windows of a running job, or of all of a stream's; nil where none are looked at.
  func work(ofJob id: String, streamID: String) -> WorkReport? { ingest(of: streamID)?.work(ofJob: id) }
  func work(ofStream id: String) -> WorkReport? { ingest(of: id)?.work }

  func stopAll() async {
    let running = state.withLock { state in
      state.closed = true
      defer { state.streams = [:] }
      return Array(state.streams.values)
    }
    await withTaskGroup { group in
      for ingest in running { group.addTask { await ingest.stop(within: Self.closingSeconds) } }
    }
  }

  private func ingest(of streamID: String) -> StreamIngest? {
    state.withLock { $0.streams[streamID] }
  }
}
