import Testing

@testable import Analysis

@Suite struct PictureReaderTests {
  /// Feeds bytes in pieces of at most `step`; gives the pictures.
  private func read(_ bytes: [UInt8], step: Int) throws -> [PictureReader.Picture] {
    var reader = PictureReader()
    var at = 0
    var pictures: [PictureReader.Picture] = []
    while true {
      let (count, picture) = try reader.take { buffer in
        let count = min(step, buffer.count, bytes.count - at)
        for index in 0..<count { buffer[index] = bytes[at + index] }
        at += count
        return count
      }
      if let picture { pictures.append(picture) }
      if count == 0 { return pictures }
    }
  }

  private func ppm(_ width: Int, _ height: Int, _ value: UInt8) -> [UInt8] {
    Array("P6\n\(width) \(height)\n255\n".utf8) + [UInt8](repeating: value, count: width * height * 3)
  }

  @Test(arguments: [1, 2, 7, 64, 100_000])
  func picturesComeOutAsTheyWentInHoweverTheyAreCut(step: Int) throws {
    // 10 and 32 are white space; in a body they are pixels.
    let pictures = try read(ppm(20, 10, 10) + ppm(6, 4, 32) + ppm(20, 10, 200), step: step)
    #expect(pictures.map(\.width) == [20, 6, 20] && pictures.map(\.height) == [10, 4, 10])
    #expect(pictures.map { $0.rgb.allSatisfy { [10, 32, 200].contains($0) } } == [true, true, true])
    #expect(pictures[1].rgb == [UInt8](repeating: 32, count: 72))
  }

  @Test func aCutStreamGivesNoHalfPicture() throws {
    let whole = ppm(8, 8, 1)
    for length in [0, 1, 5, whole.count - 1] {
      #expect(try read(Array(whole.prefix(length)), step: 16).isEmpty)
    }
  }

  @Test(arguments: [
    "GIF89a", "P5\n4 4\n255\n", "P6\n0 4\n255\n", "P6\n4 -4\n255\n", "P6\n99999999999999999999 4\n255\n",
    "P6\n5000 5000\n255\n",
    "P6\n4 4\n65535\n", "P6\nab cd\n255\n", "P6                                                        ", "\u{0}\u{0}\u{0}",
  ])
  func whatIsNoPictureThrows(text: String) {
    #expect(throws: PictureReader.NotAPicture.self) {
      _ = try read(Array(text.utf8), step: 3)
    }
  }
}
