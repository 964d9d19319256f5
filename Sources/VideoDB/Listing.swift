import VideoDBCore
import VideoDBTransport

/// Everything that a paged call lists, one after the other, whatever page it stands on: `while let scene = try scenes.next()`. With
/// `import VideoDBAsync`, `for try await scene in scenes` suspends.
public struct Listing<Item: Sendable>: Sendable {
  package let records: Records
  package let read: @Sendable (JSON) throws(VideoDBError) -> Item

  init(
    _ client: Client, _ operation: Operation, _ arguments: Options,
    read: @escaping @Sendable (JSON) throws(VideoDBError) -> Item
  ) throws(VideoDBError) {
    records = try withBytes(arguments.tree(operation).text()) { text throws(VideoDBError) in
      try Records.make(client, operation, arguments: text)
    }
    self.read = read
  }

  /// The next one, for which it may have to ask for a page and wait; nil after the last. After an error the next call tries again.
  public func next(op: Op? = nil) throws(VideoDBError) -> Item? {
    let record: JSON
    do throws(VideoDBError) {
      record = try records.next(op: op)
    } catch {
      if case .end = error.status { return nil }
      throw error
    }
    return try read(record)
  }
}

extension VideoCollection {
  /// Every stream of the account, asked for so many at a time. The arguments are those of `rtstreams`.
  public func allRTStreams(status: Status? = nil, name: String? = nil, ordering: String? = nil, pageSize: Int = 100)
    throws(VideoDBError) -> Listing<RTStream>
  {
    let options: Options = [
      "status": .text(status?.text), "name": .text(name), "ordering": .text(ordering), "limit": .whole(pageSize),
    ]
    return try Listing(client, .rtstreamList, options) { [client] json throws(VideoDBError) in
      try RTStream(client, json, .rtstreamList)
    }
  }

  /// Every session, asked for so many at a time.
  public func allCaptureSessions(status: String? = nil, endUserID: String? = nil, pageSize: Int = 100)
    throws(VideoDBError) -> Listing<CaptureSession>
  {
    let options: Options = [
      "collection_id": .text(id), "status": .text(status), "end_user_id": .text(endUserID), "limit": .whole(pageSize),
    ]
    return try Listing(client, .captureSessionList, options) { [client, id] json throws(VideoDBError) in
      try CaptureSession(client, id, json, .captureSessionList)
    }
  }
}

extension SceneIndex {
  /// Newest first. The arguments are those of `scenes`.
  public func allScenes(start: Double? = nil, end: Double? = nil, pageSize: Int = 100) throws(VideoDBError) -> Listing<Scene> {
    let options: Options = [
      "rtstream_id": .text(rtstreamID), "index_id": .text(id), "start": .number(start), "end": .number(end),
      "page_size": .whole(pageSize),
    ]
    return try Listing(client, .sceneIndexGetScenes, options) { Scene($0) }
  }
}

extension RTStream {
  /// The arguments are those of `transcript`.
  public func allUtterances(
    start: Double? = nil, end: Double? = nil, since: Double? = nil, pageSize: Int = 100, engine: String? = nil
  ) throws(VideoDBError) -> Listing<Utterance> {
    let options: Options = [
      "rtstream_id": .text(id), "start": .number(start), "end": .number(end), "since": .number(since),
      "page_size": .whole(pageSize), "engine": .text(engine),
    ]
    return try Listing(client, .rtstreamGetTranscript, options) { Utterance($0) }
  }
}

extension Understanding {
  /// The arguments are those of `records`.
  public func allRecords(start: Double, end: Double, output: String? = nil, pageSize: Int = 100) throws(VideoDBError)
    -> Listing<JSON>
  {
    let options: Options = [
      "rtstream_id": .text(rtstreamID), "understanding_id": .text(id), "start": .number(start), "end": .number(end),
      "output": .text(output), "page_size": .whole(pageSize),
    ]
    return try Listing(client, .understandingGetRecords, options) { $0 }
  }
}

extension Index {
  /// The arguments are those of `records`.
  public func allRecords(start: Double? = nil, end: Double? = nil, pageSize: Int = 100) throws(VideoDBError) -> Listing<JSON> {
    let options: Options = [
      "rtstream_id": .text(rtstreamID), "index_id": .text(id), "start": .number(start), "end": .number(end),
      "page_size": .whole(pageSize),
    ]
    return try Listing(client, .indexGetRecords, options) { $0 }
  }
}
