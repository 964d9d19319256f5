import Foundation
import Testing

@testable import Analysis

@Suite struct ChildProcessTests {
  @Test func endKillsTheWholeGroupEvenOneThatWillNotListen() throws {
    let folder = try TemporaryFolder()
    let mark = folder.path
    let script = try folder.write(
      "#!/bin/sh\ntrap '' TERM\nsh -c 'trap \"\" TERM; sleep 5; sleep 900' \(mark) &\necho up\nwhile :; do sleep 1; done\n",
      to: "stubborn", executable: true)
    let child = try ChildProcess.spawn(executable: script, arguments: [])
    _ = fcntl(child.output, F_SETFL, 0)
    var bytes = [UInt8](repeating: 0, count: 3)
    #expect(read(child.output, &bytes, 3) == 3)
    #expect(!processes(with: mark).isEmpty)
    let begin = Clock.steady()
    #expect(child.end(grace: 0.2) == "signal 9")
    #expect(Clock.steady() - begin < 0.8)
    // The grandchildren have had the same signal; init reaps them in its own time.
    let deadline = Clock.steady() + 3
    while !processes(with: mark).isEmpty, Clock.steady() < deadline { usleep(10_000) }
    #expect(processes(with: mark).isEmpty)
  }

  @Test func aChildDiesWithTheThreadThatSpawnedIt() async throws {
    try #require(Executable.find("setpriv") != nil, "setpriv is part of util-linux")
    // The kernel treats the end of the spawning thread as the end of the parent, so a process's death can be
    // tried here without a second process.
    let child: ChildProcess = try await withCheckedThrowingContinuation { continuation in
      Thread {
        let child = Result { try ChildProcess.spawn(executable: "/bin/sleep", arguments: ["986"]) }
        continuation.resume(with: child)
        // setpriv has asked for the signal once sleep runs in its place, and the thread must not end before.
        guard let pid = try? child.get().pid else { return }
        while (try? String(contentsOfFile: "/proc/\(pid)/comm", encoding: .utf8)).map({ $0 != "sleep\n" }) ?? false {
          usleep(2000)
        }
      }.start()
    }
    var status: Int32 = 0
    await eventually("the child is gone") { waitpid(child.pid, &status, WNOHANG) == child.pid }
    #expect(status & 0x7F == SIGKILL)
    close(child.output)
    close(child.errors)
  }

  @Test func aChildSeesNeitherCredentialsNorDescriptors() throws {
    setenv("ANALYSIS_TEST_API_KEY", "geheim", 1)
    setenv("ANALYSIS_TEST_PLAIN", "plain", 1)
    defer {
      unsetenv("ANALYSIS_TEST_API_KEY")
      unsetenv("ANALYSIS_TEST_PLAIN")
    }
    // An open descriptor that its maker forgot to mark.
    let leak = open("/dev/null", O_RDONLY)
    defer { close(leak) }
    let child = try ChildProcess.spawn(
      executable: "/bin/sh", arguments: ["-c", "env | grep ANALYSIS_TEST; for f in /proc/$$/fd/*; do echo \"$f\"; done"])
    _ = fcntl(child.output, F_SETFL, 0)
    var text = ""
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = read(child.output, &buffer, buffer.count), count > 0 {
      text += String(decoding: buffer[..<count], as: UTF8.self)
    }
    child.end(grace: 1)
    #expect(text.contains("ANALYSIS_TEST_PLAIN=plain"))
    #expect(!text.contains("geheim"))
    #expect(!text.contains("/fd/\(leak)\n"), "\(text)")
  }

  @Test func aProgramThatCannotBeStartedIsAnError() {
    #expect(throws: ChildProcess.SpawnFailure.self) {
      // With setpriv the failure shows as an exit status; without a parent-death wrapper, at once.
      let child = try ChildProcess.spawn(executable: "/nonexistent/program", arguments: [])
      let status = child.end(grace: 1)
      throw ChildProcess.SpawnFailure(description: status)
    }
  }
}
