import ArgumentParser
import Foundation

@testable import LocalService

/// The local service without cameras: what is seen and heard is read from standard input, one batch a line (`Batch`). Everything
/// behind the analyser is the service's own. Ends with its input.
@main
struct Command: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "videodb-rt-feed", abstract: "The local service, told what it sees and hears. For tests.")

  @Option var dataDir: String
  @Option var apiKey: String
  @Option var host = "127.0.0.1"
  @Option var port = 0
  @Option var repeatedTranscriptStart = Settings.RepeatedStart.moves
  @Flag var indexStartMoves = false
  @Option var recordOrder = Settings.RecordOrder.usual
  @Option var recordTimeStep = 0.0
  @Option var eventTimeUnit = Settings.TimeUnit.milliseconds
  @Option var visualChannel = Settings.VisualChannel.sceneIndex
  @Option var socketPingSeconds = 20.0
  @Option var socketQueueBytes = 1024 * 1024
  @Option var logLevel = Log.Level.warning

  func run() async throws {
    signal(SIGPIPE, SIG_IGN)
    let service = try await LocalService.start(settings(), log: Log(level: logLevel))
    StandardStream.output.write("listening \(service.baseURL)\n")
    await withCheckedContinuation { ended in
      Thread.detachNewThread {
        while let line = readLine() { StandardStream.output.write(Batch(line).deliver(through: service) + "\n") }
        ended.resume()
      }
    }
    await service.stop()
  }

  private func settings() -> Settings {
    var settings = Settings(dataDirectory: dataDir)
    settings.host = host
    settings.port = port
    settings.apiKey = apiKey
    settings.watchesCameras = false
    // It is never run; with one named, transcripts are to be had.
    settings.recogniser = .program("/bin/cat")
    settings.recording.enabled = false
    settings.visualChannel = visualChannel
    settings.eventTimeUnit = eventTimeUnit
    settings.conduct.repeatedStart = repeatedTranscriptStart
    settings.conduct.indexStartMoves = indexStartMoves
    settings.conduct.recordOrder = recordOrder
    settings.conduct.recordTimeStep = recordTimeStep
    settings.limits.socketPingSeconds = socketPingSeconds
    settings.limits.socketQueueBytes = socketQueueBytes
    return settings
  }
}

extension Settings.VisualChannel: ExpressibleByArgument {}
extension Settings.TimeUnit: ExpressibleByArgument {}
extension Settings.RepeatedStart: ExpressibleByArgument {}
extension Settings.RecordOrder: ExpressibleByArgument {}
extension Log.Level: ExpressibleByArgument {}
