import Testing

@testable import VideoDBCore

struct URLPartsTests {
  struct Good: CustomTestStringConvertible, Sendable {
    let url: String
    let host: String
    let port: Int32
    let target: String
    let authority: String
    var isLoopback = false
    var testDescription: String { url }
    init(_ url: String, _ host: String, _ port: Int32, _ target: String, _ authority: String, loopback: Bool = false) {
      (self.url, self.host, self.port, self.target, self.authority) = (url, host, port, target, authority)
      isLoopback = loopback
    }
  }

  static let good = [
    Good("https://api.videodb.io", "api.videodb.io", 443, "", "api.videodb.io"),
    Good("HTTPS://API.VideoDB.io/", "api.videodb.io", 443, "/", "api.videodb.io"),
    Good("http://localhost:8080/a/b?c=d&e=%2F", "localhost", 8080, "/a/b?c=d&e=%2F", "localhost:8080", loopback: true),
    Good("wss://h?token=t", "h", 443, "?token=t", "h"), Good("ws://h:1/x", "h", 1, "/x", "h:1"),
    Good("ws://[::1]:65535/", "[::1]", 65_535, "/", "[::1]:65535", loopback: true),
    Good("https://[2001:DB8::1]", "[2001:db8::1]", 443, "", "[2001:db8::1]"),
    Good("http://127.0.0.1", "127.0.0.1", 80, "", "127.0.0.1", loopback: true),
    Good("http://127.255.1.2:00080", "127.255.1.2", 80, "", "127.255.1.2:80", loopback: true),
    Good("http://a.localhost", "a.localhost", 80, "", "a.localhost", loopback: true),
    Good("http://127.0.0.1.example.org", "127.0.0.1.example.org", 80, "", "127.0.0.1.example.org"),
    Good("http://127.example.org", "127.example.org", 80, "", "127.example.org"),
    Good("http://localhost.example.org", "localhost.example.org", 80, "", "localhost.example.org"),
    Good("http://notlocalhost", "notlocalhost", 80, "", "notlocalhost"),
    Good("http://128.0.0.1", "128.0.0.1", 80, "", "128.0.0.1"), Good("http://a_b-c.d/@", "a_b-c.d", 80, "/@", "a_b-c.d"),
    Good("https://höst/", "höst", 443, "/", "höst"),
  ]

  @Test(arguments: good)
  func takesApart(_ good: Good) throws {
    let parts = try URLParts.parse(good.url.bytes)
    #expect(parts.host.text == good.host)
    #expect(parts.effectivePort == good.port)
    #expect(parts.target.text == good.target)
    #expect(parts.authority.text == good.authority)
    #expect(parts.isLoopback == good.isLoopback)
    #expect(parts.isEncrypted == (good.url.lowercased().hasPrefix("https") || good.url.hasPrefix("wss")))
  }

  @Test(arguments: [
    ("", "scheme"), ("h", "scheme"), ("https", "scheme"), ("https:", "scheme"), ("https:/h", "scheme"), ("//h", "scheme"),
    ("ftp://h", "scheme"), ("://h", "scheme"), ("https://", "host"), ("https:///x", "host"), ("https://?x", "host"),
    ("https://:80", "host"), ("https://h:", "port"), ("https://h:x", "port"), ("https://h:0", "port"),
    ("https://h:65536", "port"), ("https://h:999999", "port"), ("https://h:-1", "port"), ("https://h:80:80", "port"),
    ("https://u@h", "user"), ("https://u:p@h/", "user"), ("https://h/#x", "fragment"), ("https://h#", "fragment"),
    ("https://h /", "space"), ("https://h/a b", "space"), ("https://h/\r\nX: y", "control"), ("https://h\u{7f}", "control"),
    ("https://h\u{0}", "control"), ("https://[::1", "IPv6"), ("https://[]", "host"), ("https://[abc]", "host"),
    ("https://[::1]x", "port"), ("https://[::g]", "host"), ("https://::1", "host"), ("https://h\\x", "host"),
    ("https://h%2f", "host"), ("https://h,i", "host"), ("https://<h>", "host"), ("https://h\"", "host"),
  ])
  func saysWhatIsWrong(_ url: String, _ word: String) {
    do throws(URLParts.Problem) {
      let parts = try URLParts.parse(url.bytes)
      Issue.record("taken: \(parts)")
    } catch {
      #expect(error.text.text.contains(word), "\(error.text.text)")
    }
  }

  /// A key that goes to a loopback host may go in clear: nothing else may look like one.
  @Test(arguments: [
    "127.0.0", "127.1", "127.0.0.1.", "127.0.0.1.1", "127.0.0.a", "127...1x", "[::2]", "[::ffff:10.0.0.1]", ".localhost",
    "localhost.", "localhost.com", "0x7f.0.0.1", "127.0.0.256", "127.0.0.1000", "127..0.1000", "127.0..1000",
  ])
  func isNoLoopback(_ host: String) throws {
    #expect(try !URLParts.parse("http://\(host)".bytes).isLoopback)
  }

  @Test(arguments: [
    ("https://h", "https://h/", true), ("https://h", "wss://h:443/x", true), ("https://h", "http://h", false),
    ("https://h", "https://h:444", false), ("https://h", "https://i", false), ("https://h", "https://H", true),
    ("https://h", "https://h.evil", false),
  ])
  func knowsTheSameServer(_ a: String, _ b: String, _ same: Bool) throws {
    let (a, b) = (try URLParts.parse(a.bytes), try URLParts.parse(b.bytes))
    #expect(a.isSameServer(as: b) == same)
    #expect(b.isSameServer(as: a) == same)
  }

  @Test func survivesMutations() {
    var random = SeededRandom(seed: 81)
    for _ in 0..<20_000 {
      var bytes = Self.good.randomElement(using: &random)!.url.bytes
      for _ in 0..<3 {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        bytes[at] =
          Bool.random(using: &random)
          ? UInt8(truncatingIfNeeded: random.next()) : ":/[]@#?.".bytes.randomElement(using: &random)!
      }
      if let parts = try? URLParts.parse(bytes) {
        _ = parts.isLoopback
        #expect((1...65_535).contains(parts.effectivePort))
        #expect(!parts.authority.contains { $0 <= 0x20 || $0 == 0x40 || $0 == 0x2F })
      }
    }
  }

  @Test func percentEncodesAllButUnreserved() {
    var out: [UInt8] = []
    appendPercentEncoded((0...255).map { UInt8($0) }, to: &out)
    let unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".bytes
    var expected: [UInt8] = []
    for byte in UInt8.min...UInt8.max {
      let hex = String(byte, radix: 16, uppercase: true)
      expected += unreserved.contains(byte) ? [byte] : ("%" + (hex.count == 1 ? "0" : "") + hex).bytes
    }
    #expect(out == expected)
  }
}
