import Foundation
import Synchronization

@testable import LocalService

/// An HTTP server on a free loopback port that keeps what it is sent, and answers as it is told. One request for each connection.
final class LoopbackServer: Sendable {
  enum Reaction: Sendable {
    case answer(Int, body: String = "", headers: String = "")
    /// These bytes, whatever they are.
    case bytes(String)
    /// Takes the call and never answers.
    case silence
    /// Takes the call and closes the connection.
    case hangUp
  }

  struct Call: Sendable {
    /// Without the empty line at its end.
    let head: String
    let body: [UInt8]
    let time: Double

    /// Method and path.
    var target: String { head.split(separator: "\r\n").first.map { String($0.dropLast(" HTTP/1.1".count)) } ?? "" }

    func header(_ name: String) -> String? {
      head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
        .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
    }
  }

  let port: Int
  private let listener: Int32
  private let calls = Mutex<[Call]>([])
  private let held = Mutex<[Int32]>([])

  /// `reaction` is asked with the number of the call, from 0, on a thread that may wait.
  init(port: Int = 0, _ reaction: @escaping @Sendable (Int, Call) -> Reaction) throws {
    let (descriptor, port) = try Self.listen(port)
    listener = descriptor
    self.port = port
    Thread.detachNewThread { [weak self] in
      while true {
        let client = accept(descriptor, nil, nil)
        guard client >= 0 else { return }
        let server = self
        Thread.detachNewThread { server?.serve(client, reaction) }
      }
    }
  }

  deinit { stop() }

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

  private func serve(_ client: Int32, _ reaction: (Int, Call) -> Reaction) {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    var head: (text: String, end: Int)?
    while true {
      let count = read(client, &buffer, buffer.count)
      guard count > 0 else {
        close(client)
        return
      }
      bytes += buffer[..<count]
      if head == nil, let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) {
        head = (String(decoding: bytes[..<end.lowerBound], as: UTF8.self), end.upperBound)
      }
      guard let head else { continue }
      let length = Call(head: head.text, body: [], time: 0).header("Content-Length").flatMap(Int.init) ?? 0
      guard bytes.count - head.end >= length else { continue }
      let call = Call(head: head.text, body: Array(bytes[head.end...]), time: Timestamp.now())
      let number = calls.withLock { calls in
        calls.append(call)
        return calls.count - 1
      }
      switch reaction(number, call) {
      case .answer(let status, let body, let headers):
        send(
          "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\(headers)\r\n\(body)", to: client
        )
      case .bytes(let bytes): send(bytes, to: client)
      case .hangUp: close(client)
      case .silence: held.withLock { $0.append(client) }
      }
      return
    }
  }

  private func send(_ text: String, to client: Int32) {
    _ = text.withCString { Foundation.send(client, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
    close(client)
  }
}
