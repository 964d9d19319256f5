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
  /// Whether its recording may be exported.
  var store = false
}

/// One continuous description of a stream: a window length, how many pictures of it to look at, a prompt.
struct WindowJob: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "windowJob"

  enum Kind: String, Codable, Sendable {
    case sceneIndex
    case understanding
    /// Takes over the windows of an understanding instead of looking at the camera.
    case derivedIndex
  }

  var id: String
  var kind: Kind
  var streamID: String
  /// Of an understanding: the name of its one output.
  var name: String?
  var prompt: String?
  var seconds: Double
  var frameCount: Int
  var running: Bool
  var connectionID: String?
  var createdAt: Double
  /// Whether windows are kept as records.
  var store = true
  /// Of an understanding: the model that was named. It is repeated in answers and has no effect.
  var model: String?
  /// Of a derived index: the understanding.
  var sourceID: String?
  /// Of a derived index: a JSON array, as given.
  var useFor: String?
  /// Of an audio index: what it counts, `word`, `sentence` or `time`; `seconds` is then how many.
  var segmenter: String?
}

/// What one window of a job looked like.
struct Scene: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "scene"

  var jobID: String
  var start: Double
  var end: Double
  var text: String
  /// From when on it is listed.
  var visibleFrom = 0.0
}

/// A reusable detection rule.
struct EventRule: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "event"

  var id: String
  var prompt: String
  var label: String
}

/// An event rule wired to a scene index or a derived index, and where its firings go.
struct Alert: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "alert"

  var id: String
  var jobID: String
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

/// A recording session of a capture client, from its creation to its end.
struct CaptureSession: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "captureSession"

  enum Status: String, Codable, Sendable, CaseIterable {
    case created, starting, active, stopping, stopped, exported, failed
  }

  var id: String
  var endUserID: String
  var callbackURL: String?
  var connectionID: String?
  /// A JSON object, as given.
  var metadata = "{}"
  var channels: [Channel] = []
  var status = Status.created
  var failure: String?
  var createdAt: Double

  struct Channel: Codable, Sendable {
    var id: String
    var name: String
    var type: String
    var store: Bool
  }
}

/// Lets a program on somebody else's machine in for a while.
struct ClientToken: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "clientToken"

  var id: String
  var secret: String
  var expiresAt: Double
}
