/// Every configuration key, in the order of their names. The name is for settings files, the rest for `vdbrt_config_describe`.
public enum ConfigKey: Int, CaseIterable, Sendable {
  case apiKey
  case backfillHoldMs, backfillLateMs, backfillOverlapMs, backfillPageSize, backfillRemember
  case baseURL
  case httpAllowCleartext, httpConnectTimeoutMs, httpMaxResponseBytes, httpMaxRetries, httpProxy, httpRetryBaseMs,
    httpRetryMaxMs
  case httpTimeoutMs
  case loopMode
  case pollIntervalMs
  case queueMaxBytes, queueMaxEvents, queueOverflow, queuePauseMaxMs
  case rebindAlertSettleMs, rebindConfirmMs, rebindMaxAlertsPerHour, rebindMaxPerHour
  case reconnectBaseMs, reconnectEnabled, reconnectMaxAttempts, reconnectMaxMs
  case sessionToken
  case stateAck, stateFile, stateMapped, stateSyncMs
  case tlsCAFile, tlsVerify
  case watchQuietMs, watchRestart
  case wsCloseTimeoutMs, wsConnectTimeoutMs, wsFirstMessageTimeoutMs, wsMaxMessageBytes, wsPingIntervalMs, wsPongTimeoutMs

  public enum Kind: Sendable {
    case text
    /// Text that is never shown.
    case secret
    case boolean
    case integer(ClosedRange<Int64>)
    /// The texts between `|`. (Several array literals in one switch get mixed up in Embedded Swift 6.3.)
    case choice(StaticString)
  }

  public struct Spec: Sendable {
    public let name: StaticString
    public let kind: Kind
    /// "ms", "bytes", "events" or nil.
    public let unit: StaticString?
    /// nil: none, or from the environment, as the description says.
    public let fallback: StaticString?
    public let summary: StaticString
  }

