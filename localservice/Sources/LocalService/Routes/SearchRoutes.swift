/// Search over records. This service has none; a request is checked as if it had, so that a client hears of its own mistakes
/// first.
extension Routes {
  func addSearch(to router: inout Router) {
    router.on("POST", "/rtstream/{id}/search") { request in
      let stream = try await stream(request)
      try await refuseSearch(Fields(body: request.body), on: stream)
    }
    router.on("POST", "/rtstream/collection/{collection}/search") { request in
      try Self.requireCollection(request.parameter("collection"))
      try await refuseSearch(Fields(body: request.body), on: nil)
    }
  }

  private func refuseSearch(_ fields: Fields, on stream: VideoStream?) async throws -> Never {
    _ = try fields.requiredString("query", "what is searched for")
    _ = try fields.integer("result_threshold", in: 0...1_000_000)
    _ = try fields.objects("filter")
    if let stream, let index = try fields.string("scene_index_id") {
      guard try await store.job(.sceneIndex, index, ofStream: stream.id) != nil else {
        throw Refusal.notFound("rtstream '\(stream.id)' has no scene index '\(Fields.short(index))'")
      }
    }
    throw Refusal.unavailable("this service has no search over scenes; read the scene records and filter them")
  }
}
