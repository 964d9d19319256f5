import Dispatch
import Foundation
import LocalService

/// Waits for SIGTERM, SIGINT or SIGHUP.
final class StopSignals {
  private let stream: AsyncStream<Void>
  private let sources: [any DispatchSourceSignal]

  init() {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    self.stream = stream
    sources = [SIGTERM, SIGINT, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { continuation.yield() }
      source.resume()
      return source
    }
  }

  func first() async {
    for await _ in stream { return }
  }

  /// The last resort if an orderly end takes too long.
  static func forceExit(afterSeconds seconds: Double, log: Log) {
    DispatchQueue.global().asyncAfter(deadline: .now() + seconds) {
      log.error("the orderly end took longer than \(seconds) s; exiting")
      _exit(1)
    }
  }
}
