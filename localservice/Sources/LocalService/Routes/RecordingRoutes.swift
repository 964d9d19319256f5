/// What needs a recording. This service keeps none.
extension Routes {
  private static let noRecording = "this service keeps no recording"

  func addRecordings(to router: inout Router) {
    router.on("GET", "/rtstream/{id}/stream") { request in
      _ = try await stream(request)
      let (start, end) = (try request.query.seconds("start"), try request.query.seconds("end"))
      guard (start == nil) == (end == nil) else {
        throw Refusal.invalid("query parameters 'start' and 'end' are needed together")
      }
      if let start, let end, end <= start {
        throw Refusal.invalid("query parameter 'end' must be after 'start'")
      }
      throw Refusal.unavailable("\(Self.noRecording), so there is nothing to play")
    }
    router.on("POST", "/rtstream/{id}/export") { request in
      let stream = try await stream(request)
      _ = try Fields(body: request.body).string("name")
      throw Refusal(400, "NO_RECORDING", "rtstream '\(stream.id)' has no recording to export: \(Self.noRecording)")
    }
  }
}
