import Testing

@testable import Analysis

/// Scenes whose truth is known, because ffmpeg drew them.
@Suite struct SyntheticSceneTests {
  @Test func aStillSceneWithGrainIsStillAndNothingElse() async throws {
    let told = await describe(try await Clip.synthetic(Clip.yard(grain: 30), seconds: 9), window: 3)
    #expect(told.count == 3)
    for (index, window) in told.enumerated() {
      #expect(window.motion == nil && window.entered.isEmpty && window.left.isEmpty && window.lightChanges.isEmpty)
      #expect(window.cuts.isEmpty && window.frozen == nil && window.blank == nil)
      // Stillness is counted on across windows.
      #expect(abs((window.still ?? 0) - (Double(index) * 3 + 2.8)) < 0.01)
      #expect(window.text.contains("Nothing has moved for"))
    }
  }

  @Test(arguments: [
    ("-80+t*130", "200", Edge.left, Direction.right, "from left to right", "entered from the left"),
    ("660-t*130", "200", .right, .left, "from right to left", "entered from the right"),
    ("300", "-90+t*90", .top, .down, "downwards", "entered from the top"),
    ("300", "370-t*90", .bottom, .up, "upwards", "entered from the bottom"),
  ])
  func aBoxThatComesInIsFollowed(
    x: String, y: String, edge: Edge, direction: Direction, way: String, entry: String
  ) async throws {
    // It is out of sight for the first second, and stays in view until the end.
    let clip = Clip.yard(
      box: "0xD02020", size: "70x80", x: x.replacingOccurrences(of: "t", with: "max(t-1,0)"),
      y: y.replacingOccurrences(of: "t", with: "max(t-1,0)"))
    let told = try #require(await describe(try await Clip.synthetic(clip, seconds: 4), window: 4).first)
    #expect(told.entered.map(\.edge) == [edge])
    #expect(told.entered.first?.colour == .red)
    #expect(told.left.isEmpty)
    #expect(told.motion?.direction == direction)
    #expect(told.motion?.colour == .red)
    #expect(told.text.contains(way) && told.text.contains("something red \(entry)"), "\(told.text)")
    // 70 by 80 of 640 by 360 pixels; in motion, what is uncovered counts too.
    let size = 70.0 * 80 / (640 * 360)
    #expect(abs((told.entered.first?.size ?? 0) - size) < size * 0.35)
    #expect((told.motion?.peak ?? 0) > size * 0.4 && (told.motion?.peak ?? 1) < size * 2.2)
  }

  @Test func aBoxThatCrossesEntersAndLeavesOnceEach() async throws {
    let clip = Clip.yard(box: "0x2040D8", size: "80x90", x: "-90+(t-1)*200", y: "180", from: 1)
    let told = await describe(try await Clip.synthetic(clip, seconds: 8), window: 2)
    #expect(told.flatMap(\.entered).map(\.edge) == [.left])
    #expect(told.flatMap(\.left).map(\.edge) == [.right])
    #expect(told.flatMap(\.left).first?.colour == .blue)
    // 200 of 640 pixels a second.
    #expect(abs((told.compactMap { $0.motion?.speed }.max() ?? 0) - 0.3125) < 0.05)
    #expect(told.last?.motion == nil)
  }

  @Test func theSameWayAtOtherFrameRates() async throws {
    let clip = Clip.yard(box: "0xE8D020", size: "90x60", x: "650-(t-1)*150", y: "250", from: 1)
    for rate in [2, 10] {
      let told = await describe(try await Clip.synthetic(clip, seconds: 8, framesPerSecond: rate), window: 4)
      #expect(told.flatMap(\.entered).map(\.edge) == [.right], "at \(rate) frames a second")
      #expect(told.flatMap(\.left).map(\.edge) == [.left], "at \(rate) frames a second")
    }
  }

  @Test func whatMovesWithinThePictureNeitherEntersNorLeaves() async throws {
    let clip = Clip.yard(box: "0xE8E8E8", size: "50x80", x: "380+40*sin(t*3)", y: "190")
    let told = await describe(try await Clip.synthetic(clip, seconds: 8), window: 4)
    for window in told {
      #expect(window.motion != nil && window.entered.isEmpty && window.left.isEmpty)
      #expect(window.motion?.direction == nil)
      #expect(window.motion?.places.allSatisfy { $0.column != .left } == true)
    }
  }

  @Test func whatStopsIsStillThere() async throws {
    let clip = Clip.yard(box: "0xE8D020", size: "90x60", x: "max(300,650-max(t-1,0)*150)", y: "250")
    let told = await describe(try await Clip.synthetic(clip, seconds: 30, framesPerSecond: 2), window: 5)
    #expect(told.flatMap(\.entered).count == 1)
    // It becomes part of the background in time, without having left.
    #expect(told.flatMap(\.left).isEmpty)
    #expect(told.last?.motion == nil)
  }

  @Test func theLightGoesOffAndOn() async throws {
    let clip = Clip.yard(",eq=brightness='if(between(t,3,6),-0.42,0)':contrast='if(between(t,3,6),0.35,1)':eval=frame")
    let told = await describe(try await Clip.synthetic(clip, seconds: 9), window: 3)
    #expect(told.flatMap(\.lightChanges).map(\.kind) == [.suddenlyDarker, .suddenlyBrighter])
    #expect(told.flatMap(\.cuts).isEmpty && told.allSatisfy { $0.motion == nil })
    #expect(told[1].light?.level == .black && told[2].light?.level == .moderate)
    #expect(told[1].text.contains("lights go off") && told[2].text.contains("lights go on"))
  }

