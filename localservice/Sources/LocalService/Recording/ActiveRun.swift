import Analysis
import Foundation

/// The folder that one ffmpeg process records into, as far as it has been taken note of.
struct ActiveRun {
  let id: Int64
  let streamID: String
  let folder: String
  var codecs: String?
  /// The last segment taken note of, and the end of its time.
  private var last: (number: Int, end: Double)?
  private var listChanged: timespec?

  /// What became of a look at the folder.
  struct News {
    var segments: [Segment] = []
    /// Files of no use, such as those a full disk cut short.
    var broken = 0
  }

  init(id: Int64, streamID: String, folder: String, last: Segment? = nil) {
    (self.id, self.streamID, self.folder) = (id, streamID, folder)
    self.last = last.map { ($0.number, $0.end) }
  }

  static func file(_ number: Int) -> String { "\(number).m4s" }
  static let header = "init.mp4"

  /// The segments that were finished since the last look. `isOver`: no process writes here any more.
  mutating func look(isOver: Bool) -> News {
    var news = News()
    let changed = Self.status(folder + "/index.m3u8")?.st_mtim
    if isOver || changed?.tv_sec != listChanged?.tv_sec || changed?.tv_nsec != listChanged?.tv_nsec {
      listChanged = changed
      for (number, duration) in listed() where number > (last?.number ?? -1) {
        guard let status = Self.status(folder + "/" + Self.file(number)),
          FragmentedFile.isWhole(folder + "/" + Self.file(number))
        else { continue }
        news.segments.append(segment(number, duration, status))
        last = (number, news.segments.last?.end ?? 0)
      }
    }
    news.broken = removeRest(isOver: isOver)
    return news
  }

  /// A segment is closed when the next begins, so the time of its file is the end of its time. Where that contradicts its
  /// length, as with one that a failing camera left open, the length counts.
  private func segment(_ number: Int, _ duration: Double, _ status: stat) -> Segment {
    let closed = Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9
    let follows = last.map { $0.number + 1 == number } ?? false
    var (start, end) = (closed - duration, closed)
    if follows, let last {
      start = last.end
      if abs(end - start - duration) > 1 { end = start + duration }
    }
    return Segment(
      streamID: streamID, runID: id, number: number, start: start, end: end, duration: duration, bytes: Int(status.st_size))
  }

  /// What ffmpeg's playlist names: the number of each of the last segments, and how long it plays.
  private func listed() -> [(Int, Double)] {
    guard let text = try? String(contentsOfFile: folder + "/index.m3u8", encoding: .utf8) else { return [] }
    var found: [(Int, Double)] = []
    var duration: Double?
    for line in text.split(whereSeparator: \.isNewline) {
      if line.hasPrefix("#EXTINF:") {
        duration = Double(line.dropFirst("#EXTINF:".count).prefix { $0 != "," })
      } else if line.hasSuffix(".m4s"), let number = Int(line.dropLast(".m4s".count)), let length = duration, length > 0 {
        found.append((number, length))
        duration = nil
      }
    }
    return found
  }

  /// Deletes finished files that did not become segments. While ffmpeg runs, its newest two are left alone.
  private func removeRest(isOver: Bool) -> Int {
    let numbers = Self.numbers(in: folder)
    let newest = numbers.max() ?? 0
    let rest = numbers.filter { $0 > (last?.number ?? -1) && (isOver || $0 < newest - 1) }
    for number in rest { unlink(folder + "/" + Self.file(number)) }
    return rest.count
  }

  static func numbers(in folder: String) -> [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap { $0.hasSuffix(".m4s") ? Int($0.dropLast(".m4s".count)) : nil }
  }

  private static func status(_ path: String) -> stat? {
    var status = stat()
    return stat(path, &status) == 0 ? status : nil
  }
}
