import VideoDBCore

/// A recording of a person's screen and sound, by a program that has a client token.
public struct CaptureSession: Sendable {
  let client: Client
  public let collectionID: String
  public let id: String
  /// The service's own description, as of when it was asked for.
  public let info: JSON

  /// "created", "starting", "active", "stopping", "stopped", "exported" or "failed".
  public var status: String? { info["status"]?.string }
  public var endUserID: String? { info["end_user_id"]?.string }
  public var metadata: JSON? { info.member("metadata") }
  public var exportStatus: String? { info["export_status"]?.string }
  public var exportedVideoID: String? { info["exported_video_id"]?.string }

  init(_ client: Client, _ collectionID: String, _ json: JSON, _ operation: Operation) throws(VideoDBError) {
    self.client = client
    id = try json.required("session_id", or: "id", operation)
    self.collectionID = json["collection_id"]?.string ?? collectionID
    info = json
  }

  /// The streams of its channels, where the service has named them.
  public func rtstreams() throws(VideoDBError) -> [RTStream] {
    var streams: [RTStream] = []
    for json in info["rtstreams"]?.elements ?? [] { streams.append(try RTStream(client, json, .captureSessionGet)) }
    return streams
  }

  /// Something to capture, and later what is captured of it.
  public struct Channel: Sendable {
    public enum Media: Sendable { case audio, video }

    public var id: String
    public var name: String?
    public var media: Media
    public var store: Bool?
    /// Where to send it to, once the service has said so.
    public var rtspURL: String?

    public init(id: String, name: String? = nil, media: Media, store: Bool? = nil) {
      self.id = id
      self.name = name
      self.media = media
      self.store = store
    }

    init(_ json: JSON) throws(VideoDBError) {
      id = try json.required("channel_id", .captureSessionChannels)
      name = (json.member("channel_name") ?? json["name"])?.string
      media = json["type"]?.string.map { $0.equals("audio") } ?? false ? .audio : .video
      store = json["store"]?.bool
      rtspURL = json["rtsp_url"]?.string
    }

    var options: Options {
      [
        "channel_id": .text(id), "channel_name": .text(name), "type": .text(media == .audio ? "audio" : "video"),
        "store": .flag(store),
      ]
    }
  }

  public func start(channels: [Channel], callbackURL: String? = nil, connectionID: String? = nil) -> Call<Void> {
    let options: Options = [
      "channels": .objects(channels.map { $0.options }), "callback_url": .text(callbackURL),
      "ws_connection_id": .text(connectionID),
    ]
    return Call(client, .captureSessionStart, [id], options)
  }

  public func channels() -> Call<[Channel]> {
    Call(client, .captureSessionChannels, [id]) { answer throws(VideoDBError) in
      try answer.list("channels", .captureSessionChannels) { json throws(VideoDBError) in try Channel(json) }
    }
  }

  public func stop() -> Call<Void> { Call(client, .captureSessionStop, [id]) }

  /// Makes a video of it; called again it says how far that is.
  public func export(videoChannelID: String? = nil, connectionID: String? = nil) -> Call<Export> {
    let options: Options = ["video_channel_id": .text(videoChannelID), "ws_connection_id": .text(connectionID)]
    return Call(client, .captureSessionExport, [collectionID, id], options) { Export($0) }
  }

  public struct Export: Sendable {
    /// "exporting", "exported" or "failed".
    public let status: String?
    public let videoChannelID: String?
    public let videoID: String?
    public let playback: Playback

    init(_ json: JSON) {
      status = json["export_status"]?.string
      videoChannelID = json["video_channel_id"]?.string
      videoID = json["video_id"]?.string
      playback = Playback(json)
    }
  }
}

extension VideoCollection {
  /// `metadata` is a JSON object.
  public func createCaptureSession(
    endUserID: String, callbackURL: String? = nil, connectionID: String? = nil, metadata: JSON? = nil
  ) -> Call<CaptureSession> {
    let options: Options = [
      "end_user_id": .text(endUserID), "callback_url": .text(callbackURL), "ws_connection_id": .text(connectionID),
      "metadata": .json(metadata),
    ]
    return Call(client, .captureSessionCreate, [id], options) { [client, id] json throws(VideoDBError) in
      try CaptureSession(client, id, json, .captureSessionCreate)
    }
  }

  public func captureSession(_ sessionID: String) -> Call<CaptureSession> {
    Call(client, .captureSessionGet, [id, sessionID]) { [client, id] json throws(VideoDBError) in
      try CaptureSession(client, id, json, .captureSessionGet)
    }
  }

  /// `cursor` is the `next` of the page before.
  public func captureSessions(status: String? = nil, endUserID: String? = nil, limit: Int? = nil, cursor: String? = nil)
    -> Call<CaptureSessions>
  {
    let options: Options = [
      "status": .text(status), "end_user_id": .text(endUserID), "limit": .whole(limit), "cursor": .text(cursor),
    ]
    return Call(client, .captureSessionList, [id], options) { [client, id] answer throws(VideoDBError) in
      CaptureSessions(
        sessions: try answer.list("sessions", .captureSessionList) { json throws(VideoDBError) in
          try CaptureSession(client, id, json, .captureSessionList)
        }, next: answer["next_page"]?.string)
    }
  }

  public struct CaptureSessions: Sendable {
    public let sessions: [CaptureSession]
    /// The cursor of the next page; nil after the last.
    public let next: String?
  }
}
