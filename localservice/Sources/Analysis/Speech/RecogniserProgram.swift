import Foundation
import Synchronization

/// A recogniser that is a program: it reads sound on its standard input and writes a line of JSON for each result, as
/// `videodb-rt-sphinx` does and its source says. There is one process for each sound.
public struct RecogniserProgram: SpeechRecogniser {
  public struct Missing: Error, CustomStringConvertible {
    public let description: String
  }

  public let name: String
  let path: String

  /// A program that the user names.
  public init(path: String) throws {
    guard let found = Executable.find(path) else {
      throw Missing(description: "the speech recogniser \(path) is not there or may not be run")
    }
    name = found
    self.path = found
  }

  private init(path: String, name: String) {
    self.path = path
    self.name = name
  }

  /// The recogniser that comes with this service, where the system has what it needs.
  public static func installed() throws -> RecogniserProgram {
    let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let beside = own.map { ($0 as NSString).deletingLastPathComponent + "/videodb-rt-sphinx" }
    guard let path = beside.flatMap(Executable.find) ?? Executable.find("videodb-rt-sphinx") else {
      throw Missing(description: "the program videodb-rt-sphinx is neither beside this one nor in PATH")
    }
    let child: ChildProcess
    do {
      child = try ChildProcess.spawn(executable: path, arguments: ["--check"])
    } catch {
      throw Missing(description: error.description)
    }
    let (said, complaint) = (Self.all(child.output), Self.all(child.errors))
    guard child.end(grace: 1) == "exit status 0" else {
      throw Missing(description: complaint.isEmpty ? "\(path) --check failed" : complaint)
    }
    return RecogniserProgram(path: path, name: said)
  }

  private static func all(_ pipe: Int32) -> String {
    _ = fcntl(pipe, F_SETFL, 0)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1024)
    while case let count = read(pipe, &buffer, buffer.count), count > 0 { bytes += buffer[..<count] }
    return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  public func start(onResult: @escaping @Sendable (SpeechResult) -> Void) throws -> any SpeechSession {
    try RecogniserSession(path: path, onResult: onResult)
  }
}

/// One process, and the thread that spawned it and reads it until its end.
private final class RecogniserSession: SpeechSession {
  private struct State {
    var dropped = false
    var over = false
    var complaint = ""
  }

  /// How long a recogniser may leave sound unread, and a killed one take to be gone.
  private static let feedSeconds = 10.0
  private static let killSeconds = 1.0
  /// A line longer than this is none.
  private static let longestLine = 1 << 20

  private let input: Mutex<Int32>
  private let process = Mutex<pid_t>(0)
  private let state = Mutex(State())
  private let ended = DispatchSemaphore(value: 0)
  private let onResult: @Sendable (SpeechResult) -> Void

  init(path: String, onResult: @escaping @Sendable (SpeechResult) -> Void) throws {
    guard let pipe = Pipe() else {
      throw ChildProcess.SpawnFailure(description: "cannot make a pipe: \(String(cString: strerror(errno)))")
    }
    _ = fcntl(pipe.reading, F_SETFL, 0)
    _ = fcntl(pipe.writing, F_SETFL, O_NONBLOCK)
    input = Mutex(pipe.writing)
    self.onResult = onResult
    let spawned = DispatchSemaphore(value: 0)
    let failure = Mutex<ChildProcess.SpawnFailure?>(nil)
    let thread = Thread { [self] in
      let child: ChildProcess
      do {
        defer { close(pipe.reading) }
        child = try ChildProcess.spawn(executable: path, arguments: [], input: pipe.reading)
      } catch {
        failure.withLock { $0 = error as? ChildProcess.SpawnFailure }
        spawned.signal()
        return
      }
      process.withLock { $0 = child.pid }
      spawned.signal()
      readResults(of: child)
      readComplaint(of: child)
      state.withLock { $0.over = true }
      process.withLock { $0 = 0 }
      child.end(grace: 0.2)
      ended.signal()
    }
    thread.name = "recogniser"
    thread.start()
    spawned.wait()
    if let failure = failure.withLock({ $0 }) {
      closeInput()
      throw failure
    }
  }

  deinit { closeInput() }

