import VideoDBCore

/// A collection of the account. (`Collection` alone would hide Swift's own in every file that imports this module.)
public struct VideoCollection: Sendable {
  package let client: Client
  public let id: String
  /// What the service last said of it; nil where it was not asked.
  public let info: JSON?

  public var name: String? { info?["name"]?.string }
  public var description: String? { info?["description"]?.string }
  public var isPublic: Bool? { info?["is_public"]?.bool }

  init(_ client: Client, id: String) {
    self.client = client
    self.id = id
    info = nil
  }

  init(_ client: Client, _ json: JSON, _ operation: Operation) throws(VideoDBError) {
    self.client = client
    id = try json.required("id", operation)
    info = json
  }

  // MARK: Streams

  public enum MediaType: Sendable {
    case video, audio

    var text: String {
      switch self {
      case .video: "video"
      case .audio: "audio"
      }
    }
  }

  /// Connects a camera and starts its ingest. Each call makes a stream.
  public func connectRTStream(
    url: String, name: String, mediaTypes: [MediaType]? = nil, sampleRate: Int? = nil, store: Bool? = nil,
    enableTranscript: Bool? = nil, connectionID: String? = nil
  ) -> Call<RTStream> {
    let options: Options = [
      "url": .text(url), "name": .text(name), "media_types": .texts(mediaTypes?.map { $0.text }),
      "sample_rate": .whole(sampleRate), "store": .flag(store), "enable_transcript": .flag(enableTranscript),
      "ws_connection_id": .text(connectionID),
    ]
    return Call(client, .rtstreamConnect, [id], options) { [client] json throws(VideoDBError) in
      try RTStream(client, json, .rtstreamConnect)
    }
  }

  public func rtstream(_ id: String) -> Call<RTStream> {
    Call(client, .rtstreamGet, [id]) { [client] json throws(VideoDBError) in try RTStream(client, json, .rtstreamGet) }
  }

  public enum Status: Sendable {
    case connected, stopped

    var text: String {
      switch self {
      case .connected: "connected"
      case .stopped: "stopped"
      }
    }
  }

  /// Streams of the account: the service lists those of every collection. `name` is a part of a name; `ordering` a field, with "-"
  /// before it the other way round, like "-created_at".
  public func rtstreams(
    limit: Int? = nil, offset: Int? = nil, status: Status? = nil, name: String? = nil, ordering: String? = nil
  ) -> Call<RTStreams> {
    let options: Options = [
      "limit": .whole(limit), "offset": .whole(offset), "status": .text(status?.text), "name": .text(name),
      "ordering": .text(ordering),
    ]
    return Call(client, .rtstreamList, [], options) { [client] answer throws(VideoDBError) in
      RTStreams(
        streams: try answer.list("results", .rtstreamList) { json throws(VideoDBError) in
          try RTStream(client, json, .rtstreamList)
        }, count: answer["count"]?.int.map { Int($0) }, hasNext: answer.member("next") != nil)
    }
  }

  /// Some of the streams there are.
  public struct RTStreams: Sendable {
    public let streams: [RTStream]
    /// Of all pages.
    public let count: Int?
    /// More follow, at a higher `offset`.
    public let hasNext: Bool
  }

  /// Searches every stream of the collection.
  public func search(_ query: String, _ search: SearchOptions = SearchOptions()) -> Call<[Shot]> {
    Call(client, .collectionSearch, [id], search.options(query)) { [client] answer throws(VideoDBError) in
      try answer.list("results", .collectionSearch) { json throws(VideoDBError) in
        try Shot(client, nil, json, .collectionSearch)
      }
    }
  }

  /// An event channel of this collection.
  public func openEvents(wait: Bool = true, op: Op? = nil) throws(VideoDBError) -> EventChannel {
    try client.openEvents(collection: Array(id.utf8), wait: wait, op: op)
  }
}
