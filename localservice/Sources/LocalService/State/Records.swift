import GRDB

/// A camera the service was told to watch.
struct VideoStream: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "stream"

  var id: String
  var name: String?
  var url: String
  /// Comma separated, in the caller's order.
  var mediaTypes: String
  var sampleRate: Int
  /// What was asked for; whether the camera delivers is only known to the ingest.
  var running: Bool
  var createdAt: Double
}

/// One continuous description of a stream: a window length, how many pictures of it to look at, a prompt.
struct SceneIndex: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "sceneIndex"

  var id: String
  var streamID: String
  var name: String?
  var prompt: String?
  var seconds: Double
  var frameCount: Int
  var running: Bool
  var connectionID: String?
  var createdAt: Double
}

/// What one window of an index looked like.
struct Scene: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "scene"

  var indexID: String
  var start: Double
  var end: Double
  var text: String
}

/// A reusable detection rule.
struct EventRule: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "event"

  var id: String
  var prompt: String
  var label: String
}

/// An event rule wired to an index, and where its firings go.
struct Alert: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "alert"

  var id: String
  var indexID: String
  var eventID: String
  var callbackURL: String?
  var connectionID: String?
  var enabled: Bool
}

/// A webhook call that no receiver has confirmed yet.
struct PendingWebhook: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "webhook"

  var id: Int64?
  var url: String
  var payload: String
  var createdAt: Double
}
