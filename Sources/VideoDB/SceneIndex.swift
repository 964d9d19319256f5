import VideoDBCore
import VideoDBTransport

/// An index over the pictures of a stream, and the alerts on it.
public struct SceneIndex: Sendable {
  let client: Client
  public let rtstreamID: String
  public let id: String
  /// The service's own description: status, prompt, ...
  public let info: JSON

  init(_ client: Client, _ rtstreamID: String, _ json: JSON, _ operation: Operation) throws(VideoDBError) {
    self.client = client
    self.rtstreamID = rtstreamID
    id = try Client.text(json, "rtstream_index_id", operation)
    info = json
  }

  /// One page of what was described. Times are seconds since the Unix epoch.
  public struct Scenes: Sendable {
    public struct Scene: Sendable {
      public let start: Double
      public let end: Double
      public let text: String
    }
    public let scenes: [Scene]
    public let hasNextPage: Bool
  }

  public func start(op: Op? = nil) throws(VideoDBError) { _ = try client.object(.sceneIndexStart, [rtstreamID, id], op: op) }
  public func stop(op: Op? = nil) throws(VideoDBError) { _ = try client.object(.sceneIndexStop, [rtstreamID, id], op: op) }

  /// Each bound counts on its own. Pages count from 1.
  public func scenes(start: Double? = nil, end: Double? = nil, page: Int = 1, pageSize: Int = 100, op: Op? = nil)
    throws(VideoDBError) -> Scenes
  {
    let options = try Options()
    try options.set("start", start)
    try options.set("end", end)
    try options.set("page", page)
    try options.set("page_size", pageSize)
    let answer = try client.object(.sceneIndexGetScenes, [rtstreamID, id], options, op: op)
    let scenes = (answer["scene_index_records"]?.elements ?? []).map { record in
      Scenes.Scene(
        start: record["start"]?.double ?? .nan, end: record["end"]?.double ?? .nan,
        text: (record["description"] ?? record["text"])?.string ?? "")
    }
    return Scenes(scenes: scenes, hasNextPage: answer["next_page"]?.bool ?? false)
  }

  /// Applies a rule to this index; gives the alert's id. It reaches the webhook, the event channel, both or neither.
  public func createAlert(eventID: String, callbackURL: String? = nil, connectionID: String? = nil, op: Op? = nil)
    throws(VideoDBError) -> String
  {
    let options = try Options()
    try options.set("event_id", eventID)
    try options.set("callback_url", callbackURL)
    try options.set("ws_connection_id", connectionID)
    return try Client.text(client.object(.alertCreate, [rtstreamID, id], options, op: op), "alert_id", .alertCreate)
  }

  /// {alert_id, event_id, label, callback_url, status} of each.
  public func alerts(op: Op? = nil) throws(VideoDBError) -> [JSON] {
    try client.object(.alertList, [rtstreamID, id], op: op)["alerts"]?.elements ?? []
  }

  public func enableAlert(_ alertID: String, op: Op? = nil) throws(VideoDBError) {
    _ = try client.object(.alertEnable, [rtstreamID, id, alertID], op: op)
  }
  public func disableAlert(_ alertID: String, op: Op? = nil) throws(VideoDBError) {
    _ = try client.object(.alertDisable, [rtstreamID, id, alertID], op: op)
  }
}
