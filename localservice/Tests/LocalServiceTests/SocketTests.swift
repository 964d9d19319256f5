import Foundation
import Testing

@testable import LocalService

@Suite struct SocketTests {
  @Test func theIdComesFirstAndEventsFollow() async throws {
    try await TestService.run { service in
      let socket = try await service.webSocket()
      #expect(socket.connectionID.count >= 16)
      let stream = try await service.connect(name: "gate")
      let index = try await service.index(stream, connection: socket.connectionID)
      let event = try await socket.message()
      #expect(event["channel"] == "scene_index" && event["rtstream_id"] == .string(stream))
      #expect(event["rtstream_name"] == "gate")
      let start = try #require(event["data"]?["start"]?.double)
      #expect(abs(start / 1000 - Timestamp.now()) < 60 && start == start.rounded())
      let end = try #require(event["data"]?["end"]?.double)
      #expect(abs(end - start - 500) <= 1)

      // The record is there no later than the event, with the same text.
      let path = "/rtstream/\(stream)/index/scene/\(index)"
      let scenes = try await service.get(path).data["scene_index_records"]?.items ?? []
      let record = scenes.first { $0["start"]?.double.map { ($0 * 1000).rounded() } == start }
      #expect(record != nil && record?["description"] == event["data"]?["text"])
    }
  }

  @Test func theOtherChannelNameAndUnit() async throws {
    try await TestService.run { settings in
      settings.visualChannel = .visualIndex
      settings.eventTimeUnit = .seconds
    } _: { service in
      let socket = try await service.webSocket()
      _ = try await service.index(try await service.connect(), connection: socket.connectionID)
      let event = try await socket.message()
      #expect(event["channel"] == "visual_index")
      let start = try #require(event["data"]?["start"]?.double)
      #expect(abs(start - Timestamp.now()) < 60)
    }
  }

  @Test func anAddressWorksOnce() async throws {
    try await TestService.run { service in
      let url = try await service.get("/collection/default/websocket").data["websocket_url"]?.string ?? ""
      #expect(url.hasPrefix("ws://127.0.0.1:\(service.port)/ws/"))
      _ = try await offload { try WebSocketClient(url: url) }
      let path = try #require(URLComponents(string: url)?.path)
      for target in [path, "/ws/", "/ws/none", "/ws/none?a=b"] {
        let refused = try Answer(
          try await service.raw(
            WebSocketClient.handshake(path: target, port: service.port).replacing(
              "Upgrade\r\nSec", with: "Upgrade, close\r\nSec")))
        #expect(refused.status == 403 && refused.message.contains("websocket"), "\(target)")
      }
      #expect(!service.log.contains(String(path.dropFirst(4))))
    }
  }

  @Test func anAddressExpires() async throws {
    let registry = SocketRegistry(ticketSeconds: 0.05)
    let ticket = try #require(SocketRegistry.ticket(inTarget: registry.issuePath()))
    try await Task.sleep(for: .milliseconds(80))
    #expect(!registry.redeem(ticket))
    let fresh = SocketRegistry(ticketSeconds: 60)
    let other = try #require(SocketRegistry.ticket(inTarget: fresh.issuePath()))
    #expect(fresh.redeem(other) && !fresh.redeem(other))
  }

  @Test func plainRequestsToTheAddressAreToldToUpgrade() async throws {
    try await TestService.run { service in
      let url = try await service.get("/collection/default/websocket").data["websocket_url"]?.string ?? ""
      let path = try #require(URLComponents(string: url)?.path)
      let answer = try await service.get(path)
      #expect(answer.status == 426 && answer.headers.contains("Upgrade: websocket"))
      // The ticket was not used up by that.
      _ = try await offload { try WebSocketClient(url: url) }
    }
  }

