import VideoDBCore

/// An index over the pictures or the words of a stream, and the alerts on it.
public struct SceneIndex: Sendable {
  let client: Client
  public let rtstreamID: String
  public let id: String
  /// The service's own description, as of when it was asked for.
  public let info: JSON

  public var name: String? { info["name"]?.string }
  public var prompt: String? { info["prompt"]?.string }
  /// "running" or "stopped".
  public var status: String? { info["status"]?.string }

  init(_ client: Client, _ rtstreamID: String, _ json: JSON, _ operation: Operation) throws(VideoDBError) {
    self.client = client
    self.rtstreamID = rtstreamID
    id = try json.required("rtstream_index_id", operation)
    info = json
  }

  public func start() -> Call<Void> { Call(client, .sceneIndexStart, [rtstreamID, id]) }
  public func stop() -> Call<Void> { Call(client, .sceneIndexStop, [rtstreamID, id]) }
  public func update(prompt: String) -> Call<Void> {
    Call(client, .sceneIndexUpdate, [rtstreamID, id], ["prompt": .text(prompt)])
  }

  /// What was found in one batch.
  public struct Scene: Sendable {
    /// Seconds since the Unix epoch.
    public let start: Double?
    public let end: Double?
    public let text: String?
    /// The record as it came.
    public let info: JSON

    init(_ json: JSON) {
      start = json["start"]?.double
      end = json["end"]?.double
      text = (json.member("description") ?? json["text"])?.string
      info = json
    }
  }

  /// Newest first. Each bound counts by itself, in seconds since the Unix epoch.
  public func scenes(start: Double? = nil, end: Double? = nil, page: Int = 1, pageSize: Int = 100) -> Call<Page<Scene>> {
    let options: Options = [
      "start": .number(start), "end": .number(end), "page": .whole(page), "page_size": .whole(pageSize),
    ]
    return Call(client, .sceneIndexGetScenes, [rtstreamID, id], options) { answer throws(VideoDBError) in
      try answer.page("scene_index_records", .sceneIndexGetScenes) { Scene($0) }
    }
  }

  /// Applies a rule to this index; gives the alert's id. It reaches the webhook, the event channel, both or neither.
  public func createAlert(eventID: String, callbackURL: String? = nil, connectionID: String? = nil) -> Call<String> {
    Alert.create(client, .alertCreate, [rtstreamID, id], eventID, callbackURL, connectionID)
  }
  public func alerts() -> Call<[Alert]> { Alert.list(client, .alertList, [rtstreamID, id]) }
  public func enableAlert(_ alertID: String) -> Call<Void> { Call(client, .alertEnable, [rtstreamID, id, alertID]) }
  public func disableAlert(_ alertID: String) -> Call<Void> { Call(client, .alertDisable, [rtstreamID, id, alertID]) }
}
