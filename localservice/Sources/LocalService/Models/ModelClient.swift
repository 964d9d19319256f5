import Foundation
import NIOHTTP1
import Synchronization

/// Why a model server gave nothing. Holds no key.
struct ModelFailure: Error, CustomStringConvertible {
  let description: String
  /// The status of a refusal; nil when there was none.
  var status: Int?
}

/// Calls a model server: within a deadline, again after growing pauses where a failure may pass, not before the server wants it.
final class ModelClient: Sendable {
  let server: ModelServer
  /// What it is called in messages: `vision` or `speech`.
  let name: String
  private let poster: HTTPPoster
  /// Before this no call is made, as the server asked for.
  private let quietUntil = Mutex<ContinuousClock.Instant?>(nil)

  private static let longestAnswer = 4 << 20
  private static let longestPause = 30.0
  /// A server that wants to be left alone for longer makes the call fail, so that what waits is skipped and said.
  private static let longestWait = 120.0
  private static let passing: Set<Int> = [408, 425, 429, 500, 502, 503, 504, 529]

  init(_ server: ModelServer, name: String, poster: HTTPPoster) {
    self.server = server
    self.name = name
    self.poster = poster
  }

  func post(_ payload: [UInt8], as contentType: String) async throws -> [UInt8] {
    var pause = server.pauseSeconds
    for attempt in 1...max(server.attempts, 1) {
      try await waitForQuietToEnd()
      let headers = server.key.map { [("Authorization", "Bearer \($0)")] } ?? []
      let outcome = await poster.post(
        payload, as: contentType, headers: headers, to: server.address, seconds: server.seconds, keeping: Self.longestAnswer)
      try Task.checkCancellation()
      let failure: ModelFailure
      var wait = pause * Double.random(in: 1...1.25)
      switch outcome {
      case .answered(let answer) where (200...299).contains(answer.status): return answer.body
      case .answered(let answer):
        failure = refusal(answer)
        guard Self.passing.contains(answer.status) else { throw failure }
        if let wanted = RetryAfter.seconds(answer.headers.first(name: "retry-after")) {
          guard wanted <= Self.longestWait else { throw failure }
          wait = max(wait, wanted)
          quietUntil.withLock { $0 = max($0 ?? .now, .now + .seconds(wanted)) }
        }
      case .failed(let reason, let isLate):
        failure = ModelFailure(description: "the \(name) server \(server.address.display): \(reason)")
        // A server that is too slow already gains nothing from being asked twice.
        if isLate { throw failure }
      }
      guard attempt < server.attempts else {
        throw ModelFailure(description: "\(failure), \(attempt) times", status: failure.status)
      }
      try await Task.sleep(for: .seconds(wait))
      pause = min(pause * 2, Self.longestPause)
    }
    throw CancellationError()
  }

  private func waitForQuietToEnd() async throws {
    guard let end = quietUntil.withLock({ $0 }), end > .now else { return }
    try await Task.sleep(until: end)
  }

  private func refusal(_ answer: HTTPPoster.Answer) -> ModelFailure {
    let hint =
      switch answer.status {
      case 401, 403: "; check its key (--\(name)-key-file)"
      case 404: "; check its address and model (--\(name)-url, --\(name)-model)"
      case 300...399: "; redirects are not followed, give the address that it points to"
      default: ""
      }
    let said = Self.message(answer.body)
    return ModelFailure(
      description: "the \(name) server \(server.address.display) answered \(answer.status)" + (said.isEmpty ? "" : ": ")
        + redacted(said) + hint, status: answer.status)
  }

  /// What a server says of its refusal, in one of the usual forms, shortened.
  private static func message(_ body: [UInt8]) -> String {
    let json = JSON.parse(body)
    let error = json?["error"] ?? json?["detail"] ?? json?["message"]
    let said: String =
      switch error {
      case .string(let text)?: text
      case let error?: if case .string(let text)? = error["message"] { text } else { error.text }
      case nil: String(decoding: body.prefix(400), as: UTF8.self)
      }
    return String(said.prefix(200)).split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// Servers repeat keys, whole or in part.
  private func redacted(_ text: String) -> String {
    guard let key = server.key, !key.isEmpty else { return text }
    var text = text.replacing(key, with: "***")
    for part in [key.prefix(8), key.suffix(8)] where key.count >= 12 { text = text.replacing(part, with: "***") }
    return text
  }
}

/// How long a server wants to be left alone: seconds, or a date.
enum RetryAfter {
  static func seconds(_ text: String?, now: Date = Date()) -> Double? {
    guard let text = text?.trimmingCharacters(in: .whitespaces) else { return nil }
    if let seconds = Double(text) { return seconds.isFinite && seconds >= 0 ? seconds : nil }
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(identifier: "GMT")
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
    return format.date(from: text).map { max(0, $0.timeIntervalSince(now)) }
  }
}
