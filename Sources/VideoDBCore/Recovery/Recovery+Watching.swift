/// Asking what has become of a pipeline that is silent, and telling of it.
extension Recovery {
  func askStatus(_ pipeline: Pipeline) {
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
  func tell(_ what: StaticString, _ reason: Message, _ status: [UInt8], _ pipeline: Pipeline) {
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
