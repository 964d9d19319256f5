import Analysis
import ArgumentParser
import Foundation
import LocalService

@main
struct Command: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "videodb-rt-local",
    abstract: "A local service that speaks VideoDB's real-time video protocol on real cameras.",
    discussion: """
      \(AnalyserStatement.text)

      Events:
      \(EventRules.summary)

      On standard output appears one line, "listening URL"; everything else is on standard error.
      """,
    version: LocalService.version)

  @Option(help: ArgumentHelp("Address to listen on.", valueName: "address"))
  var host = "127.0.0.1"

  @Option(help: ArgumentHelp("Port to listen on; 0 takes a free one.", valueName: "number"))
  var port: UInt16 = 0

  @Option(help: ArgumentHelp("File to write the chosen port number to.", valueName: "path"))
  var portFile: String?

  @Option(
    help: ArgumentHelp(
      "Folder for everything that survives a restart (default: $XDG_STATE_HOME/videodb-rt-local or "
        + "~/.local/state/videodb-rt-local).", valueName: "path"))
  var dataDir: String?

  @Option(
    help: ArgumentHelp(
      "The key that clients must send. Other users of this machine can see it here; prefer --api-key-file or "
        + "the environment variable VIDEO_DB_API_KEY. Without any, a key is made and kept in the data folder.",
      valueName: "key"))
  var apiKey: String?

  @Option(help: ArgumentHelp("File that holds the key.", valueName: "path"))
  var apiKeyFile: String?

  @Option(help: ArgumentHelp("Certificate chain (PEM) for https and wss.", valueName: "path"))
  var tlsCert: String?

  @Option(help: ArgumentHelp("Private key (PEM) of the certificate.", valueName: "path"))
  var tlsKey: String?

  @Option(help: ArgumentHelp("The ffmpeg program.", valueName: "path"))
  var ffmpeg = "ffmpeg"

  @Option(
    help: ArgumentHelp(
      "What recognises speech: auto (PocketSphinx, where libpocketsphinx3 and pocketsphinx-en-us are installed), none, or a "
        + "program that reads sound (16 kHz, mono, s16le) and writes lines of JSON as videodb-rt-sphinx does.",
      valueName: "auto|none|path"))
  var recogniser = "auto"

  @OptionGroup(title: "Better eyes and ears")
  var models: ModelOptions

  @Option(
    help: ArgumentHelp("Channel name of visual results: scene_index or visual_index.", valueName: "name"))
  var visualChannel = Settings.VisualChannel.sceneIndex

  @Option(help: ArgumentHelp("Unit of times in WebSocket events: ms or s.", valueName: "unit"))
  var eventTimeUnit = Settings.TimeUnit.milliseconds

  @Option(
    help: ArgumentHelp(
      "What becomes of starting a transcript that runs and has a listener: move (the connection named last hears), refuse or "
        + "ignore.", valueName: "move|refuse|ignore"))
  var repeatedTranscriptStart = Settings.RepeatedStart.moves

  @Flag(help: "Starting an index with a ws_connection_id moves its events there.")
  var indexStartMoves = false

  @Option(
    help: ArgumentHelp(
      "Order of records: usual (scenes newest first, transcripts oldest first), newest or oldest.",
      valueName: "usual|newest|oldest"))
  var recordOrder = Settings.RecordOrder.usual

  @Option(help: ArgumentHelp("How long after its event a record is listed.", valueName: "seconds"))
  var recordDelay = 0.0

  @Option(help: ArgumentHelp("What times of records are rounded to; 0 leaves them.", valueName: "seconds"))
  var recordTimeStep = 0.0

  @Option(help: ArgumentHelp("error, warning, info or debug.", valueName: "level"))
  var logLevel = Log.Level.info

  @Option(help: ArgumentHelp("Hours that recordings are kept.", valueName: "hours"))
  var recordHours = 24.0

  @Option(help: ArgumentHelp("Gigabytes that the recordings of all streams may take.", valueName: "gigabytes"))
  var recordGb = 10.0

  @Option(help: ArgumentHelp("Days that exported files are kept.", valueName: "days"))
  var exportDays = 30.0

  @Option(help: ArgumentHelp("Gigabytes that all exported files may take.", valueName: "gigabytes"))
  var exportGb = 10.0

  @Option(
    help: ArgumentHelp(
      "Days that scene records and transcripts are kept, and found by a search; 0 for ever.", valueName: "days"))
  var keepDays = 90.0

  @Flag(help: "Record nothing.")
  var noRecording = false

  func validate() throws {
    guard recordHours > 0, recordHours <= 87_600, recordGb > 0, recordGb <= 1_000_000 else {
      throw ValidationError("--record-hours must be above 0 and at most 87600, --record-gb above 0 and at most 1000000")
    }
    guard (0...3600).contains(recordDelay), (0...60).contains(recordTimeStep) else {
      throw ValidationError("--record-delay must be from 0 to 3600, --record-time-step from 0 to 60")
    }
    guard exportDays > 0, exportDays <= 36_500, exportGb > 0, exportGb <= 1_000_000, keepDays >= 0, keepDays <= 36_500 else {
      throw ValidationError(
        "--export-days must be above 0 and at most 36500, --export-gb above 0 and at most 1000000, --keep-days 0 to 36500")
    }
    if (tlsCert == nil) != (tlsKey == nil) {
      throw ValidationError("--tls-cert and --tls-key are needed together")
    }
    if apiKey != nil && apiKeyFile != nil {
      throw ValidationError("give either --api-key or --api-key-file")
    }
    if models.speechURL != nil && recogniser != "auto" {
      throw ValidationError("give either --speech-url or --recogniser")
    }
    if apiKey?.isEmpty == true { throw ValidationError("--api-key must not be empty") }
  }

  func run() async throws {
    // A client or camera that goes away while we write must not end the process.
    signal(SIGPIPE, SIG_IGN)
    // The database holds camera passwords and callback addresses.
    umask(0o077)
    let signals = StopSignals()
    let log = Log(level: logLevel)
    let service: LocalService
    do {
      let settings = try settings()
      for warning in models.warnings(settings) { log.warning(warning) }
      service = try await LocalService.start(settings, log: log)
    } catch {
      StandardStream.error.write("videodb-rt-local: \(error)\n")
      throw ExitCode.failure
    }
    announce(service, log)
    do {
      try writePortFile(service.port)
    } catch {
      log.error("cannot write \(portFile ?? ""): \(error.localizedDescription)")
      await service.stop()
      throw ExitCode.failure
    }
    StandardStream.output.write("listening \(service.baseURL)\n")

    await signals.first()
    log.info("stopping")
    StopSignals.forceExit(afterSeconds: 1.9, log: log)
    await service.stop()
  }

  private func settings() throws -> Settings {
    var settings = Settings(dataDirectory: dataDir ?? Self.defaultDataDirectory())
    settings.host = host
    settings.port = Int(port)
    settings.apiKey = try givenKey()
    settings.certificateFile = tlsCert
    settings.privateKeyFile = tlsKey
    settings.ffmpeg = ffmpeg
    settings.recogniser = recogniser == "auto" ? .auto : recogniser == "none" ? .none : .program(recogniser)
    try models.apply(to: &settings)
    settings.visualChannel = visualChannel
    settings.eventTimeUnit = eventTimeUnit
    settings.conduct.repeatedStart = repeatedTranscriptStart
    settings.conduct.indexStartMoves = indexStartMoves
    settings.conduct.recordOrder = recordOrder
    settings.conduct.recordDelay = recordDelay
    settings.conduct.recordTimeStep = recordTimeStep
    settings.recording.enabled = !noRecording
    settings.recording.hours = recordHours
    settings.recording.bytes = Int(recordGb * 1e9)
    settings.recording.exportDays = exportDays
    settings.recording.exportBytes = Int(exportGb * 1e9)
    settings.recordDays = keepDays == 0 ? nil : keepDays
    return settings
  }

  private func givenKey() throws -> String? {
    if let apiKey { return apiKey }
    if let apiKeyFile { return try APIKey.read(file: apiKeyFile) }
    let inherited = ProcessInfo.processInfo.environment["VIDEO_DB_API_KEY"] ?? ""
    return inherited.isEmpty ? nil : inherited
  }

  private static func defaultDataDirectory() -> String {
    let environment = ProcessInfo.processInfo.environment
    let state = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    return (state ?? NSHomeDirectory() + "/.local/state") + "/videodb-rt-local"
  }

  private func announce(_ service: LocalService, _ log: Log) {
    if models.visionURL == nil { for line in AnalyserStatement.text.split(separator: "\n") { log.info(String(line)) } }
    if let file = service.keyFile { log.info("clients need the key in \(file)") }
    if !["127.0.0.1", "::1", "localhost"].contains(host) {
      log.warning("listening on \(host): other machines may reach this service")
      if tlsCert == nil { log.warning("without TLS the key and all events cross the network readable") }
    }
  }

  private func writePortFile(_ port: Int) throws {
    guard let portFile else { return }
    try Data("\(port)\n".utf8).write(to: URL(fileURLWithPath: portFile), options: .atomic)
  }
}

extension Settings.VisualChannel: ExpressibleByArgument {}
extension Settings.TimeUnit: ExpressibleByArgument {}
extension Settings.RepeatedStart: ExpressibleByArgument {}
extension Settings.RecordOrder: ExpressibleByArgument {}
extension Log.Level: ExpressibleByArgument {}
