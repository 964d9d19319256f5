import CSystemShims

/// What a client works with: the configuration and the environment, read once and checked together. Everything of a client shares it.
public final class Settings: Sendable {
  public let baseURL: URLParts
  /// The base URL's text without a trailing slash.
  public let base: [UInt8]
  public let credential: Credential
  public let allowCleartext: Bool
  public let connectTimeoutMs: Int64
  public let timeoutMs: Int64
  public let maxResponseBytes: Int
  public let maxRetries: Int
  public let retry: Backoff
  public let proxy: Secret?
  public let caFile: [UInt8]?
  public let verifyTLS: Bool
  public let ws: WebSocketSettings
  public let queue: QueueSettings
  public let recovery: RecoverySettings
  public let stateFile: [UInt8]?
  public let stateSyncMs: Int64
  public let mapsStateFile: Bool
  public let acknowledgesByItself: Bool
  /// The service's clock, as its answers tell it.
  public let serverClock = ServerClock()
  /// No thread of ours: the application runs the loop.
  public let hasExternalLoop: Bool
  public let log: Log

  public let redactor: Redactor

  /// Throws `.credential`, `.url` or `.cleartext` where the configuration does not make a client.
  public static func make(_ configuration: Configuration) throws(VideoDBError) -> Settings {
    var base =
      configuration.text(.baseURL) ?? Self.environment("VIDEO_DB_API") ?? Array("https://api.videodb.io" as StaticString)
    let baseURL: URLParts
    do {
      baseURL = try URLParts.parse(base)
    } catch {
      throw VideoDBError(
        .url, "`base_url` is not a URL of a service: \(error.text). It looks like https://api.videodb.io.")
    }
    guard baseURL.scheme == .http || baseURL.scheme == .https, !baseURL.target.contains(0x3F) else {
      throw VideoDBError(.url, "`base_url` must begin with https:// (or http://) and have no query.")
    }
    while base.last == 0x2F { base.removeLast() }

    let environmentKey = vdbshim_environment("VIDEO_DB_API_KEY").map {
      Secret(UnsafeRawBufferPointer(start: $0, count: strlen($0)))
    }
    let key = configuration.secret(.apiKey) ?? configuration.secret(.sessionToken) ?? environmentKey ?? Secret.none
    try Credential.check(key)
    guard baseURL.isEncrypted || baseURL.isLoopback || configuration.boolean(.httpAllowCleartext) else {
      throw VideoDBError(
        .cleartext,
        "`base_url` is http:// to another machine, which would send the key unencrypted. Use https://, or set http.allow_cleartext."
      )
    }
    return Settings(configuration, baseURL, base, Credential(key))
  }

  private init(_ configuration: Configuration, _ baseURL: URLParts, _ base: [UInt8], _ credential: Credential) {
    self.baseURL = baseURL
    self.base = base
    self.credential = credential
    allowCleartext = configuration.boolean(.httpAllowCleartext)
    connectTimeoutMs = configuration.integer(.httpConnectTimeoutMs)
    timeoutMs = configuration.integer(.httpTimeoutMs)
    maxResponseBytes = Int(clamping: configuration.integer(.httpMaxResponseBytes))
    maxRetries = Int(clamping: configuration.integer(.httpMaxRetries))
    retry = Backoff(
      baseMs: configuration.integer(.httpRetryBaseMs), maxMs: configuration.integer(.httpRetryMaxMs))
    proxy = configuration.secret(.httpProxy)
    caFile = configuration.text(.tlsCAFile)
    verifyTLS = configuration.boolean(.tlsVerify)
    ws = WebSocketSettings(configuration)
    queue = QueueSettings(configuration)
    recovery = RecoverySettings(configuration)
    stateFile = configuration.text(.stateFile)
    stateSyncMs = configuration.integer(.stateSyncMs)
    mapsStateFile = configuration.boolean(.stateMapped)
    acknowledgesByItself = configuration.text(.stateAck)?.equals("auto") ?? true
    hasExternalLoop = configuration.text(.loopMode)?.equals("external") ?? false
    // A path may hold the key, where a caller took it for an id.
    redactor = Redactor([proxy], credential: credential)
    log = configuration.log.redacted(by: redactor)
  }

  private static func environment(_ name: StaticString) -> [UInt8]? {
    guard let value = vdbshim_environment(UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)) else {
      return nil
    }
    let bytes = Array(UnsafeRawBufferPointer(start: value, count: strlen(value)))
    return bytes.isEmpty ? nil : bytes
  }
}

public struct WebSocketSettings: Sendable {
  public let connectTimeoutMs: Int64
  public let firstMessageTimeoutMs: Int64
  public let pingIntervalMs: Int64
  public let pongTimeoutMs: Int64
  public let closeTimeoutMs: Int64
  public let maxMessageBytes: Int

  init(_ configuration: Configuration) {
    connectTimeoutMs = configuration.integer(.wsConnectTimeoutMs)
    firstMessageTimeoutMs = configuration.integer(.wsFirstMessageTimeoutMs)
    pingIntervalMs = configuration.integer(.wsPingIntervalMs)
    pongTimeoutMs = configuration.integer(.wsPongTimeoutMs)
    closeTimeoutMs = configuration.integer(.wsCloseTimeoutMs)
    maxMessageBytes = Int(clamping: configuration.integer(.wsMaxMessageBytes))
  }
}

public struct QueueSettings: Sendable {
  public let maxEvents: Int
  public let maxBytes: Int
  public let dropOldest: Bool
  /// 0: no limit.
  public let pauseMaxMs: Int64

  init(_ configuration: Configuration) {
    maxEvents = Int(clamping: configuration.integer(.queueMaxEvents))
    maxBytes = Int(clamping: configuration.integer(.queueMaxBytes))
    pauseMaxMs = configuration.integer(.queuePauseMaxMs)
    dropOldest = configuration.text(.queueOverflow)?.equals("drop_oldest") ?? false
  }
}
