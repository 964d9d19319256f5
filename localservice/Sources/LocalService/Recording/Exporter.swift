import Analysis
import Foundation

/// Makes one file of all that is recorded of a stream. Asked again for the same, it answers with the same.
actor Exporter {
  private let store: Store
  private let recordings: Recordings
  private let folder: String
  private let ffmpeg: String
  private let settings: Settings.Recording
  private let log: Log
  /// By stream.
  private var running: [String: Task<Export, any Error>] = [:]

  init(store: Store, recordings: Recordings, directory: String, ffmpeg: String, settings: Settings.Recording, log: Log) throws {
    (self.store, self.recordings, self.ffmpeg, self.settings, self.log) = (store, recordings, ffmpeg, settings, log)
    folder = directory + "/exports"
    // What an export that was cut short has left.
    let known = Set(try store.exports().map { $0.id + ".mp4" })
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where !known.contains(name) {
      try? FileManager.default.removeItem(atPath: folder + "/" + name)
    }
  }

  /// Deletes files that are too old, and the oldest while all together are too large; but the newest is never too large.
  nonisolated func forgetOldest() throws {
    var bytes = 0
    for (index, export) in try store.exports().enumerated() {
      let file = "\(folder)/\(export.id).mp4"
      bytes += (try? FileManager.default.attributesOfItem(atPath: file))?[.size] as? Int ?? 0
      let isOld = export.createdAt < Timestamp.now() - settings.exportDays * 86_400
      guard isOld || (bytes > settings.exportBytes && index > 0) else { continue }
      try store.forget(export)
      unlink(file)
      log.info(
        "export \(export.id) of stream \(export.streamID) was deleted: \(isOld ? "it is too old" : "newer ones need its room")")
    }
  }

  /// Nil when it is not finished after so many seconds; it goes on.
  func export(_ stream: VideoStream, name: String, waitingAtMost seconds: Double) async throws -> (export: Export, isNew: Bool)?
  {
    let segments = try await store.segments(of: stream.id, from: 0, to: .greatestFiniteMagnitude)
    guard let first = segments.first, let last = segments.last else {
      throw Refusal(400, "NO_RECORDING", "rtstream '\(stream.id)' has no recording to export")
    }
    try requireRoom(for: segments)
    if running[stream.id] == nil {
      if let same = try await store.export(ofStream: stream.id, from: first.start, to: last.end) { return (same, false) }
      running[stream.id] =
        running[stream.id]
        ?? Task { [self] in
          let export = Export(
            id: "m-" + Identifier.connection(), streamID: stream.id, name: name, start: first.start, end: last.end,
            duration: segments.reduce(0) { $0 + $1.duration }, createdAt: Timestamp.now())
          try await make(export, of: segments)
          try await store.insert(export)
          return export
        }
    }
    guard let task = running[stream.id] else { return nil }
    let finished = await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        _ = await task.result
        return true
      }
      group.addTask {
        try? await Task.sleep(for: .seconds(seconds))
        return false
      }
      let first = await group.next() ?? false
      group.cancelAll()
      return first
    }
    guard finished else { return nil }
    running[stream.id] = nil
    return (try await task.value, true)
  }

  /// A disk that an export fills would end the recordings.
  private func requireRoom(for segments: [Segment]) throws {
    let needed = segments.reduce(0) { $0 + $1.bytes } + settings.reserveBytes
    guard let free = DiskRoom.free(at: folder), free < needed else { return }
    throw Refusal(
      503, "NO_ROOM",
      "the export needs \(needed / 1_000_000) MB on the disk of the data folder, with what must stay free, and has \(free / 1_000_000) MB"
    )
  }

  /// One playlist for each run, as each has its own codecs and clock, and a list of these.
  private func make(_ export: Export, of segments: [Segment]) async throws {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let work = folder + "/\(export.id).parts"
    try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: work) }
    var list = "ffconcat version 1.0\n"
    let runs = try await store.recordingRuns(Set(segments.map(\.runID)))
    for id in runs.keys.sorted() {
      guard let run = runs[id] else { continue }
      try FileManager.default.createSymbolicLink(
        atPath: "\(work)/\(id)", withDestinationPath: recordings.folder + "/" + run.folder)
      var text = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:60\n#EXT-X-PLAYLIST-TYPE:VOD\n"
      text += "#EXT-X-MAP:URI=\"\(id)/\(ActiveRun.header)\"\n"
      for segment in segments where segment.runID == id {
        text += "#EXTINF:\(segment.duration),\n\(id)/\(ActiveRun.file(segment.number))\n"
      }
      try (text + "#EXT-X-ENDLIST\n").write(toFile: "\(work)/\(id).m3u8", atomically: false, encoding: .utf8)
      list += "file '\(id).m3u8'\n"
    }
    try list.write(toFile: "\(work)/list.txt", atomically: false, encoding: .utf8)
    // Pieces of one kind are joined as they are.
    let coding = Set(runs.values.map(\.codecs)).count == 1 ? ["-c", "copy"] : ["-c:v", "libx264", "-preset", "veryfast"]
    let arguments =
      ["-hide_banner", "-nostdin", "-loglevel", "error", "-f", "concat", "-safe", "0", "-i", "list.txt"] + coding
      + ["-movflags", "+faststart", "-f", "mp4", "-y", "export.mp4"]
    let (program, log) = (ffmpeg, log)
    let words = try await withCheckedThrowingContinuation { (done: CheckedContinuation<String?, any Error>) in
      Thread.detachNewThread {
        done.resume(with: Result { try FFmpegRun.failure(program, arguments, directory: work) })
      }
    }
    if let words {
      log.error("stream \(export.streamID): its recording cannot be exported: \(words)")
      throw Refusal(500, "EXPORT_FAILED", "the recording cannot be exported: \(words)")
    }
    try FileManager.default.moveItem(atPath: work + "/export.mp4", toPath: "\(folder)/\(export.id).mp4")
  }
}
