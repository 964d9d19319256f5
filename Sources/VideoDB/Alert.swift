import VideoDBCore

/// A rule on an index, and whom it tells.
public struct Alert: Sendable {
  public let id: String
  public let eventID: String?
  public let prompt: String?
  public let label: String?
  public let callbackURL: String?
  /// "enabled" or "disabled".
  public let status: String?

  init(_ json: JSON, _ operation: Operation) throws(VideoDBError) {
    id = try json.required("alert_id", operation)
    eventID = json["event_id"]?.string
    prompt = json["prompt"]?.string
    label = json["label"]?.string
    callbackURL = json["callback_url"]?.string
    status = json["status"]?.string
  }

  /// Those of an index of either kind.
  static func list(_ client: Client, _ operation: Operation, _ ids: [String]) -> Call<[Alert]> {
    Call(client, operation, ids) { answer throws(VideoDBError) in
      try answer.list("alerts", operation) { json throws(VideoDBError) in try Alert(json, operation) }
    }
  }

  static func create(
    _ client: Client, _ operation: Operation, _ ids: [String], _ eventID: String, _ callbackURL: String?,
    _ connectionID: String?
  ) -> Call<String> {
    let options: Options = [
      "event_id": .text(eventID), "callback_url": .text(callbackURL), "ws_connection_id": .text(connectionID),
    ]
    return Call(client, operation, ids, options) { json throws(VideoDBError) in try json.required("alert_id", operation) }
  }
}
