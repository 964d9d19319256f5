/// What is due for a pipeline, and when: after a cut, when it is stopped, and while all is well; and binding it again.
extension Recovery {
  /// The connection was cut at this time.
  func lost(_ pipeline: Pipeline, _ aliveMs: Int64) {
    guard pipeline.isAsked else { return }
    // They wait for a connection, or they would follow each other until there is one.
    pipeline.passes = []
    pipeline.gaps.begin(reached(pipeline, atMs: aliveMs))
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
    if pipeline.gaps.fromMs == nil { pipeline.gaps.begin(reached(pipeline, atMs: host.serverMs)) }
    if isUp { isStopped ? planPasses(pipeline, host.nowMs) : restart(pipeline, host.nowMs) }
  }

  /// Records may appear late: they are asked for several times.
  func planPasses(_ pipeline: Pipeline, _ now: Int64) {
    pipeline.passes = [now, now + settings.lateMs / 16, now + settings.lateMs / 4, now + settings.lateMs]
    pipeline.dueMs = now
    pipeline.gaps.end(host.serverMs)
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

  // MARK: Binding again

  /// Starts a transcript with the id of this connection.
  func restore(_ pipeline: Pipeline, stopFirst: Bool) {
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

  /// Records came that were not pushed, on a connection that is up.
  func revive(_ pipeline: Pipeline, _ now: Int64) {
    guard restores.take(now: now) < 0 else { return }
    if pipeline.kind == .transcript { restore(pipeline, stopFirst: false) } else { pipeline.binding = .polled }
  }
}
