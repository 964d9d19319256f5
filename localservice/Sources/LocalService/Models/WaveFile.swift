import Analysis

/// Sound as a WAV file.
enum WaveFile {
  /// `samples`: as `SoundFormat` says.
  static func bytes(_ samples: [UInt8]) -> [UInt8] {
    func number(_ value: Int, _ bytes: Int) -> [UInt8] { (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    let format =
      number(1, 2) + number(1, 2) + number(SoundFormat.samplesPerSecond, 4) + number(SoundFormat.bytesPerSecond, 4)
      + number(2, 2)
      + number(16, 2)
    return Array("RIFF".utf8) + number(36 + samples.count, 4) + Array("WAVEfmt ".utf8) + number(16, 4) + format
      + Array("data".utf8)
      + number(samples.count, 4) + samples
  }
}
