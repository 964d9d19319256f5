import Analysis
import Dispatch
import Foundation
import Synchronization

/// What is known of a stream's recording at this moment.
struct RecordingReport: Sendable {
  enum State: String, Sendable {
    case on, off, failed
  }

  var state: State
  var error: String?
}

/// The recordings of all streams: takes note of the segments that the cameras' ffmpeg processes write, and deletes the oldest.
///
/// A recording that fails never stops its camera: what is not whole, or finds no room, is deleted and the failure shown.
final class Recordings: Sendable {
  private struct StreamState {
    var run: ActiveRun?
    /// Finished while the database was locked; noted when it can be. With the codecs of their run.
    var unnoted: [(segment: Segment, codecs: String)] = []
    /// Learnt from what the camera sends: its video cannot be kept as it is.
    var encodes = false
    var error: String?
    var liveSince: Double?
    var reopenedAt = 0.0
    let reopen: @Sendable () -> Void
  }

  /// What cameras, routes and the timer share. Files are only touched on `queue`.
  private let streams = Mutex<[String: StreamState]>([:])
  private let queue = DispatchQueue(label: "recordings")
  /// Only started and cancelled, which any thread may do.
  nonisolated(unsafe) private let timer: any DispatchSourceTimer
  private let store: Store
  private let settings: Settings.Recording
  private let log: Log
  /// All runs, each in a folder of its own below its stream's.
  let folder: String

  /// How long ffmpeg may run before a segment must have come: cameras send a key frame every few seconds.
  private static let firstSegment = 40.0
  /// About an hour.
  private static let mostUnnoted = 2000

  init(store: Store, dataDirectory: String, settings: Settings.Recording, log: Log) throws {
    (self.store, self.settings, self.log) = (store, settings, log)
    folder = dataDirectory + "/recordings"
    timer = DispatchSource.makeTimerSource(queue: queue)
    try recover()
    timer.schedule(deadline: .now() + 0.5, repeating: 0.5, leeway: .milliseconds(50))
    let ticks = Mutex(0)
    timer.setEventHandler { [weak self] in
      let tick = ticks.withLock {
        $0 += 1; return $0
      }
      self?.look()
      if tick % 10 == 0 { self?.forgetOldest() }
    }
    timer.activate()
  }

  /// Nil for a stream that is not started.
  func report(_ streamID: String) -> RecordingReport? {
    guard settings.enabled else { return RecordingReport(state: .off) }
    return streams.withLock { $0[streamID] }.map {
      RecordingReport(state: $0.error == nil ? .on : .failed, error: $0.error)
    }
  }

  var isEnabled: Bool { settings.enabled }

  // MARK: - From the cameras

