import Foundation
import NIOHTTP1

/// What browsers and players fetch: pages, playlists, segments, exported files. They cannot send the key; the slug in the
/// address, which cannot be guessed, stands for it.
///
/// No part of an address becomes part of a file's name: files are named by the numbers of records that were found.
struct PlaybackDoor: Sendable {
  let store: Store
  let recordings: Recordings
  /// The folder of exported files.
  let exports: String

  private static let entrances: Set<Substring> = ["watch", "embed", "player.js", "player.css", "manifests"]

  /// Nil when the request is none for here.
  func answer(_ head: HTTPRequestHead) async throws -> Reply? {
    let sides = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let path = sides.first.map { $0.dropFirst().split(separator: "/", omittingEmptySubsequences: false) } ?? []
    guard let entrance = path.first, Self.entrances.contains(entrance), sides[0].hasPrefix("/") else { return nil }
    guard head.method == .GET else {
      var refusal = Refusal(405, "METHOD_NOT_ALLOWED", "this path takes GET, not \(Fields.short(head.method.rawValue))")
      refusal.headers = [("Allow", "GET")]
      throw refusal
    }
    guard let query = Query(sides.count > 1 ? sides[1] : "") else {
      throw Refusal(400, "BAD_REQUEST", "the request target is not a valid path and query")
    }
    switch (entrance, path.count) {
    case ("watch", 1), ("embed", 1): return try await page(query, embedded: entrance == "embed")
    case ("player.js", 1): return Self.text(PlayerPage.script, "text/javascript; charset=utf-8")
    case ("player.css", 1): return Self.text(PlayerPage.style, "text/css; charset=utf-8")
    case ("manifests", 3): return try await playlist(path[1], path[2], query)
    case ("manifests", 4): return try await media(head, path[1], slug: path[2], path[3])
    default: throw Self.nothing
    }
  }

  private static let nothing = Refusal.notFound("there is no such recording; its link may be wrong or too old")

  private func playback(_ slug: String?) async throws -> Playback {
    guard let slug, let playback = try await store.playback(slug) else { throw Self.nothing }
    return playback
  }

  private func page(_ query: Query, embedded: Bool) async throws -> Reply {
    let playback = try await playback(query.string("v"))
    let isFile = playback.exportID != nil
    let source = isFile ? Self.filePath(playback) : Self.playlistPath(playback)
    var reply = Self.text(
      PlayerPage.html(playback, source: source, isFile: isFile, embedded: embedded), "text/html; charset=utf-8")
    reply.headers += [
      (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; "
          + "form-action 'none'"
      ), ("Referrer-Policy", "no-referrer"),
    ]
    return reply
  }

  private func playlist(_ stream: Substring, _ file: Substring, _ query: Query) async throws -> Reply {
    let playback = try await playback(query.string("v"))
    guard playback.streamID == stream, Playlist.fileName(playback) == file else { throw Self.nothing }
    let segments: [Segment]
    if let start = playback.start, let end = playback.end {
      segments = Selection.cut(try await store.segments(of: playback.streamID, from: start, to: end), from: start, to: end)
    } else {
      segments = try await store.lastSegments(of: playback.streamID, 6)
    }
    guard !segments.isEmpty else {
      throw Refusal(
        404, "NO_RECORDING", playback.start == nil ? "nothing is recorded yet" : "this part of the recording is no longer kept")
    }
    let runs = try await store.recordingRuns(Set(segments.map(\.runID)))
    let playlist = Playlist(segments: segments, runs: runs, slug: playback.slug, isLive: playback.start == nil)
    return Self.text(playlist.text, "application/vnd.apple.mpegurl")
  }

  /// `<run>.mp4` is the header of a run, `<segment>.m4s` a segment, `recording.mp4` an exported file.
  private func media(_ head: HTTPRequestHead, _ stream: Substring, slug: Substring, _ file: Substring) async throws -> Reply {
    let playback = try await playback(String(slug))
    guard playback.streamID == stream else { throw Self.nothing }
    if let id = playback.exportID {
      guard file == Self.exportedFile else { throw Self.nothing }
      return try Self.file("\(exports)/\(id).mp4", "video/mp4", head)
    }
    if file.hasSuffix(".m4s"), let id = Int64(file.dropLast(4)) {
      guard let segment = try await store.segment(id), segment.streamID == playback.streamID,
        segment.end > playback.start ?? 0, segment.start < playback.end ?? .infinity
      else { throw Self.nothing }
      return try Self.file(recordings.file(of: segment), "video/mp4", head)
    }
    if file.hasSuffix(".mp4"), let id = Int64(file.dropLast(4)) {
      guard let run = try await store.recordingRun(id), run.streamID == playback.streamID else { throw Self.nothing }
      return try Self.file("\(recordings.folder)/\(run.folder)/\(ActiveRun.header)", "video/mp4", head)
    }
    throw Self.nothing
  }

  // MARK: - Addresses

  static let exportedFile = "recording.mp4"

  static func playlistPath(_ playback: Playback) -> String {
    "/manifests/\(playback.streamID)/\(Playlist.fileName(playback))?v=\(playback.slug)"
  }

  static func filePath(_ playback: Playback) -> String {
    "/manifests/\(playback.streamID)/\(playback.slug)/\(exportedFile)"
  }

  // MARK: - Answers

  /// Players on other pages may read what they have an address for.
  private static let open = [("Access-Control-Allow-Origin", "*"), ("X-Content-Type-Options", "nosniff")]

  private static func text(_ text: String, _ type: String) -> Reply {
    var reply = Reply(status: 200, body: .null)
    reply.content = .init(type: type, source: .bytes(Array(text.utf8)))
    reply.headers = open
    return reply
  }

  private static func file(_ path: String, _ type: String, _ head: HTTPRequestHead) throws -> Reply {
    var status = stat()
    guard stat(path, &status) == 0 else { throw nothing }
    let size = Int(status.st_size)
    var reply = Reply(status: 200, body: .null)
    reply.headers = open + [("Accept-Ranges", "bytes")]
    var range = 0..<size
    if let asked = head.headers.first(name: "range").flatMap({ byteRange($0, of: size) }) {
      range = asked
      reply.status = 206
      reply.headers.append(("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"))
    }
    reply.content = .init(type: type, source: .file(path, range))
    return reply
  }

  /// `bytes=5-9`, `bytes=5-` or `bytes=-9`; anything else is answered with the whole file.
  static func byteRange(_ text: String, of size: Int) -> Range<Int>? {
    guard text.hasPrefix("bytes="), size > 0 else { return nil }
    let sides = text.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard sides.count == 2 else { return nil }
    if sides[0].isEmpty {
      guard let count = Int(sides[1]), count > 0 else { return nil }
      return max(0, size - count)..<size
    }
    guard let first = Int(sides[0]), first >= 0, first < size else { return nil }
    if sides[1].isEmpty { return first..<size }
    guard let last = Int(sides[1]), last >= first else { return nil }
    return first..<(min(last, size - 1) + 1)
  }
}
