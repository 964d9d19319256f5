/// Every configuration key, in the order of their names. The name is for settings files, the rest for `vdbrt_config_describe`.
public enum ConfigKey: Int, CaseIterable, Sendable {
  case apiKey, baseURL
  case httpAllowCleartext, httpConnectTimeoutMs, httpMaxResponseBytes, httpMaxRetries, httpProxy, httpRetryBaseMs,
    httpRetryMaxMs
  case httpTimeoutMs
  case loopMode
  case queueMaxBytes, queueMaxEvents, queueOverflow
  case sessionToken
  case tlsCAFile, tlsVerify
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
        summary: "thread: an I/O thread of the client. external: none; the application runs vdbrt_client_step.")
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
    case .tlsCAFile:
      Spec(
        name: "tls.ca_file", kind: .text, unit: nil, fallback: nil,
        summary: "PEM file of the trusted authorities. Default: the system's.")
    case .tlsVerify:
      Spec(
        name: "tls.verify", kind: .boolean, unit: nil, fallback: "true",
        summary: "Check the certificate and the host name. Off only for test benches.")
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
        summary: "How long the answer to a ping may take before the connection counts as dead.")
    }
  }

  public static func choices(_ allowed: StaticString) -> [UnsafeRawBufferPointer] {
    UnsafeRawBufferPointer(allowed).split(separator: 0x7C).map { UnsafeRawBufferPointer(rebasing: $0) }
  }

  public static func named(_ name: [UInt8]) -> ConfigKey? { allCases.first { name.equals($0.spec.name) } }
}
