import Testing

@testable import VideoDBCore

struct ConfigurationTests {
  static let names = ConfigKey.allCases.map { $0.spec.name.text }

  @Test func namesAreSortedAndUnique() {
    #expect(Self.names == Self.names.sorted())
    #expect(Set(Self.names).count == Self.names.count)
  }

  @Test func everyDefaultIsAValidValue() throws {
    for key in ConfigKey.allCases {
      guard let fallback = key.spec.fallback else { continue }
      var configuration = Configuration()
      try configuration.set(key.spec.name.text.bytes, text: fallback.text.bytes)
      #expect(configuration.text(key) == Configuration().text(key))
    }
  }

  @Test(arguments: ConfigKey.allCases)
  func valuesAreCheckedByTheirKind(_ key: ConfigKey) throws {
    let name = key.spec.name.text
    func accepts(_ value: String) -> Bool {
      var configuration = Configuration()
      do throws(VideoDBError) {
        try configuration.set(name.bytes, text: value.bytes)
        return true
      } catch {
        #expect(error.status == .configValue)
        #expect(error.message.contains("`\(name)`"))
        return false
      }
    }
    #expect(!accepts("a\nb") && !accepts("a\u{0}b"))
    switch key.spec.kind {
    case .text, .secret:
      #expect(accepts("x"))
      #expect(accepts("") == (key == .httpProxy))
    case .boolean: #expect(accepts("true") && accepts("false") && !accepts("1") && !accepts("True") && !accepts(""))
    case .integer(let range):
      #expect(accepts("\(range.lowerBound)") && accepts("\(range.upperBound)"))
      #expect(!accepts("\(range.lowerBound - 1)") && !accepts("\(range.upperBound + 1)"))
      for text in ["", "-", "1.5", "1e3", " 5000", "5000 ", "+5000", "0x1000", "99999999999999999999999", "5_000"] {
        #expect(!accepts(text), "\(text)")
      }
    case .choice(let allowed):
      let allowed = ConfigKey.choices(allowed).map { String(decoding: $0, as: UTF8.self) }
      #expect(allowed.count > 1)
      for value in allowed { #expect(accepts(value)) }
      #expect(!accepts("") && !accepts("other") && !accepts(allowed[0].uppercased()))
    }
  }

  @Test func aSecretIsNeverShown() throws {
    for key in ConfigKey.allCases {
      guard case .secret = key.spec.kind else { continue }
      var configuration = Configuration()
      let error = #expect(throws: VideoDBError.self) {
        try configuration.set(key.spec.name.text.bytes, text: "sk-hidden\n".bytes)
      }
      #expect(error?.message.contains("hidden") == false)
    }
  }

  @Test(arguments: [("API_KEY", "api_key"), ("timeout_ms", "http.timeout_ms"), ("Max_Events", "queue.max_events")])
  func namesTheKeyThatWasMeant(_ name: String, _ meant: String) {
    var configuration = Configuration()
    let error = #expect(throws: VideoDBError.self) { try configuration.set(name.bytes, text: "1".bytes) }
    #expect(error?.status == .configKey)
    #expect(error?.message.contains("`\(meant)`") == true)
  }

  @Test func nilReturnsToTheDefault() throws {
    var configuration = Configuration()
    try configuration.set("http.timeout_ms".bytes, text: "5".bytes)
    #expect(configuration.integer(.httpTimeoutMs) == 5)
    try configuration.set("http.timeout_ms".bytes, nil)
    #expect(configuration.integer(.httpTimeoutMs) == 30_000)
  }

  static func configured(_ values: [(String, String)]) throws -> Configuration {
    var configuration = Configuration()
    for (key, value) in values { try configuration.set(key.bytes, text: value.bytes) }
    return configuration
  }

  @Test func settingsHoldWhatWasSet() throws {
    let settings = try Settings.make(
      Self.configured([
        ("api_key", "sk-1"), ("base_url", "https://h/v1//"), ("http.timeout_ms", "7"), ("http.max_retries", "0"),
        ("http.retry_base_ms", "3"), ("http.retry_max_ms", "9"), ("queue.overflow", "drop_oldest"), ("queue.max_events", "2"),
        ("ws.max_message_bytes", "2048"), ("tls.verify", "false"), ("tls.ca_file", "/ca.pem"),
      ]))
    #expect(settings.base.text == "https://h/v1")
    #expect(settings.credential.current.secret.withBytes { Array($0) }.text == "sk-1")
    #expect(settings.timeoutMs == 7 && settings.maxRetries == 0 && settings.retry.baseMs == 3 && settings.retry.maxMs == 9)
    #expect(settings.queue.dropOldest && settings.queue.maxEvents == 2 && settings.ws.maxMessageBytes == 2_048)
    #expect(!settings.verifyTLS && settings.caFile?.text == "/ca.pem" && settings.proxy == nil)
  }

