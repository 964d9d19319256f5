import Foundation
import Testing

@testable import Analysis

/// The clip of `make demo`: all that its script promises is seen, and nothing else.
@Suite struct DemoClipTests {
  @Test func theAnalyserSeesEveryThingThatHappensInTheDemoClip() async throws {
    let folder = try TemporaryFolder()
    let clip = folder.path + "/demo.mp4"
    let script = URL(filePath: Repository.path + "/examples/make_clip.sh").standardizedFileURL.path
    let status: Int32 = try await withCheckedThrowingContinuation { continuation in
      Thread {
        continuation.resume(
          with: Result {
            let process = Process()
            process.executableURL = URL(filePath: "/bin/sh")
            process.arguments = [script, clip]
            try process.run()
            process.waitUntilExit()
            return process.terminationStatus
          })
      }.start()
    }
    try #require(status == 0)
    let told = await describe(try await Clip.file(clip), window: 2)
    #expect(told.count == 20)
    func during(_ from: Double, _ to: Double) -> [SceneDescription] {
      told.filter { $0.start - Clip.epoch >= from - 0.01 && $0.end - Clip.epoch <= to + 0.01 }
    }
    for window in during(0, 4) + during(10, 12) + during(18, 20) + during(36, 40) {
      #expect(window.motion == nil && window.still != nil, "\(window.text)")
    }
    #expect(told.flatMap(\.entered).map(\.edge) == [.left, .top, .right])
    #expect(told.flatMap(\.entered).map(\.colour) == [.red, .blue, .yellow])
    #expect(told.flatMap(\.left).map(\.edge) == [.right, .bottom, .right])
    #expect(told.flatMap(\.left).map(\.colour) == [.red, .blue, .yellow])
    #expect(during(4, 8).allSatisfy { $0.motion?.direction == .right })
    #expect(during(12, 14)[0].lightChanges.map(\.kind) == [.suddenlyDarker])
    #expect(during(16, 18)[0].lightChanges.map(\.kind) == [.suddenlyBrighter])
    #expect(told.flatMap(\.lightChanges).count == 2)
    #expect(told.flatMap(\.cuts) == [30])
    #expect(during(30, 34).allSatisfy { $0.motion != nil })

    // And the prompts that a newcomer tries first are met where they should be, and nowhere else.
    func matches(_ prompt: String) -> [Double] {
      told.filter { EventRules.match(prompt: prompt, description: $0) != nil }.map { ($0.start - Clip.epoch).rounded() }
    }
    #expect(matches("Detect when someone enters restricted area") == [4, 20, 24])
    #expect(matches("Alert me when something leaves") == [8, 22, 28])
    #expect(matches("lights go off") == [12])
    #expect(matches("The lights are switched on again") == [16])
    #expect(matches("red object") == [4, 6, 8])
    #expect(matches("Detect a fast moving car") == [22])
    #expect(matches("scene change") == [30])
    #expect(matches("no motion for 6 seconds") == [14, 16, 18])
    #expect(matches("camera covered").isEmpty && matches("picture frozen").isEmpty)
    #expect(matches("a person falls").isEmpty)
  }
}
