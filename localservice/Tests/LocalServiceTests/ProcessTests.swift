import Foundation
import Testing

@testable import LocalService

/// The program as a user starts it.
@Suite struct ProcessTests {
  /// Beside the test bundle lie the products it was built with.
  private static let program: String = {
    let arguments = ProcessInfo.processInfo.arguments[0]
    let folder = arguments.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    return folder + "/videodb-rt-local"
  }()

  private func inTemporaryDirectory(_ body: (String) async throws -> Void) async throws {
    await calm()
    let directory = TestService.temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try await body(directory)
  }

  private func start(_ directory: String, _ arguments: [String] = [], key: String? = "sk-process") throws -> Program {
    var environment = ProcessInfo.processInfo.environment
    environment["VIDEO_DB_API_KEY"] = key
    return try Program(Self.program, ["--data-dir", directory] + arguments, environment: environment)
  }

  private func port(_ program: Program) async throws -> Int {
    try await eventually("the listening line") {
      let line = program.standardOutput
      guard line.hasSuffix("\n"), let port = line.split(separator: ":").last?.dropLast() else { return nil }
      return Int(port)
    }
  }

  private func call(_ port: Int, _ method: String, _ path: String, _ body: String = "", key: String = "sk-process") async throws
    -> Answer
  {
    let answer = try await offload {
      let socket = try RawSocket(port: port)
      socket.send(
        "\(method) \(path) HTTP/1.1\r\nHost: a\r\nx-access-token: \(key)\r\nConnection: close\r\n"
          + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
      return try Answer(try socket.receiveAll())
    }
    Contract.expect(method, path, answer)
    return answer
  }

  private func children(of pid: Int32) -> [Int32] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.compactMap { Int32($0) }.filter { process in
      let stat = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
      let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
      return fields.count > 1 && fields[0] != "Z" && Int32(fields[1]) == pid
    }
  }

