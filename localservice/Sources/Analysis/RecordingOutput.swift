/// Where ffmpeg keeps what it reads, beside the pictures it makes: as fragmented MP4 in pieces of about two seconds.
///
/// It is a second output of the one process that reads the camera, so that a camera is opened once. Video is kept as it comes
/// and cut at its own key frames; where that cannot be played (`encodes`), and from sources that have no coded video, it is
/// encoded as H.264. Sound becomes AAC. A disk that fails ends this output and not the other.
public struct RecordingOutput: Sendable {
  /// An empty folder for this one process. In it appear `init.mp4`, `0.m4s`, `1.m4s`... and `index.m3u8`.
  public let folder: String
  public let encodes: Bool
  public let hasSound: Bool

  public init(folder: String, encodes: Bool, hasSound: Bool) {
    self.folder = folder
    self.encodes = encodes
    self.hasSound = hasSound
  }

  public static let seconds = 2

  /// ffmpeg is started inside the folder: the names of its outputs then need no escape.
  func arguments(for source: CameraSource) -> [String] {
    let video =
      encodes || !source.isCoded
      ? [
        "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-crf", "26", "-pix_fmt", "yuv420p",
        "-force_key_frames", "expr:gte(t,n_forced*\(Self.seconds))",
      ] : ["-c:v", "copy"]
    let muxer =
      "onfail=ignore:f=hls:hls_time=\(Self.seconds):hls_list_size=10:hls_segment_type=fmp4:hls_fmp4_init_filename=init.mp4"
      + ":hls_segment_filename=%d.m4s:hls_flags=temp_file"
    // The first output goes nowhere: with all its outputs failed ffmpeg would end.
    let sound = hasSound ? ["-map", "0:a:0?", "-c:a", "aac", "-b:a", "64k"] : []
    return ["-map", "0:V:0"] + video + sound + ["-f", "tee", "[f=null]-|[\(muxer)]index.m3u8"]
  }
}
