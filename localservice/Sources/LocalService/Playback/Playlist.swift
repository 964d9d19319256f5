import Foundation

/// HLS playlists (RFC 8216) of segments.
///
/// Before each `EXT-X-MAP` stands the comment `#codecs ...`, for the player of this service; other players skip it.
struct Playlist {
  let segments: [Segment]
  let runs: [Int64: RecordingRun]
  /// The folder in whose name the segments are asked for, relative to the playlist.
  let slug: String
  let isLive: Bool

  var text: String {
    let longest = segments.map(\.duration).max() ?? 2
    var lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:\(max(1, Int(longest.rounded())))"]
    if isLive {
      lines.append("#EXT-X-MEDIA-SEQUENCE:\(segments.first?.position ?? 0)")
      lines.append("#EXT-X-DISCONTINUITY-SEQUENCE:\(segments.first?.interruptions ?? 0)")
    } else {
      lines += ["#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD"]
    }
    lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
    var last: Segment?
    for segment in segments {
      if let last, last.interruptions != segment.interruptions { lines.append("#EXT-X-DISCONTINUITY") }
      if last?.runID != segment.runID {
        lines.append("#codecs \(runs[segment.runID]?.codecs ?? "")")
        lines.append("#EXT-X-MAP:URI=\"\(slug)/\(segment.runID).mp4\"")
      }
      if last == nil || last?.interruptions != segment.interruptions {
        lines.append("#EXT-X-PROGRAM-DATE-TIME:\(Timestamp.zulu(segment.start).prefix(23))Z")
      }
      lines.append("#EXTINF:\(String(format: "%.6f", segment.duration)),")
      lines.append("\(slug)/\(segment.id ?? 0).m4s")
      last = segment
    }
    if !isLive { lines.append("#EXT-X-ENDLIST") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// `1711000000000000-1711003600000000.m3u8`, in microseconds; or `live.m3u8`.
  static func fileName(_ playback: Playback) -> String {
    guard let start = playback.start, let end = playback.end else { return "live.m3u8" }
    return "\(micros(start))-\(micros(end)).m3u8"
  }

  private static func micros(_ seconds: Double) -> Int { Int((seconds * 1_000_000).rounded()) }
}
