import Foundation
import Synchronization

/// The life of a camera from `start` to `stop`: one thread that spawns ffmpeg, reads it and starts it anew.
///
/// The thread holds the run and the run's callbacks, never the `Camera`, so that a camera nobody holds ends.
final class CameraRun: Sendable {
  struct Setup: Sendable {
    let url: String
    let ffmpeg: String
    let framesPerSecond: Int
    let width: Int
    let patience: Patience
    let onFrame: @Sendable (Frame) -> Void
    let onState: @Sendable (CameraState) -> Void
    var recording: (@Sendable () -> RecordingOutput?)?
  }

  /// How long what may take, in seconds.
  struct Patience: Sendable {
    /// To the first picture: an RTSP dialogue and the wait for a key frame.
    var first = 20.0
    /// Between two pictures.
    var next = 8.0
    /// The pause after the first failure; it doubles up to `longestPause`.
    var pause = 1.0
    var longestPause = 30.0
    /// A camera that was live this long has recovered: the next pause is short again.
    var recovered = 10.0
    /// For ffmpeg to take leave of the camera, before it is killed.
    var farewell = 0.4

    static let standard = Patience()
  }

  private enum Ending {
    case stopped
    case reopened
    case failed(String)
  }

  private let setup: Setup
  /// Written to by `finish`, polled by the thread in all its waits.
  private let wakeUp = Pipe()
  private let finished = NSCondition()
  private let state = Mutex<(done: Bool, thread: pthread_t?)>((false, nil))

  init(setup: Setup) {
    self.setup = setup
  }

  deinit { wakeUp?.closeBoth() }

  var isFinished: Bool { state.withLock { $0.done } }

  func begin(onFailure: @escaping @Sendable (String) -> Void) {
    let thread = Thread { [self] in
      state.withLock { $0.thread = pthread_self() }
      let reason = live(onFailure)
      setup.onState(.ended(reason))
      finished.lock()
      state.withLock { $0.done = true }
      finished.broadcast()
      finished.unlock()
    }
    thread.name = "camera"
    thread.start()
  }

  func finish(waitingAtMost seconds: Double) {
    if let wakeUp, !isFinished { _ = write(wakeUp.writing, "x", 1) }
    let thread = state.withLock { $0.thread }
    if let thread, pthread_equal(thread, pthread_self()) != 0 { return }
    let deadline = Date(timeIntervalSinceNow: seconds)
    finished.lock()
    while !isFinished, finished.wait(until: deadline) {}
    finished.unlock()
  }

  func reopen() {
    if let wakeUp, !isFinished { _ = write(wakeUp.writing, "r", 1) }
  }

  /// What the wake-up asks for; a stop outweighs all else.
  private func asksToStop(_ wakeUp: Int32) -> Bool {
    var wishes = [UInt8](repeating: 0, count: 64)
    let count = read(wakeUp, &wishes, wishes.count)
    return count > 0 && wishes[..<count].contains(UInt8(ascii: "x"))
  }

  /// Returns why it is over.
  private func live(_ onFailure: (String) -> Void) -> String {
    guard let wakeUp else { return fail("cannot make a pipe: \(String(cString: strerror(errno)))", onFailure) }
    var failures = 0
    while true {
      setup.onState(.connecting)
      // Asked anew each time: a file or a program may have come or gone.
      guard let ffmpeg = Executable.find(setup.ffmpeg) else {
        return fail(
          "the program \(setup.ffmpeg) was not found; install it (Debian: apt-get install ffmpeg) or give its path",
          onFailure)
      }
      let source: CameraSource
      do {
        source = try CameraSource(url: setup.url)
      } catch {
        return fail(error.description, onFailure)
      }
      var wasLiveSince: Double?
      switch watch(ffmpeg, source, wakeUp.reading, live: &wasLiveSince) {
      case .stopped: return "stopped"
      case .reopened: continue
      case .failed(let reason):
        if let since = wasLiveSince, Clock.steady() - since >= setup.patience.recovered { failures = 0 }
        onFailure(reason)
        setup.onState(.lost(reason))
      }
      let pause = min(setup.patience.pause * pow(2, Double(min(failures, 16))), setup.patience.longestPause)
      failures += 1
      // Jitter keeps the cameras of one recorder from coming back all at once.
      if waitToStop(wakeUp.reading, seconds: pause * Double.random(in: 0.8...1.2)) { return "stopped" }
    }
  }

  private func fail(_ reason: String, _ onFailure: (String) -> Void) -> String {
    onFailure(reason)
    return reason
  }

