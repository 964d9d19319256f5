import Foundation

/// Fed every frame of a stream in order; gives one description per finished window.
///
/// Windows follow one another from the time of the first frame. A window is told when the first frame after its end
/// arrives; one without any frame is left out. The same frames always give the same words.
///
/// Motion, light and cuts are measured on every frame, colours and overexposure on `frameCount` frames that are
/// spread evenly over the window. Not thread-safe: one analyser belongs to one stream.
public final class SceneAnalyser {
  private let seconds: Double
  private let frameCount: Int
  private let emphasis: Set<Topic>

  private var origin: Double?
  private var window: Window?
  private var previous: (frame: Frame, grid: Grid)?
  private var background: Background?
  private var backgroundAge = 0.0
  private var tracker = Tracker()
  private var lightWatch = LightWatch()
  /// The usual difference between frames in which nothing happens; nil until there were two frames.
  private var noise: Double?
  /// How alike consecutive frames usually are, against which a scene cut stands out, and from how many frames.
  private var usualLikeness = (value: 0.0, frames: 0)
  private var stillSince: Double?
  private var frozenSince: Double?
  private var blankSince: Double?

  /// No picture for so long is a gap: what came before is not compared with what comes after.
  private static let longestStep = 2.5
  /// While the background is younger, what appears may have been there before.
  private static let warmUp = 0.7

  /// Seconds are kept within 0.1 and 86400, the frame count within 1 and 1000. `prompt` decides which of the
  /// measurements are told first; see `Topic`.
  public init(window: WindowConfig, prompt: String?) {
    seconds = window.seconds.isFinite ? min(max(window.seconds, 0.1), 86_400) : 10
    frameCount = min(max(window.frameCount, 1), 1000)
    emphasis = Topic.named(in: prompt ?? "")
  }

  /// A frame that contradicts itself, or is smaller than 16 by 16 pixels, is ignored.
  public func add(_ frame: Frame) -> [SceneDescription] {
    guard frame.time.isFinite, let grid = Grid(frame) else { return [] }
    var told: [SceneDescription] = []
    if let previous, frame.time <= previous.frame.time {
      // Two frames of one instant are one; a clock set back begins a new stream.
      guard frame.time < previous.frame.time - seconds else { return [] }
      told = finish()
    }
    let start = windowStart(for: frame.time)
    if let window, window.start != start { told += endWindow() }
    var current = window.take() ?? Window(start: start, end: start + seconds, after: previous?.frame.time)
    measure(frame, grid, in: &current)
    window = current
    return told
  }

  /// Ends the stream: gives the description of the window at hand, up to its last frame, if it has any. What is added
  /// later is a new stream.
  public func finish() -> [SceneDescription] {
    let told = endWindow(at: window?.lastTime)
    origin = nil
    previous = nil
    forgetScene(seeing: nil)
    (stillSince, frozenSince, blankSince) = (nil, nil, nil)
    return told
  }

  private func windowStart(for time: Double) -> Double {
    let first = origin ?? time
    origin = first
    return first + ((time - first) / seconds).rounded(.down) * seconds
  }

  private func measure(_ frame: Frame, _ grid: Grid, in window: inout Window) {
    look(frame, grid, in: &window)
    let time = frame.time
    let step = previous.map { time - $0.frame.time } ?? 0
    if let previous, step <= Self.longestStep, previous.grid.hasSameShape(as: grid) {
      compare(previous, frame, grid, seconds: step, in: &window)
    } else {
      if previous != nil { window.gap += time - window.lastTime }
      forgetScene(seeing: grid)
      (stillSince, frozenSince, blankSince) = (time, time, nil)
    }
    if !grid.isBlank { blankSince = nil } else if blankSince == nil { blankSince = time }
    previous = (frame, grid)
    window.last = grid
    window.lastTime = time
  }

  /// The part that needs only some frames.
  private func look(_ frame: Frame, _ grid: Grid, in window: inout Window) {
    if window.first == nil { window.first = grid }
    let due = window.start + (Double(window.looks) + 0.5) * seconds / Double(frameCount)
    guard window.looks == 0 || frame.time >= due else { return }
    window.looks += 1
    window.colours.add(grid)
    window.whiteShare += grid.whiteShare
  }

  private func compare(
    _ old: (frame: Frame, grid: Grid), _ frame: Frame, _ grid: Grid, seconds step: Double, in window: inout Window
  ) {
    let time = frame.time
    if old.frame.hasSamePicture(as: frame) {
      if frozenSince == nil { frozenSince = old.frame.time }
    } else {
      frozenSince = nil
    }
    let change = FrameChange(from: old.grid, to: grid, noise: noise)
    if isCut(change, old.grid, grid) {
      window.facts.append(.sceneCut(at: time))
      forgetScene(seeing: grid)
      stillSince = nil
      return
    }
    usualLikeness.frames += 1
    usualLikeness.value += (change.likeness - usualLikeness.value) * max(0.25, 1 / Double(usualLikeness.frames))
    learnNoise(change.noise)
    if let light = lightWatch.add(change, from: old.grid, old.frame.time, to: grid, time) {
      window.facts.append(.lightChange(light))
    }
    if change.isLightStep || old.grid.isBlank != grid.isBlank {
      // Through a jump of the light, or a covered lens, nothing can be followed.
      forgetTracks(seeing: grid)
      return
    }
    window.addMotion(change, grid: grid, seconds: step)
    if change.movingShare > 0.0014 { stillSince = nil } else if stillSince == nil { stillSince = old.frame.time }
    follow(change, frame, grid, seconds: step, in: &window)
  }

