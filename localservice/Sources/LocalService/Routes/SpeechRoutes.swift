import Analysis

/// Transcripts: what is said in a stream, from when it is asked for until it is stopped. Without a recogniser there is none,
/// and what would need one is refused.
extension Routes {
  static let noRecogniser =
    "this service has no speech recogniser, so there is no transcript; it says at its start what is missing"

  /// How long a start waits for the camera to show whether it sends sound.
  private static let probeSeconds = 6.0

  func addSpeech(to router: inout Router) {
    let path = "/rtstream/{id}/transcription"
    router.on("POST", path, alone(setTranscription))
    router.on("GET", path, listUtterances)
    router.on("GET", path + "/status") { request in
      let stream = try await stream(request)
      let transcript = try await store.transcript(ofStream: stream.id)
      var members = Self.form(transcript, engine: request.query.string("engine"))
      if let transcript { members.insert(.init("created_at", .string(Timestamp.naiveUTC(transcript.createdAt))), at: 2) }
      return .data(.object(members), message: account(of: transcript, stream))
    }
  }

  /// All names of engines mean the one there is.
  private static func form(_ transcript: Transcript?, engine: String?) -> [JSON.Member] {
    let status = transcript.map { $0.running ? "running" : "stopped" } ?? "not_configured"
    var members = [JSON.Member("status", .string(status)), .init("engine", .string(engine ?? "default"))]
    if let transcript { members.append(.init("updated_at", .string(Timestamp.naiveUTC(transcript.updatedAt)))) }
    return members
  }

  /// Where the sound stands, in words; nil when it comes.
  private func account(of transcript: Transcript?, _ stream: VideoStream) -> String? {
    guard sounds.recogniser != nil else { return Self.noRecogniser }
    guard let transcript else { return "no transcript was started" }
    guard transcript.running else { return nil }
    switch sounds.report(stream.id) {
    case .live:
      return sounds.progress(stream.id).flatMap { progress in
        progress.error.map { "\(progress.failed + progress.skipped) sentences are missing so far; the last: \($0)" }
      }
    case .connecting: return "no sound has come yet"
    case .lost(let reason): return "no sound, trying again: \(reason)"
    case .ended(let reason): return "no sound: \(reason)"
    case nil: return "the rtstream is stopped; the transcript goes on when it is started"
    }
  }

  private func setTranscription(_ request: Request) async throws -> Reply {
    let stream = try await stream(request)
    let start = try Self.startOrStop(request)
    let fields = try Fields(body: request.body)
    let engine = try fields.string("engine")
    let connection = try fields.string("ws_connection_id")
    let mode = try fields.choice("mode", ["graceful", "force"])
    guard !start else {
      let transcript = try await startTranscript(of: stream, connection: connection)
      return .data(.object(Self.form(transcript, engine: engine)), message: account(of: transcript, stream))
    }
    guard var transcript = try await store.transcript(ofStream: stream.id), transcript.running else {
      let members = [JSON.Member("status", "stopped"), .init("engine", .string(engine ?? "default"))]
      return .data(.object(members), message: "there was no transcript to stop")
    }
    // The sound first: words are kept only while the transcript counts as running.
    await sounds.stop(stream.id, graceful: mode != "force")
    await backlog.flush()
    transcript.running = false
    transcript.updatedAt = Timestamp.now()
    try await store.save(transcript)
    return .data(.object(Self.form(transcript, engine: engine)))
  }

