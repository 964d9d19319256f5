/// Binding pipelines again, asking for their records, and watching those that have fallen silent.
extension Recovery {
  /// The connection was cut at this time.
  func lost(_ pipeline: Pipeline, _ aliveMs: Int64) {
    guard pipeline.isAsked else { return }
    // They wait for a connection, or they would follow each other until there is one.
    pipeline.passes = []
    pipeline.gapFromMs = pipeline.gapFromMs ?? reached(pipeline, atMs: aliveMs)
  }

  /// Until when the application has what there is. One that is asked for its records has reached as far as the last answer; one that pushes,
  /// as far as the last message. An item whose end is yet to come says that the clocks differ, or that the end is none.
  func reached(_ pipeline: Pipeline, atMs: Int64) -> Int64 {
    let known = pipeline.binding == .polled ? pipeline.reachedMs : max(pipeline.lane.lastEndMs, pipeline.reachedMs)
    return known == .min ? pipeline.sinceMs : min(known, atMs)
  }

  /// It was stopped, or goes on.
  func stop(_ pipeline: Pipeline?, _ isStopped: Bool) {
    guard let pipeline, pipeline.isStopped != isStopped else { return }
    pipeline.isStopped = isStopped
    pipeline.newsMs = host.nowMs
    pipeline.told = []
    guard pipeline.binding != .pushed || pipeline.connection != connection || !isUp else { return }
    // What it has made and did not push is asked for.
    pipeline.gapFromMs = pipeline.gapFromMs ?? reached(pipeline, atMs: host.serverMs)
    if isUp { isStopped ? planPasses(pipeline, host.nowMs) : restart(pipeline, host.nowMs) }
  }

  /// Records may appear late: they are asked for several times.
  func planPasses(_ pipeline: Pipeline, _ now: Int64) {
    pipeline.passes = [now, now + settings.lateMs / 16, now + settings.lateMs / 4, now + settings.lateMs]
    pipeline.dueMs = now
  }

  /// A new connection is up.
  func restart(_ pipeline: Pipeline, _ now: Int64) {
    pipeline.pass = 0
    planPasses(pipeline, now)
    pipeline.failures = 0
    pipeline.retryMs = 0
    pipeline.restoreFailures = 0
    if pipeline.isStopped { return }
    if pipeline.isDoubtful, !pipeline.isHeardOf { return }
    if pipeline.kind == .transcript {
      pipeline.dueMs = now + settings.holdMs / 2  // at the latest: when it is bound again, the gap is over
      restore(pipeline, stopFirst: false)
    } else {
      pipeline.binding = .polled
    }
  }

  // MARK: Binding again

  /// Starts a transcript with the id of this connection.
  private func restore(_ pipeline: Pipeline, stopFirst: Bool) {
    pipeline.binding = .restoring
    pipeline.restoreDueMs = -1
    let number = connection
    guard !stopFirst else {
      ask(pipeline.action("stop", connectionID: nil)) { [self] _ in
        if isCurrent(pipeline, number) { start(pipeline, hasStopped: true) }
      }
      return
    }
    start(pipeline, hasStopped: false)
  }

  /// Whether a call that was sent on connection `number` says how the pipeline is now.
  private func isCurrent(_ pipeline: Pipeline, _ number: Int) -> Bool {
    guard !pipeline.isStopped, number != connection else { return !pipeline.isStopped }
    // The service may have carried it out after what was sent since.
    if isUp { restore(pipeline, stopFirst: false) }
    return false
  }

