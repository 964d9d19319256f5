import Foundation
import GRDB
import Testing

@testable import LocalService

/// A database that another process holds, and a disk that fills: survived, and told of.
@Suite struct StorageTests {
  private static let isRoot = geteuid() == 0

  /// Another process, with SQLite of its own, in the middle of a transaction.
  private func lock(_ directory: String) async throws -> Program {
    let script = """
      import sqlite3, sys
      database = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
      database.execute("BEGIN IMMEDIATE")
      print("locked", flush=True)
      sys.stdin.read()
      """
    let program = try Program("python3", ["-c", script, directory + "/state.sqlite"])
    try await eventually("the lock") { program.standardOutput.contains("locked") ? () : nil }
    return program
  }

  private func scenes(_ service: TestService, _ stream: String, _ index: String) async throws -> [(start: Double, end: Double)]
  {
    let answer = try await service.get("/rtstream/\(stream)/index/scene/\(index)?page_size=1000")
    return (answer.data["scene_index_records"]?.items ?? []).compactMap { record in
      guard let start = record["start"]?.double, let end = record["end"]?.double else { return nil }
      return (start, end)
    }.reversed()
  }

  /// The scenes, when each window that was looked at has one. (One in which the machine stood still never was.)
  private func everyWindow(
    _ service: TestService, _ stream: String, _ index: String
  ) async throws -> [(start: Double, end: Double)] {
    let done = try #require(try await service.get("/rtstream/\(stream)").data["analysis"]?["done"]?.double)
    return try await eventually("a scene for each of \(done) windows") {
      let all = try await scenes(service, stream, index)
      return Double(all.count) >= done ? all : nil
    }
  }

  private func waiting(_ service: TestService, _ stream: String, atLeast count: Double, _ words: String) async throws {
    try await eventually("\(count) records that wait, as \(words)") { () -> Void? in
      let records = try await service.get("/rtstream/\(stream)").data["records"]
      guard records?["state"] == "waiting", records?["error"]?.string?.contains(words) == true else { return nil }
      return (records?["count"]?.double ?? 0) >= count ? () : nil
    }
  }

  private func kept(_ service: TestService, _ stream: String) async throws {
    try await eventually("the records to be kept") {
      try await service.get("/rtstream/\(stream)").data["records"] == ["state": "kept"] ? () : nil
    }
  }

  @Test func aLockedDatabaseDelaysAndLosesNothing() async throws {
    let directory = TestService.temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try await TestService.run(directory: directory) { service in
      let socket = try await service.webSocket()

      let stream = try await service.connect()
      let index = try await service.index(stream, connection: socket.connectionID)
      try await service.segments(stream, atLeast: 1)
      try await eventually("a scene") { try await scenes(service, stream, index).isEmpty ? nil : () }
      let holder = try await lock(directory)
      try await waiting(service, stream, atLeast: 3, "locked by another process")
      let before = try await scenes(service, stream, index).count

      // What changes nothing is answered; what would is refused in time, and says why.
      let refused = try await service.post("/rtstream/event", ["event_prompt": "something moves", "label": "a"])
      #expect(refused.status == 503 && refused.body["error_code"] == "STORAGE_UNAVAILABLE", "\(refused.body.text)")
      #expect(refused.message.contains("locked by another process"), "\(refused.message)")
      #expect(try await service.get("/rtstream/\(stream)").data["camera"]?["state"] == "live")
      let pieces = try await service.recorded(stream).count
      try await eventually("the recording to say so") { () -> Void? in
        let recording = try await service.get("/rtstream/\(stream)").data["recording"]
        return recording?["error"]?.string?.contains("locked by another process") == true ? () : nil
      }
      #expect(service.log.contains("waits, and what comes after it: the database is locked by another process"))

      holder.signal(SIGKILL)
      try await holder.exit()
      try await kept(service, stream)
      #expect(service.log.contains("records that waited are kept and told"))
      let after = try await everyWindow(service, stream, index)
      #expect(after.count >= before + 3)
      // And they were told of, in order.
      var told: [Double] = []
      while told.count < after.count {
        let message = try await socket.message()
        if message["channel"] == "scene_index", let start = message["data"]?["start"]?.double { told.append(start) }
      }
      #expect(told == told.sorted())
      // The pieces of that time are there, without a seam.
      try await service.segments(stream, atLeast: pieces + 2)
      let all = try await service.recorded(stream)
      #expect(Set(all.map(\.interruptions)) == [0] && all.map(\.number) == Array(0..<all.count))
      try await eventually("the recording to go on") {
        try await service.get("/rtstream/\(stream)").data["recording"] == ["state": "on"] ? () : nil
      }
    }
  }

