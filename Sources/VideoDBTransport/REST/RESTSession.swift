import CCurl
import CSystemShims
import VideoDBCore

/// A kept connection of blocking calls: a transfer and a multi handle, used by one call at a time on the caller's thread.
/// `curl_multi_wakeup` is what lets another thread end the call.
final class RESTSession: @unchecked Sendable {
  // Used by the one thread that took it from the pool; `wake` alone is called by others, and libcurl allows that.
  let transfer: Transfer
  /// Its connection is not older.
  let madeMs = Clock.now
  private let multi: UnsafeMutableRawPointer

  static func make(_ settings: Settings) throws(VideoDBError) -> RESTSession {
    let transfer = try Transfer.make(settings, ownsConnection: true)
    guard let multi = vdbshim_multi_new() else { throw VideoDBError(.noMemory, "libcurl has no memory for a connection.") }
    return RESTSession(transfer, multi)
  }

  private init(_ transfer: Transfer, _ multi: UnsafeMutableRawPointer) {
    self.transfer = transfer
    self.multi = multi
  }

  deinit { curl_multi_cleanup(multi) }

  /// From any thread: ends the wait of `perform` or `pause`.
  func wake() { curl_multi_wakeup(multi) }

  /// Runs what has been prepared. `isStopped` is asked whenever something wakes the wait, and at least that often; nil: it said so.
  func perform(deadlineMs: Int64, everyMs: Int64, isStopped: () -> Bool) -> Transfer.Outcome? {
    let easy = transfer.easy.handle
    guard curl_multi_add_handle(multi, easy) == CURLM_OK else { return transfer.outcome(CURLE_OUT_OF_MEMORY) }
    defer { curl_multi_remove_handle(multi, easy) }
    var running: Int32 = 0
    while true {
      guard curl_multi_perform(multi, &running) == CURLM_OK else { return transfer.outcome(CURLE_OUT_OF_MEMORY) }
      if running == 0 { break }
      if isStopped() { return nil }
      let left = Clock.left(until: deadlineMs, limit: everyMs)
      if left == 0 { return transfer.outcome(CURLE_OPERATION_TIMEDOUT) }
      curl_multi_poll(multi, nil, 0, Int32(left), nil)
      if isStopped() { return nil }
    }
    var done: UnsafeMutableRawPointer?
    var code = CURLE_OK
    guard vdbshim_multi_next_done(multi, &done, &code) == 1 else { return transfer.outcome(CURLE_OUT_OF_MEMORY) }
    return transfer.outcome(code)
  }

  /// Waits without a transfer; woken like one.
  func pause(untilMs: Int64, isStopped: () -> Bool) {
    while !isStopped() {
      let left = Clock.left(until: untilMs, limit: 60_000)
      if left == 0 { return }
      curl_multi_poll(multi, nil, 0, Int32(left), nil)
    }
  }
}
