import Foundation
import Testing
import VideoDB
import VideoDBCore
import VideoDBTransport

/// The objects: each method against a scripted server, with what it has to send and what it makes of the answer.
struct ObjectTests {
  /// A server that answers everything with this.
  final class Service {
    let server: ScriptedServer
    let client: Client

    init() throws {
      server = try ScriptedServer()
      client = try server.client()
    }

    /// Has the call sent, and gives its value and "METHOD PATH[?QUERY] [BODY]".
    func run<Value>(_ call: Call<Value>, _ data: String) throws -> (Value, String) {
      try server.script([["on": "* *", "answers": [["status": 200, "json": ["success": true, "data": Self.object(data)]]]]])
      let value = try call.wait()
      let sent = try #require(try server.requests().first)
      var line = "\(sent["method"] as? String ?? "") \(sent["path"] as? String ?? "")"
      if let query = sent["query"] as? String, !query.isEmpty { line += "?\(query)" }
      if let body = sent["body"] as? String, !body.isEmpty { line += " \(body)" }
      return (value, line)
    }

    /// The same, where the answer is not to be understood.
    func fails<Value>(_ call: Call<Value>, _ data: String) throws -> VideoDBError {
      let error = #expect(throws: VideoDBError.self) { _ = try run(call, data) }
      return try #require(error)
    }

    private static func object(_ text: String) -> Any {
      (try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)) ?? NSNull()
    }