  private func start(_ pipeline: Pipeline, hasStopped: Bool) {
    let number = connection
    ask(pipeline.action("start", connectionID: connectionID)) { [self] result in
      if pipeline.isStopped, case .success = result {
        // The application has stopped it meanwhile, and the service may have carried that out first.
        return ask(pipeline.action("stop", connectionID: nil)) { [self] _ in
          if !pipeline.isStopped, isUp { restore(pipeline, stopFirst: false) }
        }
      }
      guard isCurrent(pipeline, number) else { return }
      let now = host.nowMs
      switch result {
      case .success:
        counters.restored += 1
        pipeline.binding = .unconfirmed
        pipeline.connection = number
        pipeline.restoredMs = now
        pipeline.restoredAtMs = host.serverMs
        pipeline.liveWhenRestored = pipeline.lane.liveCount
        pipeline.misses = 0
        pipeline.restoreFailures = 0
        // Up to now nothing was pushed.
        if isUp { planPasses(pipeline, now) }
      case .failure(let error):
        if !hasStopped, isFinal(error) {
          return restore(pipeline, stopFirst: true)
        }
        pipeline.restoreFailures += 1
        pipeline.restoreDueMs = retryMs(pipeline.restoreFailures, error)
        pipeline.dueMs = earlier(pipeline.dueMs, now)
      }
    }
  }

  // MARK: Going on

  /// Does what is due for it; when it has to be looked at again, negative: when something comes.
  func advance(_ pipeline: Pipeline, _ now: Int64) -> Int64 {
    guard pipeline.isAsked else { return -1 }
    if pipeline.binding == .unconfirmed, pipeline.lane.liveCount > pipeline.liveWhenRestored { pipeline.binding = .pushed }
    let canRestore = isUp && !pipeline.isStopped
    if canRestore, pipeline.restoreDueMs >= 0, now >= pipeline.restoreDueMs { restore(pipeline, stopFirst: false) }
    let restoreMs = canRestore ? pipeline.restoreDueMs : -1
    if pipeline.fetch != nil { return earlier(goOn(pipeline, now), restoreMs) }
    let quietMs = pipeline.isChecking || !canRestore ? -1 : quietDue(pipeline)
    let dueMs = earlier(pipeline.dueMs, quietMs)
    if dueMs >= 0, now >= dueMs {
      if now < pipeline.retryMs { return pipeline.retryMs }
      if pipeline.dueMs < 0 || now < pipeline.dueMs {
        pipeline.isChecking = true
        pipeline.checkedMs = now
      }
      begin(pipeline, now)
      return goOn(pipeline, now)
    }
    return earlier(dueMs, restoreMs)
  }

  /// When a pipeline has been silent for too long. In a lane of several, the messages of one say nothing about another.
  private func quietDue(_ pipeline: Pipeline) -> Int64 {
    let isAlone = !pipelines.contains { $0.lane === pipeline.lane && $0 !== pipeline }
    let newsMs = isAlone ? max(pipeline.newsMs, pipeline.lane.lastLiveMs) : pipeline.newsMs
    return max(newsMs, pipeline.checkedMs) + settings.quietMs
  }

  // MARK: Asking for records

  private func begin(_ pipeline: Pipeline, _ now: Int64) {
    // The service may list the oldest first: then a first page says nothing about what is new.
    let isFull =
      pipeline.isChecking || pipeline.passes.first.map { $0 <= now } ?? false
      || pipeline.binding != .pushed && now >= pipeline.fullDueMs
    let serverMs = host.serverMs
    let reachedMs = pipeline.gapFromMs ?? reached(pipeline, atMs: serverMs)
    // Whether a range has to hold a record or only to touch it is not known (PROTOCOL 7, row 9).
    let from = max(reachedMs, pipeline.sinceMs, pipeline.lane.settledMs) - settings.overlapMs
    // Up to now and a little further, since clocks differ; never less than what is known to be there.
    let to = max(serverMs, min(pipeline.lane.lastEndMs, serverMs + 86_400_000)) + 60_000
    if isFull { pipeline.fullDueMs = now + max(settings.overlapMs / 4, pipeline.pollMs) }
    pipeline.fetch = RecordFetch(
      from: from, to: to, isQuick: !isFull, beganMs: now, connection: isUp ? connection : 0)
  }

