import VideoDBCore

/// An index over the output of an understanding, and the alerts on it.
public struct Index: Sendable {
  let client: Client
  public let rtstreamID: String
  public let id: String
  /// The service's own description, as of when it was asked for.
  public let info: JSON

  public var name: String? { info["name"]?.string }
  public var status: String? { info["status"]?.string }
  public var sourceUnderstandingID: String? { info["source_understanding_id"]?.string }
  public var output: String? { info["output"]?.string }

  init(_ client: Client, _ rtstreamID: String, _ json: JSON, _ operation: Operation) throws(VideoDBError) {
    self.client = client
    self.rtstreamID = rtstreamID
    id = try json.required("index_id", or: "id", operation)
    info = json
  }

  public func start() -> Call<Void> { Call(client, .indexStart, [rtstreamID, id]) }
  public func stop() -> Call<Void> { Call(client, .indexStop, [rtstreamID, id]) }

  /// Each bound counts by itself, in seconds since the Unix epoch. The service does not say what a record looks like.
  public func records(start: Double? = nil, end: Double? = nil, page: Int = 1, pageSize: Int = 100) -> Call<Page<JSON>> {
    let options: Options = [
      "start": .number(start), "end": .number(end), "page": .whole(page), "page_size": .whole(pageSize),
    ]
    return Call(client, .indexGetRecords, [rtstreamID, id], options) { answer throws(VideoDBError) in
      try answer.page("records", .indexGetRecords) { $0 }
    }
  }

  /// Applies a rule to this index; gives the alert's id. It reaches the webhook, the event channel, both or neither.
  public func createAlert(eventID: String, callbackURL: String? = nil, connectionID: String? = nil) -> Call<String> {
    Alert.create(client, .indexAlertCreate, [rtstreamID, id], eventID, callbackURL, connectionID)
  }
  public func alerts() -> Call<[Alert]> { Alert.list(client, .indexAlertList, [rtstreamID, id]) }
  public func enableAlert(_ alertID: String) -> Call<Void> { Call(client, .indexAlertEnable, [rtstreamID, id, alertID]) }
  public func disableAlert(_ alertID: String) -> Call<Void> { Call(client, .indexAlertDisable, [rtstreamID, id, alertID]) }
}

extension RTStream {
  /// Indexes an output of an understanding (`Understanding.output`).
  public func createIndex(source: JSON, name: String? = nil, useFor: [String]? = nil) -> Call<Index> {
    let options: Options = ["source": .json(source), "name": .text(name), "use_for": .texts(useFor)]
    return Call(client, .indexCreate, [id], options) { [client, id] json throws(VideoDBError) in
      try Index(client, id, json, .indexCreate)
    }
  }

  public func indexes() -> Call<[Index]> {
    Call(client, .indexList, [id]) { [client, id] answer throws(VideoDBError) in
      try answer.list("indexes", .indexList) { json throws(VideoDBError) in try Index(client, id, json, .indexList) }
    }
  }

  public func index(_ indexID: String) -> Call<Index> {
    Call(client, .indexGet, [id, indexID]) { [client, id] json throws(VideoDBError) in try Index(client, id, json, .indexGet) }
  }
}
