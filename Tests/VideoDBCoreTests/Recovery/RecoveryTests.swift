import Testing

@testable import VideoDBCore

/// What a recovery does where the service is unwell, silent or odd.
struct RecoveryTests {
  private static func up(_ settings: [String: String] = [:]) throws -> ModelChannel {
    let channel = try ModelChannel(settings)
    channel.open()
    return channel
  }

  private static func cutAndOpen(_ channel: ModelChannel) {
    channel.cut()
    channel.open()
  }

  private static func told(_ channel: ModelChannel, _ kind: EventKind) -> [JSON] {
    channel.announced.filter { $0.kind == kind }.map { $0.data }
  }

  private static func isStart(_ request: Request) -> Bool {
    request.method == .post && request.body.map { $0.text.contains(#""start""#) } ?? false
  }

  // MARK: Odd answers

  private static let odd = [
    "", "null", "[]", "{}", "3", "\u{0}", #"{"alert_id":7,"status":7,"alerts":7,"transcription_records":7}"#,
    #"{"alert_id":null,"status":null,"alerts":null,"transcription_records":null}"#,
    #"{"alert_id":"","status":"","alerts":[null,7,{}],"transcription_records":[null,7,{}]}"#,
    #"{"transcription_records":[{"start":-1e308,"end":1e308,"text":null}],"next_page":true}"#,
    #"{"records":[{"start":1e400,"end":-1e400,"text":""}],"next_page":"true"}"#,
    #"{"records":[{"start":"NaN","end":"x","description":{}}],"next_page":7}"#,
    #"{"status":"stopped"}"#, #"{"status":["failed"]}"#,
  ]

  @Test(arguments: odd) func oddAnswersDoNoHarm(_ answer: String) throws {
    let channel = try Self.up(["watch.quiet_ms": "3000", "backfill.overlap_ms": "120000"])
    let sources = [channel.startTranscript("s1"), channel.createIndex("s1", "ix-1")]
    _ = channel.createAlert("s1", "ix-1", event: "ev-1")
    channel.service.sessions["cs-1"] = "active"
    channel.call(
      .post, "/collection/default/capture/session", #"{"ws_connection_id":"conn-1"}"#, connection: 1,
      answer: #"{"session_id":"cs-1"}"#)
    channel.instead = { _ in .success(answer.bytes) }
    Self.cutAndOpen(channel)
    for source in sources { channel.make(source, "1") }
    channel.settle(30_000)
    channel.instead = { _ in nil }
    Self.cutAndOpen(channel)
    for source in sources { channel.make(source, "2") }
    channel.settle(60_000)
    #expect(channel.complaints == [])
    #expect(channel.texts("s1", "transcript").filter { ["1", "2"].contains($0) }.sorted() == ["1", "2"])
    #expect(channel.texts("s1", "scene_index").filter { ["1", "2"].contains($0) }.sorted() == ["1", "2"])
    #expect(sources[0].boundTo == channel.connectionID)
  }

  /// The application's own calls may be answered oddly, too.
  @Test(arguments: odd) func oddAnswersToCallsBindNothingWrong(_ answer: String) throws {
    let channel = try Self.up()
    for (path, body) in [
      ("/rtstream", #"{"media_types":[null,7]}"#), ("/rtstream/s1/index/scene", #"{"extraction_config":{"time":1e400}}"#),
      ("/rtstream/s1/understand", "{}"), ("/rtstream/s1/index/i1/alert", #"{"event_id":7}"#),
      ("/collection/c1/capture/session", "{}"), ("/capture/session/start", #"{"session_id":{}}"#),
    ] {
      channel.call(.post, path, body, connection: 1, answer: answer)
      channel.call(.post, path, body, connection: nil, answer: answer)
    }
    Self.cutAndOpen(channel)
    channel.settle(10_000)
    #expect(channel.complaints == [] && channel.asked.isEmpty)
  }

  @Test func aMessageFromFarAheadHidesNothing() throws {
    let channel = try Self.up()
    let source = channel.startTranscript("s1")
    channel.receive("transcript", "s1", "odd", 0, 1_000_000_000_000_000)
    channel.receive("transcript", "s1", "odder", 1_000_000_000_000_000, 1_000_000_000_000_000)
    channel.cut()
    channel.nowMs += 400_000
    channel.make(source, "1")
    channel.open()
    channel.settle(10_000)
    #expect(channel.texts("s1", "transcript") == ["odd", "odder", "1"])
  }

  @Test func aRecordFromFarAheadHidesNothing() throws {
    let channel = try Self.up()
    let source = channel.createIndex("s1", "ix-1")
    Self.cutAndOpen(channel)
    let farMs = channel.serverMs + 10_000_000_000
    source.items.append(.init(text: "odd", startMs: channel.serverMs, endMs: farMs, visibleMs: 0))
    channel.settle(10_000)
    for i in 1...5 {
      channel.make(source, "\(i)")
      channel.settle(100_000)
    }
    #expect(channel.texts("s1", "scene_index") == ["odd", "1", "2", "3", "4", "5"])
    #expect(channel.complaints == [])
  }

  // MARK: Failing calls

  @Test func aStartThatIsRefusedForEverIsAskedForLessAndLess() throws {
    let channel = try Self.up()
    let source = channel.startTranscript("s1")
    channel.instead = { Self.isStart($0) ? .failure(ModelService.refused(402)) : nil }
    Self.cutAndOpen(channel)
    for i in 0..<60 {
      channel.make(source, "\(i)")
      channel.settle(10_000)
      source.isRunning = true
    }
    let starts = channel.asked.count { Self.isStart($0) }
    #expect((20...120).contains(starts), "\(starts) starts in ten minutes")
    #expect(channel.texts("s1", "transcript") == source.items.map { $0.text }, "its records are asked for meanwhile")
    channel.instead = { _ in nil }
    channel.settle(60_000)
    #expect(source.boundTo == channel.connectionID)
  }

  @Test func aTranscriptIsBoundAgainAlsoWhereItsRecordsCannotBeHad() throws {
    let channel = try Self.up()
    let source = channel.startTranscript("s1")
    var hasFailed = false
    channel.instead = { request in
      if request.onlyReads { return .failure(ModelService.refused(503)) }
      defer { hasFailed = true }
      return hasFailed ? nil : .failure(ModelService.refused(503))
    }
    Self.cutAndOpen(channel)
    channel.settle(10_000)
    #expect(source.boundTo == channel.connectionID)
  }

  @Test func whatIsGoneIsToldOnce() throws {
    let channel = try Self.up()
    _ = channel.createIndex("s1", "ix-1")
    _ = channel.createAlert("s1", "ix-1", event: "ev-1")
    channel.instead = { _ in .failure(ModelService.refused(404)) }
    Self.cutAndOpen(channel)
    channel.settle(600_000)
    let stalled = Self.told(channel, .stalled)
    #expect(stalled.map { $0["pipeline"]?.string } == ["scene_index", "alert"])
    #expect(stalled.allSatisfy { $0["status"]?.string == "VDBRT_E_NOT_FOUND" && $0["index_id"]?.string == "ix-1" })
    #expect(channel.asked.count < 400, "\(channel.asked.count) calls in ten minutes")
  }

  // MARK: Alerts

  @Test func anHourSeesSoManyNewAlertsAtMost() throws {
    let channel = try Self.up(["rebind.max_alerts_per_hour": "2"])
    _ = channel.createAlert("s1", "ix-1", event: "ev-1")
    for _ in 0..<5 {
      Self.cutAndOpen(channel)
      channel.settle(1_000)
    }
    #expect(channel.service.created == 3)
    #expect(Self.told(channel, .stalled).map { $0["status"]?.string } == ["VDBRT_E_RATE_LIMITED"])
    channel.settle(3_600_000)
    #expect(channel.service.created == 4)
    #expect(channel.service.alerts["/rtstream/s1/index/ix-1/alert"]?.last?.boundTo == channel.connectionID)
  }

  @Test func connectionsThatDoNotHoldCreateNoAlerts() throws {
    let channel = try Self.up()
    _ = channel.createAlert("s1", "ix-1", event: "ev-1")
    for _ in 0..<50 {
      Self.cutAndOpen(channel)
      channel.settle(99)
    }
    #expect(channel.service.created == 1)
    channel.settle(1)
    #expect(channel.service.created == 2)
  }

  @Test func aRefusedSwitchKeepsNothingElseFromBeingDone() throws {
    let channel = try Self.up()
    _ = channel.createAlert("s1", "ix-1", event: "ev-1")
    channel.instead = { $0.method == .patch ? .failure(ModelService.refused(400)) : nil }
    for _ in 0..<3 {
      Self.cutAndOpen(channel)
      channel.settle(60_000)
    }
    #expect(channel.service.created == 4)
    #expect(channel.asked.count { $0.method == .patch } == 3, "it is not repeated")
  }

  /// The first creation was carried out without an answer, for a connection that is gone by now.
  @Test func anAlertThatIsFoundIsBoundToTheConnectionItWasMadeFor() throws {
    let channel = try Self.up()
    _ = channel.createAlert("s1", "ix-1", event: "ev-1")
    Self.cutAndOpen(channel)
    channel.pass(100)
    channel.recovery.advance()
    channel.finish(0)  // what is there
    channel.finish(0, .carriedOutAndLost)
    Self.cutAndOpen(channel)
    channel.settle(10_000)
    let enabled = channel.service.alerts["/rtstream/s1/index/ix-1/alert"]?.filter { $0.isEnabled }
    #expect(enabled?.map { $0.boundTo } == [channel.connectionID])
  }

  /// Another client has alerts of the same event, from before or made while our own creation had no answer.
  @Test(arguments: [ModelChannel.Outcome.lost, .carriedOutAndLost], [0, 1, 2])
  func anAlertOfAnotherClientIsLeftAlone(_ outcome: ModelChannel.Outcome, _ meanwhile: Int) throws {
    let channel = try Self.up()
    let path = "/rtstream/s1/index/ix-1/alert"
    func makeOneOfAnother() { _ = channel.service.createAlert(path, event: "ev-1", webhook: "", boundTo: "another") }
    makeOneOfAnother()
    _ = channel.createAlert("s1", "ix-1", event: "ev-1")
    for _ in 0..<2 {
      Self.cutAndOpen(channel)
      channel.pass(100)
      channel.recovery.advance()
      channel.finish(0)  // what is there
      channel.finish(0, outcome)
      // One that is new, where ours is not, cannot be told from ours.
      for _ in 0..<meanwhile where outcome != .lost || meanwhile > 1 { makeOneOfAnother() }
      channel.settle(10_000)
      let alerts = channel.service.alerts[path] ?? []
      #expect(alerts.allSatisfy { $0.isEnabled || $0.boundTo != "another" })
      #expect(alerts.contains { $0.isEnabled && $0.boundTo == channel.connectionID })
    }
  }

  @Test func aListOfAlertsThatIsRefusedKeepsNoneFromBeingMade() throws {
    let channel = try Self.up()
    _ = channel.createAlert("s1", "ix-1", event: "ev-1")
    channel.instead = { $0.method == .get ? .failure(ModelService.refused(403)) : nil }
    Self.cutAndOpen(channel)
    channel.settle(1_000)
    #expect(channel.service.alerts["/rtstream/s1/index/ix-1/alert"]?.last?.boundTo == channel.connectionID)
  }

  @Test func aSwitchOfTheApplicationsIsForTheWholeFamily() throws {
    let channel = try Self.up()
    let path = "/rtstream/s1/index/ix-1/alert"
    let hook = channel.createAlert("s1", "ix-1", event: "ev-1", webhook: "https://example.com/hook")
    Self.cutAndOpen(channel)
    channel.settle(1_000)
    channel.call(.patch, "\(path)/\(hook)/status", #"{"action":"disable"}"#)
    channel.settle(1_000)
    #expect(channel.service.alerts[path]?.map { $0.isEnabled } == [false, false])
    Self.cutAndOpen(channel)
    channel.settle(60_000)
    #expect(channel.service.created == 2, "a disabled one is not replaced")
    channel.call(.patch, "\(path)/\(hook)/status", #"{"action":"enable"}"#)
    channel.settle(10_000)
    let live = channel.service.alerts[path]?.filter { $0.isEnabled }
    #expect(live?.map { $0.boundTo } == ["conn-1", channel.connectionID])
  }

  @Test func yearsOfCutsTakeNoMoreMemory() throws {
    let channel = try Self.up(["rebind.max_alerts_per_hour": "1000000"])
    let id = channel.createAlert("s1", "ix-1", event: "ev-1")
    for _ in 0..<400 {
      Self.cutAndOpen(channel)
      channel.settle(100)
    }
    #expect(channel.service.created == 401)
    #expect(channel.recovery.families.map { $0.members.count } == [256])
    let call = BoundCall(
      Request(.patch, "/rtstream/s1/index/ix-1/alert/\(id)/status".bytes, body: #"{"action":"enable"}"#.bytes))!
    #expect(
      AlertAlias.target(of: call, "/rtstream/s1/index/ix-1/alert/\(id)/status".bytes, channel.recovery.aliases)?.text
        == "/rtstream/s1/index/ix-1/alert/al-401/status")
    let ids = channel.recovery.connectionIDs
    #expect(ids.count == 401 && ids.last == "conn-401".bytes)
    for known in [1, 401, 400, 200] { #expect(ids.contains("conn-\(known)".bytes)) }
    #expect(!ids.contains("conn-2".bytes))
  }

  /// Cuts that leave no time for the last look, on and on: what was settled by then is not asked for again, and nothing is lost.
  @Test func aGapIsNotAskedForFromItsBeginningForEver() throws {
    let channel = try Self.up()
    let sources = [channel.startTranscript("s1"), channel.createIndex("s1", "ix-1")]
    for i in 0..<200 {
      channel.cut()
      for source in sources { channel.make(source, "\(i)", lateMs: i % 3 == 0 ? 1_500 : 0) }
      channel.settle(200)
      channel.open()
      channel.settle(800)
      guard i > 20 else { continue }
      let oldestMs = channel.asked.suffix(10).compactMap { request -> Int64? in
        let parts = request.target.text.split(separator: "start=")
        guard parts.count == 2, let start = Double(parts[1].prefix { $0 != "&" }) else { return nil }
        return Int64(start * 1_000)
      }.min()
      #expect(channel.serverMs - (oldestMs ?? channel.serverMs) < 4_000 + 1_600 + 3_000)
    }
    channel.settle(10_000)
    #expect(channel.complaints == [])
    #expect(channel.texts("s1", "transcript").sorted() == (0..<200).map(String.init).sorted())
    #expect(channel.texts("s1", "scene_index").sorted() == (0..<200).map(String.init).sorted())
  }

  /// Very many records: asked for in pages of ten times as many, and of as many as ever where the service refuses those.
  @Test(arguments: [false, true]) func manyRecordsAreAskedForInLargePages(_ refuses: Bool) throws {
    let channel = try Self.up(["backfill.page_size": "3"])
    let source = channel.startTranscript("s1")
    var large = 0
    channel.instead = { request in
      guard request.target.text.contains("page_size=30") else { return nil }
      large += 1
      return refuses ? .failure(ModelService.refused(400)) : nil
    }
    channel.cut()
    for i in 0..<27 {
      channel.make(source, "\(i)", lengthMs: 500)
      channel.settle(200)
    }
    channel.open()
    channel.settle(15_000)
    #expect(large > 0)
    #expect(channel.complaints == [])
    #expect(channel.texts("s1", "transcript") == (0..<27).map(String.init))
    #expect(channel.recovery.counters.stalled == 0)
  }

  // MARK: Sessions

  @Test func aSessionOfAnIDThatDiedMeanwhileIsAskedFor() throws {
    let channel = try Self.up()
    Self.cutAndOpen(channel)
    channel.service.sessions["cs-1"] = "exported"
    channel.call(
      .post, "/collection/default/capture/session", #"{"ws_connection_id":"conn-1"}"#, connection: 1,
      answer: #"{"session_id":"cs-1"}"#)
    channel.settle(60_000)
    #expect(channel.texts("cs-1", "capture_session") == ["exported"])
    #expect(channel.asked.count == 1, "it changes no more")
  }

  @Test(arguments: [("0", 13), ("1000", 61), ("30000", 3)]) func aSessionIsAskedForAsOftenAsTheKeySays(
    _ key: String, _ times: Int
  )
    throws
  {
    let channel = try Self.up(["poll.interval_ms": key])
    channel.service.sessions["cs-1"] = "active"
    channel.call(
      .post, "/collection/default/capture/session", #"{"ws_connection_id":"conn-1"}"#, connection: 1,
      answer: #"{"session_id":"cs-1"}"#)
    Self.cutAndOpen(channel)
    channel.settle(60_000)
    #expect(channel.asked.count == times)
  }

  // MARK: Silence

  @Test(arguments: [true, false]) func aStoppedIndexIsToldAndStartedWhereThatIsWanted(_ restarts: Bool) throws {
    let channel = try Self.up(["watch.restart": restarts ? "true" : "false"])
    let source = channel.createIndex("s1", "ix-1")
    var refusals = 2
    channel.instead = { request in
      guard request.method == .patch, refusals > 0 else { return nil }
      refusals -= 1
      return .failure(ModelService.refused(503))
    }
    source.isRunning = false
    channel.settle(100_000)
    let stalled = Self.told(channel, .stalled)
    #expect(stalled.count == 1 && stalled.first?["status"]?.string == "stopped")
    #expect(source.isRunning == restarts)
    #expect(channel.asked.count { $0.method == .patch } == (restarts ? 3 : 0))
  }

  @Test func whatIsNotPushedIsFetchedAndBoundAgain() throws {
    let channel = try Self.up(["rebind.max_per_hour": "3"])
    let source = channel.startTranscript("s1")
    for i in 1...10 {
      // Another client takes the transcript each time.
      source.boundTo = "another"
      channel.make(source, "\(i)")
      channel.settle(30_000)
    }
    #expect(channel.texts("s1", "transcript").sorted() == source.items.map { $0.text }.sorted())
    #expect(channel.asked.count { Self.isStart($0) } <= 3, "two clients do not fight over it")
    #expect(channel.complaints == [])
  }

  @Test func aTranscriptThatTakesTheIDAndDoesNotUseItIsStoppedAndStarted() throws {
    let channel = try Self.up()
    let source = channel.startTranscript("s1")
    source.keepsID = true
    Self.cutAndOpen(channel)
    for i in 1...200 {
      channel.make(source, "\(i)")
      channel.settle(100)
    }
    #expect(source.boundTo == channel.connectionID)
    channel.settle(10_000)
    #expect(channel.texts("s1", "transcript").sorted() == source.items.map { $0.text }.sorted())
  }

  // MARK: Late records

  /// A gap is looked into again as long as a look finds something of it. What the service lists later still is not found: nobody knows of it.
  @Test(arguments: [(2_800, 1_500, true), (2_800, 0, false), (1_200, 0, true)])
  func whatIsListedLateIsFoundWhileTheGapGivesMore(_ lateMs: Int64, _ otherLateMs: Int64, _ isFound: Bool) throws {
    let channel = try Self.up()
    let source = channel.createIndex("s1", "ix-1")
    channel.cut()
    // So old by then that what is asked for after the gap does not reach back to it.
    channel.make(source, "first", lateMs: 8_000 + lateMs)
    channel.nowMs += 8_000
    channel.make(source, "last", lateMs: otherLateMs)
    channel.open()
    channel.settle(30_000)
    #expect(channel.texts("s1", "scene_index").sorted() == (isFound ? ["first", "last"] : ["last"]))
    let finals = Self.told(channel, .backfilled).map { $0["final"]?.bool }
    #expect(finals.last == true && finals.count { $0 == true } == 1)
  }

  // MARK: Room

  @Test func nothingIsHandedOutOrAskedForWithoutRoom() throws {
    let channel = try Self.up(["backfill.page_size": "10"])
    let source = channel.createIndex("s1", "ix-1")
    channel.cut()
    for i in 1...20 {
      channel.nowMs += 1_000
      channel.make(source, "\(i)")
    }
    channel.hasRoom = false
    channel.open()
    channel.settle(10_000)
    #expect(channel.delivered.isEmpty && channel.asked.isEmpty)
    channel.hasRoom = true
    channel.recovery.advance()
    channel.settle(10_000)
    #expect(channel.texts("s1", "scene_index") == (1...20).map { "\($0)" })
    #expect(channel.complaints == [])
  }

  @Test func manyBoundThingsAreForgottenOnlyWhenTheyAreOver() throws {
    let channel = try Self.up()
    for i in 0..<1_000 {
      let source = channel.createIndex("s\(i % 7)", "ix-\(i)")
      channel.switchSource(source, on: false)
    }
    #expect(channel.recovery.pipelines.count <= 256)
    let running = (0..<300).map { channel.createIndex("r\($0 % 50)", "run-\($0)") }
    Self.cutAndOpen(channel)
    for source in running { channel.make(source, source.path) }
    channel.settle(2_000)
    #expect(channel.delivered.map { $0.text }.sorted() == running.map { $0.path }.sorted())
    #expect(channel.complaints == [])
  }
}
