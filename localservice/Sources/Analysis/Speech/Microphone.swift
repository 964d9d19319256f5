import Foundation
import Synchronization

/// The sound of a camera, put into words: one ffmpeg that reads nothing but the sound, and one recogniser. Both are started
/// anew with growing pauses when the camera drops or one of them fails.
///
/// Both callbacks come from threads of this object, never after `stop` has returned. Times of results are seconds since 1970.
public final class Microphone: Sendable {
  private enum Ending {
    case stopped
    case failed(String)
  }

  private struct State {
    var begun = false
    /// How long the last words may take once it is to stop.
    var patience = 0.0
  }

  /// The reason in `.lost` when the camera was reached and sends no sound.
  public static let noSound = "the source has no sound"

  /// Why there is no use in listening to this source, as far as that can be said without trying; nil when there may be some.
  public static func deafness(to url: String) -> String? {
    let url = url.trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
    if url.hasPrefix("lavfi:") || url.hasPrefix("/dev/video") { return noSound }
    // Pictures and sound are read by two programs.
    if url.hasPrefix("udp:") || (!url.hasPrefix("/") && !url.hasPrefix("file:") && url.contains("listen")) {
      return "the source can be read only once, and its pictures are"
    }
    return nil
  }

  private static let readySeconds = 15.0
  private static let firstSeconds = 20.0
  private static let nextSeconds = 8.0
  private static let longestPause = 30.0
  private static let recoveredSeconds = 10.0
  /// When sound stops coming for a moment, or the camera is lost: long enough for a recogniser on a busy machine.
  private static let lastWordsSeconds = 5.0

  private let url: String
  private let ffmpeg: String
  private let recogniser: any SpeechRecogniser
  private let isReady: @Sendable () -> Bool
  private let onResult: @Sendable (SpeechResult) -> Void
  private let onState: @Sendable (CameraState) -> Void
  private let wakeUp = Pipe()
  private let state = Mutex(State())
  private let ended = DispatchSemaphore(value: 0)

  /// `isReady` says whether the source should be opened now. Many cameras fail when they are opened twice at the same moment;
  /// once their picture has come, another viewer is none of their worries. It is waited for, but not for ever.
  public init(
    url: String, ffmpeg: String, recogniser: any SpeechRecogniser, isReady: @escaping @Sendable () -> Bool = { true },
    onResult: @escaping @Sendable (SpeechResult) -> Void, onState: @escaping @Sendable (CameraState) -> Void
  ) {
    self.url = url
    self.ffmpeg = ffmpeg
    self.recogniser = recogniser
    self.isReady = isReady
    self.onResult = onResult
    self.onState = onState
  }

  deinit { wakeUp?.closeBoth() }

  /// Once only.
  public func start() {
    let thread = Thread { [self] in
      onState(.ended(live()))
      ended.signal()
    }
    thread.name = "microphone"
    state.withLock { $0.begun = true }
    thread.start()
  }

  /// Ends both programs. Words that are being spoken are told if the recogniser takes at most these seconds for that; with 0 they
  /// are dropped. Not to be called from a callback.
  public func stop(within seconds: Double) {
    let begun = state.withLock { state in
      state.patience = seconds
      return state.begun
    }
    guard begun, let wakeUp else { return }
    _ = write(wakeUp.writing, "x", 1)
    ended.wait()
    ended.signal()
  }

  /// Returns why it is over.
  private func live() -> String {
    guard let wakeUp else { return "cannot make a pipe" }
    var failures = 0
    while true {
      onState(.connecting)
      guard let program = Executable.find(ffmpeg) else { return "the program \(ffmpeg) was not found" }
      let source: CameraSource
      do {
        source = try CameraSource(url: url)
      } catch {
        return error.description
      }
      if stopsWhileItWaits(wakeUp.reading) { return "stopped" }
      var liveSince: Double?
      switch listen(program, source, wakeUp.reading, &liveSince) {
      case .stopped: return "stopped"
      case .failed(let reason):
        if let liveSince, Clock.steady() - liveSince >= Self.recoveredSeconds { failures = 0 }
        onState(.lost(reason))
      }
      let pause = min(pow(2, Double(min(failures, 16))), Self.longestPause) * Double.random(in: 0.8...1.2)
      failures += 1
      var waiting = pollfd(fd: wakeUp.reading, events: Int16(POLLIN), revents: 0)
      if poll(&waiting, 1, Int32(pause * 1000)) > 0 { return "stopped" }
    }
  }

