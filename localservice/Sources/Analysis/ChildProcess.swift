import Foundation

/// A child process with its two output pipes, in a process group of its own.
///
/// It does not outlive this process: where `setpriv` (util-linux) is there it starts the child with a parent-death
/// signal, so the kernel kills the child with the thread that spawned it. The spawning thread must therefore stay
/// alive as long as the child. Without `setpriv`, the closing of the pipes ends a child that writes to them.
struct ChildProcess {
  struct SpawnFailure: Error {
    let description: String
  }

  let pid: pid_t
  /// Both are non-blocking and belong to this value until `end` closes them.
  let output: Int32
  let errors: Int32

  /// `input` becomes the child's standard input; it stays the caller's to close. Without one there is nothing to read.
  /// `directory`: where the child starts; an executable found by a relative path is still the same.
  static func spawn(
    executable: String, arguments: [String], input: Int32? = nil, directory: String? = nil
  ) throws(SpawnFailure) -> ChildProcess {
    let executable = executable.hasPrefix("/") ? executable : FileManager.default.currentDirectoryPath + "/" + executable
    let output = try makePipe()
    let errors: Pipe
    do {
      errors = try makePipe()
    } catch {
      output.closeBoth()
      throw error
    }
    defer {
      close(output.writing)
      close(errors.writing)
    }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, output.writing, 1)
    posix_spawn_file_actions_adddup2(&actions, errors.writing, 2)
    // Listening sockets and databases of the service are no business of the child.
    _ = Self.closeFrom?(&actions, 3)
    if let directory {
      guard let changeDirectory = Self.changeDirectory else {
        close(output.reading)
        close(errors.reading)
        throw SpawnFailure(description: "this system's C library cannot start a process in another folder")
      }
      _ = changeDirectory(&actions, directory)
    }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var noSignals = sigset_t()
    sigemptyset(&noSignals)
    var allSignals = sigset_t()
    sigfillset(&allSignals)
    // A service ignores SIGPIPE and may block SIGTERM; a child that inherited that would not end.
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    posix_spawnattr_setsigdefault(&attributes, &allSignals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var command = [executable] + arguments
    if let setpriv = Executable.find("setpriv") {
      command = [setpriv, "--pdeathsig", "KILL", "--"] + command
    }
    var pid: pid_t = 0
    let status = withCStrings(command) { argv in
      withCStrings(environment()) { envp in
        posix_spawn(&pid, command[0], &actions, &attributes, argv, envp)
      }
    }
    guard status == 0 else {
      close(output.reading)
      close(errors.reading)
      throw SpawnFailure(description: "cannot start \(executable): \(String(cString: strerror(status)))")
    }
    return ChildProcess(pid: pid, output: output.reading, errors: errors.reading)
  }

  /// Ends the whole group and reaps the child; afterwards the value is spent. The child gets `grace` seconds to say
  /// goodbye to its camera (an RTSP server that hears no TEARDOWN may keep the session, and some allow only two).
  /// Returns what is known of its end, for example "exit status 1", or "killed by signal 9" when that was not ours.
  @discardableResult
  func end(grace: Double) -> String {
    kill(-pid, SIGTERM)
    let endedItself = waitForHangUp(seconds: grace)
    kill(-pid, SIGKILL)
    close(output)
    close(errors)
    var status: Int32 = 0
    while waitpid(pid, &status, 0) == -1 {
      guard errno == EINTR else { return "unknown exit status" }
    }
    let signal = status & 0x7F
    if signal == 0 { return "exit status \((status >> 8) & 0xFF)" }
    return endedItself && signal != SIGTERM ? "killed by signal \(signal)" : "signal \(signal)"
  }

  /// The child holds the only writing end of its error pipe, so the pipe's end is the child's. What it still writes is taken
  /// away: with a full or closed pipe it could not finish its other files. False when it did not end in time.
  private func waitForHangUp(seconds: Double) -> Bool {
    let deadline = Clock.steady() + seconds
    var scratch = [UInt8](repeating: 0, count: 65536)
    var outputOpen = true
    while true {
      let left = deadline - Clock.steady()
      guard left > 0 else { return false }
      var waiting = [
        pollfd(fd: errors, events: Int16(POLLIN), revents: 0),
        pollfd(fd: outputOpen ? output : -1, events: Int16(POLLIN), revents: 0),
      ]
      _ = poll(&waiting, 2, Int32(left * 1000) + 1)
      if waiting[1].revents != 0 { outputOpen = read(output, &scratch, scratch.count) != 0 }
      guard waiting[0].revents != 0 else { continue }
      let count = read(errors, &scratch, scratch.count)
      if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { return true }
    }
  }

  private static func makePipe() throws(SpawnFailure) -> Pipe {
    guard let pipe = Pipe() else {
      throw SpawnFailure(description: "cannot make a pipe: \(String(cString: strerror(errno)))")
    }
    return pipe
  }

  private typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

  /// `posix_spawn_file_actions_addclosefrom_np`, which glibc has since 2.34 and Swift's Glibc module does not show.
  private static let closeFrom: CloseFrom? = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np")
    .map { unsafeBitCast($0, to: CloseFrom.self) }

  private typealias ChangeDirectory =
    @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, UnsafePointer<CChar>) -> Int32

  /// `posix_spawn_file_actions_addchdir_np`, in glibc since 2.29.
  private static let changeDirectory: ChangeDirectory? = dlsym(nil, "posix_spawn_file_actions_addchdir_np")
    .map { unsafeBitCast($0, to: ChangeDirectory.self) }

  /// The service's environment without what looks like a credential, and with messages in English.
  private static func environment() -> [String] {
    let secret = ["KEY", "TOKEN", "SECRET", "PASSW"]
    var variables = ProcessInfo.processInfo.environment.filter { name, _ in
      !secret.contains { name.uppercased().contains($0) }
    }
    variables["LC_ALL"] = "C"
    return variables.map { "\($0)=\($1)" }
  }

  private static func withCStrings<R>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R
  ) -> R {
    let copies = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    return body(copies + [nil])
  }
}

/// A pipe whose reading end does not block and whose ends are closed in spawned children.
struct Pipe {
  let reading: Int32
  let writing: Int32

  init?() {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    reading = ends[0]
    writing = ends[1]
  }

  func closeBoth() {
    close(reading)
    close(writing)
  }
}

enum Executable {
  /// The path of an executable file: a name is looked for in PATH, anything with a slash is taken as it is.
  static func find(_ name: String) -> String? {
    if name.contains("/") { return isExecutable(name) ? name : nil }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    return path.split(separator: ":").map { "\($0)/\(name)" }.first(where: isExecutable)
  }

  private static func isExecutable(_ path: String) -> Bool {
    var info = stat()
    return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
  }
}

enum Clock {
  /// Seconds that only go forward, for deadlines.
  static func steady() -> Double { seconds(CLOCK_MONOTONIC) }
  /// Seconds since 1970.
  static func wall() -> Double { seconds(CLOCK_REALTIME) }

  private static func seconds(_ clock: clockid_t) -> Double {
    var now = timespec()
    clock_gettime(clock, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
  }
}
