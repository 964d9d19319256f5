import Foundation
import Testing

@testable import LocalService

/// VideoDB's own Python client, unchanged, through all of its real-time methods.
@Suite struct SDKTests {
  private static let root = (1...4).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent() }
  private static let python = root.appending(path: "build/venv/bin/python3").path
  private static let script = root.appending(path: "localservice/Tests/sdk/official_sdk.py").path

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: SDKTests.python), "needs scripts/venv.sh"))
  func theOfficialClientGetsAllThatItAsksFor() async throws {
    try await TestService.run { try await walk($0, []) }
  }

  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: SDKTests.python) && SpokenClip.missing == nil,
      "needs scripts/venv.sh, and Debian's libpocketsphinx3, pocketsphinx-en-us and flite"))
  func theOfficialClientHearsWhatIsSaid() async throws {
    try await SpokenClip.with { clip in
      try await TestService.run({ $0.recogniser = .auto }) { try await walk($0, [clip, "--speech"]) }
    }
  }

  private func walk(_ service: TestService, _ arguments: [String]) async throws {
    let exchanges = TestService.temporaryDirectory() + ".exchanges"
    defer { try? FileManager.default.removeItem(atPath: exchanges) }
    var environment = ProcessInfo.processInfo.environment
    environment["VIDEO_DB_API_KEY"] = TestService.key
    let client = try Program(
      Self.python, ["-B", Self.script, "http://127.0.0.1:\(service.port)"] + arguments + ["--exchanges", exchanges],
      environment: environment)
    let end = try await client.exit(within: 2 * patience)
    try #require(end.code == 0, "\(client.standardOutput)\(client.standardError)")
    let output = try await eventually("the last line") {
      client.standardOutput.contains("methods of videodb") ? client.standardOutput : nil
    }
    print(output)

    let lines = try String(contentsOfFile: exchanges, encoding: .utf8).split(separator: "\n")
    #expect(lines.count > 60)
    for line in lines {
      let exchange = try #require(JSON.parse(Array(line.utf8)))
      let answer = Answer(status: Int(exchange["status"]?.double ?? 0), body: exchange["body"] ?? .null)
      Contract.expect(exchange["method"]?.string ?? "", exchange["target"]?.string ?? "", answer)
    }
  }
}
