import Foundation
import Testing

@testable import LocalService

/// VideoDB's own Python client, unchanged, through all of its real-time methods.
@Suite struct SDKTests {
  private static let root = (1...4).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent() }
  private static let python = root.appending(path: "build/venv/bin/python3").path
  private static let scripts = root.appending(path: "localservice/Tests/sdk").path

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

  /// The specification in its own order, on one camera. Its rows go to the log.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: SDKTests.python), "needs scripts/venv.sh"))
  func everySectionOfTheSpecificationIsComputed() async throws {
    func walk(_ clip: String, _ more: [String]) async throws {
      try await TestService.run({ $0.recogniser = more.isEmpty ? .none : .auto }) { service in
        let output = try await run("sections.py", service, [clip] + more, until: "rows of the specification")
        print(output)
        #expect(output.components(separatedBy: "\nwalk: ").count > 20)
      }
    }
    guard let missing = SpokenClip.missing else { return try await SpokenClip.with { try await walk($0, ["--speech"]) } }
    print("skip SDKTests, what is heard: \(missing)")
    try await SpokenClip.withoutSound { try await walk($0, []) }
  }

  private func walk(_ service: TestService, _ arguments: [String]) async throws {
    let exchanges = TestService.temporaryDirectory() + ".exchanges"
    defer { try? FileManager.default.removeItem(atPath: exchanges) }
    let output = try await run(
      "official_sdk.py", service, arguments + ["--exchanges", exchanges], until: "methods of videodb")
    print(output)

    let lines = try String(contentsOfFile: exchanges, encoding: .utf8).split(separator: "\n")
    #expect(lines.count > 60)
    for line in lines {
      let exchange = try #require(JSON.parse(Array(line.utf8)))
      let answer = Answer(status: Int(exchange["status"]?.double ?? 0), body: exchange["body"] ?? .null)
      Contract.expect(exchange["method"]?.string ?? "", exchange["target"]?.string ?? "", answer)
    }
  }

  /// What a script of Tests/sdk printed, which ends with these words.
  private func run(_ script: String, _ service: TestService, _ arguments: [String], until words: String) async throws -> String
  {
    var environment = ProcessInfo.processInfo.environment
    environment["VIDEO_DB_API_KEY"] = TestService.key
    let client = try Program(
      Self.python, ["-B", "\(Self.scripts)/\(script)", "http://127.0.0.1:\(service.port)"] + arguments,
      environment: environment)
    let end = try await client.exit(within: 2 * patience)
    try #require(end.code == 0, "\(client.standardOutput)\(client.standardError)\(service.log.suffix(2000))")
    return try await eventually("the last line") {
      client.standardOutput.contains(words) ? client.standardOutput : nil
    }
  }
}
