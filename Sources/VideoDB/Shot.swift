import VideoDBCore

/// How a search selects. What is nil the service decides.
public struct SearchOptions: Sendable {
  /// Of one index; else of all.
  public var indexID: String?
  /// At most so many.
  public var resultThreshold: Int?
  /// 0 to 1.
  public var scoreThreshold: Double?
  /// 0 to 100.
  public var dynamicScorePercentage: Double?
  /// A JSON array of objects.
  public var filter: JSON?
  public var indexType: String?
  public var stitch: Bool?
  public var rerank: Bool?
  /// A JSON object.
  public var rerankParams: JSON?

  public init(
    indexID: String? = nil, resultThreshold: Int? = nil, scoreThreshold: Double? = nil, dynamicScorePercentage: Double? = nil,
    filter: JSON? = nil, indexType: String? = nil, stitch: Bool? = nil, rerank: Bool? = nil, rerankParams: JSON? = nil
  ) {
    self.indexID = indexID
    self.resultThreshold = resultThreshold
    self.scoreThreshold = scoreThreshold
    self.dynamicScorePercentage = dynamicScorePercentage
    self.filter = filter
    self.indexType = indexType
    self.stitch = stitch
    self.rerank = rerank
    self.rerankParams = rerankParams
  }

  func options(_ query: String) -> Options {
    [
      "query": .text(query), "index_id": .text(indexID), "result_threshold": .whole(resultThreshold),
      "score_threshold": .number(scoreThreshold), "dynamic_score_percentage": .number(dynamicScorePercentage),
      "filter": .json(filter), "index_type": .text(indexType), "stitch": .flag(stitch), "rerank": .flag(rerank),
      "rerank_params": .json(rerankParams),
    ]
  }
}

/// What a search has found.
public struct Shot: Sendable {
  let client: Client
  public let rtstreamID: String
  public let rtstreamName: String?
  /// Seconds since the Unix epoch.
  public let start: Double
  public let end: Double
  public let text: String?
  /// 0 to 1.
  public let searchScore: Double?
  public let sceneIndexID: String?
  public let sceneIndexName: String?
  public let metadata: JSON?

  /// `stream` is that which was searched; nil: each result names its own.
  init(_ client: Client, _ stream: RTStream?, _ json: JSON, _ operation: Operation) throws(VideoDBError) {
    self.client = client
    rtstreamID = if let stream { stream.id } else { try json.required("rtstream_id", or: "id", operation) }
    rtstreamName = json["rtstream_name"]?.string ?? stream?.name
    guard let start = json["start"]?.double, let end = json["end"]?.double else {
      throw VideoDBError(.badAnswer, "\(operation.name): a result has no `start` or no `end`.", body: json.bytes)
    }
    self.start = start
    self.end = end
    text = json["text"]?.string
    searchScore = json["score"]?.double
    sceneIndexID = json["scene_index_id"]?.string
    sceneIndexName = json["scene_index_name"]?.string
    metadata = json.member("metadata")
  }

  /// Has the service make a stream of it, from the whole second before its start to that after its end.
  public func generateStream() -> Call<Playback> {
    let options: Options = ["start": .number(start), "end": .number(end)]
    return Call(client, .shotGenerateStream, [rtstreamID], options) { Playback($0) }
  }

  /// Has a stream made, and gives the page of the hosted console that plays it.
  public func playURL() -> Call<String> { generateStream().map { playback throws(VideoDBError) in try playback.playURL() } }

  /// Has a stream made, and gives an <iframe> of its player.
  public func embedCode(
    width: String = "100%", height: Int = 405, title: String = "VideoDB Player", allowsFullscreen: Bool = true
  ) -> Call<String> {
    generateStream().map { playback throws(VideoDBError) in
      try playback.embedCode(width: width, height: height, title: title, allowsFullscreen: allowsFullscreen)
    }
  }
}
