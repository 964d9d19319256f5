import Foundation
import Testing

@testable import Analysis

@Suite struct SampledWindowTests {
  private func frame(_ time: Double, width: Int = 32, _ colour: [UInt8] = [0, 0, 0]) -> Frame {
    Frame(width: width, height: 16, rgb: Array([[UInt8]](repeating: colour, count: width * 16).joined()), time: time)
  }

  private func times(_ windows: [SeenWindow]) -> [[Double]] {
    windows.map { $0.frames.map { ($0.time * 100).rounded() / 100 } }
  }

  @Test func framesAreSpreadEvenlyOverWindows() {
    let sampler = FrameSampler(WindowConfig(seconds: 2, frameCount: 4))
    let windows = (0..<50).flatMap { sampler.add(frame(100 + Double($0) / 10)) } + sampler.finish()
    #expect(windows.map(\.start) == [100, 102, 104])
    #expect(abs(windows[1].end - 104) < 1e-9 && abs(windows[2].end - 104.9) < 1e-9)
    #expect(times(windows).map(\.count) == [4, 4, 3])
    #expect(times(windows)[1] == [102, 102.4, 102.9, 103.4])
  }

  /// As many frames as there are wanted, from a camera that is not punctual.
  @Test func aSlowCameraGivesWhatItHas() {
    let sampler = FrameSampler(WindowConfig(seconds: 5, frameCount: 5))
    let arrivals = [0, 1.03, 1.98, 3.05, 3.96, 5.02]
    let windows = arrivals.flatMap { sampler.add(frame($0)) }
    #expect(times(windows) == [[0, 1.03, 1.98, 3.05, 3.96]])
    let few = FrameSampler(WindowConfig(seconds: 1, frameCount: 100))
    #expect(times([0, 0.5, 1.1].flatMap { few.add(frame($0)) }) == [[0, 0.5]])
  }

  @Test func gapsAndClocksSetBack() {
    let sampler = FrameSampler(WindowConfig(seconds: 1, frameCount: 1))
    #expect(sampler.add(frame(100)).isEmpty && sampler.add(frame(100)).isEmpty)
    #expect(sampler.add(Frame(width: 4, height: 4, rgb: [], time: 101.5)).isEmpty)
    #expect(sampler.add(frame(.nan)).isEmpty)
    let afterGap = sampler.add(frame(110.5))
    #expect(afterGap.count == 1 && afterGap[0].end == 101)
    let back = sampler.add(frame(50))
    #expect(back.count == 1 && back[0].start == 110)
    #expect(sampler.finish().map(\.start) == [50] && sampler.finish().isEmpty)
  }

  @Test func picturesBecomeFilesInTheirOrderAndSize() async throws {
    let frames = [frame(0, [255, 0, 0]), frame(1, [0, 255, 0]), frame(2, width: 64, [0, 0, 255])]
    let files = try await SeenWindow(start: 0, end: 3, frames: frames).jpegs(ffmpeg: "ffmpeg")
    #expect(files.count == 3)
    for (file, frame) in zip(files, frames) {
      #expect(file.starts(with: [0xFF, 0xD8]) && file.suffix(2) == [0xFF, 0xD9])
      // Height and width stand behind the marker of the frame.
      let marker = try #require(file.firstRange(of: [0xFF, 0xC0]))
      let size = file[(marker.upperBound + 3)..<(marker.upperBound + 7)].map(Int.init)
      #expect(size[0] << 8 + size[1] == 16 && size[2] << 8 + size[3] == frame.width)
    }
    let many = (0..<100).map { frame(Double($0), width: 320, [UInt8($0), 0, 0]) }
    #expect(try await SeenWindow(start: 0, end: 1, frames: many).jpegs(ffmpeg: "ffmpeg").count == 100)
    #expect(try await SeenWindow(start: 0, end: 1).jpegs(ffmpeg: "ffmpeg").isEmpty)
    for program in ["/nonexistent", "/bin/true"] {
      await #expect(throws: JPEGEncoder.Failure.self) {
        try await SeenWindow(start: 0, end: 1, frames: frames).jpegs(ffmpeg: program)
      }
    }
  }

  @Test func whatIsNoJPEGIsLeftOut() {
    let file: [UInt8] = [0xFF, 0xD8, 0xFF, 0xDA, 0, 2, 1, 0xFF, 0, 0xFF, 0xD0, 0xFF, 0xD9]
    #expect(JPEGFiles.split(file + file) == [file, file])
    for end in 0..<file.count { #expect(JPEGFiles.split(Array(file[..<end])).isEmpty) }
    #expect(JPEGFiles.split(file + [1, 2, 3]) == [file])
    #expect(JPEGFiles.split([0xFF, 0xD8, 0xFF, 0xE0, 0, 0]).isEmpty)
  }
}