  @Test func aServiceSaysWhoKeepsItFromStarting() async throws {
    let directory = TestService.temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try await TestService.run(directory: directory) { _ in }
    let script = """
      import sqlite3, sys
      database = sqlite3.connect(sys.argv[1], isolation_level=None)
      database.execute("PRAGMA locking_mode = EXCLUSIVE")
      database.execute("BEGIN EXCLUSIVE")
      print("locked", flush=True)
      sys.stdin.read()
      """
    let holder = try Program("python3", ["-c", script, directory + "/state.sqlite"])
    try await eventually("the lock") { holder.standardOutput.contains("locked") ? () : nil }
    let error = await #expect(throws: StartError.self) { try await TestService.run(directory: directory) { _ in } }
    #expect("\(try #require(error))".contains("locked by another process"))
    holder.signal(SIGKILL)
    try await holder.exit()
    try await TestService.run(directory: directory) { _ in }
  }

  /// A disk of its own for the data folder, which fills while pieces of the recording and records are written.
  @Test(.enabled(if: StorageTests.isRoot, "needs root, to mount a small disk"))
  func aDiskThatFillsIsSurvived() async throws {
    let disk = TestService.temporaryDirectory()
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: disk) }
    let mount = try Program("mount", ["-t", "tmpfs", "-o", "size=6m", "tmpfs", disk])
    // Root of a container may not be allowed to.
    guard try await mount.exit().code == 0 else { return print("skip StorageTests, a disk that fills: \(mount.standardError)") }
    defer { umount2(disk, Int32(MNT_DETACH)) }
    try await TestService.run(directory: disk, { $0.recording.reserveBytes = 0 }) { service in
      let stream = try await service.connect("lavfi:testsrc2=size=320x240:rate=10,noise=alls=40:allf=t")
      let index = try await service.index(stream)
      try await service.segments(stream, atLeast: 1)
      // Somebody else takes what is left, but for a little.
      let ballast = disk + "/ballast"
      #expect(FileManager.default.createFile(atPath: ballast, contents: nil))
      let file = try #require(FileHandle(forWritingAtPath: ballast))
      while (try? file.write(contentsOf: Data(count: 4096))) != nil {}
      try? file.close()

      try await eventually("the recording to fail, visibly") { () -> Void? in
        let answer = try await service.get("/rtstream/\(stream)").data
        return answer["recording"]?["state"] == "failed" && answer["camera"]?["state"] == "live" ? () : nil
      }
      #expect(service.log.contains("is not recorded"))
      let frames = try await service.get("/rtstream/\(stream)").data["camera"]?["frames"]?.double ?? 0
      try await eventually("the camera to be read on") {
        (try await service.get("/rtstream/\(stream)").data["camera"]?["frames"]?.double ?? 0) > frames + 20 ? () : nil
      }
      print("on a full disk: \(try await service.get("/rtstream/\(stream)").data.text)")

      // With room again all goes on by itself.
      try FileManager.default.removeItem(atPath: ballast)
      let seen = try await scenes(service, stream, index).count
      let pieces = try await service.recorded(stream).last
      try await eventually("pieces and records again") { () -> Void? in
        let answer = try await service.get("/rtstream/\(stream)").data
        guard answer["recording"]?["state"] == "on", answer["records"]?["state"] == "kept" else { return nil }
        let (last, count) = (try await service.recorded(stream).last, try await scenes(service, stream, index).count)
        return last?.id != pieces?.id && count > seen ? () : nil
      }
      #expect(try await everyWindow(service, stream, index).count > 20)
    }
  }
}
