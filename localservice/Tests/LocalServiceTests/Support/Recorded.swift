import Foundation
import GRDB

@testable import LocalService

/// Records of made-up cameras in a data folder, for a service that is started on it. No camera runs.
final class Recorded: Sendable {
  let directory = TestService.temporaryDirectory()
  let store: Store
  static let epoch = 1_700_000_000.0

  init() throws {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    store = try Store(file: directory + "/state.sqlite")
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  func stream(_ id: String, name: String? = nil) async throws {
    try await store.insert(
      VideoStream(
        id: id, name: name, url: "lavfi:testsrc2", mediaTypes: "video", sampleRate: 5, running: true, createdAt: Self.epoch))
  }

  func job(
    _ id: String, on stream: String, name: String? = nil, kind: WindowJob.Kind = .sceneIndex, source: String? = nil
  ) async throws {
    try await store.insert(
      WindowJob(
        id: id, kind: kind, streamID: stream, name: name, seconds: 5, frameCount: 5, running: true, createdAt: Self.epoch,
        sourceID: source))
  }

  /// One window after another from `start` on, each five seconds long.
  func keep(_ texts: String..., of job: String, from start: Double = 0) throws { try keep(texts, of: job, from: start) }

  func keep(_ texts: [String], of job: String, from start: Double = 0) throws {
    for (index, text) in texts.enumerated() {
      let start = Self.epoch + start + 5 * Double(index)
      _ = try store.keep(Scene(jobID: job, start: start, end: start + 5, text: text))
    }
  }

  /// Starts a service on the records.
  func serve(_ configure: (inout Settings) -> Void = { _ in }, _ body: (TestService) async throws -> Void) async throws {
    try await store.database.write { try $0.execute(sql: "UPDATE stream SET running = 0") }
    store.close()
    try await TestService.run(directory: directory, configure, body)
  }
}
