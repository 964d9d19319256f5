import VideoDBCore

extension Client {
  /// The collection `default`, which every account has. Asks nothing.
  public var defaultCollection: VideoCollection { VideoCollection(self, id: "default") }

  public func collection(_ id: String = "default") -> Call<VideoCollection> {
    Call(self, .collectionGet, [id]) { json throws(VideoDBError) in try VideoCollection(self, json, .collectionGet) }
  }

  public func collections() -> Call<[VideoCollection]> {
    Call(self, .collectionList) { answer throws(VideoDBError) in
      try answer.list("collections", .collectionList) { json throws(VideoDBError) in
        try VideoCollection(self, json, .collectionList)
      }
    }
  }

  /// Creates a reusable detection rule; gives its id, for alerts.
  public func createEvent(prompt: String, label: String) -> Call<String> {
    Call(self, .eventRuleCreate, [], ["event_prompt": .text(prompt), "label": .text(label)]) { json throws(VideoDBError) in
      try json.required("event_id", .eventRuleCreate)
    }
  }

  /// The rules of the account.
  public func events() -> Call<[EventRule]> {
    Call(self, .eventRuleList) { answer throws(VideoDBError) in
      try answer.list("events", .eventRuleList) { json throws(VideoDBError) in try EventRule(json) }
    }
  }

  /// A token with which another program may capture. It expires after this many seconds, a day if none are given.
  public func clientToken(expiresIn: Int? = nil, userID: String? = nil) -> Call<ClientToken> {
    let options: Options = ["expires_in": .whole(expiresIn), "user_id": .text(userID)]
    return Call(self, .clientTokenCreate, [], options) { json throws(VideoDBError) in try ClientToken(json) }
  }

  /// The answer of a call that the service goes on with by itself.
  public func asyncResponse(_ id: String) -> Call<JSON> { Call(self, .asyncResponseGet, [id]) { $0 } }
}

/// A detection rule, to be used by any number of alerts.
public struct EventRule: Sendable {
  public let id: String
  public let prompt: String?
  public let label: String?

  init(_ json: JSON) throws(VideoDBError) {
    id = try json.required("event_id", .eventRuleList)
    prompt = json["event_prompt"]?.string
    label = json["label"]?.string
  }
}

public struct ClientToken: Sendable {
  /// A secret.
  public let token: String
  /// Seconds since the Unix epoch.
  public let expiresAt: Double?
  /// Seconds.
  public let expiresIn: Double?

  init(_ json: JSON) throws(VideoDBError) {
    // No answer in the error: it may hold the token under another name.
    guard let token = json["token"]?.string, !token.utf8.isEmpty else {
      throw VideoDBError(.badAnswer, "client_token_create: the answer has no `token`.")
    }
    self.token = token
    expiresAt = json["expires_at"]?.double
    expiresIn = json["expires_in"]?.double
  }
}
