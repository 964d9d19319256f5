import VideoDBCore
import VideoDBTransport

/// Player pages and what can be made of their URLs, without asking the service (PROTOCOL section 5).
public enum Player {
  /// The URL to embed: the first "/watch?" becomes "/embed?". "/player?v=", which the documentation shows, does so too.
  public static func embedURL(_ playerURL: [UInt8]) throws(VideoDBError) -> [UInt8] {
    guard !playerURL.isEmpty else { throw fault("embed_url", "player_url is empty.") }
    let found = playerURL.withUnsafeBytes { url -> (at: Int, count: Int)? in
      for form in ["/watch?", "/player?"] as [StaticString] {
        let form = UnsafeRawBufferPointer(form)
        guard let at = url.firstIndex(of: form) else { continue }
        let query = UnsafeRawBufferPointer(rebasing: url[(at + form.count)...])
        if query.split(separator: 0x26).contains(where: { $0.starts(with: UnsafeRawBufferPointer("v=")) }) {
          return (at, form.count)
        }
      }
      return nil
    }
    guard let found else {
      throw fault("embed_url", "player_url cannot be embedded. It must look like https://player.videodb.io/watch?v=...")
    }
    return playerURL[..<found.at] + Array("/embed?" as StaticString) + playerURL[(found.at + found.count)...]
  }

  /// An <iframe> on one line. Attribute values are escaped, which the official SDKs leave to the caller.
  public static func embedCode(_ playerURL: [UInt8], options: UnsafeRawBufferPointer?) throws(VideoDBError) -> [UInt8] {
    let given = if let options { try JSONTree.parseObject(options, "embed_code: options_json") } else { try JSONTree.object() }
    let rules = ["width text", "height int 1..1000000", "title any", "allow_fullscreen bool"] as [StaticString]
    _ = try CheckedOptions("embed_code", rules.map { OptionRule(UnsafeRawBufferPointer($0)) }, given)
    let height = given.member("height").map { JSONTree.integer($0) } ?? 405
    let isFullscreen = given.member("allow_fullscreen").map { JSONTree.isTrue($0) } ?? true

    var html = Array("<iframe src=\"" as StaticString)
    appendEscaped(try embedURL(playerURL), to: &html)
    html.append("\" width=\"")
    appendEscaped(given.member("width").flatMap(JSONTree.string) ?? Array("100%" as StaticString), to: &html)
    html.append("\" height=\"")
    html.append(text: "\(height)")
    html.append("\" title=\"")
    appendEscaped(given.member("title").flatMap(JSONTree.string) ?? Array("VideoDB Player" as StaticString), to: &html)
    html.append(isFullscreen ? "\" frameborder=\"0\" allowfullscreen></iframe>" : "\" frameborder=\"0\"></iframe>")
    return html
  }

  /// The page of the hosted console that plays a stream.
  public static func playURL(_ streamURL: [UInt8]) throws(VideoDBError) -> [UInt8] {
    guard !streamURL.isEmpty else { throw fault("play_url", "stream_url is empty.") }
    var url = Array("https://console.videodb.io/player?url=" as StaticString)
    appendPercentEncoded(streamURL, to: &url)
    return url
  }

  private static func fault(_ name: StaticString, _ what: StaticString) -> VideoDBError {
    VideoDBError(.argument, "\(name): \(what)")
  }

  private static func appendEscaped(_ text: [UInt8], to html: inout [UInt8]) {
    for c in text {
      switch c {
      case 0x26: html.append("&amp;")
      case 0x22: html.append("&quot;")
      case 0x3C: html.append("&lt;")
      case 0x3E: html.append("&gt;")
      default: html.append(c)
      }
    }
  }
}
