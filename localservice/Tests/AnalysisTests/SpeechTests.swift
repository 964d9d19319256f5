import Foundation
import Synchronization
import Testing

@testable import Analysis

/// What is put together from words, without a sound.
@Suite struct SpokenWordTests {
  private func words(_ text: String, from start: Double, confidence: Double = 0.8) -> [SpokenWord] {
    text.split(separator: " ").enumerated().map {
      SpokenWord(text: String($1), start: start + Double($0), end: start + Double($0) + 0.9, confidence: confidence)
    }
  }

  @Test func linesOfARecogniser() {
    func result(_ text: String) -> SpeechResult? { RecogniserLine.result(of: Array(text.utf8)) }
    #expect(result(#"{"interim":"open the","start":1,"end":2.5}"#) == .interim(text: "open the", start: 1, end: 2.5))
    #expect(result(#"{"heard":4.5}"#) == .heard(until: 4.5))
    #expect(
      result(#"{"final":[{"word":"a","start":1,"end":2,"confidence":7},{"word":"b","start":2,"end":3}]}"#)
        == .final([
          SpokenWord(text: "a", start: 1, end: 2, confidence: 1), SpokenWord(text: "b", start: 2, end: 3, confidence: 0.5),
        ]))
    for nothing in ["", "INFO: loading", "{}", #"{"final":[]}"#, #"{"interim":"","start":1,"end":2}"#, #"{"interim":"a"}"#] {
      #expect(result(nothing) == nil, "\(nothing)")
    }
  }

  @Test func windowsByWords() {
    var batcher = SpeechBatcher(.words(3), from: 100)
    #expect(batcher.add(words("a b", from: 98)).isEmpty)
    #expect(batcher.add(words("a b", from: 100)).isEmpty)
    let windows = batcher.add(words("c d e f g", from: 110))
    #expect(windows.map(\.text) == ["a b c", "d e f"])
    #expect(windows[0].start == 100 && windows[0].end == 110.9 && windows[1].start == 111)
    #expect(batcher.finish().map(\.text) == ["g"] && batcher.finish().isEmpty)
  }

  @Test func windowsBySentences() {
    var batcher = SpeechBatcher(.sentences(2), from: 0)
    #expect(batcher.add(words("one two", from: 1)).isEmpty)
    #expect(batcher.passed(50).isEmpty)
    #expect(batcher.add(words("three", from: 60)).map(\.text) == ["one two three"])
    #expect(batcher.finish().isEmpty)
  }

  @Test func windowsBySeconds() {
    var batcher = SpeechBatcher(.seconds(5), from: 100)
    #expect(batcher.passed(104.9).isEmpty)
    #expect(batcher.add(words("a b c d", from: 103)).map(\.text) == ["a b"])
    #expect(batcher.passed(109).isEmpty)
    // Nothing is said from 110 to 120.
    #expect(batcher.passed(123) == [SpokenWindow(start: 105, end: 110, words: words("c d", from: 105))])
    #expect(batcher.add(words("e", from: 124)).isEmpty)
    #expect(batcher.passed(125) == [SpokenWindow(start: 120, end: 125, words: words("e", from: 124))])
  }

  @Test func rulesOnWords() throws {
    let window = SpokenWindow(start: 0, end: 9, words: words("please open the front door now", from: 0, confidence: 0.6))
    func matches(_ prompt: String) -> EventMatch? { SpokenRules.match(prompt: prompt, window: window) }
    #expect(try #require(matches("someone says \"front door\"")).explanation == "said: front door")
    #expect(abs(try #require(matches("Alert me when the door is mentioned")).confidence - 0.6) < 1e-9)
    #expect(matches("somebody says “open” or “fire”") != nil)
    #expect(matches("someone says \"door front\"") == nil && matches("someone mentions fire or door") == nil)
    #expect(matches("somebody is talking") == nil)
    #expect(SpokenRules.understanding(of: "somebody is talking") == nil)
    #expect(SpokenRules.understanding(of: "someone says \"Fire!\"") == "somebody says \"fire\"")
    #expect(SpokenRules.understanding(of: "fire is mentioned") == "somebody says all of: fire")
  }

