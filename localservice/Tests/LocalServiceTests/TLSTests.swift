import Foundation
import Testing

@testable import LocalService

/// https and wss with a private authority, seen by OpenSSL's own client.
@Suite struct TLSTests {
  private func run(_ arguments: [String]) async throws {
    let openssl = try Program("openssl", arguments)
    let end = try await openssl.exit()
    guard end.code == 0 else { throw Timeout(description: openssl.standardError) }
  }

  private func withCertificate(_ body: (_ folder: String) async throws -> Void) async throws {
    let folder = TestService.temporaryDirectory()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    try await run(
      ["req", "-x509", "-subj", "/CN=test authority", "-days", "2", "-keyout", folder + "/ca.key", "-out", folder + "/ca.pem"]
        + key)
    try await run(["req", "-subj", "/CN=service", "-keyout", folder + "/key.pem", "-out", folder + "/request.pem"] + key)
    try "subjectAltName=IP:127.0.0.1,DNS:localhost\n".write(toFile: folder + "/names", atomically: true, encoding: .utf8)
    try await run([
      "x509", "-req", "-in", folder + "/request.pem", "-CA", folder + "/ca.pem", "-CAkey", folder + "/ca.key", "-days", "2",
      "-extfile", folder + "/names", "-out", folder + "/cert.pem",
    ])
    try await body(folder)
  }

  /// Sends `text` through a verified TLS connection and returns what comes until `last` shows up.
  private func exchange(_ port: Int, _ folder: String, _ text: String, until last: String) async throws -> String {
    let client = try Program(
      "openssl",
      [
        "s_client", "-quiet", "-verify_return_error", "-verify_ip", "127.0.0.1", "-CAfile", folder + "/ca.pem",
        "-connect", "127.0.0.1:\(port)",
      ], input: text)
    let text = try await eventually("'\(last)' over TLS") { () -> String? in
      let text = client.standardOutput
      return text.contains(last) ? text : nil
    }
    client.signal(SIGKILL)
    try await client.exit()
    return text
  }

  @Test func restAndWebSocketOverTLS() async throws {
    try await withCertificate { folder in
      try await TestService.run { settings in
        settings.certificateFile = folder + "/cert.pem"
        settings.privateKeyFile = folder + "/key.pem"
      } _: { service in
        #expect(service.service.baseURL == "https://127.0.0.1:\(service.port)")
        let request =
          "GET /collection/default/websocket HTTP/1.1\r\nHost: localhost:\(service.port)\r\nConnection: close\r\n"
          + "x-access-token: \(TestService.key)\r\n\r\n"
        let answer = try Answer(try await exchange(service.port, folder, request, until: "}}"))
        let url = try #require(answer.data["websocket_url"]?.string)
        #expect(url.hasPrefix("wss://localhost:\(service.port)/ws/"))
        let path = try #require(URLComponents(string: url)?.path)
        let opened = try await exchange(
          service.port, folder, WebSocketClient.handshake(path: path, port: service.port), until: "connection_id")
        #expect(opened.hasPrefix("HTTP/1.1 101 "))
        // Someone who speaks no TLS gets no answer, and does no harm.
        #expect(!(try await service.raw("GET /collection HTTP/1.1\r\nHost: a\r\n\r\n")).contains("HTTP/1.1 2"))
      }
    }
  }

  @Test func certificateAndKeyMustFit() async throws {
    try await withCertificate { folder in
      var settings = Settings(dataDirectory: folder + "/data")
      settings.certificateFile = folder + "/cert.pem"
      settings.privateKeyFile = folder + "/ca.key"
      let bad = settings
      await #expect(throws: StartError.self) { try await LocalService.start(bad, log: Log(level: .error)) }
    }
  }
}
