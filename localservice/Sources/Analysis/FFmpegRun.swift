import Foundation

/// One ffmpeg process that is waited for.
public enum FFmpegRun {
  /// Blocks until ffmpeg has ended. Nil when it did its work, otherwise its last words.
  public static func failure(_ ffmpeg: String, _ arguments: [String], directory: String) throws -> String? {
    guard let program = Executable.find(ffmpeg) else { return "the program \(ffmpeg) was not found" }
    let child: ChildProcess
    do {
      child = try ChildProcess.spawn(executable: program, arguments: arguments, directory: directory)
    } catch {
      return error.description
    }
    var words: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      var waiting = pollfd(fd: child.errors, events: Int16(POLLIN), revents: 0)
      _ = poll(&waiting, 1, -1)
      let count = read(child.errors, &buffer, buffer.count)
      if count < 0, errno == EAGAIN || errno == EINTR { continue }
      guard count > 0 else { break }
      words = Array((words + buffer[..<count]).suffix(2000))
    }
    // Its pipe has ended, so it has; it is not in the way of its own signal.
    let end = child.end(grace: 5)
    guard end != "exit status 0" else { return nil }
    return String(decoding: words, as: UTF8.self).split(whereSeparator: \.isNewline).last.map(String.init) ?? end
  }
}
