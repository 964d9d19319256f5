import Foundation
import Synchronization

/// A child process of the tests whose output can be awaited.
final class Program: @unchecked Sendable {
  private let process = Process()
  private let output = Said()
  private let errors = Said()

  private let input = Pipe()

  /// `input` is written to the program's standard input, which stays open.
  init(_ program: String, _ arguments: [String], environment: [String: String]? = nil, input text: String = "") throws {
    process.executableURL = URL(fileURLWithPath: program.hasPrefix("/") ? program : "/usr/bin/env")
    process.arguments = program.hasPrefix("/") ? arguments : [program] + arguments
    process.environment = environment ?? ProcessInfo.processInfo.environment
    process.standardInput = input
    let (out, error) = (Pipe(), Pipe())
    process.standardOutput = out
    process.standardError = error
    try process.run()
    if !text.isEmpty { try input.fileHandleForWriting.write(contentsOf: Data(text.utf8)) }
    output.collect(out)
    errors.collect(error)
  }

  deinit {
    if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
  }

  var pid: Int32 { process.processIdentifier }
  var standardOutput: String { output.text }
  var standardError: String { errors.text }

  func signal(_ number: Int32) { Foundation.kill(pid, number) }

  /// The exit code and how long it took to come, or an error after the deadline. All that the program wrote has been read by then,
  /// unless a process that it left behind holds its output open.
  @discardableResult
  func exit(within seconds: Double = patience) async throws -> (code: Int32, after: Double) {
    let began = ContinuousClock.now
    return try await offload { [self] in
      while process.isRunning {
        guard ContinuousClock.now - began < .seconds(seconds) else {
          throw Timeout(description: "process \(pid) did not end within \(seconds) s")
        }
        usleep(10_000)
      }
      let ended = ContinuousClock.now
      while !(output.isComplete && errors.isComplete) && ContinuousClock.now - ended < .seconds(2) { usleep(1_000) }
      return (process.terminationStatus, (ended - began) / .seconds(1))
    }
  }
}

/// What comes out of a pipe, read by a thread of its own.
private final class Said: Sendable {
  private let state = Mutex((bytes: Data(), isComplete: false))

  var text: String { state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }
  var isComplete: Bool { state.withLock { $0.isComplete } }

  func collect(_ pipe: Pipe) {
    Thread.detachNewThread {
      while true {
        let data = pipe.fileHandleForReading.availableData
        if data.isEmpty { break }
        self.state.withLock { $0.bytes += data }
      }
      self.state.withLock { $0.isComplete = true }
    }
  }
}
