import Foundation

/// What a camera URL may name, and how ffmpeg is asked to open it.
///
/// Allowed are `rtsp(s)`, `http(s)`, `rtmp(s)`, `srt`, `udp` and `tcp` URLs, regular files (a path or `file://`),
/// video devices (`/dev/video0`) and `lavfi:<graph>`, a picture that ffmpeg synthesises. Everything else ffmpeg could
/// open (`concat:`, `subfile:`, `pipe:`, `unix:`, devices, directories) is refused: it reads what no camera is. Each
/// kind opens only its own protocols, so that a playlist from a web server cannot name a file of this machine.
/// No source can become an option of ffmpeg, however it begins: it is always the argument of `-i`.
///
/// A password inside a URL is visible to this machine's users in the process list while ffmpeg runs; ffmpeg has no
/// other way to be told. It is kept out of every text that leaves this module.
struct CameraSource: Sendable {
  struct Refusal: Error {
    let description: String
  }

  /// Arguments up to and including `-i <source>`.
  let inputArguments: [String]
  /// A live source is thinned out by the clock, as cameras lie about their timestamps; a recorded one by its
  /// timestamps, so that the same file always gives the same pictures.
  let isLive: Bool
  /// Whether its video arrives coded, and could be kept as it is.
  var isCoded = true
  /// Strings that must not appear in a text, and the form of the URL that may.
  let secrets: Secrets

  private static let ioTimeoutMicroseconds = "5000000"

  init(url: String) throws(Refusal) {
    secrets = Secrets(url: url)
    let trimmed = url.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !trimmed.isEmpty else { throw Refusal(description: "the camera URL is empty") }
    guard !trimmed.utf8.contains(where: { $0 < 0x20 }) else {
      throw Refusal(description: "the camera URL contains control characters")
    }
    if let graph = trimmed.withoutPrefix("lavfi:") {
      try LavfiGraph.check(graph)
      inputArguments = ["-re", "-f", "lavfi", "-i", graph]
      isLive = false
      isCoded = false
      return
    }
    guard let scheme = Self.scheme(of: trimmed), scheme != "file" else {
      let path = try Self.path(of: trimmed)
      if path.hasPrefix("/dev/video") {
        inputArguments = ["-f", "v4l2", "-i", path]
        isLive = true
        isCoded = false
      } else {
        try Self.checkFile(path)
        inputArguments = ["-protocol_whitelist", "file", "-re", "-stream_loop", "-1", "-i", "file:" + path]
        isLive = false
      }
      return
    }
    isLive = true
    let timeout = Self.ioTimeoutMicroseconds
    // ffmpeg listens to a live stream for 5 s before it decodes, unless told otherwise. RTSP says beforehand what it
    // sends; elsewhere a stream must have shown itself.
    var probing = "1000000"
    // One that sends faster than it should would have all of the processor; twice its own speed makes up for an interruption.
    var pace = ["-readrate", "2"]
    let options: [String]
    switch scheme {
    case "rtsp", "rtsps":
      probing = "500000"
      options = [
        "-protocol_whitelist", "rtsp,rtsps,rtp,srtp,tcp,tls,udp", "-rtsp_transport", "tcp", "-timeout", timeout,
      ]
    case "http", "https":
      // At its own speed: a playlist or a clip on a web server would otherwise arrive in one rush.
      pace = ["-re"]
      options = ["-protocol_whitelist", "http,https,httpproxy,tcp,tls,crypto,data", "-rw_timeout", timeout]
    case "rtmp", "rtmps": options = ["-protocol_whitelist", "rtmp,rtmps,tcp,tls", "-rw_timeout", timeout]
    case "tcp": options = ["-protocol_whitelist", "tcp", "-rw_timeout", timeout]
    case "udp": options = ["-protocol_whitelist", "udp"]
    case "srt": options = ["-protocol_whitelist", "srt,udp"]
    default:
      throw Refusal(
        description: "a camera URL may not begin with \"\(scheme):\"; allowed are rtsp, rtsps, http, https, rtmp, "
          + "rtmps, srt, udp, tcp, a file, /dev/videoN and lavfi:<graph>")
    }
    inputArguments = ["-fflags", "nobuffer", "-analyzeduration", probing] + pace + options + ["-i", trimmed]
  }

  /// The letters before the first colon, in lower case; nil for a path. `C:\` is no concern here.
  private static func scheme(of url: String) -> String? {
    guard let colon = url.firstIndex(of: ":") else { return nil }
    let name = url[..<colon]
    let allowed = name.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || byte == 0x2B || byte == 0x2D || byte == 0x2E || byte == 0x2C
    }
    // "-i:" and the like would be a name of no protocol; as a path it is looked for and not found.
    guard allowed, let first = name.first, first.isLetter else { return nil }
    return name.lowercased()
  }

  private static func path(of url: String) throws(Refusal) -> String {
    guard url.lowercased().hasPrefix("file:") else { return url }
    let rest = String(url.dropFirst("file:".count))
    guard let authority = rest.withoutPrefix("//") else { return rest }
    let local = authority.withoutPrefix("localhost") ?? authority
    guard local.hasPrefix("/"), let path = local.removingPercentEncoding else {
      throw Refusal(description: "a file URL has the form file:///path/of/clip.mp4")
    }
    return path
  }

  /// Reading a FIFO or a device could block for ever or never end.
  private static func checkFile(_ path: String) throws(Refusal) {
    var info = stat()
    guard stat(path, &info) == 0 else {
      throw Refusal(description: "cannot open the file \(path): \(String(cString: strerror(errno)))")
    }
    guard info.st_mode & S_IFMT == S_IFREG else { throw Refusal(description: "\(path) is not a regular file") }
    guard access(path, R_OK) == 0 else {
      throw Refusal(description: "cannot read the file \(path): \(String(cString: strerror(errno)))")
    }
  }
}

extension String {
  /// What follows `prefix`, compared without case; nil when the string begins otherwise.
  func withoutPrefix(_ prefix: String) -> String? {
    guard lowercased().hasPrefix(prefix) else { return nil }
    return String(dropFirst(prefix.count))
  }
}
