import Analysis
import Dispatch
import Synchronization

/// What is known about a camera at this moment.
struct CameraReport: Sendable {
  var state = CameraState.connecting
  var framesSeen = 0
}

/// One camera, and the analysers of all running jobs of its stream.
///
/// Frames are analysed on the camera's own thread: a slow analysis then slows down reading instead of queueing.
final class StreamIngest: Sendable {
  private let id: String
  private let camera: Camera
  private let recordings: Recordings
  private let reader: FrameReader

  init(
    id: String, url: String, hasSound: Bool, ffmpeg: String, framesPerSecond: Int, log: Log,
    recordings: Recordings, onScene: @escaping Ingest.SceneHandler
  ) {
    let reader = FrameReader(streamID: id, log: log, recordings: recordings, onScene: onScene)
    let itself = Reference()
    self.recordings = recordings
    self.id = id
    self.reader = reader
    camera = Camera(
      url: url, ffmpeg: ffmpeg, framesPerSecond: framesPerSecond,
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

  func stop() async {
    await withCheckedContinuation { done in
      // This writes records and waits for the child process; not on a thread that runs other tasks.
      DispatchQueue.global().async { [id, camera, reader, recordings] in
        reader.end()
        camera.stop()
        recordings.forget(id)
        done.resume()
      }
    }
  }

  func watch(_ job: WindowJob) { reader.watch(job) }
  func unwatch(_ jobID: String) { reader.unwatch(jobID) }
}

/// Passes each frame to the analysers and their scenes on.
private final class FrameReader: Sendable {
  private struct State {
    var analysers: [String: SceneAnalyser] = [:]
    var report = CameraReport()
    var ended = false
  }

  private let streamID: String
  private let log: Log
  private let recordings: Recordings
  private let onScene: Ingest.SceneHandler
  private let state = Mutex(State())

  init(streamID: String, log: Log, recordings: Recordings, onScene: @escaping Ingest.SceneHandler) {
    self.streamID = streamID
    self.log = log
    self.recordings = recordings
    self.onScene = onScene
  }

  var report: CameraReport { state.withLock { $0.report } }

  /// Tells of the windows at hand as far as they have come, and reads no further frame.
  func end() {
    let scenes = state.withLock { state in
      guard !state.ended else { return [(String, SceneDescription)]() }
      state.ended = true
      return state.analysers.flatMap { id, analyser in
        // A window of a single frame has no length.
        analyser.finish().filter { $0.end > $0.start }.map { (id, $0) }
      }
    }
    for (jobID, scene) in scenes { onScene(jobID, scene) }
  }

  /// A repeated call starts the job's window anew, with its present prompt.
  func watch(_ job: WindowJob) {
    state.withLock { state in
      let window = WindowConfig(seconds: job.seconds, frameCount: job.frameCount)
      state.analysers[job.id] = SceneAnalyser(window: window, prompt: job.prompt)
    }
  }

  func unwatch(_ jobID: String) {
    _ = state.withLock { $0.analysers.removeValue(forKey: jobID) != nil }
  }

  func read(_ frame: Frame) {
    let scenes = state.withLock { state in
      guard !state.ended else { return [(String, SceneDescription)]() }
      state.report.framesSeen += 1
      return state.analysers.flatMap { id, analyser in analyser.add(frame).map { (id, $0) } }
    }
    for (jobID, scene) in scenes { onScene(jobID, scene) }
  }

  func changed(_ camera: CameraState) {
    let ended = state.withLock { state in
      state.report.state = camera
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