  func feed(_ sound: ArraySlice<UInt8>) throws {
    // That a recogniser has ended is told by the write's result.
    var pipeSignal = sigset_t()
    sigemptyset(&pipeSignal)
    sigaddset(&pipeSignal, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &pipeSignal, nil)
    let input = input.withLock { $0 }
    var rest = sound
    while !rest.isEmpty {
      guard !state.withLock({ $0.over }) else { throw gone() }
      var waiting = pollfd(fd: input, events: Int16(POLLOUT), revents: 0)
      guard poll(&waiting, 1, Int32(Self.feedSeconds * 1000)) != 0 else {
        throw RecogniserProgram.Missing(description: "the speech recogniser does not keep up")
      }
      let count = rest.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
      if count > 0 { rest = rest.dropFirst(count) } else if errno != EAGAIN, errno != EINTR { throw gone() }
    }
  }

  private func gone() -> RecogniserProgram.Missing {
    // Its last message may still be on the way.
    _ = wait(Self.killSeconds)
    let complaint = state.withLock { $0.complaint }.trimmingCharacters(in: .whitespacesAndNewlines)
    return .init(description: "the speech recogniser ended" + (complaint.isEmpty ? "" : ": \(complaint)"))
  }

  func finish(within seconds: Double) {
    if seconds <= 0 { state.withLock { $0.dropped = true } }
    closeInput()
    if seconds > 0, wait(seconds) { return }
    state.withLock { $0.dropped = true }
    process.withLock { if $0 > 0 { _ = kill(-$0, SIGKILL) } }
    _ = wait(Self.killSeconds)
  }

  private func wait(_ seconds: Double) -> Bool {
    guard ended.wait(timeout: .now() + seconds) == .success else { return false }
    ended.signal()
    return true
  }

  private func closeInput() {
    input.withLock { descriptor in
      if descriptor >= 0 { close(descriptor) }
      descriptor = -1
    }
  }

  /// Takes what is there of its messages; false once there can be no more.
  @discardableResult
  private func readComplaint(of child: ChildProcess) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(child.errors, &buffer, buffer.count)
      guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) }
      let more = String(decoding: buffer[..<count], as: UTF8.self)
      state.withLock { $0.complaint = String(($0.complaint + more).suffix(300)) }
    }
  }

  private func readResults(of child: ChildProcess) {
    var line: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    var errorsOpen = true
    while true {
      var waiting = [
        pollfd(fd: child.output, events: Int16(POLLIN), revents: 0),
        pollfd(fd: errorsOpen ? child.errors : -1, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&waiting, 2, -1) >= 0 else { continue }
      if waiting[1].revents != 0 { errorsOpen = readComplaint(of: child) }
      guard waiting[0].revents != 0 else { continue }
      let count = read(child.output, &buffer, buffer.count)
      guard count != 0, count > 0 || errno == EAGAIN || errno == EINTR, line.count < Self.longestLine else { return }
      for byte in buffer[..<max(count, 0)] {
        guard byte == UInt8(ascii: "\n") else {
          line.append(byte)
          continue
        }
        if let result = RecogniserLine.result(of: line), !state.withLock({ $0.dropped }) { onResult(result) }
        line = []
      }
    }
  }
}

/// The JSON that such a program writes.
enum RecogniserLine {
  private struct Line: Decodable {
    struct Word: Decodable {
      let word: String
      let start: Double
      let end: Double
      let confidence: Double?
    }

    let interim: String?
    let start: Double?
    let end: Double?
    let final: [Word]?
    let heard: Double?
  }

  /// Nil for a line that is none of the results.
  static func result(of bytes: [UInt8]) -> SpeechResult? {
    guard let line = try? JSONDecoder().decode(Line.self, from: Data(bytes)) else { return nil }
    if let words = line.final, !words.isEmpty {
      return .final(
        words.map {
          SpokenWord(text: $0.word, start: $0.start, end: $0.end, confidence: min(max($0.confidence ?? 0.5, 0), 1))
        })
    }
    if let text = line.interim, !text.isEmpty, let start = line.start, let end = line.end {
      return .interim(text: text, start: start, end: end)
    }
    return line.heard.map { .heard(until: $0) }
  }
}
