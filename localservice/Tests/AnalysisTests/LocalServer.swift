import Foundation

/// A server on a free loopback port that answers every connection with the same bytes, or never.
final class LocalServer: Sendable {
  let port: Int
  private let socket: Int32
  private let answer: String?

  /// `answer` nil: connections are accepted and get no answer.
  init(answer: String?) throws {
    self.answer = answer
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    port = try Self.bind(socket)
    listen(socket, 16)
    Thread { [socket] in
      var silent: [Int32] = []
      while case let connection = accept(socket, nil, nil), connection >= 0 {
        guard let answer else {
          silent.append(connection)
          continue
        }
        var request = [UInt8](repeating: 0, count: 4096)
        _ = recv(connection, &request, request.count, 0)
        _ = send(connection, answer, answer.utf8.count, Int32(MSG_NOSIGNAL))
        close(connection)
      }
      silent.forEach { close($0) }
    }.start()
  }

  deinit {
    shutdown(socket, Int32(SHUT_RDWR))
    close(socket)
  }

  /// A port on which nothing listens.
  static func freePort() throws -> Int {
    let probe = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(probe) }
    return try bind(probe)
  }

  private static func bind(_ socket: Int32) throws -> Int {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        Glibc.bind(socket, address, size) == 0 && getsockname(socket, address, &size) == 0
      }
    }
    guard bound else { throw Clip.Failure(description: "no free port: \(String(cString: strerror(errno)))") }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
