/// An alert of the application's and those that stand in for it. The service has no way to give an alert another connection id, nor to
/// delete one (PROTOCOL 3.8): after a cut a further one is created, and the one before it disabled.
///
/// One with a webhook is never touched, or webhooks would be doubled or lost: a companion without a webhook carries the new id.
final class AlertFamily {
  /// As they stand in paths; "index" or "indexes".
  let branch: [UInt8]
  let stream: [UInt8]
  let index: [UInt8]
  let eventID: [UInt8]
  /// The alert that the application knows.
  let id: [UInt8]
  let hasWebhook: Bool
  /// All of them, oldest first.
  var members: [[UInt8]]
  /// Number of the connection that the newest is bound to.
  var connection: Int
  var isEnabled = true
  /// To be enabled or disabled in the service.
  var switches: [(id: [UInt8], on: Bool)] = []

  /// Since when alerts may have been missed, in milliseconds since the Unix epoch.
  var gapFromMs: Int64?
  /// Monotonic.
  var dueMs: Int64 = -1
  var retryMs: Int64 = 0
  var failures = 0
  var isAsking = false
  /// The connection for which one was to be created without a clear answer: it may be there.
  var unsureOf: Int?
  /// Alerts that could be taken for one of ours and were there before; nil: not known.
  var strangers: [[UInt8]]?
  /// What was told of it last.
  var told = Status.ok

  init(
    branch: [UInt8], stream: [UInt8], index: [UInt8], eventID: [UInt8], id: [UInt8], hasWebhook: Bool, members: [[UInt8]],
    connection: Int
  ) {
    self.branch = branch
    self.stream = stream
    self.index = index
    self.eventID = eventID
    self.id = id
    self.hasWebhook = hasWebhook
    self.members = members
    self.connection = connection
  }

  var newest: [UInt8] { members.last ?? id }

  private var path: [UInt8] {
    var path = Array("/rtstream/" as StaticString) + stream
    path.append(0x2F)
    path += branch
    path.append(0x2F)
    path += index
    path.append("/alert")
    return path
  }

  var list: Request { Request(.get, path) }

  func create(connectionID: [UInt8]) -> Request {
    var body = JSONWriter()
    body.set("event_id", eventID)
    body.set("callback_url", json: Array("null" as StaticString))
    body.set("ws_connection_id", connectionID)
    return Request(.post, path, body: body.text)
  }

  func setStatus(_ id: [UInt8], on: Bool) -> Request {
    var body = JSONWriter()
    body.set("action", on ? "enable" : "disable")
    var target = path
    target.append(0x2F)
    appendPercentEncoded(id, to: &target)
    target.append("/status")
    return Request(.patch, target, body: body.text)
  }

  func isOf(_ call: BoundCall) -> Bool {
    call.ids.count >= 2 && sameBytes(call.branch, branch) && sameBytes(call.ids[0], stream) && sameBytes(call.ids[1], index)
  }
}

extension Recovery {
  func advance(_ family: AlertFamily, _ now: Int64) -> Int64 {
    if family.isAsking { return -1 }
    if now < family.retryMs { return family.retryMs }
    guard asking < Self.maxAsking else { return -1 }
    if let change = family.switches.first {
      family.isAsking = true
      ask(family.setStatus(change.id, on: change.on)) { [self] result in
        family.isAsking = false
        if case .failure(let error) = result {
          guard isFinal(error) else { return failed(family, error) }
          // It would be refused again, and nothing else would be done for this alert.
          if error.status != .notFound { tell(family, error.status, Message(error.messageBytes)) }
        }
        family.switches.removeFirst()
        family.failures = 0
      }
      return -1
    }
    guard isUp, family.isEnabled, family.connection != connection else { return -1 }
    if now < family.dueMs { return family.dueMs }
    if family.strangers == nil || family.unsureOf != nil { look(family) } else { create(family, now) }
    return family.isAsking ? -1 : family.dueMs
  }