  /// Quiet frames say more about the noise than busy ones, so it falls faster than it rises.
  private func learnNoise(_ measured: Double) {
    let known = noise ?? measured
    noise = known + (measured - known) * (measured < known ? 0.3 : 0.08)
  }

  private func follow(
    _ change: FrameChange, _ frame: Frame, _ grid: Grid, seconds step: Double, in window: inout Window
  ) {
    guard var background else { return }
    let mask = background.foreground(grid, change, seconds: step, noise: noise ?? 0)
    backgroundAge += step
    self.background = background
    let foreground = mask.reduce(0) { $0 + ($1 ? 1 : 0) }
    if change.movingShare > 0.5 || foreground * 5 > mask.count * 3 {
      forgetTracks(seeing: grid)
      return
    }
    let blobs = Blob.find(in: mask, grid: grid, moving: change.moving, least: 5)
    let (events, flow) = tracker.update(blobs, at: frame.time, grid: grid, isWarmUp: backgroundAge < Self.warmUp)
    tell(events, in: &window)
    let summary = tracker.summary(columns: grid.columns)
    window.addFlow(flow, speed: summary.speed, largest: summary.largest)
  }

  private func tell(_ events: [Tracker.Event], in window: inout Window) {
    for event in events {
      switch event {
      case .entered(let passage): window.facts.append(.entered(passage))
      case .left(let passage): window.facts.append(.left(passage))
      }
    }
  }

  /// Most of the picture is another one and unlike the old in its pattern, and that is not what goes on all the
  /// time (large things passing close by). From or to darkness is a matter of light, and to a picture without
  /// detail one of a covered lens.
  private func isCut(_ change: FrameChange, _ old: Grid, _ new: Grid) -> Bool {
    guard change.replacedShare >= 0.4, !change.isDarkness else { return false }
    if old.isBlank || new.isBlank { return old.isBlank && new.isBlank && !change.isLightStep }
    return usualLikeness.frames >= 2 && change.likeness < min(0.4, usualLikeness.value - 0.35)
  }

  /// What is seen now is the new background.
  private func forgetTracks(seeing grid: Grid?) {
    background = grid.map { Background($0) }
    backgroundAge = 0
    tracker.forget()
  }

  private func forgetScene(seeing grid: Grid?) {
    forgetTracks(seeing: grid)
    lightWatch.reset()
    usualLikeness = (0, 0)
  }

  /// `time` when the window is cut short.
  private func endWindow(at time: Double? = nil) -> [SceneDescription] {
    guard var ended = window.take(), let last = ended.last else { return [] }
    tell(tracker.windowEnds(at: ended.lastTime, grid: last), in: &ended)
    let end = time ?? ended.end
    if end - ended.lastTime > Self.longestStep { ended.gap += end - ended.lastTime }
    let facts = facts(of: ended, last)
    return [
      SceneDescription(
        start: ended.start, end: end, text: SceneText.describe(facts, emphasis: emphasis), facts: facts)
    ]
  }

  /// In the order of telling: what makes the rest doubtful, what happened, how it looks.
  private func facts(of window: Window, _ last: Grid) -> [Fact] {
    var facts: [Fact] = []
    let gap = window.gap
    if gap > 0 { facts.append(.gap(seconds: min(gap, seconds))) }
    let now = window.lastTime
    if let since = blankSince, now - since >= min(1, seconds / 2) {
      facts.append(.blank(colour: last.meanColour, seconds: now - since))
    }
    if let since = frozenSince, since <= window.start + 0.5 || now - since >= 3, now > since {
      facts.append(.frozen(seconds: now - since))
    }
    facts += window.facts
    if let motion = window.motion() {
      facts.append(.motion(motion))
    } else if let since = stillSince, now > since {
      facts.append(.still(seconds: now - since))
    }
    facts.append(.light(Light(meanLuma: last.meanLuma)))
    if let slow = slowChange(in: window, last) { facts.append(.lightChange(slow)) }
    let white = window.whiteShare / Double(max(window.looks, 1))
    if white >= 0.25 { facts.append(.overexposed(share: white)) }
    facts.append(.colours(window.colours.shares(atLeast: 1.0 / 12)))
    return facts
  }

  /// Dusk and slow dimmers move too little from frame to frame; the window's two ends show them.
  private func slowChange(in window: Window, _ last: Grid) -> LightChange? {
    let isExplained = window.facts.contains { fact in
      switch fact {
      case .lightChange, .sceneCut: true
      default: false
      }
    }
    guard !isExplained, !lightWatch.isChanging, let first = window.first, first.hasSameShape(as: last) else { return nil }
    let change = FrameChange(from: first, to: last, noise: noise)
    guard abs(change.lightShift) >= 8, change.likeness > 0.8 else { return nil }
    return LightWatch.change(
      first.meanLuma, last.meanLuma, seconds: max(window.lastTime - window.start, LightWatch.suddenSeconds + 0.1),
      at: window.start)
  }
}

extension Frame {
  func hasSamePicture(as other: Frame) -> Bool {
    guard rgb.count == other.rgb.count else { return false }
    return rgb.withUnsafeBytes { mine in
      other.rgb.withUnsafeBytes { theirs in memcmp(mine.baseAddress!, theirs.baseAddress!, mine.count) == 0 }
    }
  }
}
