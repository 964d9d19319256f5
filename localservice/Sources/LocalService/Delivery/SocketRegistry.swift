import NIOCore
import Synchronization

/// The open WebSockets by connection id, and the tickets with which the next ones may be opened.
public final class SocketRegistry: Sendable {
  private struct State {
    var tickets: [String: Double] = [:]
    var sockets: [String: any Channel] = [:]
    var closed = false
  }

  /// More outstanding tickets than this only come from a client that asks and never connects.
  private static let ticketLimit = 10_000
  private static let prefix = "/ws/"

  private let ticketSeconds: Double
  private let state = Mutex(State())

  init(ticketSeconds: Double) { self.ticketSeconds = ticketSeconds }

  // MARK: - Tickets

  /// The path of a WebSocket address that works once and not for long. It is all the authority a client needs.
  func issuePath() -> String {
    let ticket = Identifier.secret()
    let now = Timestamp.now()
    state.withLock { state in
      if state.tickets.count >= Self.ticketLimit {
        state.tickets = state.tickets.filter { $0.value > now }
        if state.tickets.count >= Self.ticketLimit, let oldest = state.tickets.min(by: { $0.value < $1.value }) {
          state.tickets[oldest.key] = nil
        }
      }
      state.tickets[ticket] = now + ticketSeconds
    }
    return Self.prefix + ticket
  }

  /// The ticket in a request target such as `/ws/abc`, nil for every other target.
  static func ticket(inTarget target: String) -> String? {
    guard target.hasPrefix(prefix) else { return nil }
    let path = target.prefix { $0 != "?" }
    return String(path.dropFirst(prefix.count))
  }

  func redeem(_ ticket: String) -> Bool {
    state.withLock { state in
      guard !state.closed, let expiry = state.tickets.removeValue(forKey: ticket) else { return false }
      return expiry > Timestamp.now()
    }
  }

  // MARK: - Sockets

  func add(_ channel: any Channel, id: String) {
    state.withLock { $0.sockets[id] = channel }
  }

  func remove(id: String) {
    _ = state.withLock { $0.sockets.removeValue(forKey: id) }
  }

  /// Delivery is at most once: without a socket of that id the message is dropped. Whether there was one.
  @discardableResult
  func send(_ message: JSON, to id: String?) -> Bool {
    guard let id, let channel = state.withLock({ $0.sockets[id] }) else { return false }
    channel.writeAndFlush(SocketHandler.Outgoing.message(message.text), promise: nil)
    return true
  }

  /// Says goodbye to every client (1001, going away) and takes no new one.
  func closeAll() {
    let open = state.withLock { state in
      state.closed = true
      state.tickets = [:]
      return Array(state.sockets.values)
    }
    for channel in open {
      channel.writeAndFlush(SocketHandler.Outgoing.goodbye, promise: nil)
    }
  }
}