  /// Delivers what is ready, and asks for the next page.
  private func goOn(_ pipeline: Pipeline, _ now: Int64) -> Int64 {
    while pipeline.fetch?.ready.isEmpty == false {
      guard host.hasRoom, let record = pipeline.fetch?.ready.popLast() else { return -1 }
      pipeline.fetch?.delivered += 1
      pipeline.newsMs = now
      counters.backfilled += 1
      host.deliver(pipeline.event(record))
    }
    if pipeline.fetch?.isWhole ?? false, !(pipeline.fetch?.nextSlice() ?? false) { return finish(pipeline, now) }
    guard !pipeline.isAsking, let fetch = pipeline.fetch else { return -1 }
    if now < pipeline.retryMs { return pipeline.retryMs }
    // What is answered has to find room.
    guard asking < Self.maxAsking, host.hasRoom else { return -1 }
    pipeline.isAsking = true
    ask(pipeline.page(fetch, size: settings.pageSize)) { [self] result in
      pipeline.isAsking = false
      switch result {
      case .success(let answer): take(answer, pipeline)
      case .failure(let error): failed(pipeline, error)
      }
    }
    return -1
  }

  private func take(_ answer: [UInt8], _ pipeline: Pipeline) {
    let lane = pipeline.lane
    func isOurs(_ record: Record) -> Bool { record.endMs > pipeline.sinceMs && !lane.isSettled(record) }
    let step = pipeline.fetch?.take(answer) { !isOurs($0) || lane.knows($0, source: pipeline.source) }
    switch step {
    case nil: return
    case .more: break
    case .badAnswer: return failed(pipeline, VideoDBError(.badAnswer, "The service's list of records is none."))
    case .slice(let records):
      fetches &+= 1
      var news: [Record] = []
      for record in records {
        pipeline.reachedMs = max(pipeline.reachedMs, record.endMs)
        guard isOurs(record) else { continue }
        if lane.take(record, source: pipeline.source, fetch: fetches) {
          news.append(record)
          if record.startMs >= pipeline.restoredAtMs { pipeline.fetch?.missed += 1 }
        } else {
          counters.duplicates += 1
        }
      }
      pipeline.fetch?.ready = news.reversed()
      pipeline.fetch?.isWhole = true
    }
    pipeline.failures = 0
    pipeline.retryMs = 0
  }

  private func failed(_ pipeline: Pipeline, _ error: VideoDBError) {
    pipeline.retryMs = retryMs(pipeline.failures, error)
    pipeline.failures += 1
    // What a repeat will not mend has to be known.
    if isFinal(error), !pipeline.isDoubtful {
      tell(pipeline.name, Message(error.messageBytes), Array(error.status.name), pipeline)
    }
  }

  func isFinal(_ error: VideoDBError) -> Bool {
    error.httpStatus >= 400 && error.httpStatus < 500 && ![401, 408, 429].contains(error.httpStatus)
  }

  private func finish(_ pipeline: Pipeline, _ now: Int64) -> Int64 {
    guard let fetch = pipeline.fetch else { return -1 }
    pipeline.fetch = nil
    if !fetch.isQuick, fetch.connection == connection, isUp { passed(pipeline, fetch) }
    if fetch.delivered > 0 { pipeline.told = [] }
    pipeline.dueMs = pipeline.passes.first ?? -1
    if pipeline.isStopped {
      pipeline.isChecking = false
      return pipeline.isAsked ? advance(pipeline, now) : -1
    }
    if pipeline.binding == .unconfirmed, fetch.missed > 0, now - pipeline.restoredMs >= settings.confirmMs {
      // Records come and no event does: the service took the id and does not use it.
      pipeline.misses += 1
      if pipeline.misses > 1, restores.take(now: now) < 0 { restore(pipeline, stopFirst: true) }
    }
    if pipeline.isDoubtful, pipeline.isHeardOf, pipeline.connection != connection, isUp, pipeline.binding == .pushed {
      restore(pipeline, stopFirst: false)
    }
    if pipeline.isChecking {
      pipeline.isChecking = false
      pipeline.checkedMs = now
      if fetch.delivered == 0 {
        if !pipeline.isDoubtful { askStatus(pipeline) }
      } else if pipeline.binding == .pushed {
        revive(pipeline, now)
      }
    }
    if pipeline.binding != .pushed { pipeline.dueMs = earlier(pipeline.dueMs, now + pipeline.pollMs) }
    return advance(pipeline, now)
  }

