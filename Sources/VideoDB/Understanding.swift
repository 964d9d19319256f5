import VideoDBCore

/// A continuous look at a stream, whose output can be indexed.
public struct Understanding: Sendable {
  let client: Client
  public let rtstreamID: String
  public let id: String
  /// The service's own description, as of when it was asked for.
  public let info: JSON

  /// "running", "stopped" or "failed".
  public var status: String? { info["status"]?.string }
  /// The output of this name, as the source of an index.
  public func output(_ name: String) -> JSON? {
    let wanted = Array(name.utf8)
    var found: JSON?
    info["outputs"]?.forEachMember { name, value in
      if wanted.withUnsafeBytes({ wanted in name.withUnsafeBytes { $0.equals(wanted) } }) { found = value }
    }
    return found
  }

  init(_ client: Client, _ rtstreamID: String, _ json: JSON, _ operation: Operation) throws(VideoDBError) {
    self.client = client
    self.rtstreamID = rtstreamID
    id = try json.required("understanding_id", or: "id", operation)
    info = json
  }

  public func start() -> Call<Void> { Call(client, .understandingStart, [rtstreamID, id]) }
  public func stop() -> Call<Void> { Call(client, .understandingStop, [rtstreamID, id]) }

  /// What was found between two times, in seconds since the Unix epoch. The service does not say what a record looks like.
  public func records(start: Double, end: Double, output: String? = nil, page: Int = 1, pageSize: Int = 100) -> Call<Page<JSON>>
  {
    let options: Options = [
      "start": .number(start), "end": .number(end), "output": .text(output), "page": .whole(page),
      "page_size": .whole(pageSize),
    ]
    return Call(client, .understandingGetRecords, [rtstreamID, id], options) { answer throws(VideoDBError) in
      try answer.page("records", .understandingGetRecords) { $0 }
    }
  }
}

extension RTStream {
  /// Starts one. `segmentation` is a JSON object like {"type": "time", "window": "10s"}, `analyzers` a JSON array of objects.
  public func understand(segmentation: JSON? = nil, analyzers: JSON? = nil, store: Bool? = nil, connectionID: String? = nil)
    -> Call<Understanding>
  {
    let options: Options = [
      "segmentation": .json(segmentation), "analyzers": .json(analyzers), "store": .flag(store),
      "ws_connection_id": .text(connectionID),
    ]
    return Call(client, .understandingCreate, [id], options) { [client, id] json throws(VideoDBError) in
      try Understanding(client, id, json, .understandingCreate)
    }
  }

  public func understandings() -> Call<[Understanding]> {
    Call(client, .understandingList, [id]) { [client, id] answer throws(VideoDBError) in
      try answer.list("understandings", .understandingList) { json throws(VideoDBError) in
        try Understanding(client, id, json, .understandingList)
      }
    }
  }

  public func understanding(_ understandingID: String) -> Call<Understanding> {
    Call(client, .understandingGet, [id, understandingID]) { [client, id] json throws(VideoDBError) in
      try Understanding(client, id, json, .understandingGet)
    }
  }
}
