import Foundation

/// An address that the service calls, taken apart for one HTTP request.
struct HTTPAddress: Sendable, Equatable {
  let usesTLS: Bool
  let host: String
  let port: Int
  /// The value of the Host header: without the port where it is the scheme's own.
  let authority: String
  /// Path and query. It may hold a secret of the receiver and stays out of every log.
  let target: String
  let authorization: String?

  /// Nil for everything that is not an absolute http or https URL with a host.
  init?(_ text: String) {
    guard text.utf8.count <= 2048, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
      let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
      scheme == "http" || scheme == "https", let host = parts.host, !host.isEmpty,
      (parts.port.map { (1...65535).contains($0) } ?? true)
    else { return nil }
    usesTLS = scheme == "https"
    // URLComponents keeps the brackets of an IPv6 address on some platforms.
    let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    self.host = bare
    port = parts.port ?? (usesTLS ? 443 : 80)
    authority = (bare.contains(":") ? "[\(bare)]" : bare) + (parts.port.map { ":\($0)" } ?? "")
    let path = parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath
    target = path + (parts.percentEncodedQuery.map { "?" + $0 } ?? "")
    authorization = parts.user.map { user in
      "Basic " + Data("\(user):\(parts.password ?? "")".utf8).base64EncodedString()
    }
  }

  /// What may be shown of it.
  var display: String { "\(usesTLS ? "https" : "http")://\(authority)" }
}