  /// Asks which alerts are there, before one is created, and once more where that had no clear answer: what is new then is ours. The list
  /// names no connection and no time (PROTOCOL 2.8). Where several are new somebody else makes them too, and none is touched.
  private func look(_ family: AlertFamily) {
    family.isAsking = true
    ask(family.list) { [self] result in
      family.isAsking = false
      var strangers: [[UInt8]] = []
      switch result {
      case .failure(let error): guard isFinal(error) else { return failed(family, error) }
      case .success(let answer):
        for alert in JSON(answer)?["alerts"]?.elements ?? [] {
          guard let id = alert["alert_id"]?.stringBytes, let event = alert["event_id"]?.stringBytes,
            sameBytes(event, family.eventID), (alert["callback_url"]?.stringBytes ?? []).isEmpty,
            alert["status"]?.stringBytes?.equals("disabled") != true,
            !families.contains(where: { $0.members.contains { sameBytes($0, id) } })
          else { continue }
          strangers.append(id)
        }
      }
      let known = family.strangers ?? []
      let number = family.unsureOf
      family.strangers = strangers
      family.unsureOf = nil
      let new = strangers.filter { id in !known.contains { sameBytes($0, id) } }
      if let number, new.count == 1 { adopt(family, new[0], number) }
    }
  }

  private func create(_ family: AlertFamily, _ now: Int64) {
    let freeMs = alertCreations.take(now: now)
    guard freeMs < 0 else {
      family.dueMs = freeMs
      family.strangers = nil
      return tell(family, .rateLimited, "rebind.max_alerts_per_hour is reached: the alert is restored later.")
    }
    let number = connection
    family.isAsking = true
    ask(family.create(connectionID: connectionID)) { [self] result in
      family.isAsking = false
      switch result {
      case .success(let answer):
        guard let id = JSON(answer)?["alert_id"]?.stringBytes, !id.isEmpty else {
          family.unsureOf = number
          return failed(family, VideoDBError(.badAnswer, "alert_create: the answer has no alert_id."))
        }
        counters.alertsCreated += 1
        adopt(family, id, number)
      case .failure(let error):
        // A clear answer: the next attempt begins anew.
        if error.httpStatus == 0 || error.httpStatus >= 500 { family.unsureOf = number } else { family.strangers = nil }
        failed(family, error)
        if isFinal(error) { tell(family, error.status, Message(error.messageBytes)) }
      }
    }
  }

  private func adopt(_ family: AlertFamily, _ id: [UInt8], _ number: Int) {
    let old = family.newest
    if !family.hasWebhook || family.members.count > 1 { family.switches.append((old, false)) }
    family.members.append(id)
    // Of very many the oldest, which have long been disabled, are listed as what they are.
    if family.members.count > ConnectionIDs.most { family.members.remove(at: 1) }
    family.connection = number
    family.strangers = nil
    family.failures = 0
    family.told = .ok
    if !family.isEnabled { family.switches.append((id, false)) }
    host.alertsChanged()
    hasChanged = true
    guard number == connection, isUp, let fromMs = family.gapFromMs else { return }
    family.gapFromMs = nil
    var data = JSONWriter()
    data.set("from", secondsOfMs: fromMs)
    data.set("to", secondsOfMs: max(host.serverMs, fromMs))
    data.set("reason", "The alert is bound to the new connection.")
    data.set("rtstream_id", percentDecoded(family.stream))
    data.set("alert_id", family.id)
    data.set("recovering", json: jsonArray([]))
    data.set("lost", json: jsonArray([Array("alert" as StaticString)]))
    host.announce(.gap, data.text)
  }

  private func failed(_ family: AlertFamily, _ error: VideoDBError) {
    family.retryMs = retryMs(family.failures, error)
    family.failures += 1
  }

  /// Once for each status, until it is bound again.
  private func tell(_ family: AlertFamily, _ status: Status, _ reason: Message) {
    if family.told == status { return }
    family.told = status
    counters.stalled += 1
    var data = JSONWriter()
    data.set("pipeline", "alert")
    data.set("rtstream_id", percentDecoded(family.stream))
    data.set("index_id", percentDecoded(family.index))
    data.set("alert_id", family.id)
    data.set("what", "alert")
    data.set("status", status.name)
    data.set("reason", reason.bytes)
    host.announce(.stalled, data.text)
  }
}
