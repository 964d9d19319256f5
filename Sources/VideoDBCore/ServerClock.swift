import CSystemShims
import Synchronization

/// The service's clock as the `Date` of its answers tells it, so that a camera whose clock is wrong, or is set meanwhile, asks for the right
/// records. It goes on with the monotonic clock.
public final class ServerClock: Sendable {
  /// Unix time of the service minus monotonic time; `Int64.min` before the first answer.
  private let offsetMs = Atomic(Int64.min)

  public init() {}

  /// `dateMs` is cut to the second.
  public func saw(dateMs: Int64) {
    let localMs = vdbshim_unix_ms()
    // Where ours agrees with it as far as that tells, ours is the finer one.
    let agrees = localMs > dateMs - 1_000 && localMs < dateMs + 2_000
    offsetMs.store((agrees ? localMs : dateMs + 500) - vdbshim_monotonic_ms(), ordering: .relaxed)
  }

  /// Milliseconds since the Unix epoch.
  public var nowMs: Int64 {
    let offset = offsetMs.load(ordering: .relaxed)
    return offset == .min ? vdbshim_unix_ms() : vdbshim_monotonic_ms() + offset
  }
}
