import Analysis
import Dispatch
import Synchronization

/// What is known about a camera at this moment.
struct CameraReport: Sendable {
  var state = CameraState.connecting
  /// Why there is no picture; nil from the first picture on.
  var lastLoss: String?
  var framesSeen = 0
}

/// One camera, and what gathers its frames for all running jobs of its stream.
///
/// Frames are gathered on the camera's own thread; what is made of finished windows has a queue for each job, so that a slow model
/// holds up neither the camera nor another job.
final class StreamIngest: Sendable {
  private let id: String
  private let camera: Camera
  private let recordings: Recordings
  private let reader: FrameReader

  init(
    id: String, url: String, hasSound: Bool, ffmpeg: String, framesPerSecond: Int, analyser: any Analyser, log: Log,
    recordings: Recordings, onWindow: @escaping Ingest.WindowHandler
  ) {
    let reader = FrameReader(streamID: id, analyser: analyser, log: log, recordings: recordings, onWindow: onWindow)
    let itself = Reference()
    self.recordings = recordings
    self.id = id
    self.reader = reader
    camera = Camera(
      url: url, ffmpeg: ffmpeg, framesPerSecond: framesPerSecond, width: analyser.frameWidth,
      recording: { recordings.begin(id, hasSound: hasSound) { itself.camera.withLock { $0?() } } },
      onFrame: { reader.read($0) }, onState: { reader.changed($0) })
    itself.camera.withLock { $0 = { [weak camera] in camera?.reopen() } }
  }

  /// The camera, for what was made before it.
  private final class Reference: Sendable {
    let camera = Mutex<(@Sendable () -> Void)?>(nil)
  }

  var report: CameraReport { reader.report }

  func start() { camera.start() }

  /// When this returns the camera's process has ended, and the windows at hand have been told, or dropped after these seconds.
  func stop(within seconds: Double) async {
    reader.end()
    async let camera: Void = end()
    await reader.finish(within: seconds)
    await camera
  }

  private func end() async {
    await withCheckedContinuation { done in
      // This waits for the child process; not on a thread that runs other tasks.
      DispatchQueue.global().async { [id, camera, recordings] in
        camera.stop()
        recordings.forget(id)
        done.resume()
      }
    }
  }

  var work: WorkReport { reader.work }
  func work(ofJob id: String) -> WorkReport? { reader.work(ofJob: id) }

  func watch(_ job: WindowJob) { reader.watch(job) }
  func unwatch(_ jobID: String) { reader.unwatch(jobID) }
}

/// Passes each frame to the jobs' gatherers, and the windows that end to their queues.
private final class FrameReader: Sendable {
  /// What waits for its description keeps the prompt under which it was gathered.
  private typealias Gathered = (window: SeenWindow, prompt: String?)

  private struct Watch {
    var gatherer: any FrameGatherer
    var prompt: String?
    let queue: WorkQueue<Gathered>
  }

  private struct State {
    var watches: [String: Watch] = [:]
    var report = CameraReport()
    var ended = false
  }

  private let streamID: String
  private let analyser: any Analyser
  private let log: Log
  private let recordings: Recordings
  private let onWindow: Ingest.WindowHandler
  private let state = Mutex(State())

  init(
    streamID: String, analyser: any Analyser, log: Log, recordings: Recordings, onWindow: @escaping Ingest.WindowHandler
  ) {
    self.streamID = streamID
    self.analyser = analyser
    self.log = log
    self.recordings = recordings
    self.onWindow = onWindow
  }

  var report: CameraReport { state.withLock { $0.report } }
  var work: WorkReport { queues.reduce(WorkReport()) { $0 + $1.report } }
  func work(ofJob id: String) -> WorkReport? { state.withLock { $0.watches[id]?.queue }?.report }

  private var queues: [WorkQueue<Gathered>] { state.withLock { $0.watches.values.map(\.queue) } }

  /// Hands on the windows at hand as far as they have come, and reads no further frame.
  func end() {
    state.withLock { state in
      guard !state.ended else { return }
      state.ended = true
      for watch in state.watches.values {
        // A window of a single frame has no length.
        for window in watch.gatherer.finish() where window.end > window.start { watch.queue.add((window, watch.prompt)) }
      }
    }
  }

  func finish(within seconds: Double) async {
    await withTaskGroup { group in
      for queue in queues { group.addTask { await queue.finish(within: seconds) } }
    }
  }

  /// A repeated call starts the job's window anew, with its present prompt.
  func watch(_ job: WindowJob) {
    state.withLock { state in
      let gatherer = analyser.gatherer(WindowConfig(seconds: job.seconds, frameCount: job.frameCount))
      if state.watches[job.id] == nil {
        state.watches[job.id] = Watch(gatherer: gatherer, prompt: job.prompt, queue: queue(of: job))
      } else {
        state.watches[job.id]?.gatherer = gatherer
        state.watches[job.id]?.prompt = job.prompt
      }
    }
  }

  private func queue(of job: WindowJob) -> WorkQueue<Gathered> {
    WorkQueue(job.workName, log: log, bytes: { $0.window.frames.reduce(0) { $0 + $1.rgb.count } }) {
      [id = job.id, analyser, onWindow] gathered in
      let window = gathered.window
      let text = try await analyser.describe(window, prompt: gathered.prompt)
      let described = DescribedWindow(start: window.start, end: window.end, text: text) { event in
        try await analyser.judge(event, in: window, described: text)
      }
      try await onWindow(id, described)
    }
  }

  func unwatch(_ jobID: String) {
    guard let watch = state.withLock({ $0.watches.removeValue(forKey: jobID) }) else { return }
    Task { await watch.queue.finish(within: 0) }
  }

  func read(_ frame: Frame) {
    state.withLock { state in
      guard !state.ended else { return }
      state.report.framesSeen += 1
      for watch in state.watches.values {
        for window in watch.gatherer.add(frame) { watch.queue.add((window, watch.prompt)) }
      }
    }
  }

  func changed(_ camera: CameraState) {
    let ended = state.withLock { state in
      state.report.state = camera
      switch camera {
      case .connecting: break
      case .live: state.report.lastLoss = nil
      case .lost(let reason), .ended(let reason): state.report.lastLoss = reason
      }
      return state.ended
    }
    switch camera {
    case .connecting: break
    case .live: recordings.live(streamID)
    case .lost, .ended: recordings.end(streamID)
    }
    // After a stop the camera's end is no news.
    if ended { return }
    switch camera {
    case .connecting: log.debug("stream \(streamID): connecting to its camera")
    case .live: log.info("stream \(streamID): camera is live")
    case .lost(let reason): log.warning("stream \(streamID): camera lost, trying again: \(reason)")
    case .ended(let reason): log.warning("stream \(streamID): camera ended: \(reason)")
    }
  }
}
