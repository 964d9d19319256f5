import Foundation
import Testing

@testable import Analysis

/// Sound cut at its pauses.
@Suite struct UtteranceTests {
  /// A tone of this loudness over a rushing.
  private func sound(_ seconds: Double, _ level: Double, noise: Int = 20) -> [UInt8] {
    var random = 1
    return (0..<Int(seconds * Double(SoundFormat.samplesPerSecond))).flatMap { index -> [UInt8] in
      random = (random * 1_103_515_245 + 12345) & 0x7FFF_FFFF
      let value = level * sin(Double(index) * 0.17) + Double(random % (2 * noise + 1) - noise)
      let sample = Int16(max(-32768, min(32767, value)))
      return [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
    }
  }

  private func cut(_ bytes: [UInt8], by size: Int) -> [SpokenSound] {
    var cutter = UtteranceCutter()
    var found: [SpokenSound] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      found += cutter.add(bytes[start..<min(start + size, bytes.count)])
    }
    return found + cutter.finish()
  }

  @Test(arguments: [20, 200])
  func pausesPartIt(noise: Int) {
    let bytes =
      sound(2, 0, noise: noise) + sound(1, 8000, noise: noise) + sound(1.5, 0, noise: noise) + sound(2, 8000, noise: noise)
      + sound(1, 0, noise: noise)
    let found = cut(bytes, by: 1000)
    #expect(found.count == 2)
    #expect(found == cut(bytes, by: bytes.count))
    for (sound, (start, end)) in zip(found, [(2.0, 3.0), (4.5, 6.5)]) {
      #expect(
        (start - 0.4...start).contains(sound.start) && (end...end + 0.3).contains(sound.end), "\(sound.start) \(sound.end)")
      let first = Int((sound.start * Double(SoundFormat.samplesPerSecond)).rounded()) * 2
      #expect(sound.samples == Array(bytes[first..<first + sound.samples.count]))
    }
  }

  @Test func silenceAndClicksAreNothing() {
    #expect(cut(sound(10, 0), by: 4000).isEmpty)
    #expect(cut(sound(2, 0) + sound(0.05, 20000) + sound(2, 0), by: 4000).isEmpty)
    #expect(cut([], by: 1).isEmpty && cut([1], by: 1).isEmpty)
  }

  @Test func whatHasNoPauseIsCutAfter15Seconds() {
    let found = cut(sound(40, 8000), by: 4000)
    #expect(found.map { ($0.end - $0.start).rounded() } == [15, 15, 10])
    #expect(abs(found[1].start - found[0].end) < 0.04)
  }

  @Test func whatIsBeingSaidAndHowFarNothingIs() throws {
    var cutter = UtteranceCutter()
    _ = cutter.add(sound(5, 0)[...])
    #expect(cutter.current == nil && cutter.silentUntil > 4.6)
    _ = cutter.add(sound(1, 8000)[...])
    let current = try #require(cutter.current)
    #expect(current.start > 4.5 && current.start <= 5 && abs(current.end - 6) < 0.1)
    #expect(cutter.silentUntil <= 5)
  }
}
