/// The service's answer around the data (PROTOCOL 1.5 and 1.6).
public enum Envelope {
  case data([UInt8])
  /// The service goes on working: ask `outputURL`; nil: the same again.
  case pending(outputURL: [UInt8]?)
  case failed(VideoDBError)

  /// Reads an answer. `what` names the call, "GET /rtstream". `isPoll`: it is about a call that the service answers later.
  public init(_ what: Message, httpStatus: Int32, retryAfterMs: Int64, body: [UInt8], isPoll: Bool = false) {
    let json = JSON(body)
    let isOK = httpStatus >= 200 && httpStatus < 300
    guard isOK else {
      self = .failed(Self.refusal(what, httpStatus, retryAfterMs, json, body))
      return
    }
    guard let json else {
      self = .failed(
        VideoDBError(
          .notJSON,
          "\(what): the answer (HTTP \(httpStatus)) is not JSON but \(Self.glimpse(body)). Is base_url right, or is a proxy answering?",
          httpStatus: httpStatus))
      return
    }
    guard json.isObject else {
      self = .failed(
        VideoDBError(.badAnswer, "\(what): the answer is JSON, but not an object.", httpStatus: httpStatus, body: json.bytes))
      return
    }
    if json["success"]?.bool == false {
      self = .failed(
        VideoDBError(
          .rejected, "\(what): the service says no: \(Self.message(json) ?? Array("it gives no reason" as StaticString)).",
          httpStatus: httpStatus,
          body: json.bytes))
      return
    }
    if let status = json["status"]?.stringBytes, status.equals("processing") || status.equals("in progress") {
      if let url = json["data"]?["output_url"]?.stringBytes, !(json["request_type"]?.stringBytes?.equals("async") ?? false) {
        self = .pending(outputURL: url)
        return
      }
      if isPoll {
        self = .pending(outputURL: nil)
        return
      }
    }
    // A finished asynchronous answer carries the real one inside.
    if let response = json["response"], response.isObject, isPoll || json["data"] == nil {
      self = Envelope(what, httpStatus: httpStatus, retryAfterMs: retryAfterMs, body: response.bytes)
      return
    }
    if let data = json["data"], !data.isNull { self = .data(data.bytes) } else { self = .data(json.bytes) }
  }

  private static func refusal(
    _ what: Message, _ httpStatus: Int32, _ retryAfterMs: Int64, _ json: JSON?, _ body: [UInt8]
  ) -> VideoDBError {
    let said: Message =
      if let reason = json.flatMap(message) { ": \(reason)" } else {
        json == nil && !body.isEmpty ? " with \(glimpse(body))" : ""
      }
    if httpStatus >= 300 && httpStatus < 400 {
      return VideoDBError(
        .redirect,
        "\(what): the server redirects (HTTP \(httpStatus)). Redirects are not followed, so that the key stays with its host: set base_url to the final address.",
        httpStatus: httpStatus)
    }
    let status = Status(httpStatus: httpStatus)
    let advice: StaticString =
      switch status {
      case .auth: " Check the API key."
      case .payment: " The account needs more credit."
      case .forbidden: " The key may not do this."
      case .notFound: " Check the id, and that it belongs to this account and base_url."
      case .rateLimited: " Wait, then try again."
      case .server: httpStatus == 501 ? " This service does not have it." : " The service has a problem: try again later."
      default: ""
      }
    return VideoDBError(
      status, "\(what): HTTP \(httpStatus)\(said).\(advice)", httpStatus: httpStatus, retryAfterMs: retryAfterMs,
      body: json?.bytes)
  }

  private static func message(_ json: JSON) -> [UInt8]? {
    guard let text = (json["message"] ?? json["error"] ?? json["detail"])?.stringBytes, !text.isEmpty else { return nil }
    var shown = Array(text.prefix(500))
    while shown.last == 0x2E || shown.last == 0x0A { shown.removeLast() }
    return shown
  }

  /// The beginning of an answer that is no JSON, on one line.
  private static func glimpse(_ body: [UInt8]) -> Message {
    if body.isEmpty { return "empty" }
    let line = body.prefix(60).map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 }
    return body.count > 60 ? "`\(line)...`" : "`\(line)`"
  }
}