  /// One ffmpeg from birth to death.
  private func watch(_ ffmpeg: String, _ source: CameraSource, _ wakeUp: Int32, live: inout Double?) -> Ending {
    let child: ChildProcess
    let recording = setup.recording?()
    do {
      child = try ChildProcess.spawn(
        executable: ffmpeg,
        arguments: arguments(for: source) + (recording?.arguments(for: source) ?? []), directory: recording?.folder)
    } catch {
      return .failed(error.description)
    }
    var diagnosis = Diagnosis()
    let ending = pictures(of: child, wakeUp, &diagnosis, &live)
    drain(child.errors, into: &diagnosis)
    let status = child.end(grace: setup.patience.farewell)
    guard case .failed(let what) = ending else { return ending }
    if what.isEmpty, status.hasPrefix("killed") { return .failed("ffmpeg was \(status)") }
    if let reason = diagnosis.reason(hiding: source.secrets) { return .failed(what.isEmpty ? reason : "\(what): \(reason)") }
    return .failed(what.isEmpty ? (live == nil ? "no picture came (ffmpeg: \(status))" : "the stream ended") : what)
  }

  /// Reads pictures until the stream ends, stalls or is stopped. An empty reason means: ask ffmpeg's messages.
  private func pictures(
    of child: ChildProcess, _ wakeUp: Int32, _ diagnosis: inout Diagnosis, _ live: inout Double?
  ) -> Ending {
    var reader = PictureReader()
    var deadline = Clock.steady() + setup.patience.first
    var errorsOpen = true
    while true {
      let left = deadline - Clock.steady()
      guard left > 0 else {
        let waited = live == nil ? setup.patience.first : setup.patience.next
        return .failed("no picture for \(Int(waited.rounded(.up))) s")
      }
      var waiting = [
        pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0),
        pollfd(fd: child.output, events: Int16(POLLIN), revents: 0),
        pollfd(fd: errorsOpen ? child.errors : -1, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&waiting, 3, Int32(left * 1000) + 1) >= 0 else { continue }
      if waiting[0].revents != 0 { return asksToStop(wakeUp) ? .stopped : .reopened }
      if waiting[2].revents != 0 { errorsOpen = drain(child.errors, into: &diagnosis) }
      guard waiting[1].revents != 0 else { continue }
      do {
        let (count, picture) = try reader.take { read(child.output, $0.baseAddress, $0.count) }
        if count == 0 { return .failed("") }
        if count < 0, errno != EAGAIN, errno != EINTR {
          return .failed("cannot read from ffmpeg: \(String(cString: strerror(errno)))")
        }
        guard let picture else { continue }
        deadline = Clock.steady() + setup.patience.next
        if live == nil {
          live = Clock.steady()
          setup.onState(.live)
        }
        setup.onFrame(
          Frame(width: picture.width, height: picture.height, rgb: picture.rgb, time: Clock.wall()))
      } catch {
        return .failed((error as? PictureReader.NotAPicture)?.description ?? "\(error)")
      }
    }
  }

  /// Takes what is there; false once the pipe has ended.
  @discardableResult
  private func drain(_ pipe: Int32, into diagnosis: inout Diagnosis) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(pipe, &buffer, buffer.count)
      guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) }
      diagnosis.append(buffer[..<count])
    }
  }

  /// True when the run is to end.
  private func waitToStop(_ wakeUp: Int32, seconds: Double) -> Bool {
    let deadline = Clock.steady() + seconds
    while true {
      let left = deadline - Clock.steady()
      guard left > 0 else { return false }
      var waiting = pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0)
      if poll(&waiting, 1, Int32(left * 1000) + 1) > 0, asksToStop(wakeUp) { return true }
    }
  }

  private func arguments(for source: CameraSource) -> [String] {
    let rate = setup.framesPerSecond
    // One picture for each interval of 1/rate: by the clock for live sources, by the timestamps for recorded ones.
    let select =
      source.isLive
      ? "not(eq(floor(time(0)*\(rate)),ld(0)))*(1+0*st(0,floor(time(0)*\(rate))))"
      : "isnan(prev_selected_t)+not(eq(floor(t*\(rate)+0.01),floor(prev_selected_t*\(rate)+0.01)))"
    // The height follows the source's shape as displayed; the bounds guard against absurd aspect ratios.
    let height = "max(2,min(\(2 * setup.width),trunc(ow/dar/2)*2))"
    return ["-hide_banner", "-nostdin", "-loglevel", "error", "-threads", "2"] + source.inputArguments + [
      "-map", "0:V:0", "-filter_threads", "1",
      "-vf", "select='\(select)',scale=w=\(setup.width):h='\(height)':flags=area,setsar=1",
      // Neither repeat nor drop pictures to please a frame rate; and send each at once.
      "-fps_mode", "passthrough", "-flush_packets", "1", "-f", "image2pipe", "-c:v", "ppm", "pipe:1",
    ]
  }
}
