import Foundation
import Synchronization

/// Frames as JPEG files, made when they are first asked for.
final class EncodedFrames: Sendable {
  private let files = Mutex<[[UInt8]]?>(nil)

  func of(_ frames: [Frame], ffmpeg: String) async throws -> [[UInt8]] {
    if let known = files.withLock({ $0 }) { return known }
    let made: [[UInt8]] = try await withCheckedThrowingContinuation { done in
      // This waits for a child process; not on a thread that runs tasks. The thread must outlive the process.
      Thread.detachNewThread { done.resume(with: Result { try JPEGEncoder.encode(frames, ffmpeg: ffmpeg) }) }
    }
    files.withLock { $0 = made }
    return made
  }
}

/// One ffmpeg that takes pictures on its standard input and writes JPEG files.
enum JPEGEncoder {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private static let longestSeconds = 20.0

  /// Blocks. As many files as frames, in their order and size.
  static func encode(_ frames: [Frame], ffmpeg: String) throws -> [[UInt8]] {
    guard !frames.isEmpty else { return [] }
    guard let program = Executable.find(ffmpeg) else {
      throw Failure(description: "the program \(ffmpeg) was not found; it makes the JPEG files")
    }
    // Pictures of another size begin another run: ffmpeg would scale them to the size of the first.
    var files: [[UInt8]] = []
    var rest = frames[...]
    while let first = rest.first {
      let alike = rest.prefix { $0.width == first.width && $0.height == first.height }
      files += try encode(alike, program)
      rest = rest.dropFirst(alike.count)
    }
    return files
  }

  private static func encode(_ frames: ArraySlice<Frame>, _ program: String) throws -> [[UInt8]] {
    guard let input = Pipe() else { throw Failure(description: "cannot make a pipe: \(String(cString: strerror(errno)))") }
    _ = fcntl(input.reading, F_SETFL, 0)
    _ = fcntl(input.writing, F_SETFL, O_NONBLOCK)
    let child: ChildProcess
    do {
      defer { close(input.reading) }
      child = try ChildProcess.spawn(
        executable: program,
        arguments: [
          "-hide_banner", "-nostdin", "-loglevel", "error", "-threads", "1", "-f", "image2pipe", "-c:v", "ppm", "-i", "pipe:0",
          "-threads", "1", "-fps_mode", "passthrough", "-f", "image2pipe", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", "3",
          "pipe:1",
        ], input: input.reading)
    } catch {
      close(input.writing)
      throw Failure(description: error.description)
    }
    var diagnosis = Diagnosis()
    let output = exchange(frames, child, input.writing, &diagnosis)
    let status = child.end(grace: 0.2)
    let files = output.map(JPEGFiles.split) ?? []
    guard files.count == frames.count else {
      let reason = diagnosis.reason(hiding: Secrets(url: "")) ?? (output == nil ? "it took too long" : status)
      throw Failure(description: "ffmpeg made no JPEG files of the pictures: \(reason)")
    }
    return files
  }

  /// Writes all pictures and reads all that comes, at once, since pipes are short. Nil when that takes too long.
  private static func exchange(
    _ frames: ArraySlice<Frame>, _ child: ChildProcess, _ input: Int32, _ diagnosis: inout Diagnosis
  ) -> [UInt8]? {
    // That ffmpeg has ended is told by the write's result.
    var pipeSignal = sigset_t()
    sigemptyset(&pipeSignal)
    sigaddset(&pipeSignal, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &pipeSignal, nil)
    var pieces = frames.flatMap { [Array("P6\n\($0.width) \($0.height)\n255\n".utf8)[...], $0.rgb[...]] }[...]
    var input: Int32? = input
    defer { if let input { close(input) } }
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    var errorsOpen = true
    let deadline = Clock.steady() + longestSeconds
    while true {
      if pieces.isEmpty, let open = input {
        close(open)
        input = nil
      }
      let left = deadline - Clock.steady()
      guard left > 0 else { return nil }
      var waiting = [
        pollfd(fd: child.output, events: Int16(POLLIN), revents: 0),
        pollfd(fd: input ?? -1, events: Int16(POLLOUT), revents: 0),
        pollfd(fd: errorsOpen ? child.errors : -1, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&waiting, 3, Int32(left * 1000) + 1) >= 0 else { continue }
      if waiting[2].revents != 0 {
        let count = read(child.errors, &buffer, buffer.count)
        if count > 0 { diagnosis.append(buffer[..<count]) }
        errorsOpen = count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR))
      }
      if waiting[1].revents != 0, let open = input, let piece = pieces.first {
        let count = piece.withUnsafeBytes { write(open, $0.baseAddress, $0.count) }
        if count >= piece.count {
          pieces.removeFirst()
        } else if count > 0 {
          pieces[pieces.startIndex] = piece.dropFirst(count)
        } else if errno != EAGAIN, errno != EINTR {
          pieces = []
        }
      }
      if waiting[0].revents != 0 {
        let count = read(child.output, &buffer, buffer.count)
        if count > 0 { output += buffer[..<count] }
        if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { return output }
      }
    }
  }
}

/// JPEG files, one after the other.
enum JPEGFiles {
  /// Goes from marker to marker; what is no JPEG, or is cut off, is left out with all that follows.
  static func split(_ bytes: [UInt8]) -> [[UInt8]] {
    var files: [[UInt8]] = []
    var start = 0
    while let end = end(of: bytes, from: start) {
      files.append(Array(bytes[start..<end]))
      start = end
    }
    return files
  }

  private static func end(of bytes: [UInt8], from start: Int) -> Int? {
    guard start + 2 <= bytes.count, bytes[start] == 0xFF, bytes[start + 1] == 0xD8 else { return nil }
    var place = start + 2
    while place + 4 <= bytes.count || (place + 2 <= bytes.count && bytes[place + 1] == 0xD9) {
      guard bytes[place] == 0xFF else { return nil }
      if bytes[place + 1] == 0xD9 { return place + 2 }
      let isScan = bytes[place + 1] == 0xDA
      place += 2 + Int(bytes[place + 2]) << 8 + Int(bytes[place + 3])
      // In the picture itself 0xFF is followed by 0 or a restart marker.
      while isScan, place + 2 <= bytes.count,
        bytes[place] != 0xFF || bytes[place + 1] == 0 || (0xD0...0xD7).contains(bytes[place + 1])
      { place += 1 }
    }
    return nil
  }
}
