import Analysis
import Foundation

@testable import LocalService

/// A clip in which a voice of flite says sentences, with a pause after each, and pictures.
enum SpokenClip {
  static let sentences = [
    "Please open the front door.", "There is a red car in front of the house.", "The quick brown fox jumps over the lazy dog.",
  ]
  static let pause = 1.5

  static let missing: String? = {
    for program in ["/usr/bin/flite", "/usr/bin/ffmpeg"] where !FileManager.default.isExecutableFile(atPath: program) {
      return "\(program) is not there"
    }
    do {
      _ = try RecogniserProgram.installed()
      return nil
    } catch {
      return "\(error)"
    }
  }()

  static func words(_ text: String) -> [String] {
    text.lowercased().split { !$0.isLetter && $0 != "'" }.map(String.init)
  }

  /// The clip's file, in a folder that is removed afterwards.
  static func with<T>(_ sentences: [String] = sentences, _ body: (String) async throws -> T) async throws -> T {
    let folder = TestService.temporaryDirectory()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var inputs: [String] = []
    var joined = ""
    for (number, sentence) in sentences.enumerated() {
      try await run("flite", ["-voice", "rms", "-t", sentence, "-o", "\(folder)/\(number).wav"])
      inputs += ["-i", "\(folder)/\(number).wav"]
      joined += "[\(number)]adelay=300,apad=pad_dur=\(pause)[s\(number)];"
    }
    joined += sentences.indices.map { "[s\($0)]" }.joined() + "concat=n=\(sentences.count):v=0:a=1[sound]"
    let clip = folder + "/clip.mkv"
    try await run(
      "ffmpeg",
      ["-v", "error"] + inputs + [
        "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=5", "-filter_complex", joined, "-map", "\(sentences.count):v",
        "-map", "[sound]", "-c:v", "mpeg4", "-c:a", "flac", "-shortest", clip,
      ])
    return try await body(clip)
  }

  /// A clip of pictures alone.
  static func withoutSound<T>(_ body: (String) async throws -> T) async throws -> T {
    let clip = TestService.temporaryDirectory() + ".mkv"
    defer { try? FileManager.default.removeItem(atPath: clip) }
    try await run(
      "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=5", "-t", "5", "-c:v", "mpeg4", clip])
    return try await body(clip)
  }

  private static func run(_ program: String, _ arguments: [String]) async throws {
    let child = try Program(program, arguments)
    let end = try await child.exit()
    guard end.code == 0 else { throw Timeout(description: "\(program): \(child.standardError)") }
  }

  /// How many words were inserted, left out or taken for others.
  static func errors(_ heard: [String], _ said: [String]) -> Int {
    var row = Array(0...heard.count)
    for (i, word) in said.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in heard.enumerated() {
        let best = min(row[j + 1] + 1, row[j] + 1, diagonal + (word == other ? 0 : 1))
        diagonal = row[j + 1]
        row[j + 1] = best
      }
    }
    return row[heard.count]
  }
}
