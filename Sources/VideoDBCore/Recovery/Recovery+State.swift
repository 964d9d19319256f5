/// What is bound to a channel as text, for a process that goes on where another was killed.
extension Recovery {
  /// A JSON object: {"connection_id", "pipelines": [...], "alerts": [...], "capture_sessions": [...]}.
  public var bindings: [UInt8] {
    var json = JSONWriter()
    json.set("connection_id", connectionID)
    json.set("pipelines", json: list(pipelines.map { text($0) }))
    json.set("alerts", json: list(families.map { text($0) }))
    json.set(
      "capture_sessions",
      json: list(
        sessions.map {
          var session = JSONWriter()
          session.set("collection_id", $0.collection)
          session.set("session_id", $0.id)
          session.set("status", $0.status)
          return session.text
        }))
    return json.text
  }

  private func list(_ texts: [[UInt8]]) -> [UInt8] {
    var out: [UInt8] = [0x5B]
    for text in texts {
      if out.count > 1 { out.append(0x2C) }
      out += text
    }
    out.append(0x5D)
    return out
  }

  private func text(_ pipeline: Pipeline) -> [UInt8] {
    var json = JSONWriter()
    pipeline.describe(&json)
    json.set("kind", pipeline.kind.rawValue)
    json.set("channel", Int64(pipeline.lane.kind.rawValue))
    json.set("stream", pipeline.stream)
    json.set("id", pipeline.id)
    if let engine = pipeline.engine { json.set("engine", engine) }
    json.set("since_ms", pipeline.sinceMs)
    json.set("poll_ms", pipeline.pollMs)
    if let gap = pipeline.gaps.fromMs { json.set("gap_ms", max(gap, 0)) }
    json.set("doubtful", pipeline.isDoubtful)
    json.set("stopped", pipeline.isStopped)
    return json.text
  }

  private func text(_ family: AlertFamily) -> [UInt8] {
    var json = JSONWriter()
    json.set("branch", family.branch)
    json.set("stream", family.stream)
    json.set("index", family.index)
    json.set("event_id", family.eventID)
    json.set("alert_id", family.id)
    json.set("webhook", family.hasWebhook)
    json.set("enabled", family.isEnabled)
    json.set("members", json: jsonArray(family.members))
    return json.text
  }

  /// Takes over what another process had bound; `aliveMs`: when it is known to have lived last, in milliseconds since the Unix epoch.
  /// Before the first connection.
  public func restore(_ json: JSON, aliveMs: Int64) {
    guard let last = json["connection_id"]?.stringBytes, !last.isEmpty else { return }
    resume(after: last, aliveMs: aliveMs)
    for entry in json["pipelines"]?.elements ?? [] {
      guard let kind = entry["kind"]?.int.flatMap({ Pipeline.Kind(rawValue: $0) }), let stream = entry["stream"]?.stringBytes,
        let channel = entry["channel"]?.int.flatMap({ EventKind(rawValue: Int32(truncatingIfNeeded: $0)) })
      else { continue }
      let pipeline = bind(
        kind, stream, entry["id"]?.stringBytes ?? [], engine: entry["engine"]?.stringBytes, channel,
        sinceMs: entry["since_ms"]?.int ?? 0, pollMs: max(entry["poll_ms"]?.int ?? 2_000, 1), connection: connection)
      pipeline.isDoubtful = entry["doubtful"]?.bool ?? false
      pipeline.isStopped = entry["stopped"]?.bool ?? false
      if let gap = entry["gap_ms"]?.int { pipeline.gaps.begin(gap) }
    }
    for entry in json["alerts"]?.elements ?? [] {
      guard let branch = entry["branch"]?.stringBytes, let stream = entry["stream"]?.stringBytes,
        let index = entry["index"]?.stringBytes, let event = entry["event_id"]?.stringBytes,
        let id = entry["alert_id"]?.stringBytes
      else { continue }
      let family = AlertFamily(
        branch: branch, stream: stream, index: index, eventID: event, id: id, hasWebhook: entry["webhook"]?.bool ?? false,
        members: entry["members"]?.elements.compactMap { $0.stringBytes } ?? [id], connection: connection)
      family.isEnabled = entry["enabled"]?.bool ?? true
      family.gapFromMs = aliveMs
      families.append(family)
    }
    for entry in json["capture_sessions"]?.elements ?? [] {
      guard let collection = entry["collection_id"]?.stringBytes, let id = entry["session_id"]?.stringBytes else { continue }
      watch(collection, id, connection: connection)
      sessions.last?.status = entry["status"]?.stringBytes ?? []
    }
    host.alertsChanged()
  }

  /// An item that was delivered by another process.
  public func restore(lane key: UInt32, text: UInt64, startMs: Int64, endMs: Int64) {
    for lane in lanes.all where laneKey(lane.stream.withUnsafeBytes { textHash($0) }, lane.kind) == key {
      lane.restore(text, startMs, endMs)
    }
  }

  /// What is known of the lanes begins here: what started by then counts as delivered.
  public func restore(settledMs: Int64) { for lane in lanes.all { lane.restore(settledMs: settledMs) } }

  /// Where the gap of each pipeline begins, once the items are there. `oldestMs`: start of the oldest item that was handed out and not
  /// acknowledged.
  public func restored(oldestMs: Int64, aliveMs: Int64) {
    for pipeline in pipelines {
      lost(pipeline, aliveMs)
      pipeline.gaps.reachBack(oldestMs)
    }
  }
}

/// A stream's channel as a number.
public func laneKey(_ stream: UInt64, _ kind: EventKind) -> UInt32 {
  UInt32(truncatingIfNeeded: (stream ^ UInt64(truncatingIfNeeded: kind.rawValue) &* 0x9E37_79B9_7F4A_7C15) >> 16)
}
