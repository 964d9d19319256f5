import Foundation

/// The parts of a camera URL that no text may show: user and password, and the query (many cameras take the password
/// there).
struct Secrets: Sendable {
  private let whole: String
  /// The URL without its secrets.
  let display: String
  private let parts: [String]

  init(url: String) {
    whole = url
    guard let scheme = url.range(of: "://"), !url.lowercased().hasPrefix("lavfi:"),
      !url.lowercased().hasPrefix("file:")
    else {
      display = url
      parts = []
      return
    }
    var shown = url
    var found: [String] = []
    if let question = url.firstIndex(of: "?") {
      let query = String(url[url.index(after: question)...])
      found.append(query)
      found += query.split(separator: "&").compactMap { pair in
        pair.firstIndex(of: "=").map { String(pair[pair.index(after: $0)...]) }
      }
      shown = url[..<question] + "?***"
    }
    // A password may hold an unescaped "@" or "/"; up to the last "@" before the query, all of it is userinfo.
    if let at = shown.lastIndex(of: "@"), at >= scheme.upperBound {
      let userinfo = String(shown[scheme.upperBound..<at])
      found.append(userinfo)
      found += userinfo.split(separator: ":", maxSplits: 1).map(String.init)
      shown = shown[..<scheme.upperBound] + "***" + shown[at...]
    }
    found += found.compactMap(\.removingPercentEncoding)
    // A very short secret cannot be blotted out of running text without showing where it was.
    parts = Set(found.filter { $0.utf8.count >= 3 }).sorted { $0.utf8.count > $1.utf8.count }
    display = shown
  }

  /// The text without the secrets, whatever form ffmpeg printed the URL in.
  func redacted(_ text: String) -> String {
    var result = text.replacingOccurrences(of: whole, with: display)
    for part in parts { result = result.replacingOccurrences(of: part, with: "***") }
    return result.replacingOccurrences(
      of: "://[^\\s/@]*@", with: "://***@", options: .regularExpression)
  }
}