    func stream() throws -> RTStream { try run(client.defaultCollection.rtstream("r"), #"{"id":"r","name":"door"}"#).0 }
    func sceneIndex() throws -> SceneIndex { try run(stream().sceneIndex("x"), #"{"rtstream_index_id":"x"}"#).0 }
  }

  @Test func collections() throws {
    let service = try Service()
    let (one, sent) = try service.run(service.client.collection("c"), #"{"id":"c","name":"N","is_public":false}"#)
    #expect(sent == "GET /collection/c")
    #expect(one.id == "c" && one.name == "N" && one.isPublic == false && one.description == nil)
    let (all, list) = try service.run(service.client.collections(), #"{"collections":[{"id":"a"},{"id":"b"}]}"#)
    #expect(list == "GET /collection" && all.map(\.id) == ["a", "b"])
  }

  @Test func connectingAndListingStreams() throws {
    let service = try Service()
    let collection = service.client.defaultCollection
    let (stream, sent) = try service.run(
      collection.connectRTStream(
        url: "u", name: "n", mediaTypes: [.video, .audio], sampleRate: 5, store: true, enableTranscript: false,
        connectionID: "c-1"), #"{"id":"r","status":"connected","sample_rate":5,"store":true}"#)
    #expect(
      sent
        == #"POST /rtstream {"collection_id":"default","url":"u","name":"n","media_types":["video","audio"],"sample_rate":5,"store":true,"enable_transcript":false,"ws_connection_id":"c-1"}"#
    )
    #expect(stream.id == "r" && stream.status == "connected" && stream.sampleRate == 5 && stream.isStored == true)
    #expect(stream.name == nil && stream.createdAt == nil)
    let (page, list) = try service.run(
      collection.rtstreams(limit: 2, offset: 4, status: .stopped, name: "a b", ordering: "-created_at"),
      #"{"results":[{"id":"a"}],"count":7,"next":"/rtstream?offset=6"}"#)
    #expect(list == "GET /rtstream?limit=2&offset=4&status=stopped&name=a%20b&ordering=-created_at")
    #expect(page.streams.map(\.id) == ["a"] && page.count == 7 && page.hasNext)
    #expect(try !service.run(collection.rtstreams(), #"{"results":[],"next":null}"#).0.hasNext)
  }

  @Test func theLifeOfAStream() throws {
    let service = try Service()
    let stream = try service.stream()
    #expect(try service.run(stream.start(), "{}").1 == #"PATCH /rtstream/r/status {"action":"start"}"#)
    #expect(try service.run(stream.stop(), "null").1 == #"PATCH /rtstream/r/status {"action":"stop"}"#)
    let (renamed, sent) = try service.run(stream.update(name: "gate"), #"{"id":"r","name":"gate"}"#)
    #expect(sent == #"PATCH /rtstream/r {"name":"gate"}"# && renamed.name == "gate")
    let (video, export) = try service.run(stream.export(), #"{"video_id":"m","duration":1.5,"stream_url":null}"#)
    #expect(export == "POST /rtstream/r/export {}" && video.videoID == "m" && video.duration == 1.5)
    let error = #expect(throws: VideoDBError.self) { try video.playback.embedCode() }
    #expect(error?.status == .state)
  }

  @Test func playback() throws {
    let service = try Service()
    let urls = #"{"stream_url":"https://s.example/1.m3u8","player_url":"https://p.example/watch?v=1"}"#
    let (playback, sent) = try service.run(
      service.stream().generateStream(start: 1_760_000_000, end: 1_760_000_010.5, playerConfig: PlayerPage(title: "T")), urls)
    #expect(sent == "GET /rtstream/r/stream?start=1760000000&end=1760000010.5&player_title=T")
    #expect(playback.streamURL == "https://s.example/1.m3u8" && playback.playerURL == "https://p.example/watch?v=1")
    let code = try playback.embedCode(height: 9, title: "<T>", allowsFullscreen: false)
    #expect(
      code
        == #"<iframe src="https://p.example/embed?v=1" width="100%" height="9" title="&lt;T&gt;" frameborder="0"></iframe>"#)
    #expect(try playback.playURL().hasPrefix("https://console.videodb.io/player?url=https"))
  }

  @Test func searchingAndShots() throws {
    let service = try Service()
    let stream = try service.stream()
    let options = SearchOptions(indexID: "x", resultThreshold: 3, scoreThreshold: 0.5, filter: JSON(text: #"[{"a":1}]"#))
    let (shots, sent) = try service.run(
      stream.search("a car", options),
      #"{"results":[{"start":1760000000.5,"end":1760000009.5,"text":"car","score":0.9,"scene_index_id":"x"}]}"#)
    #expect(
      sent
        == #"POST /rtstream/r/search {"query":"a car","scene_index_id":"x","result_threshold":3,"score_threshold":0.5,"filter":[{"a":1}]}"#
    )
    let shot = try #require(shots.first)
    #expect(shot.rtstreamID == "r" && shot.rtstreamName == "door" && shot.searchScore == 0.9 && shot.sceneIndexID == "x")
    let urls = #"{"stream_url":"https://s.example/1.m3u8","player_url":"https://p.example/watch?v=1"}"#
    let (code, get) = try service.run(shot.embedCode(), urls)
    #expect(get == "GET /rtstream/r/stream?start=1760000000&end=1760000010" && code.contains("embed?v=1"))
    #expect(try service.run(shot.playURL(), urls).0.hasSuffix("1.m3u8"))
    let collection = service.client.defaultCollection
    let (found, all) = try service.run(collection.search("x"), #"{"results":[{"rtstream_id":"q","start":1,"end":2}]}"#)
    #expect(all == #"POST /rtstream/collection/default/search {"query":"x","filter":[]}"#)
    #expect(found.first?.rtstreamID == "q" && found.first?.text == nil)
  }

  @Test func indexing() throws {
    let service = try Service()
    let stream = try service.stream()
    let made = #"{"rtstream_index_id":"x","status":"running"}"#
    func sent(_ call: Call<SceneIndex>) throws -> JSON {
      let (index, line) = try service.run(call, made)
      #expect(index.id == "x" && index.rtstreamID == "r" && index.status == "running")
      #expect(line.hasPrefix("POST /rtstream/r/index/scene "))
      return try #require(JSON(text: String(line.dropFirst(29))))
    }
    let visuals = try sent(stream.indexVisuals(prompt: "p", batch: .time(seconds: 5, frameCount: 2), connectionID: "c-1"))
    #expect(visuals["extraction_config"].map { String(decoding: $0.bytes, as: UTF8.self) } == #"{"time":5,"frame_count":2}"#)
    #expect(visuals["ws_connection_id"]?.string == "c-1" && visuals["prompt"]?.string == "p")
    let audio = try sent(stream.indexAudio(batch: .sentences(3), autoStartTranscript: true))
    #expect(audio["extraction_config"]?["segmenter"]?.string == "sentence" && audio["auto_start_transcript"]?.bool == true)
    #expect(try sent(stream.indexSpokenWords(batch: .words(7)))["extraction_config"]?["segmentation_value"]?.int == 7)
    #expect(try sent(stream.indexScenes(extractionType: .shot))["extraction_type"]?.string == "shot")
    #expect(try service.fails(stream.indexVisuals(batch: .words(3)), made).status == .option)
    #expect(try service.fails(stream.indexVisuals(batch: .time(seconds: .nan)), made).status == .option)
    #expect(try service.run(stream.sceneIndexes(), #"{"scene_indexes":[\#(made)]}"#).0.map(\.id) == ["x"])
  }

  @Test func sceneIndexesAndAlerts() throws {
    let service = try Service()
    let index = try service.sceneIndex()
    #expect(try service.run(index.start(), "{}").1 == #"PATCH /rtstream/r/index/scene/x/status {"action":"start"}"#)
    #expect(try service.run(index.stop(), "{}").1 == #"PATCH /rtstream/r/index/scene/x/status {"action":"stop"}"#)
    #expect(try service.run(index.update(prompt: "q"), "{}").1 == #"PATCH /rtstream/r/index/scene/x {"prompt":"q"}"#)
    let (page, sent) = try service.run(
      index.scenes(start: 1, page: 2, pageSize: 3),
      #"{"scene_index_records":[{"start":1,"end":2,"description":"d"},{"text":"t"}],"next_page":true}"#)
    #expect(sent == "GET /rtstream/r/index/scene/x?start=1&page=2&page_size=3" && page.hasNextPage)
    #expect(page.items.map { $0.text ?? "" } == ["d", "t"] && page.items.map(\.start) == [1, nil])
    let (id, create) = try service.run(index.createAlert(eventID: "e", connectionID: "c-1"), #"{"alert_id":"a"}"#)
    #expect(id == "a")
    #expect(create == #"POST /rtstream/r/index/x/alert {"event_id":"e","callback_url":null,"ws_connection_id":"c-1"}"#)
    let (alerts, _) = try service.run(index.alerts(), #"{"alerts":[{"alert_id":"a","label":"L","status":"enabled"}]}"#)
    #expect(alerts.first?.id == "a" && alerts.first?.label == "L" && alerts.first?.callbackURL == nil)
    #expect(try service.run(index.enableAlert("a"), "{}").1.hasPrefix("PATCH /rtstream/r/index/x/alert/a/status"))
    #expect(try service.run(index.disableAlert("a"), "{}").1.hasSuffix(#"{"action":"disable"}"#))
    #expect(try service.run(service.client.createEvent(prompt: "p", label: "l"), #"{"event_id":"e"}"#).0 == "e")
    #expect(try service.run(service.client.events(), #"{"events":[{"event_id":"e","label":"l"}]}"#).0.first?.label == "l")
  }

  @Test func transcripts() throws {
    let service = try Service()
    let stream = try service.stream()
    let (state, sent) = try service.run(stream.startTranscript(connectionID: "c-1"), #"{"status":"running"}"#)
    #expect(sent == #"POST /rtstream/r/transcription {"action":"start","ws_connection_id":"c-1"}"# && state.status == "running")
    #expect(try service.run(stream.stopTranscript(mode: .force), "{}").1.hasSuffix(#"{"action":"stop","mode":"force"}"#))
    #expect(try service.run(stream.transcriptStatus(), #"{"status":"stopped"}"#).1 == "GET /rtstream/r/transcription/status")
    let (page, get) = try service.run(
      stream.transcript(since: 5), #"{"transcription_records":[{"start":1,"end":2,"text":"hello"}],"next_page":false}"#)
    #expect(get == "GET /rtstream/r/transcription?page=1&page_size=100&since=5")
    #expect(page.items.first?.text == "hello" && !page.hasNextPage)
  }

  @Test func understandingsAndTheirIndexes() throws {
    let service = try Service()
    let stream = try service.stream()
    let (understanding, sent) = try service.run(
      stream.understand(segmentation: JSON(text: #"{"type":"time","window":"10s"}"#), store: false),
      #"{"understanding_id":"u","status":"running","outputs":{"scene":{"output":"scene"}}}"#)
    #expect(
      sent == #"POST /rtstream/r/understand {"segmentation":{"type":"time","window":"10s"},"analyzers":[],"store":false}"#)
    #expect(try service.run(stream.understandings(), #"{"understandings":[{"id":"u"}]}"#).0.map(\.id) == ["u"])
    #expect(try service.run(stream.understanding("u"), #"{"id":"u"}"#).1 == "GET /rtstream/r/understand/u")
    #expect(try service.run(understanding.start(), "{}").1.hasPrefix("PATCH /rtstream/r/understand/u/status"))
    #expect(try service.run(understanding.stop(), "{}").1.hasSuffix(#"{"action":"stop"}"#))
    let (records, get) = try service.run(understanding.records(start: 1, end: 2), #"{"records":[{"a":1}],"next_page":true}"#)
    #expect(get.hasPrefix("GET /rtstream/r/understand/u/records?") && records.items.count == 1 && records.hasNextPage)
    let source = try #require(understanding.output("scene"))
    #expect(understanding.output("other") == nil)
    let (index, create) = try service.run(
      stream.createIndex(source: source, name: "n", useFor: ["semantic", "\"é"]), #"{"index_id":"i","status":"running"}"#)
    #expect(
      create == #"POST /rtstream/r/indexes {"source":{"output":"scene"},"name":"n","use_for":["semantic","\"é"]}"#,
      "\(create)")
    #expect(try service.run(stream.indexes(), #"{"indexes":[{"id":"i"}]}"#).0.map(\.id) == ["i"])
    #expect(try service.run(stream.index("i"), #"{"id":"i"}"#).1 == "GET /rtstream/r/indexes/i")
    #expect(try service.run(index.start(), "{}").1.hasPrefix("PATCH /rtstream/r/indexes/i/status"))
    #expect(try service.run(index.stop(), "{}").1.hasSuffix(#"{"action":"stop"}"#))
    #expect(try service.run(index.records(), #"{"records":[]}"#).1 == "GET /rtstream/r/indexes/i/records?page=1&page_size=100")
    #expect(
      try service.run(index.createAlert(eventID: "e"), #"{"alert_id":"a"}"#).1.hasPrefix("POST /rtstream/r/indexes/i/alert"))
    #expect(try service.run(index.alerts(), #"{"alerts":[]}"#).0.isEmpty)
    #expect(try service.run(index.enableAlert("a"), "{}").1.hasPrefix("PATCH /rtstream/r/indexes/i/alert/a/status"))
    #expect(try service.run(index.disableAlert("a"), "{}").1.hasSuffix(#"{"action":"disable"}"#))
  }

  @Test func captureSessions() throws {
    let service = try Service()
    let collection = service.client.defaultCollection
    let (session, sent) = try service.run(
      collection.createCaptureSession(endUserID: "u", metadata: JSON(text: #"{"a":1}"#)),
      #"{"session_id":"s","status":"created","rtstreams":[{"rtstream_id":"r","channel_id":"mic"}]}"#)
    #expect(sent == #"POST /collection/default/capture/session {"end_user_id":"u","metadata":{"a":1}}"#)
    #expect(session.id == "s" && session.status == "created" && session.collectionID == "default")
    #expect(try session.rtstreams().map { $0.channelID } == ["mic"])
    let channels = [CaptureSession.Channel(id: "mic", media: .audio, store: true), .init(id: "screen", media: .video)]
    #expect(
      try service.run(session.start(channels: channels), "{}").1
        == #"POST /capture/session/start {"session_id":"s","channels":[{"channel_id":"mic","type":"audio","store":true},{"channel_id":"screen","type":"video"}]}"#
    )
    let (now, get) = try service.run(session.channels(), #"{"channels":[{"channel_id":"mic","type":"audio","rtsp_url":"r"}]}"#)
    #expect(get == "GET /capture/session/s" && now.first?.rtspURL == "r" && now.first?.media == .audio)
    #expect(try service.run(session.stop(), "{}").1 == "POST /capture/session/s/stop")
    let (export, post) = try service.run(session.export(connectionID: "c-1"), #"{"export_status":"exporting"}"#)
    #expect(post.hasSuffix(#"/session/s/export {"connection_id":"c-1"}"#) && export.status == "exporting")
    let (page, list) = try service.run(
      collection.captureSessions(status: "active", limit: 1), #"{"sessions":[{"session_id":"s"}],"next_page":"n"}"#)
    #expect(list == "GET /collection/default/capture/session?status=active&limit=1")
    #expect(page.sessions.map(\.id) == ["s"] && page.next == "n")
    #expect(try service.run(collection.captureSession("s"), #"{"session_id":"s"}"#).0.id == "s")
    let (token, create) = try service.run(service.client.clientToken(expiresIn: 60), #"{"token":"t","expires_at":1}"#)
    #expect(create == #"POST /capture/session/token {"expires_in":60}"# && token.token == "t" && token.expiresAt == 1)
    #expect(try service.run(service.client.asyncResponse("a"), #"{"id":"m"}"#).0["id"]?.string == "m")
  }

  @Test func oddAnswersNameWhatIsMissing() throws {
    let service = try Service()
    let stream = try service.stream()
    func missing<Value>(_ call: Call<Value>, _ data: String, _ words: String) throws {
      let error = try service.fails(call, data)
      #expect(error.status == .badAnswer && error.message.contains(words), "\(error.message)")
    }
    try missing(service.client.defaultCollection.rtstream("r"), "{}", "rtstream_get: the answer has no `id`")
    try missing(service.client.defaultCollection.rtstream("r"), #"{"id":7}"#, "`id`")
    try missing(service.client.defaultCollection.rtstream("r"), #"{"id":""}"#, "`id`")
    try missing(service.client.defaultCollection.rtstreams(), "{}", "rtstream_list: the answer has no list `results`")
    try missing(service.client.defaultCollection.rtstreams(), #"{"results":[7]}"#, "`id`")
    try missing(service.client.createEvent(prompt: "p", label: "l"), "[]", "`event_id`")
    try missing(service.client.clientToken(), "{}", "`token`")
    try missing(stream.sceneIndex("x"), #"{"id":"x"}"#, "`rtstream_index_id`")
    try missing(stream.search("q"), #"{"results":[{"start":1}]}"#, "no `end`")
    try missing(stream.transcript(), #"{"transcription_records":null}"#, "`transcription_records`")
    try missing(service.sceneIndex().createAlert(eventID: "e"), #"{"id":"a"}"#, "`alert_id`")
    // A service that echoes the key does not get it into an error.
    let echo = try service.fails(service.client.collection(), #"{"name":"sk-conformance"}"#)
    let body = String(decoding: try #require(echo.body), as: UTF8.self)
    #expect(!body.contains("sk-conformance"), "\(body)")
  }

  @Test func callsThatDoNotWait() throws {
    let service = try Service()
    _ = try service.stream()  // scripts an answer
    let done = Watched<Result<RTStream, VideoDBError>?>(nil)
    try service.client.defaultCollection.rtstream("r").start { result in done.update { $0 = result } }
    let result = try #require(done.wait(until: Clock.deadline(afterMs: 10_000)) { $0 })
    #expect(try result.get().id == "r")
  }
}
