/// The segments that stand for a range of time.
enum Selection {
  /// All that overlap the range. Where the first and the last together reach out of it by more than a segment, the one that has
  /// less of the range is left out, so that what is played is as long as the recorded part, give or take one segment.
  static func cut(_ overlapping: [Segment], from start: Double, to end: Double) -> [Segment] {
    guard overlapping.count > 1, let first = overlapping.first, let last = overlapping.last else { return overlapping }
    let (before, after) = (max(0, start - first.start), max(0, last.end - end))
    // A sliver of a segment is no reason to play all of it.
    guard before + after > max(first.duration, last.duration) - 0.1 else { return overlapping }
    return before > after ? Array(overlapping.dropFirst()) : Array(overlapping.dropLast())
  }

  /// The parts of the range that were recorded; pauses of less than half a second are none.
  static func parts(_ segments: [Segment], from start: Double, to end: Double) -> [(start: Double, end: Double)] {
    var parts: [(start: Double, end: Double)] = []
    for segment in segments.sorted(by: { $0.start < $1.start }) {
      let (from, to) = (max(segment.start, start), min(segment.end, end))
      guard to > from else { continue }
      if let last = parts.last, from - last.end < 0.5 {
        parts[parts.count - 1].end = max(to, last.end)
      } else {
        parts.append((from, to))
      }
    }
    return parts
  }

  /// `from 1711000000.0 to 1711000012.5`, the last few of them.
  static func words(_ parts: [(start: Double, end: Double)]) -> String {
    func tenths(_ time: Double) -> String { String((time * 10).rounded() / 10) }
    let shown = parts.suffix(5).map { "from \(tenths($0.start)) to \(tenths($0.end))" }.joined(separator: ", ")
    return parts.count > 5 ? "\(parts.count) parts, the last of them \(shown)" : shown
  }
}
