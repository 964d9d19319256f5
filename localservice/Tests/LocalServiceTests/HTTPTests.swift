import Foundation
import Testing

@testable import LocalService

/// What a client can do to a connection, byte by byte.
@Suite struct HTTPTests {
  private func head(_ line: String, _ headers: String = "") -> String {
    "\(line) HTTP/1.1\r\nHost: localhost\r\nx-access-token: \(TestService.key)\r\n\(headers)"
  }

  @Test func requestsShareAConnection() async throws {
    try await TestService.run { service in
      let first = head("GET /collection") + "\r\n"
      let last = head("GET /nope", "Connection: close\r\n") + "\r\n"
      // Both at once: the answers come in order.
      let text = try await service.raw(first + last)
      #expect(text.contains("HTTP/1.1 200 OK") && text.contains("\"collections\""))
      let second = try #require(text.range(of: "HTTP/1.1 404"))
      #expect(text[second.lowerBound...].contains("no such path") && text[second.lowerBound...].contains("Connection: close"))
    }
  }

  @Test func aRequestInSmallPieces() async throws {
    try await TestService.run { service in
      let body = "{\"event_prompt\":\"a\",\"label\":\"b\"}"
      let text = head("POST /rtstream/event", "Connection: close\r\nContent-Length: \(body.utf8.count)\r\n") + "\r\n" + body
      let port = service.port
      let answer = try await offload {
        let socket = try RawSocket(port: port)
        for byte in text.utf8 { socket.send([byte]) }
        return try Answer(try socket.receiveAll())
      }
      #expect(answer.status == 200 && answer.data["event_id"] != nil)
    }
  }

  @Test func aChunkedBody() async throws {
    try await TestService.run { service in
      let chunks = "f\r\n{\"event_prompt\"\r\n11\r\n:\"a\",\"label\":\"b\"}\r\n0\r\n\r\n"
      let headers = "Connection: close\r\nTransfer-Encoding: chunked\r\n"
      let answer = try Answer(try await service.raw(head("POST /rtstream/event", headers) + "\r\n" + chunks))
      #expect(answer.status == 200)
    }
  }

  @Test func curlsExpectation() async throws {
    try await TestService.run { service in
      let body = "{\"event_prompt\":\"a\",\"label\":\"b\"}"
      let port = service.port
      let start = head(
        "POST /rtstream/event", "Connection: close\r\nExpect: 100-continue\r\nContent-Length: \(body.utf8.count)\r\n")
      let answer = try await offload { () throws -> Answer in
        let socket = try RawSocket(port: port)
        socket.send(start + "\r\n")
        let go = String(decoding: try socket.receive(), as: UTF8.self)
        #expect(go.hasPrefix("HTTP/1.1 100 "))
        socket.send(body)
        return try Answer(try socket.receiveAll())
      }
      #expect(answer.status == 200)
    }
  }

  @Test func bodiesHaveALimit() async throws {
    try await TestService.run {
      $0.limits.bodyBytes = 1000
    } _: { service in
      let announced = try Answer(try await service.raw(head("POST /rtstream", "Content-Length: 1001\r\n") + "\r\n"))
      #expect(announced.status == 413 && announced.message.contains("1000 bytes"))
      let chunk = "3e8\r\n" + String(repeating: " ", count: 1000) + "\r\n"
      let chunked = head("POST /rtstream", "Transfer-Encoding: chunked\r\n") + "\r\n" + chunk + chunk
      #expect(try Answer(try await service.raw(chunked)).status == 413)
      // A client that goes on sending all of a large body still gets to read the answer.
      let large = head("POST /rtstream", "Content-Length: 3000000\r\n") + "\r\n" + String(repeating: "x", count: 3_000_000)
      #expect(try Answer(try await service.raw(large)).status == 413)
      let fitting = "{\"event_prompt\":\"\(String(repeating: "a", count: 900))\",\"label\":\"b\"}"
      #expect(try await service.call("POST", "/rtstream/event", fitting).status == 200)
    }
  }

  @Test func headsHaveALimit() async throws {
    try await TestService.run {
      $0.limits.headerBytes = 4096
    } _: { service in
      let long = head("GET /collection", "X-Long: \(String(repeating: "a", count: 5000))\r\n")
      let many = head("GET /collection", (0..<150).map { "X-\($0): 1\r\n" }.joined())
      let target = head("GET /collection/" + String(repeating: "a", count: 5000))
      for text in [long, many, target] {
        let answer = try Answer(try await service.raw(text + "\r\n"))
        #expect(answer.status == 431 && answer.message.contains("4096 bytes"))
      }
    }
  }