  private func isRunning(_ pid: Int32) -> Bool {
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
    return stat.split(separator: ")").last?.split(separator: " ").first != "Z"
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func aSignalEndsItWithinTwoSecondsWithoutChildren(signal: Int32) async throws {
    try await inTemporaryDirectory { directory in
      let program = try start(directory)
      let port = try await port(program)
      #expect(program.standardOutput == "listening http://127.0.0.1:\(port)\n")
      for _ in 1...3 {
        let body = "{\"url\":\"\(TestService.camera)\"}"
        #expect(try await call(port, "POST", "/rtstream", body).status == 200)
      }
      // One camera that never answers.
      let silent = try WebhookReceiver { _ in .silence }
      #expect(try await call(port, "POST", "/rtstream", "{\"url\":\"rtsp://127.0.0.1:\(silent.port)/x\"}").status == 200)
      let cameras = try await eventually("four cameras") { () -> [Int32]? in
        let found = children(of: program.pid)
        return found.count == 4 ? found : nil
      }
      let open = try await offload { try RawSocket(port: port) }
      program.signal(signal)
      let end = try await program.exit()
      #expect(end.code == 0 && end.after < 2, "\(end)")
      try await eventually("the cameras' processes to be gone", within: 1) { cameras.contains(where: isRunning) ? nil : () }
      withExtendedLifetime(open) {}
    }
  }

  /// Who started it may go away first; nothing the service says or serves depends on its output.
  @Test func itOutlivesTheReaderOfItsOutput() async throws {
    try await inTemporaryDirectory { directory in
      let portFile = directory + ".port"
      defer { try? FileManager.default.removeItem(atPath: portFile) }
      var environment = ProcessInfo.processInfo.environment
      environment["VIDEO_DB_API_KEY"] = "sk-process"
      let command = "'\(Self.program)' --data-dir '\(directory)' --port-file '\(portFile)' --log-level debug 2>&1 | head -n 1"
      let shell = try Program("sh", ["-c", command], environment: environment)
      defer { for process in children(of: shell.pid) { kill(process, SIGKILL) } }
      let port = try await eventually("the port file") {
        (try? String(contentsOfFile: portFile, encoding: .utf8)).flatMap { Int($0.trimmingCharacters(in: .newlines)) }
      }
      for _ in 1...20 { #expect(try await call(port, "GET", "/collection").status == 200) }
      let service = try #require(children(of: shell.pid).first)
      kill(service, SIGTERM)
      try await shell.exit()
    }
  }

  @Test func stateSurvivesAKill() async throws {
    try await inTemporaryDirectory { directory in
      let program = try start(directory)
      var port = try await port(program)
      let stream = try await call(port, "POST", "/rtstream", "{\"url\":\"\(TestService.camera)\",\"name\":\"kept\"}").data[
        "id"]?
        .string
      let id = try #require(stream)
      let body = "{\"extraction_config\":{\"time\":0.5}}"
      let index = try #require(
        try await call(port, "POST", "/rtstream/\(id)/index/scene", body).data["rtstream_index_id"]?.string)
      let path = "/rtstream/\(id)/index/scene/\(index)?page_size=1000"
      let before = try await eventually("scenes") { () -> [JSON]? in
        let scenes = try await call(port, "GET", path).data["scene_index_records"]?.items ?? []
        return scenes.count >= 2 ? scenes : nil
      }
      program.signal(SIGKILL)
      try await program.exit()

      let again = try start(directory)
      port = try await self.port(again)
      #expect(try await call(port, "GET", "/rtstream/\(id)").data["name"] == "kept")
      let after = try await eventually("scenes of the second run") { () -> [JSON]? in
        let scenes = try await call(port, "GET", path).data["scene_index_records"]?.items ?? []
        return scenes.count > before.count ? scenes : nil
      }
      #expect(before.allSatisfy(after.contains))
      again.signal(SIGTERM)
      #expect(try await again.exit().code == 0)
    }
  }

  @Test func aKeyIsMadeOnceAndNeverPrinted() async throws {
    try await inTemporaryDirectory { directory in
      var keys: [String] = []
      for _ in 1...2 {
        let program = try start(directory, ["--log-level", "debug"], key: nil)
        let port = try await port(program)
        let file = directory + "/api-key"
        let key = try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .newlines)
        keys.append(key)
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600 && key.hasPrefix("sk-") && key.count > 40)
        #expect(try await call(port, "GET", "/collection", key: key).status == 200)
        #expect(try await call(port, "GET", "/collection", key: "sk-").status == 401)
        program.signal(SIGTERM)
        try await program.exit()
        #expect(program.standardError.contains(file) && !(program.standardError + program.standardOutput).contains(key))
      }
      #expect(keys[0] == keys[1])
    }
  }

  @Test func keyFileAndPortFile() async throws {
    try await inTemporaryDirectory { directory in
      let files = TestService.temporaryDirectory()
      try FileManager.default.createDirectory(atPath: files, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(atPath: files) }
      try "sk-from-file\r\n".write(toFile: files + "/key", atomically: true, encoding: .utf8)
      let program = try start(
        directory, ["--api-key-file", files + "/key", "--port-file", files + "/port", "--host", "127.0.0.2"], key: "sk-other")
      let port = try await port(program)
      #expect(try String(contentsOfFile: files + "/port", encoding: .utf8) == "\(port)\n")
      #expect(program.standardOutput == "listening http://127.0.0.2:\(port)\n")
      program.signal(SIGTERM)
      #expect(try await program.exit().code == 0)
      #expect(program.standardError.contains("other machines"))
    }
  }

  @Test func itSaysWhichEyesAndEarsAreInUse() async throws {
    try await inTemporaryDirectory { directory in
      let keyFile = directory + ".key"
      defer { try? FileManager.default.removeItem(atPath: keyFile) }
      try "sk-of-the-eyes\n".write(toFile: keyFile, atomically: true, encoding: .utf8)
      let server = try LoopbackServer { _, _ in ChatCall.answer("A wall.") }
      var environment = ProcessInfo.processInfo.environment
      environment["VIDEO_DB_API_KEY"] = "sk-process"
      environment["VIDEODB_RT_SPEECH_KEY"] = "sk-of-the-ears"
      let program = try Program(
        Self.program,
        [
          "--data-dir", directory, "--log-level", "debug", "--vision-url", "http://127.0.0.1:\(server.port)/v1",
          "--vision-model", "seer", "--vision-key-file", keyFile, "--vision-width", "64", "--speech-url",
          "http://203.0.113.1/v1",
        ], environment: environment)
      let port = try await port(program)
      let wanted = [
        "eyes: the vision model seer at http://127.0.0.1:\(server.port)",
        "ears: recognised by the speech model at http://203.0.113.1", "--speech-url has no TLS",
      ]
      try await eventually("what it says of its eyes and ears") {
        wanted.allSatisfy(program.standardError.contains) ? () : nil
      }
      let stream = try await call(port, "POST", "/rtstream", "{\"url\":\"\(TestService.camera)\"}").data["id"]?.string
      _ = try await call(
        port, "POST", "/rtstream/\(stream ?? "")/index/scene", "{\"extraction_config\":{\"time\":0.5,\"frame_count\":1}}")
      let request = try await eventually("a request") { server.received.first }
      #expect(request.header("Authorization") == "Bearer sk-of-the-eyes" && ChatCall(request).json["model"] == "seer")
      program.signal(SIGTERM)
      let end = try await program.exit()
      #expect(end.code == 0 && end.after < 2)
      #expect(!program.standardError.contains("--vision-url has no TLS") && !program.standardError.contains("sk-of-the"))
    }
  }

  @Test func wrongStartsSayWhy() async throws {
    try await inTemporaryDirectory { directory in
      let running = try start(directory)
      let taken = try await port(running)
      let other = TestService.temporaryDirectory()
      defer { try? FileManager.default.removeItem(atPath: other) }
      for (folder, arguments, reason) in [
        (directory, [], "used by another running"), (other, ["--port", "\(taken)"], "cannot listen"),
        (other, ["--tls-cert", "/none"], "needed together"),
        (other, ["--tls-cert", "/none", "--tls-key", "/none"], "/none"),
        (other, ["--api-key-file", "/none"], "cannot read the key file"), (other, ["--port", "70000"], "port"),
        (other, ["--event-time-unit", "h"], "event-time-unit"), ("/proc/none", [], "/proc/none"),
        (other, ["--vision-url", "ftp://a"], "http://"), (other, ["--speech-url", "nowhere"], "http://"),
        (other, ["--vision-model", "a"], "need --vision-url"), (other, ["--speech-interim"], "need --speech-url"),
        (other, ["--vision-url", "http://a", "--vision-key-file", "/none"], "cannot read the key file"),
        (other, ["--vision-url", "http://a", "--vision-width", "65"], "--vision-width"),
        (other, ["--speech-url", "http://a", "--recogniser", "none"], "either --speech-url or --recogniser"),
        (other, ["--host", "203.0.113.1"], "cannot listen"), (other, ["--port-file", "/none/port"], "/none/port"),
      ] {
        let program = try start(folder, arguments)
        let end = try await program.exit()
        #expect(end.code != 0 && program.standardError.contains(reason), "\(arguments): \(program.standardError)")
      }
      running.signal(SIGTERM)
      try await running.exit()
    }
  }

  @Test func helpSaysWhatTheAnalyserIsNot() async throws {
    let program = try Program(Self.program, ["--help"])
    #expect(try await program.exit().code == 0)
    #expect(program.standardOutput.contains("--data-dir"))
    #expect(program.standardOutput.contains("measures pixels") && program.standardOutput.contains("no vision model"))
    let version = try Program(Self.program, ["--version"])
    #expect(try await version.exit().code == 0)
  }
}
