import Foundation
import Synchronization

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

  let port: Int
  private let listener: Int32
  private let calls = Mutex<[Call]>([])
  private let held = Mutex<[Int32]>([])

  /// `reaction` is asked with the number of the call, from 0.
  init(port: Int = 0, _ reaction: @escaping @Sendable (Int) -> Reaction = { _ in .status(200) }) throws {
    let (descriptor, port) = try Self.listen(port)
    listener = descriptor
    self.port = port
    Thread.detachNewThread { [weak self] in
      while true {
        let client = accept(descriptor, nil, nil)
        guard client >= 0 else { return }
        let receiver = self
        Thread.detachNewThread { receiver?.serve(client, reaction) }
      }
    }
  }

  deinit { stop() }

  var url: String { "http://127.0.0.1:\(port)/hook?token=receiver-secret" }
  var received: [Call] { calls.withLock { $0 } }

  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    for client in held.withLock({ $0 }) { shutdown(client, Int32(SHUT_RDWR)) }
  }

  /// A port on which nobody listens: it was free a moment ago.
  static func unusedPort() throws -> Int {
    let (descriptor, port) = try listen(0)
    close(descriptor)
    return port
  }

  private static func listen(_ port: Int) throws -> (Int32, Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, size) == 0 && Foundation.listen(descriptor, 64) == 0
          && getsockname(descriptor, address, &size) == 0
      }
    }
    guard bound else { throw Timeout(description: "cannot listen: \(String(cString: strerror(errno)))") }
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
  }

  private func serve(_ client: Int32, _ reaction: (Int) -> Reaction) {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = read(client, &buffer, buffer.count)
      guard count > 0 else {
        close(client)
        return
      }
      bytes += buffer[..<count]
      let text = String(decoding: bytes, as: UTF8.self)
      guard let split = text.range(of: "\r\n\r\n") else { continue }
      let head = String(text[..<split.lowerBound])
      let length = head.lowercased().split(separator: "content-length: ").last.flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
      let body = Array(text[split.upperBound...].utf8)
      guard body.count >= length else { continue }
      let number = calls.withLock { calls in
        calls.append(Call(head: head, payload: JSON.parse(body) ?? .null, time: Timestamp.now()))
        return calls.count - 1
      }
      switch reaction(number) {
      case .status(let status):
        let answer = "HTTP/1.1 \(status) X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        _ = answer.withCString { send(client, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
        close(client)
      case .hangUp:
        close(client)
      case .silence:
        held.withLock { $0.append(client) }
      }
      return
    }
  }
}
