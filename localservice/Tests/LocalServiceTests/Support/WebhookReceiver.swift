@testable import LocalService

/// A receiver of webhooks on a free loopback port that answers as it is told.
final class WebhookReceiver: Sendable {
  enum Reaction: Sendable {
    case status(Int)
    /// Takes the call and never answers.
    case silence
    /// Takes the call and closes the connection.
    case hangUp
  }

  struct Call: Sendable {
    let head: String
    let payload: JSON
    let time: Double
  }

  private let server: LoopbackServer

  /// `reaction` is asked with the number of the call, from 0.
  init(port: Int = 0, _ reaction: @escaping @Sendable (Int) -> Reaction = { _ in .status(200) }) throws {
    server = try LoopbackServer(port: port) { number, _ in
      switch reaction(number) {
      case .status(let status): .answer(status)
      case .silence: .silence
      case .hangUp: .hangUp
      }
    }
  }

  var port: Int { server.port }
  var url: String { "http://127.0.0.1:\(port)/hook?token=receiver-secret" }
  var received: [Call] {
    server.received.map { Call(head: $0.head, payload: JSON.parse($0.body) ?? .null, time: $0.time) }
  }

  func stop() { server.stop() }

  static func unusedPort() throws -> Int { try LoopbackServer.unusedPort() }
}
