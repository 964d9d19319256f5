/// What calls of the application mean for what is bound to the channel.
extension Recovery {
  /// The call succeeded. `number` is that of the connection whose id it was sent with; nil: it named none of this channel.
  public func settled(_ call: BoundCall, connection number: Int?, answer: [UInt8]) {
    hasChanged = true
    let answer = JSON(answer)
    func answered(_ key: StaticString, _ other: StaticString = "id") -> [UInt8]? {
      (answer?[key] ?? answer?[other])?.stringBytes.flatMap { $0.isEmpty ? nil : $0 }
    }
    let ids = call.ids
    // A little earlier than now, since the answer took its time and clocks differ.
    let sinceMs = host.serverMs - 10_000
    switch call.kind {
    case .connectStream:
      // A transcript comes with its stream, and goes to the same id (PROTOCOL 3.8).
      guard let number, let id = answered("rtstream_id"), call.body?["enable_transcript"]?.bool != false else { return }
      let hasSound = call.body?["media_types"]?.elements.contains { $0.stringBytes?.equals("audio") ?? false } ?? false
      bind(.transcript, encoded(id), [], engine: nil, .transcript, sinceMs: sinceMs, pollMs: pollMs(nil), connection: number)
        .isDoubtful = !hasSound
    case .startTranscript:
      guard let number else { return }
      bind(
        .transcript, ids[0], [], engine: call.text("engine"), .transcript, sinceMs: sinceMs, pollMs: pollMs(nil),
        connection: number
      ).isDoubtful = false
    case .createIndex:
      guard let number, let id = answered("rtstream_index_id") else { return }
      let isAudio = call.text("extraction_type")?.equals("transcript") ?? false
      let config = call.body?["extraction_config"]
      let length = config?["segmenter"]?.stringBytes?.equals("time") ?? false ? config?["segmentation_value"] : config?["time"]
      bind(
        .index, ids[0], encoded(id), engine: nil, isAudio ? .audioIndex : .sceneIndex, sinceMs: sinceMs,
        pollMs: pollMs(length?.double), connection: number)
    case .createUnderstanding:
      guard let number, let id = answered("understanding_id") else { return }
      bind(
        .understanding, ids[0], encoded(id), engine: nil, .sceneIndex, sinceMs: sinceMs, pollMs: pollMs(nil), connection: number
      )
    case .stopTranscript: stop(pipeline(.transcript, ids[0], []), true)
    case .startIndex, .stopIndex: stop(pipeline(.index, ids[0], ids[1]), call.kind == .stopIndex)
    case .startUnderstanding, .stopUnderstanding:
      stop(pipeline(.understanding, ids[0], ids[1]), call.kind == .stopUnderstanding)
    case .startStream, .stopStream:
      for known in pipelines where sameBytes(known.stream, ids[0]) { stop(known, call.kind == .stopStream) }
    case .createAlert:
      guard let number, let id = answered("alert_id"), let event = call.text("event_id") else { return }
      let family = AlertFamily(
        branch: call.branch, stream: ids[0], index: ids[1], eventID: event, id: id,
        hasWebhook: call.text("callback_url") != nil,
        members: [id], connection: number)
      if number != connection {
        family.gapFromMs = host.serverMs
        family.dueMs = host.nowMs + settings.alertSettleMs
      }
      families.append(family)
      host.alertsChanged()
    case .enableAlert, .disableAlert:
      let isOn = call.kind == .enableAlert
      let id = percentDecoded(ids[2])
      for family in families where family.isOf(call) && family.members.contains(where: { sameBytes($0, id) }) {
        family.isEnabled = isOn
        // The call was about the newest, or about the one with the webhook and not about its companion.
        if !sameBytes(family.newest, id) { family.switches.append((family.newest, isOn)) }
      }
    case .listAlerts: break
    case .createSession:
      if let number, let id = answered("session_id") { watch(ids[0], id, connection: number) }
    case .startSession:
      if let number, let id = call.text("session_id") { watch(Array("default" as StaticString), id, connection: number) }
    case .exportSession: if let number { watch(ids[0], percentDecoded(ids[1]), connection: number) }
    }
    advance()
  }

  private func pollMs(_ seconds: Double?) -> Int64 {
    if settings.pollMs > 0 { return settings.pollMs }
    return Int64(min(max(seconds ?? 2, 1), 10) * 1_000)
  }

  private func encoded(_ id: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    appendPercentEncoded(id, to: &out)
    return out
  }
}
