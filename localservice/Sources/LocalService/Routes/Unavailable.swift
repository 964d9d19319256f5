/// Operations of the protocol that need something this service does not have. It says so instead of inventing data.
enum Unavailable {
  private static let groups: [(reason: String, operations: [String])] = [
    (
      "this service recognises no speech, so there is no transcript",
      [
        "POST /rtstream/{id}/transcription", "GET /rtstream/{id}/transcription",
        "GET /rtstream/{id}/transcription/status",
      ]
    ),
    (
      "this service has no search over scenes; read the scene records and filter them",
      ["POST /rtstream/{id}/search", "POST /rtstream/collection/{collection}/search"]
    ),
    (
      "this service keeps no recording, so there is nothing to play or export",
      ["GET /rtstream/{id}/stream", "POST /rtstream/{id}/export"]
    ),
    (
      "this service answers every call at once, so there are no asynchronous responses",
      ["GET /async-response/{id}"]
    ),
    (
      "this service has the collection 'default' only, and it cannot be changed",
      ["POST /collection", "PATCH /collection/{collection}"]
    ),
  ]

  static func add(to router: inout Router) {
    for (reason, operations) in groups {
      for operation in operations {
        let parts = operation.split(separator: " ")
        router.on(String(parts[0]), String(parts[1])) { _ in throw Refusal.unavailable(reason) }
      }
    }
  }
}