  @Test func whatIsNotHTTPIsRefused() async throws {
    try await TestService.run { service in
      for text in [
        "hello\r\n\r\n", "GET /collection\r\n\r\n", "GET /collection HTTP/1.1\r\nHost localhost\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{fc}\u{3}\u{3}", "GET /collection HTTP/3.7\r\nHost: a\r\n\r\n",
        head("POST /rtstream", "Content-Length: -5\r\n") + "\r\n",
        head("POST /rtstream", "Content-Length: 5\r\nContent-Length: 6\r\n") + "\r\nhello!",
        head("POST /rtstream", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + "\r\n0\r\n\r\n",
        head("POST /rtstream", "Transfer-Encoding: chunked\r\n") + "\r\nzz\r\n",
        "GET /collection HTTP/1.1\r\nConnection: close\r\n\r\n", "GET * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET http://x/collection HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx-access-token: \(TestService.key)\r\n\r\n",
        head("GET /collection/%zz", "Connection: close\r\n") + "\r\n",
        head("GET /rtstream?name=%e", "Connection: close\r\n") + "\r\n",
        "GET /collection HTTP/1.1\r\nHost: a b\r\nx-access-token: \(TestService.key)\r\nConnection: close\r\n\r\n",
        "GET /collection HTTP/1.1\r\nHost: evil.example/\r\nx-access-token: \(TestService.key)\r\nConnection: close\r\n\r\n",
      ] {
        let answer = try Answer(try await service.raw(text))
        #expect((400...505).contains(answer.status) && answer.body["success"] == false, "\(text.debugDescription)")
      }
      #expect(try await service.get("/collection").status == 200)
    }
  }

  @Test func slowClientsHaveDeadlines() async throws {
    try await TestService.run { settings in
      settings.limits.headSeconds = 0.3
      settings.limits.bodySeconds = 0.3
    } _: { service in
      // `raw` itself waits no longer than ten seconds for the end of the connection.
      #expect(try await service.raw("GET /collec").isEmpty)
      #expect(try await service.raw("").isEmpty)
      let half = try await service.raw(head("POST /rtstream", "Content-Length: 10\r\n") + "\r\n{")
      #expect(try Answer(half).status == 408)
      // Kept open for the next request, but not for ever.
      let kept = try await service.raw(head("GET /collection") + "\r\n")
      #expect(kept.hasPrefix("HTTP/1.1 200") && !kept.contains("Connection: close"))
    }
  }

  @Test func connectionsHaveALimit() async throws {
    try await TestService.run {
      $0.limits.connections = 3
    } _: { service in
      let port = service.port
      let request = head("GET /collection") + "\r\n"
      let held = try await offload {
        // Each is used, so that it is known to be one of the three.
        try (0..<3).map { _ in
          let socket = try RawSocket(port: port)
          socket.send(request)
          _ = try socket.receive()
          return socket
        }
      }
      let fourth = try await offload { try RawSocket(port: port).receiveAll() }
      #expect(fourth.isEmpty)
      #expect(service.log.contains("connection refused"))
      withExtendedLifetime(held) {}
    }
  }

  @Test func abruptEndsHarmNobody() async throws {
    try await TestService.run { service in
      let port = service.port
      try await offload { () throws -> Void in
        for text in [
          "", "G", "POST /rtstream HTTP/1.1\r\n", "POST /rtstream HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{",
        ] {
          for _ in 0..<20 {
            let socket = try RawSocket(port: port)
            socket.send(text)
            // A reset instead of a proper end.
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(socket.descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
          }
        }
      }
      #expect(try await service.get("/collection").status == 200)
    }
  }

  @Test func answersAreNotStored() async throws {
    try await TestService.run { service in
      let answer = try await service.get("/collection/default/websocket")
      #expect(answer.headers.contains("Cache-Control: no-store") && answer.headers.contains("Content-Type: application/json"))
      #expect(answer.headers.contains(/Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/))
    }
  }

  @Test func theSocketAddressFollowsTheHostHeader() async throws {
    try await TestService.run { service in
      for (host, expected) in [("cams.example:8443", "ws://cams.example:8443/ws/"), ("[::1]:99", "ws://[::1]:99/ws/")] {
        let text = try await service.raw(
          "GET /collection/default/websocket HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n"
            + "x-access-token: \(TestService.key)\r\n\r\n")
        #expect(try Answer(text).data["websocket_url"]?.string?.hasPrefix(expected) == true)
      }
      let old = try await service.raw(
        "GET /collection/default/websocket HTTP/1.0\r\nx-access-token: \(TestService.key)\r\n\r\n")
      let url = try #require(try Answer("HTTP/1.1" + old.dropFirst(8)).data["websocket_url"]?.string)
      #expect(url.hasPrefix("ws://127.0.0.1:\(service.port)/ws/"))
    }
  }
}
