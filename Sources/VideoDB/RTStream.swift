import VideoDBCore
import VideoDBTransport

/// A live stream of the service: an id, and what the service last said of it. It holds nothing that would have to be released.
public struct RTStream: Sendable {
  let client: Client
  public let id: String
  /// The service's own description: name, status, ...
  public let info: JSON

  public var name: String? { info["name"]?.string }
  /// "connected" or "stopped", as of when `info` was fetched.
  public var status: String? { info["status"]?.string }

  /// Resumes at the live edge.
  public func start(op: Op? = nil) throws(VideoDBError) { _ = try client.object(.rtstreamStart, [id], op: op) }
  public func stop(op: Op? = nil) throws(VideoDBError) { _ = try client.object(.rtstreamStop, [id], op: op) }

  /// Has the pictures described by a prompt: every `seconds` seconds, `frameCount` pictures. `connectionID` is that of the event channel
  /// which gets the descriptions as `scene_index` events.
  public func indexVisuals(
    prompt: String? = nil, seconds: Double? = nil, frameCount: Int? = nil, name: String? = nil, modelName: String? = nil,
    connectionID: String? = nil, op: Op? = nil
  ) throws(VideoDBError) -> SceneIndex {
    let options = try Options()
    try options.set("prompt", prompt)
    if let seconds {
      let batch = try Options()
      try batch.set("type", "time" as String)
      try batch.set("value", seconds)
      try batch.set("frame_count", frameCount)
      try options.set("batch_config", batch)
    }
    try options.set("name", name)
    try options.set("model_name", modelName)
    try options.set("ws_connection_id", connectionID)
    return try SceneIndex(client, id, client.object(.rtstreamIndexVisuals, [id], options, op: op), .rtstreamIndexVisuals)
  }

  public func sceneIndexes(op: Op? = nil) throws(VideoDBError) -> [SceneIndex] {
    var all: [SceneIndex] = []
    for entry in try client.object(.sceneIndexList, [id], op: op)["scene_indexes"]?.elements ?? [] {
      all.append(try SceneIndex(client, id, entry, .sceneIndexList))
    }
    return all
  }

  public func sceneIndex(_ indexID: String, op: Op? = nil) throws(VideoDBError) -> SceneIndex {
    try SceneIndex(client, id, client.object(.sceneIndexGet, [id, indexID], op: op), .sceneIndexGet)
  }
}

extension Client {
  /// Connects a camera and starts its ingest. Each call makes a stream.
  public func connectRTStream(
    url: String, name: String, collection: String = "default", connectionID: String? = nil, op: Op? = nil
  ) throws(VideoDBError) -> RTStream {
    let options = try Options()
    try options.set("url", url)
    try options.set("name", name)
    try options.set("ws_connection_id", connectionID)
    return try stream(try object(.rtstreamConnect, [collection], options, op: op), .rtstreamConnect)
  }

  public func rtstream(_ id: String, op: Op? = nil) throws(VideoDBError) -> RTStream {
    try stream(try object(.rtstreamGet, [id], op: op), .rtstreamGet)
  }

  public func rtstreams(limit: Int? = nil, offset: Int? = nil, op: Op? = nil) throws(VideoDBError) -> [RTStream] {
    let options = try Options()
    try options.set("limit", limit)
    try options.set("offset", offset)
    var all: [RTStream] = []
    for entry in try object(.rtstreamList, [], options, op: op)["results"]?.elements ?? [] {
      all.append(try stream(entry, .rtstreamList))
    }
    return all
  }

  private func stream(_ json: JSON, _ operation: Operation) throws(VideoDBError) -> RTStream {
    RTStream(client: self, id: try Client.text(json, "id", operation), info: json)
  }

  /// Creates a reusable detection rule; gives its id.
  public func createEvent(prompt: String, label: String, op: Op? = nil) throws(VideoDBError) -> String {
    let options = try Options()
    try options.set("event_prompt", prompt)
    try options.set("label", label)
    return try Client.text(object(.eventRuleCreate, [], options, op: op), "event_id", .eventRuleCreate)
  }
}
