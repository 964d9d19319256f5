import Analysis
import Foundation
import NIOCore
import NIOPosix

/// One running service: everything between the listening socket and the cameras.
public final class LocalService: Sendable {
  public static let version = "0.1.0"

  private let settings: Settings
  private let log: Log
  private let directory: DataDirectory
  let store: Store
  private let group: MultiThreadedEventLoopGroup
  let sockets: SocketRegistry
  let router: Router
  private let poster: HTTPPoster
  private let webhooks: WebhookSender
  let messages: Messages
  let scenes: SceneDispatcher
  let speech: SpeechDispatcher
  private let ingest: Ingest
  private let sounds: SoundIngest
  let recordings: Recordings
  private let backlog: Backlog
  private let housekeeping: Housekeeping
  private let listener: Listener

  /// Opens the state, the listening socket and the cameras that were running when the service last ended.
  public static func start(_ settings: Settings, log: Log) async throws -> LocalService {
    let directory = try DataDirectory.open(settings.dataDirectory)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    do {
      return try await LocalService(settings, log, directory, group)
    } catch {
      try? await group.shutdownGracefully()
      directory.close()
      throw error
    }
  }

  private init(
    _ settings: Settings, _ log: Log, _ directory: DataDirectory, _ group: MultiThreadedEventLoopGroup
  ) async throws {
    self.settings = settings
    self.log = log
    self.directory = directory
    self.group = group
    let limits = settings.limits
    let key = APIKey(try settings.apiKey ?? directory.storedKey())
    let store = try Store(file: directory.databaseFile)
    let sockets = SocketRegistry(ticketSeconds: limits.ticketSeconds)
    let poster = try HTTPPoster(group: group)
    let webhooks = WebhookSender(store: store, client: poster, limits: limits, log: log)
    let messages = Messages(visualChannel: settings.visualChannel, timeUnit: settings.eventTimeUnit)
    let backlog = Backlog(log: log)
    let dispatcher = SceneDispatcher(
      store: store, sockets: sockets, webhooks: webhooks, messages: messages, recordDelay: settings.conduct.recordDelay,
      backlog: backlog, log: log)
    let recordings = try Recordings(
      store: store, dataDirectory: settings.dataDirectory, settings: settings.recording, log: log)
    let analyser = Self.analyser(settings, poster)
    log.info("eyes: \(analyser.name)")
    let ingest = Ingest(
      ffmpeg: settings.ffmpeg, framesPerSecond: limits.framesPerSecond, analyser: analyser, recordings: recordings, log: log
    ) {
      try await dispatcher.seen($1, jobID: $0)
    }
    let speech = SpeechDispatcher(
      store: store, sockets: sockets, messages: messages, recordDelay: settings.conduct.recordDelay, backlog: backlog, log: log)
    let sounds = SoundIngest(
      recogniser: try Self.recogniser(settings, poster, log), analyser: analyser, ffmpeg: settings.ffmpeg, log: log,
      handlers: .init(
        onSpeech: { speech.heard($1, streamID: $0) }, onWindow: { try await dispatcher.heard($1, jobID: $0) }),
      isLive: { ingest.report($0)?.state == .live })
    let exporter = try Exporter(
      store: store, recordings: recordings, directory: settings.dataDirectory, ffmpeg: settings.ffmpeg,
      settings: settings.recording, log: log)
    let routes = Routes(
      store: store, ingest: ingest, sounds: sounds, analyser: analyser, recordings: recordings, backlog: backlog,
      exporter: exporter,
      sockets: sockets, captureEvents: CaptureEvents(sockets: sockets, webhooks: webhooks), conduct: settings.conduct,
      log: log)
    let router = routes.router()
    let door = FrontDoor(
      credentials: Credentials(key: key, store: store),
      playback: PlaybackDoor(store: store, recordings: recordings, exports: settings.dataDirectory + "/exports"),
      router: router, usesTLS: settings.usesTLS, log: log)
    self.store = store
    self.sockets = sockets
    self.router = router
    self.poster = poster
    self.webhooks = webhooks
    self.messages = messages
    scenes = dispatcher
    self.speech = speech
    self.ingest = ingest
    self.sounds = sounds
    self.recordings = recordings
    self.backlog = backlog
    do {
      listener = try await Listener.open(
        settings: settings, group: group, sockets: sockets, log: log, respond: door.answer)
    } catch let error as StartError {
      throw error
    } catch {
      let reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
      throw StartError("cannot listen on \(settings.host) port \(settings.port): \(reason)")
    }
    if !settings.watchesCameras {
      // What is stopped for good starts no camera.
      await ingest.stopAll()
      await sounds.stopAll()
    }
    housekeeping = Housekeeping(
      every: limits.housekeepingSeconds, log: log,
      [
        .init(what: "exported files") {
          try exporter.forgetOldest()
          return false
        },
        .init(what: "records") {
          guard let days = settings.recordDays else { return false }
          return try !store.forgetRecords(before: Timestamp.now() - days * 86_400).isAll
        },
      ])
    try webhooks.resume()
    for stream in try store.runningStreams() {
      ingest.start(stream, jobs: try store.runningJobs(ofStream: stream.id))
      try routes.startSound(of: stream)
    }
  }

  private static func analyser(_ settings: Settings, _ poster: HTTPPoster) -> any Analyser {
    switch settings.eyes {
    case .pixels: PixelAnalyser()
    case .model(let server, let width):
      VisionAnalyser(ModelClient(server, name: "vision", poster: poster), frameWidth: width, ffmpeg: settings.ffmpeg)
    case .analyser(let own): own
    }
  }

  /// One that was named must be there; one that is looked for may be missing.
  private static func recogniser(
    _ settings: Settings, _ poster: HTTPPoster, _ log: Log
  ) throws -> (any SpeechRecogniser)? {
    let wanted = settings.recogniser
    do {
      let found: any SpeechRecogniser
      switch wanted {
      case .model(let server, let interim):
        found = ModelRecogniser(ModelClient(server, name: "speech", poster: poster), interim: interim, log: log)
      case .none:
        log.info("ears: no recogniser, as asked for: there are no transcripts")
        return nil
      case .auto: found = try RecogniserProgram.installed()
      case .program(let path): found = try RecogniserProgram(path: path)
      }
      log.info("ears: recognised by \(found.name)")
      return found
    } catch {
      if case .program = wanted { throw StartError("\(error)") }
      log.warning("ears: no recogniser, so there are no transcripts: \(error)")
      return nil
    }
  }

  public var port: Int { listener.port }

  public var baseURL: String {
    let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
    return (settings.usesTLS ? "https" : "http") + "://\(host):\(port)"
  }

  /// Where the key is, for people; nil when it was given from outside.
  public var keyFile: String? { settings.apiKey == nil ? directory.keyFile : nil }

  /// Ends everything: no new request, WebSockets told to go, no camera process left, state closed.
  public func stop() async {
    await listener.close()
    sockets.closeAll()
    async let speech: Void = sounds.stopAll()
    async let cameras: Void = ingest.stopAll()
    async let calls: Void = webhooks.close()
    _ = await (speech, cameras, calls)
    await poster.close()
    housekeeping.close()
    recordings.close()
    backlog.close()
    try? await group.shutdownGracefully()
    store.close()
    directory.close()
  }
}