  /// A running one goes on, and its events go to the connection that was named last (`RepeatedStart`).
  @discardableResult
  func startTranscript(of stream: VideoStream, connection: String?) async throws -> Transcript {
    guard sounds.recogniser != nil else { throw Refusal.unavailable(Self.noRecogniser) }
    if let reason = Microphone.deafness(to: stream.url) { throw Self.unheard(stream.id, reason) }
    let old = try await store.transcript(ofStream: stream.id)
    var transcript = old ?? .new(stream.id)
    let hasListener = transcript.running && old?.connectionID != nil
    if hasListener, connection != nil, conduct.repeatedStart == .refused {
      throw Refusal(400, "ALREADY_RUNNING", "the transcript of rtstream '\(stream.id)' is running already: stop it first")
    }
    if !hasListener || conduct.repeatedStart == .moves {
      transcript.connectionID = connection ?? transcript.connectionID
    }
    if !transcript.running { transcript.updatedAt = Timestamp.now() }
    transcript.running = true
    try await store.save(transcript)
    guard stream.running, sounds.report(stream.id) == nil else { return transcript }
    try startSound(of: stream)
    guard await sounds.isSilent(stream.id, within: Self.probeSeconds) else { return transcript }
    try await giveUpTranscript(of: stream.id, old)
    throw Self.unheard(stream.id, Microphone.noSound)
  }

  private static func unheard(_ streamID: String, _ reason: String) -> Refusal {
    Refusal(400, "NO_SOUND", "rtstream '\(streamID)' can have no transcript: \(reason)")
  }

  /// Of a stream that is being connected: where there is a recogniser, and as long as the camera does not turn out to be silent.
  func startTranscript(ofNew stream: VideoStream, connection: String?) async throws {
    guard sounds.recogniser != nil, Microphone.deafness(to: stream.url) == nil else { return }
    var transcript = Transcript.new(stream.id)
    transcript.connectionID = connection
    try await store.save(transcript)
    try startSound(of: stream)
    Task {
      guard await sounds.isSilent(stream.id, within: 60) else { return }
      try await changes.run(on: stream.id) {
        // Somebody may have asked for it in the meantime.
        guard case .lost(Microphone.noSound)? = sounds.report(stream.id) else { return }
        try await giveUpTranscript(of: stream.id, nil)
        log.info("stream \(stream.id): no transcript, as its camera sends no sound")
      }
    }
  }

  private func giveUpTranscript(of streamID: String, _ old: Transcript?) async throws {
    await sounds.stop(streamID, graceful: false)
    guard var old else { return try await store.removeTranscript(ofStream: streamID) }
    old.running = false
    try await store.save(old)
  }

  /// Does nothing where no transcript is wanted.
  func startSound(of stream: VideoStream) throws {
    guard try store.wantsTranscript(stream.id) else { return }
    sounds.start(stream, jobs: try store.runningAudioIndexes(ofStream: stream.id))
  }

  private func listUtterances(_ request: Request) async throws -> Reply {
    let stream = try await stream(request)
    var query = Store.UtteranceQuery()
    query.page = try request.query.integer("page", in: 1...1_000_000_000) ?? query.page
    query.pageSize = try request.query.integer("page_size", in: 1...1000) ?? query.pageSize
    query.start = try request.query.seconds("start")
    query.end = try request.query.seconds("end")
    query.since = try request.query.seconds("since")
    query.newestFirst = conduct.recordOrder == .newest
    if let start = query.start, let end = query.end, end < start {
      throw Refusal.invalid("query parameter 'end' must not be before 'start'")
    }
    let (page, count) = try await store.utterances(ofStream: stream.id, query)
    if count == 0, sounds.recogniser == nil { throw Refusal.unavailable(Self.noRecogniser) }
    return .data([
      "transcription_records": .array(page.map(form)),
      "next_page": .bool(query.page * query.pageSize < count),
      "total_count": .integer(count),
      "page": .integer(query.page),
      "page_size": .integer(query.pageSize),
    ])
  }

  private func form(_ utterance: Utterance) -> JSON {
    let words = utterance.words.map { word -> JSON in
      [
        "word": .string(word.word), "start": recordTime(word.start), "end": recordTime(word.end),
        "confidence": .number(word.confidence),
      ]
    }
    return [
      "start": recordTime(utterance.start), "end": recordTime(utterance.end), "text": .string(utterance.text),
      "word_timestamps": .array(words),
    ]
  }
}

extension Transcript {
  fileprivate static func new(_ streamID: String) -> Transcript {
    let now = Timestamp.now()
    return Transcript(streamID: streamID, running: true, connectionID: nil, createdAt: now, updatedAt: now)
  }
}
