import VideoDBCore

/// A live stream of the service: an id, and what the service last said of it. It holds nothing that would have to be released.
public struct RTStream: Sendable {
  let client: Client
  public let id: String
  /// The service's own description. It does not follow what happens: ask for the stream again.
  public let info: JSON

  public var name: String? { info["name"]?.string }
  /// "connected" or "stopped".
  public var status: String? { info["status"]?.string }
  public var collectionID: String? { info["collection_id"]?.string }
  public var channelID: String? { info["channel_id"]?.string }
  public var sampleRate: Int? { info["sample_rate"]?.int.map { Int($0) } }
  /// Whether it is recorded, which `export` needs.
  public var isStored: Bool? { info["store"]?.bool }
  /// As the service writes it: UTC without a zone.
  public var createdAt: String? { info["created_at"]?.string }

  init(_ client: Client, _ json: JSON, _ operation: Operation) throws(VideoDBError) {
    self.client = client
    // A capture session calls it `rtstream_id`.
    id = try json.required("id", or: "rtstream_id", operation)
    info = json
  }

  // MARK: Its life

  /// Resumes at the live edge.
  public func start() -> Call<Void> { Call(client, .rtstreamStart, [id]) }
  public func stop() -> Call<Void> { Call(client, .rtstreamStop, [id]) }

  public func update(name: String? = nil, sampleRate: Int? = nil) -> Call<RTStream> {
    Call(client, .rtstreamUpdate, [id], ["name": .text(name), "sample_rate": .whole(sampleRate)]) {
      [client] json throws(VideoDBError) in try RTStream(client, json, .rtstreamUpdate)
    }
  }

  /// Makes a video of what was recorded. The stream has to be stored, and stopped.
  public func export(name: String? = nil) -> Call<Recording> {
    Call(client, .rtstreamExport, [id], ["name": .text(name)]) { Recording($0) }
  }

  // MARK: What was seen

  /// A stream of what was seen between two times, in seconds since the Unix epoch; without them the live one. What it gives holds both
  /// URLs and makes the embed code.
  public func generateStream(start: Double? = nil, end: Double? = nil, playerConfig: PlayerPage? = nil) -> Call<Playback> {
    let options: Options = [
      "start": .number(start), "end": .number(end), "player_config": .object(playerConfig?.options),
    ]
    return Call(client, .rtstreamGenerateStream, [id], options) { Playback($0) }
  }

  public func search(_ query: String, _ search: SearchOptions = SearchOptions()) -> Call<[Shot]> {
    Call(client, .rtstreamSearch, [id], search.options(query)) { [self] answer throws(VideoDBError) in
      try answer.list("results", .rtstreamSearch) { json throws(VideoDBError) in
        try Shot(client, self, json, .rtstreamSearch)
      }
    }
  }
}