  private func stopsWhileItWaits(_ wakeUp: Int32) -> Bool {
    let deadline = Clock.steady() + Self.readySeconds
    while !isReady(), Clock.steady() < deadline {
      var waiting = pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0)
      if poll(&waiting, 1, 50) > 0 { return true }
    }
    return false
  }

  /// One ffmpeg from birth to death.
  private func listen(_ program: String, _ source: CameraSource, _ wakeUp: Int32, _ liveSince: inout Double?) -> Ending {
    let child: ChildProcess
    do {
      child = try ChildProcess.spawn(executable: program, arguments: Self.arguments(for: source))
    } catch {
      return .failed(error.description)
    }
    var session: (any SpeechSession)?
    var diagnosis = Diagnosis()
    let ending = pass(child, wakeUp, &diagnosis, &session, &liveSince)
    Self.drain(child.errors, into: &diagnosis)
    let status = child.end(grace: 0.4)
    if case .failed(let what) = ending {
      session?.finish(within: Self.lastWordsSeconds)
      guard what.isEmpty else { return ending }
      if status.hasPrefix("killed") { return .failed("ffmpeg was \(status)") }
      let reason = diagnosis.reason(hiding: source.secrets) ?? (liveSince == nil ? "no sound came (ffmpeg: \(status))" : "")
      if reason.contains("matches no streams") { return .failed(Self.noSound) }
      return .failed(reason.isEmpty ? "the sound ended" : reason)
    }
    session?.finish(within: state.withLock { $0.patience })
    return ending
  }

  /// Passes sound on until it ends, stalls or is stopped. An empty reason means: ask ffmpeg's messages.
  private func pass(
    _ child: ChildProcess, _ wakeUp: Int32, _ diagnosis: inout Diagnosis, _ session: inout (any SpeechSession)?,
    _ liveSince: inout Double?
  ) -> Ending {
    let clock = SoundClock()
    var deadline = Clock.steady() + Self.firstSeconds
    var errorsOpen = true
    var taken = 0
    var buffer = [UInt8](repeating: 0, count: SoundFormat.bytesPerSecond / 4)
    while true {
      let left = deadline - Clock.steady()
      guard left > 0 else { return .failed("no sound for \(Int(liveSince == nil ? Self.firstSeconds : Self.nextSeconds)) s") }
      var waiting = [
        pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0),
        pollfd(fd: child.output, events: Int16(POLLIN), revents: 0),
        pollfd(fd: errorsOpen ? child.errors : -1, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&waiting, 3, Int32(left * 1000) + 1) >= 0 else { continue }
      if waiting[0].revents != 0 { return .stopped }
      if waiting[2].revents != 0 { errorsOpen = Self.drain(child.errors, into: &diagnosis) }
      guard waiting[1].revents != 0 else { continue }
      let count = read(child.output, &buffer, buffer.count)
      if count == 0 { return .failed("") }
      guard count > 0 else {
        if errno == EAGAIN || errno == EINTR { continue }
        return .failed("cannot read from ffmpeg: \(String(cString: strerror(errno)))")
      }
      deadline = Clock.steady() + Self.nextSeconds
      let start = Double(taken) / Double(SoundFormat.bytesPerSecond)
      taken += count
      clock.arrived(upTo: Double(taken) / Double(SoundFormat.bytesPerSecond), from: start, at: Clock.wall())
      do {
        if session == nil {
          session = try recogniser.start { [onResult] in onResult(clock.timed($0)) }
          liveSince = Clock.steady()
          onState(.live)
        }
        try session?.feed(buffer[..<count])
      } catch {
        return .failed((error as? ChildProcess.SpawnFailure)?.description ?? "\(error)")
      }
    }
  }

  /// Takes what is there; false once the pipe has ended.
  @discardableResult
  private static func drain(_ pipe: Int32, into diagnosis: inout Diagnosis) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(pipe, &buffer, buffer.count)
      guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) }
      diagnosis.append(buffer[..<count])
    }
  }

  /// Gaps in a camera's sound become silence, so that counting samples tells the time.
  private static func arguments(for source: CameraSource) -> [String] {
    ["-hide_banner", "-nostdin", "-loglevel", "error", "-threads", "1"] + source.inputArguments + [
      "-map", "0:a:0", "-vn", "-filter_threads", "1", "-af", "aresample=async=1", "-ac", "1",
      "-ar", String(SoundFormat.samplesPerSecond), "-flush_packets", "1", "-c:a", "pcm_s16le", "-f", "s16le", "pipe:1",
    ]
  }
}
