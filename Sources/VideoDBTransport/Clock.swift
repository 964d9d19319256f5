import CSystemShims

/// Milliseconds on the monotonic clock. Deadlines are absolute; a negative one never comes.
public enum Clock {
  @inline(__always)
  public static var now: Int64 { vdbshim_monotonic_ms() }

  /// Negative durations have no limit.
  public static func deadline(afterMs duration: Int64) -> Int64 {
    guard duration >= 0 else { return -1 }
    let (sum, overflow) = now.addingReportingOverflow(duration)
    return overflow ? -1 : sum
  }

  public static func earlier(_ a: Int64, _ b: Int64) -> Int64 { a < 0 ? b : b < 0 ? a : min(a, b) }

  /// Milliseconds left, at least 0; `limit` where there is no deadline.
  public static func left(until deadlineMs: Int64, limit: Int64) -> Int64 {
    deadlineMs < 0 ? limit : min(max(deadlineMs - now, 0), limit)
  }
}

public func randomBytes(_ count: Int) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
    if let base = buffer.baseAddress { vdbshim_random(base, count) }
    initialized = count
  }
}

public func randomWord() -> UInt64 {
  var word: UInt64 = 0
  vdbshim_random(&word, MemoryLayout<UInt64>.size)
  return word
}
