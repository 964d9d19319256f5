import Foundation
import Synchronization

/// Where a camera stands. Texts name the reason in words and hold no password.
public enum CameraState: Sendable, Equatable {
  /// ffmpeg has been started and has delivered no picture yet.
  case connecting
  /// Pictures arrive.
  case live
  /// The source failed or fell silent; it is tried again after a pause.
  case lost(String)
  /// It is not tried again: `stop` was called, the URL is not allowed, or there is no ffmpeg.
  case ended(String)
}

/// One ffmpeg process on one source (rtsp, http, file, lavfi...), restarted with back-off when the camera drops.
///
/// Files are read at native speed and looped, so that a clip behaves like a camera. ffmpeg 5.1 or later is needed.
///
/// It opens `rtsp(s)`, `http(s)`, `rtmp(s)`, `srt`, `udp` and `tcp` URLs, regular files (a path or `file://`),
/// `/dev/videoN` and `lavfi:<graph>`; each of them with its own protocols only. `CameraSource` says why.
///
/// Both callbacks come from the camera's own thread, one at a time and in order, never after `stop` has returned
/// (unless a callback itself was still running after the second that `stop` waits). While a callback runs no picture is
/// read: a slow one slows ffmpeg down by way of its pipe, and memory stays at one picture.
public final class Camera: Sendable {
  private let setup: CameraRun.Setup
  private let run = Mutex<CameraRun?>(nil)
  private let failure = Mutex<String?>(nil)

  /// `width` is made even and kept within 16...1920, `framesPerSecond` within 1...60. The height follows from the
  /// shape of the source. `recording` is asked at each start of ffmpeg, on the camera's thread.
  public init(
    url: String, ffmpeg: String = "ffmpeg", framesPerSecond: Int, width: Int = 320,
    recording: (@Sendable () -> RecordingOutput?)? = nil,
    onFrame: @escaping @Sendable (Frame) -> Void, onState: @escaping @Sendable (CameraState) -> Void
  ) {
    setup = CameraRun.Setup(
      url: url, ffmpeg: ffmpeg, framesPerSecond: min(max(framesPerSecond, 1), 60),
      width: min(max(width, 16), 1920) & ~1, patience: .standard, onFrame: onFrame, onState: onState,
      recording: recording)
  }

  /// For tests, which cannot wait as long as a service can.
  init(setup: CameraRun.Setup) {
    self.setup = setup
  }

  deinit { stop() }

  /// Starts the camera; does nothing while it runs. A stopped camera can be started again.
  public func start() {
    run.withLock { run in
      guard run == nil || run!.isFinished else { return }
      let new = CameraRun(setup: setup)
      new.begin { [weak self] reason in self?.failure.withLock { $0 = reason } }
      run = new
    }
  }

  /// Ends ffmpeg and waits at most one second for that. Called from a callback it does not wait; the camera ends when
  /// the callback returns.
  public func stop() {
    run.withLock { $0 }?.finish(waitingAtMost: 1)
  }

  /// Starts ffmpeg anew, without a pause, if it runs.
  public func reopen() {
    run.withLock { $0 }?.reopen()
  }

  /// Why a camera may not be opened at this URL, as far as that can be said without trying; nil when it may.
  public static func refusal(of url: String) -> String? {
    do {
      _ = try CameraSource(url: url)
      return nil
    } catch {
      return error.description
    }
  }

  /// The URL without user, password and query, for logs and answers.
  public static func displayed(_ url: String) -> String { Secrets(url: url).display }

  /// Why the camera was last lost or ended; nil when it never failed. It stays after the camera has come back.
  public var lastError: String? { failure.withLock { $0 } }
}
