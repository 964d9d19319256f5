import Analysis

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
  public var eyes = Eyes.pixels
  public var recogniser = Recogniser.none
  public var visualChannel = VisualChannel.sceneIndex
  public var eventTimeUnit = TimeUnit.milliseconds
  public var conduct = Conduct()
  public var recording = Recording()
  /// False: no camera is opened, and what is seen and heard is told from elsewhere (Tests/Feed).
  public var watchesCameras = true
  /// What was seen and said is kept, and found, for so long; nil for ever.
  public var recordDays: Double? = 90
  public var limits = Limits()

  public init(dataDirectory: String) { self.dataDirectory = dataDirectory }

  public var usesTLS: Bool { certificateFile != nil }

  /// What turns pictures into words and judges events.
  public enum Eyes: Sendable {
    case pixels
    /// `width`: of the pictures that it is sent.
    case model(ModelServer, width: Int)
    /// One's own, also for what is said in audio indexes.
    case analyser(any Analyser)
  }

  /// What turns speech into words.
  public enum Recogniser: Sendable, Equatable {
    case none
    /// With `interim` it is also asked for the words of a sentence that has not ended.
    case model(ModelServer, interim: Bool)
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

  /// What nobody knows of the hosted service, or what its descriptions contradict one another in. The defaults are the
  /// assumptions that are safe for a server; a client has to live with all of them.
  public struct Conduct: Sendable {
    public var repeatedStart = RepeatedStart.moves
    /// Whether starting an index with a connection id moves its events there.
    public var indexStartMoves = false
    public var recordOrder = RecordOrder.usual
    /// Seconds from when a record's event is pushed until the record can be read.
    public var recordDelay = 0.0
    /// Times of records are rounded to multiples of this many seconds; 0 leaves them as they are.
    public var recordTimeStep = 0.0

    public init() {}
  }

  /// What becomes of starting a transcript that is running and has a listener.
  public enum RepeatedStart: String, Sendable, CaseIterable {
    /// The connection that is named last hears.
    case moves = "move"
    case refused = "refuse"
    /// It is answered like any start, and the old connection goes on hearing.
    case ignored = "ignore"
  }

  /// In which order records are listed.
  public enum RecordOrder: String, Sendable, CaseIterable {
    /// Scenes newest first, transcripts oldest first.
    case usual
    case newest
    case oldest
  }

  /// What is kept of the cameras' pictures and sound. The oldest goes first.
  public struct Recording: Sendable {
    public var enabled = true
    public var hours = 24.0
    /// Of all streams together.
    public var bytes = 10 * 1_000_000_000
    /// How long exported files are kept, and how much all of them may take. The newest stays in any case.
    public var exportDays = 30.0
    public var exportBytes = 10 * 1_000_000_000
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
    /// How often what is too old is looked for.
    public var housekeepingSeconds = 60.0

    public init() {}
  }
}