  @Test func aSlowDuskIsNoSwitch() async throws {
    let told = await describe(try await Clip.synthetic(Clip.yard(",eq=brightness='-0.03*t':eval=frame"), seconds: 9), window: 3)
    for window in told {
      #expect(window.lightChanges.map(\.kind) == [.slowlyDarker])
      #expect(window.motion == nil && window.cuts.isEmpty)
    }
    let faded = await describe(try await Clip.synthetic(Clip.yard(",fade=out:st=2:d=3"), seconds: 8), window: 8)
    #expect(faded[0].lightChanges.map(\.kind) == [.slowlyDarker])
    #expect(faded[0].motion == nil && faded[0].cuts.isEmpty)
  }

  @Test func aLargePassingThingIsNoChangeOfTheLight() async throws {
    let clip = Clip.yard(box: "0xF0F0F0", size: "300x300", x: "-310+t*200", y: "30")
    let told = await describe(try await Clip.synthetic(clip, seconds: 6), window: 6)
    #expect(told[0].lightChanges.isEmpty && told[0].cuts.isEmpty)
    #expect((told[0].motion?.peak ?? 0) > 0.1)
  }

  @Test func aCutIsACutAndNoEntry() async throws {
    let clip =
      Clip.yard() + ",trim=duration=3[a];color=c=0x283048:s=640x360:r=10,drawbox=x=40:y=60:w=120:h=190:c=0x684030:t=fill,"
      + "drawbox=x=430:y=40:w=150:h=210:c=0x9878A8:t=fill,trim=duration=3[b];[a][b]concat=n=2"
    let told = await describe(try await Clip.synthetic(clip, seconds: 6), window: 6)
    #expect(told[0].cuts == [3])
    #expect(told[0].entered.isEmpty && told[0].left.isEmpty && told[0].lightChanges.isEmpty && told[0].motion == nil)
    #expect(told[0].text.contains("The scene changed abruptly"))
  }

  @Test func aFrozenPictureIsToldFromAStillOne() async throws {
    // Grain that stops at 4 s: loop repeats the last frame.
    let clip = Clip.yard() + ",trim=duration=4,tpad=stop_mode=clone:stop_duration=6"
    let told = await describe(try await Clip.synthetic(clip, seconds: 10), window: 5)
    #expect(told[0].frozen == nil)
    #expect(told[0].still != nil)
    #expect((told[1].frozen ?? 0) > 4.5)
    #expect(told[1].text.contains("frozen"))
  }

  @Test(arguments: [("black", Colour.black), ("gray", .grey), ("blue", .blue)])
  func aPictureWithoutDetailIsACoveredLens(name: String, colour: Colour) async throws {
    let told = await describe(
      try await Clip.synthetic("color=c=\(name):s=320x180:r=10,noise=alls=6:allf=t:all_seed=1", seconds: 4), window: 4)
    #expect(told[0].blank == colour)
    #expect(told[0].frozen == nil && told[0].motion == nil)
  }

  @Test func aHandBeforeTheLensIsNeitherCutNorEntry() async throws {
    let clip = Clip.yard(",drawbox=x=0:y=0:w=640:h=360:c=0x705830:t=fill:enable='gte(t,3)'")
    let told = await describe(try await Clip.synthetic(clip, seconds: 8), window: 8)
    #expect(told[0].blank == .brown)
    #expect(told[0].cuts.isEmpty && told[0].entered.isEmpty)
  }

  @Test func aWhitePictureIsOverexposed() async throws {
    let told = await describe(try await Clip.synthetic("color=c=white:s=320x180:r=10", seconds: 2), window: 2)
    #expect(told[0].facts.contains { if case .overexposed(let share) = $0 { share > 0.99 } else { false } })
    #expect(told[0].light?.level == .glaring)
  }

  @Test func coloursAreNamedAndMeasured() async throws {
    let halves =
      "color=c=0xD02020:s=320x180:r=10,drawbox=x=160:y=0:w=160:h=180:c=0x20A030:t=fill,"
      + "drawbox=x=0:y=0:w=320:h=45:c=0x2040D8:t=fill"
    let told = await describe(try await Clip.synthetic(halves, seconds: 2), window: 2)
    let shares = Dictionary(uniqueKeysWithValues: told[0].colours.map { ($0.colour, $0.share) })
    #expect(abs((shares[.red] ?? 0) - 0.375) < 0.03 && abs((shares[.green] ?? 0) - 0.375) < 0.03)
    #expect(abs((shares[.blue] ?? 0) - 0.25) < 0.03)
    for (name, colour) in [
      ("0xFF8000", Colour.orange), ("0xFFFF00", .yellow), ("0x00FFFF", .turquoise), ("0x8020C0", .purple),
      ("0xFFB0C0", .pink), ("0x6B4020", .brown), ("0xF5F5F5", .white), ("0x101010", .black), ("0x808080", .grey),
    ] {
      let plain = await describe(try await Clip.synthetic("color=c=\(name):s=64x64:r=5", seconds: 1), window: 1)
      #expect(plain[0].colours.map(\.colour) == [colour], "\(name)")
    }
  }

  @Test func theSamePixelsGiveTheSameWords() async throws {
    let frames = try await Clip.synthetic("testsrc2=s=320x180:r=10", seconds: 6)
    let first = await describe(frames, window: 2)
    let second = await describe(frames, window: 2)
    #expect(first.map(\.text) == second.map(\.text))
    #expect(first.map(\.facts) == second.map(\.facts))
  }
}
