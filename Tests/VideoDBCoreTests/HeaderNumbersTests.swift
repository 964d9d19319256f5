import CVideoDBRT
import Testing

@testable import VideoDBCore

/// The core states the numbers of the header a second time: both must say the same.
struct HeaderNumbersTests {
  static let statuses: [(Status, Int, String)] = [
    (.ok, VDBRT_OK, "VDBRT_OK"), (.argument, VDBRT_E_ARGUMENT, "VDBRT_E_ARGUMENT"), (.handle, VDBRT_E_HANDLE, "VDBRT_E_HANDLE"),
    (.state, VDBRT_E_STATE, "VDBRT_E_STATE"), (.reentrant, VDBRT_E_REENTRANT, "VDBRT_E_REENTRANT"),
    (.forked, VDBRT_E_FORKED, "VDBRT_E_FORKED"), (.noMemory, VDBRT_E_NO_MEMORY, "VDBRT_E_NO_MEMORY"),
    (.cancelled, VDBRT_E_CANCELLED, "VDBRT_E_CANCELLED"), (.again, VDBRT_E_AGAIN, "VDBRT_E_AGAIN"),
    (.encoding, VDBRT_E_ENCODING, "VDBRT_E_ENCODING"), (.json, VDBRT_E_JSON, "VDBRT_E_JSON"),
    (.option, VDBRT_E_OPTION, "VDBRT_E_OPTION"), (.configKey, VDBRT_E_CONFIG_KEY, "VDBRT_E_CONFIG_KEY"),
    (.configValue, VDBRT_E_CONFIG_VALUE, "VDBRT_E_CONFIG_VALUE"), (.url, VDBRT_E_URL, "VDBRT_E_URL"),
    (.credential, VDBRT_E_CREDENTIAL, "VDBRT_E_CREDENTIAL"), (.cleartext, VDBRT_E_CLEARTEXT, "VDBRT_E_CLEARTEXT"),
    (.closed, VDBRT_E_CLOSED, "VDBRT_E_CLOSED"), (.end, VDBRT_E_END, "VDBRT_E_END"),
    (.timeout, VDBRT_E_TIMEOUT, "VDBRT_E_TIMEOUT"),
    (.resolve, VDBRT_E_RESOLVE, "VDBRT_E_RESOLVE"), (.connect, VDBRT_E_CONNECT, "VDBRT_E_CONNECT"),
    (.tls, VDBRT_E_TLS, "VDBRT_E_TLS"), (.disconnected, VDBRT_E_DISCONNECTED, "VDBRT_E_DISCONNECTED"),
    (.protocolViolation, VDBRT_E_PROTOCOL, "VDBRT_E_PROTOCOL"), (.upgrade, VDBRT_E_UPGRADE, "VDBRT_E_UPGRADE"),
    (.firstMessage, VDBRT_E_FIRST_MESSAGE, "VDBRT_E_FIRST_MESSAGE"), (.tooLarge, VDBRT_E_TOO_LARGE, "VDBRT_E_TOO_LARGE"),
    (.redirect, VDBRT_E_REDIRECT, "VDBRT_E_REDIRECT"), (.auth, VDBRT_E_AUTH, "VDBRT_E_AUTH"),
    (.payment, VDBRT_E_PAYMENT, "VDBRT_E_PAYMENT"), (.forbidden, VDBRT_E_FORBIDDEN, "VDBRT_E_FORBIDDEN"),
    (.notFound, VDBRT_E_NOT_FOUND, "VDBRT_E_NOT_FOUND"), (.invalid, VDBRT_E_INVALID, "VDBRT_E_INVALID"),
    (.rateLimited, VDBRT_E_RATE_LIMITED, "VDBRT_E_RATE_LIMITED"), (.server, VDBRT_E_SERVER, "VDBRT_E_SERVER"),
    (.rejected, VDBRT_E_REJECTED, "VDBRT_E_REJECTED"), (.notJSON, VDBRT_E_NOT_JSON, "VDBRT_E_NOT_JSON"),
    (.badAnswer, VDBRT_E_BAD_ANSWER, "VDBRT_E_BAD_ANSWER"), (.internal, VDBRT_E_INTERNAL, "VDBRT_E_INTERNAL"),
  ]

