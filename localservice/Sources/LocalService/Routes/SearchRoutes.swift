/// Search over everything recorded, in one stream or in all.
extension Routes {
  static let mostResults = 1000

  func addSearch(to router: inout Router) {
    router.on("POST", "/rtstream/{id}/search") { request in
      let stream = try await stream(request)
      return try await search(Fields(body: request.body), on: stream)
    }
    router.on("POST", "/rtstream/collection/{collection}/search") { request in
      try Self.requireCollection(request.parameter("collection"))
      return try await search(Fields(body: request.body), on: nil)
    }
  }

  private func search(_ fields: Fields, on stream: VideoStream?) async throws -> Reply {
    let query = try fields.requiredString("query", "what is searched for")
    let all = try await store.searchOwners()
    var scope = SearchScope(all.filter { stream == nil || $0.streamID == stream?.id })
    if let index = try fields.string("scene_index_id") {
      scope.keep { $0.id == index && !$0.isTranscript }
      guard !scope.owners.isEmpty else {
        let place = stream.map { "rtstream '\($0.id)'" } ?? "the collection"
        throw Refusal.notFound("\(place) has no scene index '\(Fields.short(index))'")
      }
    }
    for filter in try fields.objects("filter") ?? [] { try scope.add(filter) }
    if let type = try fields.choice("index_type", ["scene", "spoken_word"]) {
      scope.keep { $0.isSpoken == (type == "spoken_word") }
    }
    var search = Store.Search(query: query, owners: scope.owners, marks: scope.marks(among: all))
    (search.start, search.end) = (scope.start, scope.end)
    search.limit = try fields.integer("result_threshold", in: 0...Self.mostResults) ?? search.limit
    search.leastScore = try fields.number("score_threshold", in: 0...1) ?? search.leastScore
    if let percentage = try fields.number("dynamic_score_percentage", in: 0...100) {
      search.leastShare = 1 - percentage / 100
    }
    let stitch = try fields.bool("stitch") ?? true
    let rerank = try fields.bool("rerank") == true
    _ = try fields.object("rerank_params")
    let hits = scope.owners.isEmpty ? [] : try await store.search(search)
    let shots = stitch ? SearchShot.stitched(hits) : hits.map { SearchShot($0) }
    return .data(
      ["results": .array(shots.map(Self.form))],
      message: rerank ? "rerank has no effect: results are ranked by their words, and no model is here to do it again" : nil)
  }

  private static func form(_ shot: SearchShot) -> JSON {
    var members: [JSON.Member] = [
      .init("start", .number(shot.start)), .init("end", .number(shot.end)),
      .init("text", .string(shot.texts.joined(separator: " "))), .init("score", .number(shot.score)),
    ]
    // A transcript is of its stream, and in no index.
    if !shot.owner.isTranscript {
      members += [.init("scene_index_id", .string(shot.owner.id)), .init("scene_index_name", .optional(shot.owner.name))]
    }
    return .object(
      members + [
        .init("rtstream_id", .string(shot.owner.streamID)), .init("rtstream_name", .optional(shot.owner.streamName)),
        .init("metadata", ["records": .integer(shot.records)]),
      ])
  }
}

/// In which indexes and in which time a search looks.
struct SearchScope {
  private static let keys = [
    "scene_index_id", "scene_index_name", "index_id", "index_name", "rtstream_id", "rtstream_name", "start", "end",
  ]

  private(set) var owners: [String: Store.Owner]
  private(set) var start: Double?
  private(set) var end: Double?

  init(_ owners: [Store.Owner]) {
    self.owners = Dictionary(owners.map { ($0.id, $0) }) { first, _ in first }
  }

  mutating func keep(_ isWanted: (Store.Owner) -> Bool) { owners = owners.filter { isWanted($1) } }

  /// All filters must hold, and all keys of each.
  mutating func add(_ filter: Fields) throws {
    try filter.requireOnly(Self.keys)
    for key in ["scene_index_id", "index_id"] {
      if let id = try filter.string(key) { keep { $0.id == id && !$0.isTranscript } }
    }
    for key in ["scene_index_name", "index_name"] {
      if let name = try filter.string(key) { keep { $0.name == name } }
    }
    if let id = try filter.string("rtstream_id") { keep { $0.streamID == id } }
    if let name = try filter.string("rtstream_name") { keep { $0.streamName == name } }
    if let start = try filter.number("start", in: Self.times) { self.start = max(start, self.start ?? start) }
    if let end = try filter.number("end", in: Self.times) { self.end = min(end, self.end ?? end) }
  }

  private static let times = 0.0...1e11

  /// The fewest words in the full-text index that stand for these and no others of all. Nil when it needs none.
  func marks(among all: [Store.Owner]) -> [String]? {
    if owners.count == all.count { return nil }
    let streams = Set(owners.values.map(\.streamID))
    let isWhole = all.count { streams.contains($0.streamID) } == owners.count
    return (isWhole ? Array(streams) : Array(owners.keys)).sorted().map(Word.of(owner:))
  }
}