  @Test(
    arguments: [
      ([("base_url", "https://h")], .credential), ([("api_key", "k k"), ("base_url", "https://h")], .credential),
      ([("api_key", "kéy"), ("base_url", "https://h")], .credential), ([("api_key", "k"), ("base_url", "h")], .url),
      ([("api_key", "k"), ("base_url", "wss://h")], .url), ([("api_key", "k"), ("base_url", "https://h?x=1")], .url),
      ([("api_key", "k"), ("base_url", "https://u:p@h")], .url), ([("api_key", "k"), ("base_url", "http://h")], .cleartext),
      ([("session_token", "t"), ("base_url", "http://10.0.0.1")], .cleartext),
    ] as [([(String, String)], Status)])
  func settingsRefuse(_ values: [(String, String)], _ status: Status) throws {
    let configuration = try Self.configured(values)
    let error = #expect(throws: VideoDBError.self) { try Settings.make(configuration) }
    #expect(error?.status == status)
  }

  @Test func cleartextIsForLoopbackOrByWish() throws {
    for values in [
      [("api_key", "k"), ("base_url", "http://127.0.0.1:1")],
      [("api_key", "k"), ("base_url", "http://h"), ("http.allow_cleartext", "true")],
    ] {
      _ = try Settings.make(Self.configured(values))
    }
  }
}

struct BackoffTests {
  @Test func waitsBetweenNothingAndADoublingBound() {
    let backoff = Backoff(baseMs: 200, maxMs: 10_000)
    var random = SeededRandom(seed: 91)
    for attempt in -1..<100 {
      let bound = attempt <= 0 ? 200 : attempt >= 6 ? 10_000 : Int64(200) << Int64(attempt)
      var most: Int64 = 0
      for _ in 0..<500 {
        let wait = backoff.waitMs(attempt: attempt, random: random.next())
        #expect(wait >= 0 && wait <= bound)
        most = max(most, wait)
      }
      #expect(most > bound / 2)
      #expect(backoff.waitMs(attempt: attempt, random: UInt64(bound)) == bound)
      #expect(backoff.waitMs(attempt: attempt, random: 0) == 0)
    }
  }

  @Test(arguments: [(3_600_000, 1), (1, 3_600_000), (Int64.max / 2, 5), (0, 0)] as [(Int64, Int64)])
  func staysBelowTheLongestWait(_ base: Int64, _ most: Int64) {
    for attempt in [0, 1, 30, 31, 64, Int.max, Int.min] {
      let wait = Backoff(baseMs: base, maxMs: most).waitMs(attempt: attempt, random: .max)
      #expect(wait >= 0 && wait <= most)
    }
  }
}

struct RedactorTests {
  static func secret(_ text: String) -> Secret { text.bytes.withUnsafeBytes { Secret($0) } }
  static func redactor(_ secrets: String...) -> Redactor { Redactor(secrets.map { secret($0) } + [nil]) }

  @Test(arguments: [
    ("key sk-secret here", "key [redacted] here"), ("sk-secret", "[redacted]"), ("sk-secretsk-secret", "[redacted][redacted]"),
    ("sk-secre", "sk-secre"), ("", ""), ("äsk-secretä", "ä[redacted]ä"),
  ])
  func takesTheSecretOut(_ text: String, _ expected: String) { #expect(Self.redactor("sk-secret").redact(text) == expected) }

  @Test func takesEachSecretOut() {
    #expect(Self.redactor("alpha", "beta!").redact("alpha beta! alpha") == "[redacted] [redacted] [redacted]")
  }

  /// Too short to be told from other text.
  @Test func leavesShortSecrets() { #expect(Self.redactor("abc").redact("abc") == "abc") }

  /// What stands in for a secret may hold it again.
  @Test(.timeLimit(.minutes(1)), arguments: ["redacted", "[redacted]", "acted", "edac"])
  func endsWhereTheSecretIsPartOfItsStandIn(_ secret: String) {
    #expect(Self.redactor(secret).redact("the \(secret) key") == "the [redacted] key")
    #expect(Redactor(partsOf: Self.secret("/ws/redacted?token=redacted")).redact("redacted") == "[redacted]")
  }

  @Test func takesThePartsOfATargetOut() {
    let redactor = Redactor(partsOf: Self.secret("/socket/0123456789?token=abcdefgh&v=1"))
    #expect(redactor.redact("at 0123456789 with abcdefgh, socket v 1") == "at [redacted] with [redacted], socket v 1")
  }
}