  @Test func pingsAreAnsweredAndMessagesIgnored() async throws {
    try await TestService.run { service in
      let socket = try await service.webSocket()
      try await offload { () throws -> Void in
        socket.send(WebSocketClient.text, Array("{\"anything\":1}".utf8))
        socket.send(WebSocketClient.binary, [0, 1, 2, 255])
        socket.send(WebSocketClient.text, Array("first ".utf8), final: false)
        socket.send(WebSocketClient.ping, Array("between".utf8))
        socket.send(0, Array("second".utf8))
        socket.send(WebSocketClient.ping, [])
        #expect(try socket.next().text == "between")
        let pong = try socket.next()
        #expect(pong.opcode == WebSocketClient.pong && pong.payload.isEmpty)
      }
    }
  }

  @Test func closeIsAnsweredWithTheSameCode() async throws {
    try await TestService.run { service in
      let socket = try await service.webSocket()
      try await offload { () throws -> Void in
        socket.send(WebSocketClient.close, [0x0f, 0xa1])
        let answer = try socket.next()
        #expect(answer.opcode == WebSocketClient.close && answer.closeCode == 4001)
        #expect(throws: Timeout.self) { try socket.next() }
      }
    }
  }

  @Test func oversizedAndUnmaskedFramesEndTheConnection() async throws {
    try await TestService.run { service in
      let large = try await service.webSocket()
      let unmasked = try await service.webSocket()
      try await offload { () throws -> Void in
        large.send(WebSocketClient.text, [UInt8](repeating: 65, count: 65 * 1024))
        #expect(try large.next().opcode == WebSocketClient.close)
        unmasked.socket.send([0x81, 0x01, 65])
        #expect(try unmasked.next().closeCode == 1002)
      }
      // The service goes on.
      _ = try await service.webSocket()
    }
  }

  @Test func aSilentClientIsDroppedAfterAPing() async throws {
    try await TestService.run {
      $0.limits.socketPingSeconds = 0.2
    } _: { service in
      let socket = try await service.webSocket()
      try await offload { () throws -> Void in
        #expect(try socket.next().opcode == WebSocketClient.ping)
        #expect(throws: Timeout.self) {
          while true { _ = try socket.next() }
        }
      }
    }
  }

  @Test func aClientThatDoesNotReadIsCutOffAndOthersGoOn() async throws {
    try await TestService.run { settings in
      settings.limits.socketQueueBytes = 256 * 1024
    } _: { service in
      let url = try await service.get("/collection/default/websocket").data["websocket_url"]?.string ?? ""
      let slow = try await offload { try WebSocketClient(url: url, receiveBuffer: 2048) }
      let quick = try await service.webSocket()
      let sockets = service.service.sockets
      let message: JSON = ["channel": "test", "data": .string(String(repeating: "x", count: 60_000))]
      // More than the buffers of the system between the two can hold.
      for _ in 0..<300 { sockets.send(message, to: slow.connectionID) }
      try await eventually("the log to say so") { service.log.contains("unread") ? () : nil }
      _ = try await service.index(try await service.connect(), connection: quick.connectionID)
      #expect(try await quick.message()["channel"] == "scene_index")
    }
  }

  @Test func aDeadConnectionIdIsNoError() async throws {
    try await TestService.run { service in
      let socket = try await service.webSocket()
      let stream = try await service.connect()
      let gone = try await service.index(stream, connection: socket.connectionID)
      _ = try await service.index(stream, connection: "never-existed")
      _ = try await socket.message()
      try await offload { () throws -> Void in
        socket.send(WebSocketClient.close, [0x03, 0xe8])
        while try socket.next().opcode != WebSocketClient.close {}
      }
      let path = "/rtstream/\(stream)/index/scene/\(gone)"
      let before = try await service.get(path).data["scene_index_records"]?.items.count ?? 0
      try await eventually("scenes without a listener") {
        try await service.get(path).data["scene_index_records"]?.items.count ?? 0 >= before + 2 ? () : nil
      }
    }
  }

  @Test func stoppingSaysGoodbye() async throws {
    var open: WebSocketClient?
    try await TestService.run { service in open = try await service.webSocket() }
    let socket = try #require(open)
    try await offload { () throws -> Void in
      let close = try socket.next()
      #expect(close.opcode == WebSocketClient.close && close.closeCode == 1001)
    }
  }
}