  /// A full pass after a gap is over.
  private func passed(_ pipeline: Pipeline, _ fetch: RecordFetch) {
    pipeline.passes.removeAll { $0 <= fetch.beganMs }
    guard let fromMs = pipeline.gapFromMs else { return }
    pipeline.pass += 1
    let isFinal = pipeline.passes.isEmpty
    if isFinal { pipeline.gapFromMs = nil }
    hasChanged = true
    guard pipeline.pass == 1 || isFinal || fetch.delivered > 0 else { return }
    var data = JSONWriter()
    pipeline.describe(&data)
    data.set("from", secondsOfMs: max(fromMs, 0))
    data.set("to", secondsOfMs: max(host.serverMs, fromMs))
    data.set("records", fetch.delivered)
    data.set("pass", pipeline.pass)
    data.set("final", isFinal)
    host.announce(.backfilled, data.text)
  }

  // MARK: Watching

  /// Records came that were not pushed, on a connection that is up.
  private func revive(_ pipeline: Pipeline, _ now: Int64) {
    guard restores.take(now: now) < 0 else { return }
    if pipeline.kind == .transcript { restore(pipeline, stopFirst: false) } else { pipeline.binding = .polled }
  }

  private func askStatus(_ pipeline: Pipeline) {
    ask(Request(.get, pipeline.statusTarget)) { [self] result in
      if isStalled(result, pipeline, of: pipeline.name) { return }
      ask(Request(.get, Array("/rtstream/" as StaticString) + pipeline.stream)) { [self] result in
        if !isStalled(result, pipeline, of: "rtstream") { pipeline.told = [] }
      }
    }
  }

  /// Tells of a status that means that nothing will come, and starts it again where the application wants that.
  private func isStalled(_ result: Result<[UInt8], VideoDBError>, _ pipeline: Pipeline, of what: StaticString) -> Bool {
    guard !pipeline.isStopped else { return true }
    switch result {
    case .failure(let error):
      guard isFinal(error) else { return true }
      tell(what, Message(error.messageBytes), Array(error.status.name), pipeline)
      return true
    case .success(let answer):
      guard let status = JSON(answer)?["status"]?.stringBytes, Self.meansStopped(status) else { return false }
      tell(what, "The service says that it is \(status).", status, pipeline)
      guard settings.restarts else { return true }
      let request =
        what.utf8CodeUnitCount == 8  // rtstream
        ? Request(
          .patch, Array("/rtstream/" as StaticString) + pipeline.stream + Array("/status" as StaticString),
          body: Array("{\"action\":\"start\"}" as StaticString))
        : pipeline.action("start", connectionID: connectionID)
      ask(request) { _ in }
      return true
    }
  }

  private static func meansStopped(_ status: [UInt8]) -> Bool {
    for word in ["stop", "fail", "error", "not_configured", "inactive", "disconnect"] as [StaticString] {
      if status.withUnsafeBytes({ $0.firstIndex(of: UnsafeRawBufferPointer(word)) }) != nil { return true }
    }
    return false
  }

  /// Once for each status.
  private func tell(_ what: StaticString, _ reason: Message, _ status: [UInt8], _ pipeline: Pipeline) {
    if sameBytes(pipeline.told, status) { return }
    pipeline.told = status
    counters.stalled += 1
    var data = JSONWriter()
    pipeline.describe(&data)
    data.set("what", what)
    data.set("status", status)
    data.set("reason", reason.bytes)
    host.announce(.stalled, data.text)
  }
}
