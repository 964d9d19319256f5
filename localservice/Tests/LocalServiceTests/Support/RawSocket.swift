import Foundation

struct Timeout: Error, CustomStringConvertible {
  let description: String
}

/// Blocking work on a thread of its own, so that it never takes one of the few threads that run tasks.
func offload<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
  try await withCheckedThrowingContinuation { done in
    Thread.detachNewThread { done.resume(with: Result(catching: work)) }
  }
}

/// How long anything may take on a busy machine. Nothing waits that long when all is well.
let patience = 40.0

/// Waits until tasks of this process are run promptly. All tests begin at once, and those that compute for seconds
/// without a pause may come first; what is measured while they do says nothing about the service.
func calm() async {
  let deadline = Date(timeIntervalSinceNow: patience)
  while Date() < deadline {
    let asked = ContinuousClock.now
    await Task.detached {}.value
    if ContinuousClock.now - asked < .milliseconds(50) { return }
  }
}

/// Asks again until the answer is there.
func eventually<T>(
  _ what: String, within seconds: Double = patience, _ probe: () async throws -> T?
) async throws -> T {
  let deadline = Date(timeIntervalSinceNow: seconds)
  while Date() < deadline {
    if let found = try await probe() { return found }
    try await Task.sleep(for: .milliseconds(20))
  }
  throw Timeout(description: "waited \(seconds) s in vain for \(what)")
}

/// A TCP connection to loopback, byte for byte.
final class RawSocket: Sendable {
  let descriptor: Int32

  init(port: Int, receiveBuffer: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    if var size = receiveBuffer {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw Timeout(description: "connect: \(String(cString: strerror(errno)))") }
  }

  deinit { close(descriptor) }

  /// False when the other side is gone.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  @discardableResult
  func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  /// What has arrived, at least one byte; empty at the end of the stream.
  func receive(within seconds: Double = patience) throws -> [UInt8] {
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&waiting, 1, Int32(seconds * 1000)) == 1 else {
      throw Timeout(description: "nothing was received for \(seconds) s")
    }
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = read(descriptor, &buffer, buffer.count)
    return count > 0 ? Array(buffer[..<count]) : []
  }

  /// Everything until the server closes.
  func receiveAll(within seconds: Double = patience) throws -> String {
    let deadline = Date(timeIntervalSinceNow: seconds)
    var all: [UInt8] = []
    while true {
      let part = try receive(within: max(0.01, deadline.timeIntervalSinceNow))
      if part.isEmpty { return String(decoding: all, as: UTF8.self) }
      all += part
    }
  }
}