  public var spec: Spec {
    switch self {
    case .apiKey:
      Spec(
        name: "api_key", kind: .secret, unit: nil, fallback: nil,
        summary: "The credential. Default: the environment variable VIDEO_DB_API_KEY.")
    case .sessionToken:
      Spec(
        name: "session_token", kind: .secret, unit: nil, fallback: nil,
        summary: "A client token, used where there is no api_key.")
    case .backfillHoldMs:
      Spec(
        name: "backfill.hold_ms", kind: .integer(0...600_000), unit: "ms", fallback: "2000",
        summary: "How long events of the socket wait at most for those that a gap swallowed, to come in order.")
    case .backfillLateMs:
      Spec(
        name: "backfill.late_ms", kind: .integer(0...86_400_000), unit: "ms", fallback: "130000",
        summary: "How long after a gap its records are asked for again: they may appear late.")
    case .backfillOverlapMs:
      Spec(
        name: "backfill.overlap_ms", kind: .integer(0...86_400_000), unit: "ms", fallback: "120000",
        summary: "How far before the last known item a gap is taken to begin.")
    case .backfillPageSize:
      Spec(
        name: "backfill.page_size", kind: .integer(1...1000), unit: nil, fallback: "100",
        summary: "Records of a page that is asked for. Of a transcript that misses very many, ten times as many, up to 1000.")
    case .backfillRemember:
      Spec(
        name: "backfill.remember", kind: .integer(16...4_000_000), unit: "events", fallback: "8192",
        summary: "Delivered events remembered for each stream and channel, 40 bytes each, to give none twice.")
    case .baseURL:
      Spec(
        name: "base_url", kind: .text, unit: nil, fallback: nil,
        summary: "The service. Default: the environment variable VIDEO_DB_API, else https://api.videodb.io.")
    case .httpAllowCleartext:
      Spec(
        name: "http.allow_cleartext", kind: .boolean, unit: nil, fallback: "false",
        summary: "Send the key unencrypted to a host that is not loopback.")
    case .httpConnectTimeoutMs:
      Spec(
        name: "http.connect_timeout_ms", kind: .integer(1...3_600_000), unit: "ms", fallback: "10000",
        summary: "Limit of name resolution, TCP, proxy and TLS of a call.")
    case .httpMaxResponseBytes:
      Spec(
        name: "http.max_response_bytes", kind: .integer(1_024...1_073_741_824), unit: "bytes", fallback: "16777216",
        summary: "Longest answer that is taken.")
    case .httpMaxRetries:
      Spec(
        name: "http.max_retries", kind: .integer(0...100), unit: nil, fallback: "2",
        summary: "How often a call is repeated where a repeat is safe.")
    case .httpProxy:
      Spec(
        name: "http.proxy", kind: .secret, unit: nil, fallback: nil,
        summary: "URL of a proxy, for calls and channels. Default: the environment, as libcurl reads it. Empty: none.")
    case .httpRetryBaseMs:
      Spec(
        name: "http.retry_base_ms", kind: .integer(1...3_600_000), unit: "ms", fallback: "200",
        summary: "Longest wait before the first repeat; it doubles with each further one. The wait is random below that.")
    case .httpRetryMaxMs:
      Spec(
        name: "http.retry_max_ms", kind: .integer(1...3_600_000), unit: "ms", fallback: "10000",
        summary: "Longest wait before any repeat, that of Retry-After included.")
    case .httpTimeoutMs:
      Spec(
        name: "http.timeout_ms", kind: .integer(1...86_400_000), unit: "ms", fallback: "30000",
        summary: "Limit of a call without an op, repeats included.")
    case .loopMode:
      Spec(
        name: "loop.mode", kind: .choice("thread|external"), unit: nil, fallback: "thread",
        summary: "thread: an I/O thread of the client. external: none; the application steps the loop.")
    case .pollIntervalMs:
      Spec(
        name: "poll.interval_ms", kind: .integer(0...3_600_000), unit: "ms", fallback: "0",
        summary:
          "How often an index that cannot be bound again is asked for records, and a capture session for its state. 0: once for each window of the index, from 1 to 10 s; a session every 5 s."
      )
    case .queueMaxBytes:
      Spec(
        name: "queue.max_bytes", kind: .integer(4_096...1_073_741_824), unit: "bytes", fallback: "8388608",
        summary: "Bytes that the events waiting in a channel may take before queue.overflow applies.")
    case .queueMaxEvents:
      Spec(
        name: "queue.max_events", kind: .integer(1...1_000_000), unit: "events", fallback: "4096",
        summary: "Events that may wait in a channel before queue.overflow applies.")
    case .queueOverflow:
      Spec(
        name: "queue.overflow", kind: .choice("pause|drop_oldest"), unit: nil, fallback: "pause",
        summary: "pause: stop reading the socket, so that nothing is lost here. drop_oldest: drop and count.")
    case .queuePauseMaxMs:
      Spec(
        name: "queue.pause_max_ms", kind: .integer(0...86_400_000), unit: "ms", fallback: "15000",
        summary:
          "How long reading may pause for a slow consumer before the connection is closed, to go on with a gap when there is room. 0: no limit."
      )
    case .rebindAlertSettleMs:
      Spec(
        name: "rebind.alert_settle_ms", kind: .integer(0...3_600_000), unit: "ms", fallback: "5000",
        summary: "How long a new connection has to hold before alerts are created for it: the service cannot delete them.")
    case .rebindConfirmMs:
      Spec(
        name: "rebind.confirm_ms", kind: .integer(0...3_600_000), unit: "ms", fallback: "10000",
        summary:
          "How long after a transcript was started again its events may stay out, while records come, before it is stopped and started."
      )
    case .rebindMaxAlertsPerHour:
      Spec(
        name: "rebind.max_alerts_per_hour", kind: .integer(0...1_000_000), unit: nil, fallback: "60",
        summary: "Alerts that a channel creates in an hour at most.")
    case .rebindMaxPerHour:
      Spec(
        name: "rebind.max_per_hour", kind: .integer(0...1_000_000), unit: nil, fallback: "60",
        summary: "How often in an hour a silent pipeline is bound again at most, so that two clients do not fight over one.")
    case .reconnectBaseMs:
      Spec(
        name: "reconnect.base_ms", kind: .integer(1...3_600_000), unit: "ms", fallback: "500",
        summary:
          "Longest wait before the first attempt to reconnect; it doubles with each further one. The wait is random below that."
      )
    case .reconnectEnabled:
      Spec(
        name: "reconnect.enabled", kind: .boolean, unit: nil, fallback: "true",
        summary:
          "Connect again after a cut, bind again what was bound, and fetch what was missed. false: a cut ends the channel.")
    case .reconnectMaxAttempts:
      Spec(
        name: "reconnect.max_attempts", kind: .integer(0...1_000_000), unit: nil, fallback: "0",
        summary: "Attempts in a row before the channel ends. 0: no limit.")
    case .reconnectMaxMs:
      Spec(
        name: "reconnect.max_ms", kind: .integer(1...86_400_000), unit: "ms", fallback: "30000",
        summary: "Longest wait before any attempt to reconnect.")
    case .stateAck:
      Spec(
        name: "state.ack", kind: .choice("auto|manual"), unit: nil, fallback: "auto",
        summary:
          "When an event counts as dealt with. auto: its callback has returned, or it was freed. manual: it was acknowledged.")
    case .stateFile:
      Spec(
        name: "state.file", kind: .text, unit: nil, fallback: nil,
        summary:
          "File in which a channel keeps what is bound to it and what was delivered, to go on after the process was killed.")
    case .stateMapped:
      Spec(
        name: "state.mapped", kind: .boolean, unit: nil, fallback: "true",
        summary:
          "The state file is mapped into memory where its file system can do that. false: two writes for each event, some microseconds."
      )
    case .stateSyncMs:
      Spec(
        name: "state.sync_ms", kind: .integer(1...3_600_000), unit: "ms", fallback: "1000",
        summary: "How often the state file is flushed to the disk, while it changes: what a power cut may repeat.")
    case .tlsCAFile:
      Spec(
        name: "tls.ca_file", kind: .text, unit: nil, fallback: nil,
        summary: "PEM file of the trusted authorities. Default: the system's.")
    case .tlsVerify:
      Spec(
        name: "tls.verify", kind: .boolean, unit: nil, fallback: "true",
        summary: "Check the certificate and the host name. Off only for test benches.")
    case .watchQuietMs:
      Spec(
        name: "watch.quiet_ms", kind: .integer(100...86_400_000), unit: "ms", fallback: "60000",
        summary: "How long something bound to a channel may be silent before it is asked whether it still runs.")
    case .watchRestart:
      Spec(
        name: "watch.restart", kind: .boolean, unit: nil, fallback: "false",
        summary: "Start a stream, index or transcript again that was found stopped.")
    case .wsCloseTimeoutMs:
      Spec(
        name: "ws.close_timeout_ms", kind: .integer(1...3_600_000), unit: "ms", fallback: "2000",
        summary: "How long a close waits for the peer's close frame.")
    case .wsConnectTimeoutMs:
      Spec(
        name: "ws.connect_timeout_ms", kind: .integer(1...3_600_000), unit: "ms", fallback: "10000",
        summary: "Limit of name resolution, TCP, proxy, TLS and the WebSocket handshake of a channel.")
    case .wsFirstMessageTimeoutMs:
      Spec(
        name: "ws.first_message_timeout_ms", kind: .integer(1...3_600_000), unit: "ms", fallback: "10000",
        summary: "How long an open WebSocket may take to say its connection id.")
    case .wsMaxMessageBytes:
      Spec(
        name: "ws.max_message_bytes", kind: .integer(1_024...1_073_741_824), unit: "bytes", fallback: "4194304",
        summary: "Longest message that is taken; a longer one ends the connection with code 1009.")
    case .wsPingIntervalMs:
      Spec(
        name: "ws.ping_interval_ms", kind: .integer(10...86_400_000), unit: "ms", fallback: "20000",
        summary: "How often a channel is pinged.")
    case .wsPongTimeoutMs:
      Spec(
        name: "ws.pong_timeout_ms", kind: .integer(10...86_400_000), unit: "ms", fallback: "5000",
        summary: "How long a ping may have no answer, or a request no acknowledgement, before the connection counts as dead.")
    }
  }

  public static func choices(_ allowed: StaticString) -> [UnsafeRawBufferPointer] {
    UnsafeRawBufferPointer(allowed).split(separator: 0x7C).map { UnsafeRawBufferPointer(rebasing: $0) }
  }

  public static func named(_ name: [UInt8]) -> ConfigKey? { allCases.first { name.equals($0.spec.name) } }
}
