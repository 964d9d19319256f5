import Foundation

/// Links to what was recorded, and files made of it.
extension Routes {
  func addPlayback(to router: inout Router) {
    router.on("GET", "/rtstream/{id}/stream", getPlayback)
    router.on("POST", "/rtstream/{id}/export", alone(exportStream))
  }

  private func getPlayback(_ request: Request) async throws -> Reply {
    let stream = try await stream(request)
    let (start, end) = (try request.query.seconds("start"), try request.query.seconds("end"))
    guard (start == nil) == (end == nil) else {
      throw Refusal.invalid("query parameters 'start' and 'end' are needed together")
    }
    var wish = Playback(
      slug: Self.slug(request.query.string("player_slug_prefix")), streamID: stream.id,
      title: request.query.string("player_title"), about: request.query.string("player_description"),
      createdAt: Timestamp.now())
    for (name, text) in [("player_title", wish.title), ("player_description", wish.about)] {
      guard (text ?? "").utf8.count <= Fields.textBytes, text?.unicodeScalars.contains("\0") != true else {
        throw Refusal.invalid("query parameter '\(name)' must be a text of at most \(Fields.textBytes) bytes")
      }
    }
    guard let start, let end else {
      guard stream.running, recordings.isEnabled else {
        throw Refusal(
          400, "NO_RECORDING",
          recordings.isEnabled ? "rtstream '\(stream.id)' is stopped: there is no live picture" : Self.recordsNothing)
      }
      return .data(Self.links(try await store.keep(wish), request))
    }
    guard end > start else { throw Refusal.invalid("query parameter 'end' must be after 'start'") }
    guard end <= 9_999_999_999 else { throw Refusal.invalid("query parameter 'end' must be in seconds, not in milliseconds") }
    let segments = try await store.segments(of: stream.id, from: start, to: end)
    let parts = Selection.parts(segments, from: start, to: end)
    guard !parts.isEmpty else { throw try await nothing(of: stream, start, end) }
    (wish.start, wish.end) = (start, end)
    let recorded = parts.reduce(0) { $0 + $1.end - $1.start }
    let message =
      end - start - recorded < 0.5
      ? nil
      : "of the \(Self.tenths(end - start)) s asked for, \(Self.tenths(recorded)) s are recorded: \(Selection.words(parts))"
    return .data(Self.links(try await store.keep(wish), request), message: message)
  }

  private static let recordsNothing = "this service was started with --no-recording"

  private func nothing(of stream: VideoStream, _ start: Double, _ end: Double) async throws -> Refusal {
    let all = try await store.recordedParts(of: stream.id)
    var there = all.isEmpty ? "nothing is" : "there is a recording \(Selection.words(all))"
    if all.isEmpty, !recordings.isEnabled { there = Self.recordsNothing }
    if let error = recordings.report(stream.id)?.error { there += "; at the moment it is not recorded: \(error)" }
    return Refusal(
      400, "NO_RECORDING",
      "nothing of rtstream '\(stream.id)' is recorded \(Selection.words([(start, end)])): \(there)")
  }

  private func exportStream(_ request: Request) async throws -> Reply {
    let stream = try await stream(request)
    let given = try Fields(body: request.body).string("name")
    guard stream.store else {
      throw Refusal(
        400, "NO_RECORDING", "rtstream '\(stream.id)' has no recording to export: it was connected without 'store': true")
    }
    guard !stream.running else {
      throw Refusal(400, "STREAM_RUNNING", "rtstream '\(stream.id)' must be stopped before its recording is exported")
    }
    let name = given ?? (stream.name ?? stream.id) + " - Recording"
    guard let (export, isNew) = try await exporter.export(stream, name: name, waitingAtMost: 20) else {
      throw Refusal(503, "EXPORT_RUNNING", "the recording is being exported; ask again in a while")
    }
    if isNew { log.info("stream \(stream.id): its recording was exported") }
    let file = try await store.keep(
      Playback(
        slug: Self.slug(nil), streamID: stream.id, start: export.start, end: export.end, title: export.name,
        exportID: export.id, createdAt: export.createdAt))
    let range = try await store.keep(
      Playback(
        slug: Self.slug(nil), streamID: stream.id, start: export.start, end: export.end, title: export.name,
        createdAt: export.createdAt))
    return .data([
      "video_id": .string(export.id),
      "stream_url": .string(request.origin + PlaybackDoor.playlistPath(range)),
      "player_url": .string(request.origin + "/watch?v=" + file.slug),
      "download_url": .string(request.origin + PlaybackDoor.filePath(file)),
      "name": .string(export.name),
      "duration": .number(export.duration),
    ])
  }

  private static func links(_ playback: Playback, _ request: Request) -> JSON {
    [
      "stream_url": .string(request.origin + PlaybackDoor.playlistPath(playback)),
      "player_url": .string(request.origin + "/watch?v=" + playback.slug),
    ]
  }

  /// What a reader of the link may recognise, and what nobody can guess.
  private static func slug(_ wished: String?) -> String {
    let plain = (wished ?? "").unicodeScalars.map { character in
      let isPlain = character.isASCII && (character.properties.isAlphabetic || ("0"..."9").contains(character))
      return isPlain ? character : "-"
    }
    let prefix = String(String.UnicodeScalarView(plain.prefix(60))).split(separator: "-").joined(separator: "-")
    return (prefix.isEmpty ? "" : prefix + "-") + Identifier.connection()
  }

  private static func tenths(_ number: Double) -> String { String((number * 10).rounded() / 10) }
}