  @Test(arguments: statuses)
  func statusesAreTheHeaders(_ status: Status, _ number: Int, _ name: String) {
    #expect(Int(status.rawValue) == number)
    #expect(status.name.text == name)
  }

  @Test func noStatusIsMissing() { #expect(Set(Self.statuses.map(\.0)) == Set(Status.allCases)) }

  static let kinds: [(EventKind, Int)] = [
    (.other, VDBRT_EVENT_OTHER), (.transcript, VDBRT_EVENT_TRANSCRIPT), (.sceneIndex, VDBRT_EVENT_SCENE_INDEX),
    (.audioIndex, VDBRT_EVENT_AUDIO_INDEX), (.alert, VDBRT_EVENT_ALERT), (.captureSession, VDBRT_EVENT_CAPTURE_SESSION),
    (.connected, VDBRT_EVENT_CONNECTED), (.disconnected, VDBRT_EVENT_DISCONNECTED), (.overflow, VDBRT_EVENT_OVERFLOW),
    (.reconnecting, VDBRT_EVENT_RECONNECTING), (.gap, VDBRT_EVENT_GAP), (.backfilled, VDBRT_EVENT_BACKFILLED),
    (.stalled, VDBRT_EVENT_STALLED),
  ]

  @Test(arguments: kinds)
  func kindsAreTheHeaders(_ kind: EventKind, _ number: Int) { #expect(Int(kind.rawValue) == number) }

  @Test func noKindIsMissing() { #expect(Set(Self.kinds.map(\.0)) == Set(EventKind.allCases)) }

  /// A canonical name is a name that the service could send, too; ours are not.
  @Test func canonicalNamesNameTheirKind() {
    for kind in EventKind.allCases {
      guard let name = kind.channel else { continue }
      let isOurs = kind.rawValue >= 100
      #expect(EventKind(serviceChannel: UnsafeRawBufferPointer(name)) == (isOurs ? .other : kind))
      #expect(name.text.hasPrefix("vdbrt.") == isOurs)
    }
  }

  @Test func flagsAndVersionsAreTheHeaders() {
    #expect(Int(EventFlags.interim.rawValue) == Int(VDBRT_EVENT_INTERIM))
    #expect(Int(EventFlags.triggered.rawValue) == Int(VDBRT_EVENT_TRIGGERED))
    #expect(Int(EventFlags.relativeTime.rawValue) == Int(VDBRT_EVENT_RELATIVE_TIME))
    #expect(Int(EventFlags.notJSON.rawValue) == Int(VDBRT_EVENT_NOT_JSON))
    #expect(Int(EventFlags.fetched.rawValue) == Int(VDBRT_EVENT_FETCHED))
    #expect(Version.number == Int32(VDBRT_VERSION_NUMBER))
    #expect(Version.text.text == VDBRT_VERSION_STRING)
    #expect(Version.text.text == "\(Version.major).\(Version.minor).\(Version.patch)")
    for level in Log.Level.allCases {
      let number =
        switch level {
        case .debug: VDBRT_LOG_DEBUG
        case .info: VDBRT_LOG_INFO
        case .warning: VDBRT_LOG_WARNING
        case .error: VDBRT_LOG_ERROR
        }
      #expect(Int(level.rawValue) == Int(number))
    }
  }

  @Test(
    arguments: [
      (401, .auth), (402, .payment), (403, .forbidden), (404, .notFound), (429, .rateLimited), (400, .invalid), (409, .invalid),
      (422, .invalid), (499, .invalid), (500, .server), (503, .server), (599, .server), (600, .protocolViolation),
      (199, .protocolViolation),
    ] as [(Int32, Status)])
  func httpStatusesAreTold(_ http: Int32, _ status: Status) { #expect(Status(httpStatus: http) == status) }
}