  /// The place for a new ffmpeg process. `reopen` starts the camera anew, should it have to record in another way.
  func begin(_ streamID: String, hasSound: Bool, reopen: @escaping @Sendable () -> Void) -> RecordingOutput? {
    guard settings.enabled else { return nil }
    return queue.sync {
      finish(streamID)
      var state = streams.withLock { $0[streamID] } ?? StreamState(reopen: reopen)
      state.liveSince = nil
      defer { streams.withLock { $0[streamID] = state } }
      if let shortage = shortage() {
        fail(&state, streamID, shortage)
        return nil
      }
      do {
        let id = try store.insert(RecordingRun(streamID: streamID))
        let place = folder + "/" + RecordingRun(id: id, streamID: streamID).folder
        try FileManager.default.createDirectory(
          atPath: place, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        state.run = ActiveRun(id: id, streamID: streamID, folder: place)
        return RecordingOutput(folder: place, encodes: state.encodes, hasSound: hasSound)
      } catch {
        fail(&state, streamID, StorageTrouble.words(error) ?? "its folder cannot be made: \(error.localizedDescription)")
        return nil
      }
    }
  }

  /// The first picture came.
  func live(_ streamID: String) {
    streams.withLock { $0[streamID]?.liveSince = Timestamp.now() }
  }

  /// The process that recorded has ended.
  func end(_ streamID: String) {
    queue.sync { finish(streamID) }
  }

  /// The stream was stopped; nothing records it any more.
  func forget(_ streamID: String) {
    end(streamID)
    _ = streams.withLock { $0.removeValue(forKey: streamID) }
  }

  func close() {
    timer.cancel()
    queue.sync {
      for streamID in streams.withLock({ Array($0.keys) }) { finish(streamID) }
    }
  }

  // MARK: - On the queue

  private func look() {
    for (streamID, old) in streams.withLock({ $0 }) {
      var state = old
      take(&state, streamID, isOver: false)
      let new = state
      streams.withLock { streams in
        // A camera that went live in the meantime stays so.
        let since = streams[streamID]?.liveSince
        guard streams[streamID] != nil else { return }
        streams[streamID] = new
        streams[streamID]?.liveSince = since
      }
    }
  }

  private func finish(_ streamID: String) {
    guard var state = streams.withLock({ $0[streamID] }), state.run != nil else { return }
    take(&state, streamID, isOver: true)
    if let run = state.run, state.unnoted.isEmpty { removeIfEmpty(run.id, run.folder) }
    state.run = nil
    let new = state
    streams.withLock { $0[streamID] = new }
  }

  private func take(_ state: inout StreamState, _ streamID: String, isOver: Bool) {
    note(&state, streamID)
    guard var run = state.run else {
      // There was no room, or no database, when the camera started.
      if !isOver, shortage() == nil { reopen(&state) }
      return
    }
    defer { state.run = run }
    let news = run.look(isOver: isOver)
    if run.codecs == nil, FragmentedFile.isWhole(run.folder + "/" + ActiveRun.header) {
      run.codecs = FragmentedFile.codecs(ofHeader: run.folder + "/" + ActiveRun.header)
      if run.codecs == nil, !state.encodes, !isOver {
        log.info("stream \(streamID): its video cannot be played as it is; for the recording it is encoded")
        state.encodes = true
        reopen(&state)
      }
    }
    let shortage = news.segments.isEmpty ? nil : shortage()
    for segment in news.segments {
      if let codecs = run.codecs, shortage == nil {
        state.unnoted.append((segment, codecs))
      } else {
        unlink(file(of: segment))
        fail(&state, streamID, shortage ?? "the header of its file is not whole")
        if shortage == nil, !isOver { reopen(&state) }
      }
    }
    note(&state, streamID)
    if news.broken > 0, !isOver { fail(&state, streamID, "a segment was not written to its end; is the disk full?") }
    if !isOver, run.codecs == nil, let since = state.liveSince, Timestamp.now() - since > Self.firstSegment {
      fail(&state, streamID, "ffmpeg has written nothing for \(Int(Self.firstSegment)) s")
      state.encodes = true
      reopen(&state)
    }
  }

  /// Enters finished segments into the database. While that is locked they wait; what cannot be entered otherwise is deleted,
  /// which makes room where that is what is missing.
  private func note(_ state: inout StreamState, _ streamID: String) {
    while let (segment, codecs) = state.unnoted.first {
      do {
        try store.append(segment, codecs: codecs)
        if state.error != nil { log.info("stream \(streamID): it is recorded again") }
        state.error = nil
      } catch {
        fail(&state, streamID, StorageTrouble.words(error) ?? "a segment cannot be noted: \(error)")
        if StorageTrouble.isLock(error), state.unnoted.count < Self.mostUnnoted { return }
        unlink(file(of: segment))
      }
      state.unnoted.removeFirst()
    }
  }

  /// Not more often than a camera bears.
  private func reopen(_ state: inout StreamState) {
    guard Timestamp.now() - state.reopenedAt > 30 else { return }
    state.reopenedAt = Timestamp.now()
    state.reopen()
  }

  private func fail(_ state: inout StreamState, _ streamID: String, _ reason: String) {
    if state.error != reason { log.error("stream \(streamID): it is not recorded: \(reason)") }
    state.error = reason
  }

  private func shortage() -> String? {
    guard let free = DiskRoom.free(at: folder) else { return "its disk cannot be asked for its room" }
    guard free < settings.reserveBytes else { return nil }
    return "less than \(settings.reserveBytes / 1_000_000) MB are free on its disk"
  }

  // MARK: - The bounds

  private func forgetOldest() {
    do {
      var gone: [Segment]
      repeat {
        let oldest = Timestamp.now() - settings.hours * 3600
        gone = try store.forgetSegments(before: oldest, over: settings.bytes)
        for segment in gone { unlink(file(of: segment)) }
        let active = Set(streams.withLock { $0.values.compactMap { $0.run?.id } })
        let runs = Dictionary(gone.map { ($0.runID, $0.streamID) }, uniquingKeysWith: { first, _ in first })
        for (id, streamID) in runs where !active.contains(id) {
          removeIfEmpty(id, folder + "/" + RecordingRun(id: id, streamID: streamID).folder)
        }
      } while gone.count >= 1000
      try store.forgetPlaybacks(before: Timestamp.now() - 86_400)
    } catch {
      log.error("old recordings cannot be deleted: \(StorageTrouble.words(error) ?? "\(error)")")
    }
  }

  func file(of segment: Segment) -> String {
    folder + "/" + RecordingRun(id: segment.runID, streamID: segment.streamID).folder + "/" + ActiveRun.file(segment.number)
  }

  private func removeIfEmpty(_ id: Int64, _ place: String) {
    guard let last = try? store.segmentNumbers(ofRun: id), last.isEmpty else { return }
    try? store.forgetRun(id)
    try? FileManager.default.removeItem(atPath: place)
  }

  // MARK: - The start of the service

  /// Takes note of what was finished when the service was killed, and deletes what belongs to nothing.
  private func recover() throws {
    var known: Set<String> = []
    for run in try store.recordingRuns() {
      guard let id = run.id else { continue }
      let place = folder + "/" + run.folder
      known.insert(run.folder)
      var left = ActiveRun(
        id: id, streamID: run.streamID, folder: place, last: try store.lastSegment(ofRun: id))
      let codecs = FragmentedFile.codecs(ofHeader: place + "/" + ActiveRun.header)
      for segment in left.look(isOver: true).segments {
        if let codecs { try store.append(segment, codecs: codecs) }
      }
      let numbers = try store.segmentNumbers(ofRun: id)
      for number in ActiveRun.numbers(in: place) where !numbers.contains(number) {
        unlink(place + "/" + ActiveRun.file(number))
      }
      removeIfEmpty(id, place)
    }
    for stream in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      for run in (try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + stream)) ?? []
      where !known.contains(stream + "/" + run) {
        try? FileManager.default.removeItem(atPath: folder + "/" + stream + "/" + run)
      }
    }
  }
}
