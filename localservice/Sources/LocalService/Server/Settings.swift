/// Everything that decides how one service runs. The command line fills it; tests build it directly.
public struct Settings: Sendable {
  public var host = "127.0.0.1"
  /// 0 lets the system choose a free port.
  public var port = 0
  public var dataDirectory: String
  /// Nil: use the key kept in the data directory, made at the first start.
  public var apiKey: String?
  public var certificateFile: String?
  public var privateKeyFile: String?
  public var ffmpeg = "ffmpeg"
  public var recogniser = Recogniser.none
  public var visualChannel = VisualChannel.sceneIndex
  public var eventTimeUnit = TimeUnit.milliseconds
  public var recording = Recording()
  public var limits = Limits()

  public init(dataDirectory: String) { self.dataDirectory = dataDirectory }

  public var usesTLS: Bool { certificateFile != nil }

  /// What turns speech into words.
  public enum Recogniser: Sendable, Equatable {
    case none
    /// The one that comes with this service, where the system has what it needs.
    case auto
    case program(String)
  }

  /// The name under which visual results are pushed; the sources of the protocol disagree.
  public enum VisualChannel: String, Sendable, CaseIterable {
    case sceneIndex = "scene_index"
    case visualIndex = "visual_index"
  }

  /// The unit of `start` and `end` in WebSocket events.
  public enum TimeUnit: String, Sendable, CaseIterable {
    case milliseconds = "ms"
    case seconds = "s"
  }

  /// What is kept of the cameras' pictures and sound. The oldest goes first.
  public struct Recording: Sendable {
    public var enabled = true
    public var hours = 24.0
    /// Of all streams together.
    public var bytes = 10 * 1_000_000_000
    /// Nothing is recorded while less than this is free where the data folder is: the database needs room.
    public var reserveBytes = 256 * 1_000_000

    public init() {}
  }

  /// Bounds that keep one client from using up the service.
  public struct Limits: Sendable {
    public var connections = 512
    public var headerBytes = 32 * 1024
    public var bodyBytes = 256 * 1024
    /// From the first byte we could have received until a whole request head is in; also the keep-alive time.
    public var headSeconds = 30.0
    /// From the request head until the whole body is in.
    public var bodySeconds = 15.0
    public var answerSeconds = 30.0
    public var ticketSeconds = 60.0
    public var socketQueueBytes = 1024 * 1024
    public var socketPingSeconds = 20.0
    public var framesPerSecond = 10
    public var webhookSeconds = 5.0
    public var webhookAttempts = 5
    public var webhookBackoffSeconds = 0.5
    public var webhookQueue = 1000

    public init() {}
  }
}
