/// Every status of the C interface, with the numbers of the header.
public enum Status: Int32, CaseIterable, Sendable {
  case ok = 0

  case argument = -1
  case handle = -2
  case state = -3
  case reentrant = -4
  case forked = -5
  case noMemory = -6
  case cancelled = -7
  case again = -8
  case encoding = -9
  case json = -10
  case option = -11
  case configKey = -12
  case configValue = -13
  case url = -14
  case credential = -15
  case cleartext = -16
  case closed = -17
  case end = -18

  case timeout = -100
  case resolve = -101
  case connect = -102
  case tls = -103
  case disconnected = -104
  case protocolViolation = -105
  case upgrade = -106
  case firstMessage = -107
  case tooLarge = -108
  case redirect = -109

  case auth = -200
  case payment = -201
  case forbidden = -202
  case notFound = -203
  case invalid = -204
  case rateLimited = -205
  case server = -206
  case rejected = -207
  case notJSON = -208
  case badAnswer = -209

  case `internal` = -900

  /// The name that the header gives it.
  public var name: StaticString {
    switch self {
    case .ok: "VDBRT_OK"
    case .argument: "VDBRT_E_ARGUMENT"
    case .handle: "VDBRT_E_HANDLE"
    case .state: "VDBRT_E_STATE"
    case .reentrant: "VDBRT_E_REENTRANT"
    case .forked: "VDBRT_E_FORKED"
    case .noMemory: "VDBRT_E_NO_MEMORY"
    case .cancelled: "VDBRT_E_CANCELLED"
    case .again: "VDBRT_E_AGAIN"
    case .encoding: "VDBRT_E_ENCODING"
    case .json: "VDBRT_E_JSON"
    case .option: "VDBRT_E_OPTION"
    case .configKey: "VDBRT_E_CONFIG_KEY"
    case .configValue: "VDBRT_E_CONFIG_VALUE"
    case .url: "VDBRT_E_URL"
    case .credential: "VDBRT_E_CREDENTIAL"
    case .cleartext: "VDBRT_E_CLEARTEXT"
    case .closed: "VDBRT_E_CLOSED"
    case .end: "VDBRT_E_END"
    case .timeout: "VDBRT_E_TIMEOUT"
    case .resolve: "VDBRT_E_RESOLVE"
    case .connect: "VDBRT_E_CONNECT"
    case .tls: "VDBRT_E_TLS"
    case .disconnected: "VDBRT_E_DISCONNECTED"
    case .protocolViolation: "VDBRT_E_PROTOCOL"
    case .upgrade: "VDBRT_E_UPGRADE"
    case .firstMessage: "VDBRT_E_FIRST_MESSAGE"
    case .tooLarge: "VDBRT_E_TOO_LARGE"
    case .redirect: "VDBRT_E_REDIRECT"
    case .auth: "VDBRT_E_AUTH"
    case .payment: "VDBRT_E_PAYMENT"
    case .forbidden: "VDBRT_E_FORBIDDEN"
    case .notFound: "VDBRT_E_NOT_FOUND"
    case .invalid: "VDBRT_E_INVALID"
    case .rateLimited: "VDBRT_E_RATE_LIMITED"
    case .server: "VDBRT_E_SERVER"
    case .rejected: "VDBRT_E_REJECTED"
    case .notJSON: "VDBRT_E_NOT_JSON"
    case .badAnswer: "VDBRT_E_BAD_ANSWER"
    case .internal: "VDBRT_E_INTERNAL"
    }
  }

  /// The status of an HTTP answer outside 2xx and 3xx.
  public init(httpStatus: Int32) {
    switch httpStatus {
    case 401: self = .auth
    case 402: self = .payment
    case 403: self = .forbidden
    case 404: self = .notFound
    case 429: self = .rateLimited
    case 400..<500: self = .invalid
    case 500..<600: self = .server
    default: self = .protocolViolation
    }
  }
}
