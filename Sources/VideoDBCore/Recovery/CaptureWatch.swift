/// A capture session whose events go to a connection id that is dead: its state is asked for (PROTOCOL 3.8).
final class CaptureWatch {
  /// As it stands in paths.
  let collection: [UInt8]
  let id: [UInt8]
  var connection: Int
  /// Known last.
  var status: [UInt8] = []
  var dueMs: Int64 = -1
  var failures = 0
  var isAsking = false

  init(_ collection: [UInt8], _ id: [UInt8], connection: Int) {
    self.collection = collection
    self.id = id
    self.connection = connection
  }

  /// It changes no more.
  var isOver: Bool { status.equals("exported") || status.equals("failed") }
}

extension Recovery {
  private static var captureChannel: [UInt8] { Array("capture_session" as StaticString) }

  func watch(_ collection: [UInt8], _ id: [UInt8], connection number: Int) {
    sessions.removeAll { sameBytes($0.id, id) }
    let session = CaptureWatch(collection, id, connection: number)
    // The id that the call was sent with may be dead by now.
    if number != connection { session.dueMs = host.nowMs }
    sessions.append(session)
  }

  /// A `capture_session` message came over the socket.
  public func sessionChanged(_ message: UnsafeRawBufferPointer) {
    guard !sessions.isEmpty, let json = JSON(Array(message)), let id = json["capture_session_id"]?.stringBytes,
      let session = sessions.first(where: { sameBytes($0.id, id) })
    else { return }
    session.status = (json["status"] ?? json["data"]?["status"])?.stringBytes ?? session.status
    if session.isOver { sessions.removeAll { $0 === session } }
  }

  func advance(_ session: CaptureWatch, _ now: Int64) -> Int64 {
    guard session.connection != connection, !session.isAsking, session.dueMs >= 0 else { return -1 }
    if now < session.dueMs { return session.dueMs }
    guard asking < Self.maxAsking else { return -1 }
    session.isAsking = true
    var target = Array("/collection/" as StaticString) + session.collection
    target.append("/capture/session/")
    appendPercentEncoded(session.id, to: &target)
    ask(Request(.get, target)) { [self] result in
      session.isAsking = false
      switch result {
      case .failure(let error):
        session.failures += 1
        session.dueMs = retryMs(session.failures, error)
        if error.status == .notFound { sessions.removeAll { $0 === session } }
      case .success(let answer):
        session.failures = 0
        session.dueMs = host.nowMs + (settings.pollMs > 0 ? settings.pollMs : 5_000)
        if let json = JSON(answer), let status = json["status"]?.stringBytes { changed(session, status, json) }
      }
    }
    return -1
  }

  private func changed(_ session: CaptureWatch, _ status: [UInt8], _ json: JSON) {
    guard !sameBytes(status, session.status) else { return }
    session.status = status
    var event = JSONWriter()
    event.set("channel", Self.captureChannel)
    event.set("event", Self.captureChannel + [0x2E] + status)
    event.set("capture_session_id", session.id)
    event.set("status", status)
    event.set("data", json: json.bytes)
    counters.backfilled += 1
    host.deliver(event.text)
    if session.isOver { sessions.removeAll { $0 === session } }
  }
}