  @Test func someSourcesAreNotListenedTo() {
    for url in ["lavfi:testsrc2", "/dev/video0", "udp://239.0.0.1:5000", "srt://:9000?mode=listener", "tcp://0.0.0.0:1?listen"]
    {
      #expect(Microphone.deafness(to: url) != nil, "\(url)")
    }
    for url in ["rtsp://camera/1", "/srv/listen.mp4", "file:///srv/listen.mp4", "srt://host:9000"] {
      #expect(Microphone.deafness(to: url) == nil, "\(url)")
    }
  }

  /// A camera that leaves four seconds out, and one whose sound comes in bursts.
  @Test func soundTellsTheTime() {
    let clock = SoundClock()
    for second in 1...10 { clock.arrived(upTo: Double(second), from: Double(second - 1), at: 1000 + Double(second)) }
    #expect(clock.time(of: 0.5) == 1000.5)
    for second in 11...20 { clock.arrived(upTo: Double(second), from: Double(second - 1), at: 1004 + Double(second)) }
    #expect(clock.time(of: 9.5) == 1009.5 && clock.time(of: 10.5) == 1014.5)
    let bursts = SoundClock()
    for second in 1...9 {
      bursts.arrived(upTo: Double(second), from: Double(second - 1), at: Double(1000 + (second + 2) / 3 * 3))
    }
    #expect(bursts.time(of: 5) == 1005)
  }
}

/// Programs that are no recognisers.
@Suite struct RecogniserProgramTests {
  private func session(
    _ script: String, _ folder: TemporaryFolder, onResult: @escaping @Sendable (SpeechResult) -> Void = { _ in }
  )
    throws -> any SpeechSession
  {
    let path = try folder.write("#!/bin/sh\n" + script, to: "recogniser", executable: true)
    return try RecogniserProgram(path: path).start(onResult: onResult)
  }

  @Test func aMissingOneIsSaid() {
    #expect(throws: RecogniserProgram.Missing.self) { try RecogniserProgram(path: "/nonexistent/recogniser") }
  }

  @Test func allThatIsWrittenToItComesOut() async throws {
    let folder = try TemporaryFolder()
    let heard = Mutex<[SpeechResult]>([])
    let session = try session("n=$(wc -c)\necho '{\"heard\":'$n'}'\n", folder) { result in heard.withLock { $0.append(result) }
    }
    let sound = [UInt8](repeating: 7, count: 200_000)
    try session.feed(sound[...])
    session.finish(within: 10)
    #expect(heard.withLock { $0 } == [.heard(until: 200_000)])
  }

  @Test func afterForceNothingIsHeardAndNobodyIsLeft() async throws {
    let folder = try TemporaryFolder()
    let heard = Mutex(0)
    let session = try session("trap '' TERM; echo '{\"heard\":1}'; cat >/dev/null; sleep 977; echo '{\"heard\":2}'\n", folder) {
      _ in
      heard.withLock { $0 += 1 }
    }
    await eventually("it speaks") { heard.withLock { $0 } == 1 }
    let begin = Clock.steady()
    session.finish(within: 0)
    #expect(Clock.steady() - begin < 2)
    await eventually("nobody is left") { processes(with: folder.path).isEmpty }
    #expect(heard.withLock { $0 } == 1)
  }

  @Test func oneThatEndsIsSaidWithItsWords() async throws {
    let folder = try TemporaryFolder()
    let session = try session("echo 'no model' >&2; exit 3\n", folder)
    let failed = Mutex("")
    await eventually("the end is noticed") {
      do {
        try session.feed([UInt8](repeating: 0, count: 100)[...])
        return false
      } catch {
        failed.withLock { $0 = "\(error)" }
        return true
      }
    }
    #expect(failed.withLock { $0 } == "the speech recogniser ended: no model")
    session.finish(within: 1)
  }
}
