import Foundation
import Synchronization

/// A child process of the tests whose output can be awaited.
final class Program: @unchecked Sendable {
  private let process = Process()
  private let output = Mutex("")
  private let errors = Mutex("")

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
    Thread.detachNewThread { [weak self] in Self.collect(out) { text in self?.output.withLock { $0 += text } } }
    Thread.detachNewThread { [weak self] in Self.collect(error) { text in self?.errors.withLock { $0 += text } } }
  }

  deinit {
    if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
  }

  private static func collect(_ pipe: Pipe, _ take: (String) -> Void) {
    while true {
      let data = pipe.fileHandleForReading.availableData
      if data.isEmpty { return }
      take(String(decoding: data, as: UTF8.self))
    }
  }

  var pid: Int32 { process.processIdentifier }
  var standardOutput: String { output.withLock { $0 } }
  var standardError: String { errors.withLock { $0 } }

  func signal(_ number: Int32) { Foundation.kill(pid, number) }

  /// The exit code and how long it took to come, or an error after the deadline.
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
      return (process.terminationStatus, (ContinuousClock.now - began) / .seconds(1))
    }
  }
}
