/// Asking for the records of a pipeline, and handing out those that are new.
extension Recovery {
  func begin(_ pipeline: Pipeline, _ now: Int64) {
    // The service may list the oldest first: then a first page says nothing about what is new.
    let isFull =
      pipeline.isChecking || pipeline.passes.first.map { $0 <= now } ?? false
      || pipeline.binding != .pushed && now >= pipeline.fullDueMs
    let serverMs = host.serverMs
    let reachedMs = pipeline.gaps.fromMs ?? reached(pipeline, atMs: serverMs)
    // Whether a range has to hold a record or only to touch it is not known (PROTOCOL 7, row 9).
    let from = max(reachedMs, pipeline.sinceMs, pipeline.lane.settledMs) - settings.overlapMs
    // Up to now and a little further, since clocks differ; never less than what is known to be there.
    let to = max(serverMs, min(pipeline.lane.lastEndMs, serverMs + 86_400_000)) + 60_000
    if isFull { pipeline.fullDueMs = now + max(settings.overlapMs / 4, pipeline.pollMs) }
    pipeline.fetch = RecordFetch(
      from: from, to: to, isQuick: !isFull, pageSize: settings.pageSize,
      largePageSize: pipeline.kind == .transcript ? settings.largePageSize : settings.pageSize, beganMs: now,
      connection: isUp ? connection : 0)
    pipeline.fetch?.settlesMs = serverMs - settings.lateMs
  }

  /// Delivers what is ready, and asks for the next page.
  func goOn(_ pipeline: Pipeline, _ now: Int64) -> Int64 {
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
    ask(pipeline.page(fetch)) { [self] result in
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
          if record.endMs <= pipeline.gaps.toMs { pipeline.fetch?.ofGap += 1 }
          if record.endMs <= pipeline.fetch?.settlesMs ?? .min { pipeline.fetch?.settlesMs = .min }
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
    if isFinal(error), let fetch = pipeline.fetch, fetch.pageSize > settings.pageSize {
      pipeline.fetch?.refuseLargePages(settings.pageSize)
      return
    }
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
    if !fetch.isQuick, let from = pipeline.gaps.fromMs, fetch.beginMs <= from { pipeline.gaps.settle(fetch.settlesMs) }
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
    guard let fromMs = pipeline.gaps.fromMs else { return }
    // Where the last look found something late, more of it may be on its way.
    if pipeline.passes.isEmpty, fetch.ofGap > 0, settings.lateMs > 0 { pipeline.passes = [host.nowMs + settings.lateMs] }
    pipeline.pass += 1
    let isFinal = pipeline.passes.isEmpty
    if isFinal { pipeline.gaps.clear() }
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
}
