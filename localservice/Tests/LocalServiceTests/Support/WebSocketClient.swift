import Foundation

@testable import LocalService

/// A WebSocket client of its own, frame by frame, so that the server is not tested with the server's library.
final class WebSocketClient: @unchecked Sendable {
  struct Frame {
    let final: Bool
    let opcode: UInt8
    let payload: [UInt8]

    var text: String { String(decoding: payload, as: UTF8.self) }
    var closeCode: Int? { payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : nil }
  }

  static let text: UInt8 = 1
  static let binary: UInt8 = 2
  static let close: UInt8 = 8
  static let ping: UInt8 = 9
  static let pong: UInt8 = 10

  let socket: RawSocket
  private(set) var connectionID: String
  private var buffered: [UInt8] = []

  /// Opens the address and reads the first message. Blocks.
  init(url: String, receiveBuffer: Int32? = nil) throws {
    guard let parts = URLComponents(string: url), parts.scheme == "ws", let port = parts.port else {
      throw Timeout(description: "not a ws address: \(url)")
    }
    socket = try RawSocket(port: port, receiveBuffer: receiveBuffer)
    socket.send(Self.handshake(path: parts.path, port: port))
    while true {
      buffered += try socket.receive()
      guard let end = Self.headEnd(buffered) else { continue }
      let head = String(decoding: buffered[..<end], as: UTF8.self)
      // The accept value that RFC 6455 gives for its sample key.
      guard head.hasPrefix("HTTP/1.1 101 "), head.lowercased().contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=")
      else { throw Timeout(description: head) }
      buffered.removeFirst(end)
      break
    }
    connectionID = ""
    let first = try next()
    guard let id = JSON.parse(first.payload)?["connection_id"]?.string, first.opcode == Self.text else {
      throw Timeout(description: "the first message is no connection id: \(first.text)")
    }
    connectionID = id
  }

  static func handshake(path: String, port: Int) -> String {
    "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
  }

  private static func headEnd(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    return (4...bytes.count).first { Array(bytes[($0 - 4)..<$0]) == Array("\r\n\r\n".utf8) }
  }

  /// The next frame. Blocks.
  func next(within seconds: Double = patience) throws -> Frame {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while true {
      if let frame = take() { return frame }
      let part = try socket.receive(within: max(0.01, deadline.timeIntervalSinceNow))
      guard !part.isEmpty else { throw Timeout(description: "the server closed the connection") }
      buffered += part
    }
  }

  /// The next text message as JSON; frames of other kinds are passed over.
  func message(within seconds: Double = patience) async throws -> JSON {
    try await offload { [self] in
      let deadline = Date(timeIntervalSinceNow: seconds)
      while true {
        let frame = try next(within: max(0.01, deadline.timeIntervalSinceNow))
        if frame.opcode == Self.text { return JSON.parse(frame.payload) ?? .null }
      }
    }
  }

  /// The first message of a channel.
  func message(on channel: String, within seconds: Double = patience) async throws -> JSON {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while true {
      let message = try await message(within: max(0.01, deadline.timeIntervalSinceNow))
      if message["channel"]?.string == channel { return message }
    }
  }

  func send(_ opcode: UInt8, _ payload: [UInt8], final: Bool = true) {
    var bytes: [UInt8] = [(final ? 0x80 : 0) | opcode]
    switch payload.count {
    case ..<126: bytes.append(0x80 | UInt8(payload.count))
    case ..<65536: bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
    default: bytes += [0x80 | 127] + (0..<8).reversed().map { UInt8(payload.count >> ($0 * 8) & 255) }
    }
    let mask: [UInt8] = [0x11, 0x22, 0x33, 0x44]
    bytes += mask
    bytes += payload.enumerated().map { $1 ^ mask[$0 % 4] }
    socket.send(bytes)
  }

  /// Servers send unmasked frames; a masked one is not taken for a frame.
  private func take() -> Frame? {
    guard buffered.count >= 2, buffered[1] & 0x80 == 0 else { return nil }
    var length = Int(buffered[1] & 0x7f)
    var start = 2
    if length >= 126 {
      let width = length == 126 ? 2 : 8
      guard buffered.count >= 2 + width else { return nil }
      length = buffered[2..<(2 + width)].reduce(0) { $0 << 8 | Int($1) }
      start += width
    }
    guard buffered.count >= start + length else { return nil }
    let frame = Frame(
      final: buffered[0] & 0x80 != 0, opcode: buffered[0] & 0x0f, payload: Array(buffered[start..<(start + length)]))
    buffered.removeFirst(start + length)
    return frame
  }
}
