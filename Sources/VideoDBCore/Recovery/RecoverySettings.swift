/// What the client does about lost connections and lost events. Each assumption about the service is one of these, so that it can be
/// changed (PROTOCOL sections 3.7 to 3.9 and 7).
public struct RecoverySettings: Sendable {
  public var isReconnecting: Bool
  public var reconnect: Backoff
  /// 0: no limit.
  public var maxAttempts: Int64
  /// How far behind the last known item a gap is taken to begin.
  public var overlapMs: Int64
  /// How late a record may appear after its end.
  public var lateMs: Int64
  public var holdMs: Int64
  public var pageSize: Int64
  /// Of a transcript, where very many records are missing (PROTOCOL 2.7: 1,000 at most).
  public var largePageSize: Int64 { min(10 * pageSize, 1_000) }
  /// Items remembered for a stream's channel.
  public var remember: Int
  /// 0: the length of an index's windows.
  public var pollMs: Int64
  public var quietMs: Int64
  public var restarts: Bool
  public var confirmMs: Int64
  public var restoresPerHour: Int
  public var alertSettleMs: Int64
  public var alertsPerHour: Int
  /// Waits between failed calls of the recovery's own.
  public var retry: Backoff

  init(_ configuration: Configuration) {
    isReconnecting = configuration.boolean(.reconnectEnabled)
    reconnect = Backoff(baseMs: configuration.integer(.reconnectBaseMs), maxMs: configuration.integer(.reconnectMaxMs))
    maxAttempts = configuration.integer(.reconnectMaxAttempts)
    overlapMs = configuration.integer(.backfillOverlapMs)
    lateMs = configuration.integer(.backfillLateMs)
    holdMs = configuration.integer(.backfillHoldMs)
    pageSize = configuration.integer(.backfillPageSize)
    remember = Int(clamping: configuration.integer(.backfillRemember))
    pollMs = configuration.integer(.pollIntervalMs)
    quietMs = configuration.integer(.watchQuietMs)
    restarts = configuration.boolean(.watchRestart)
    confirmMs = configuration.integer(.rebindConfirmMs)
    restoresPerHour = Int(clamping: configuration.integer(.rebindMaxPerHour))
    alertSettleMs = configuration.integer(.rebindAlertSettleMs)
    alertsPerHour = Int(clamping: configuration.integer(.rebindMaxAlertsPerHour))
    retry = Backoff(baseMs: 500, maxMs: 30_000)
  }
}

/// What has happened on a channel so far.
public struct RecoveryCounters: Sendable {
  public var connections: Int64 = 0
  public var attempts: Int64 = 0
  public var received: Int64 = 0
  public var backfilled: Int64 = 0
  /// Messages and records that the application had already.
  public var duplicates: Int64 = 0
  public var dropped: Int64 = 0
  public var gaps: Int64 = 0
  public var restored: Int64 = 0
  public var alertsCreated: Int64 = 0
  public var stalled: Int64 = 0

  public init() {}

  public func write(to json: inout JSONWriter) {
    json.set("connections", connections)
    json.set("attempts", attempts)
    json.set("received", received)
    json.set("backfilled", backfilled)
    json.set("duplicates", duplicates)
    json.set("dropped", dropped)
    json.set("gaps", gaps)
    json.set("restored", restored)
    json.set("alerts_created", alertsCreated)
    json.set("stalled", stalled)
  }
}

/// So many in any hour.
struct HourlyBudget {
  private let limit: Int
  private var times: [Int64] = []

  init(_ limit: Int) { self.limit = limit }

  /// Takes one; -1, or when there is one again.
  mutating func take(now: Int64) -> Int64 {
    times.removeAll { $0 <= now - 3_600_000 }
    guard times.count < limit else { return (times.first ?? now) + 3_600_000 }
    times.append(now)
    return -1
  }
}
