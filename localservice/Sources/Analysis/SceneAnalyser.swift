import Foundation

/// Fed every frame of a stream in order; gives one description per finished window.
///
/// Windows follow one another from the time of the first frame. A window is told when the first frame after its end
/// arrives; one without any frame is left out. The same frames always give the same words.
public final class SceneAnalyser {
  private let seconds: Double
  private let frameCount: Int
  private let prompt: String?
  private var start: Double?
  private var window: Window?
  private var previous: Grid?
  private var previousTime = 0.0

  private struct Window {
    let start: Double
    var frames = 0
    var moving: [Double] = []
    var light: [Double] = []
    var colours = [Double](repeating: 0, count: Colour.allCases.count)
    var looked = 0
  }

  public init(window: WindowConfig, prompt: String?) {
    seconds = window.seconds.isFinite ? min(max(window.seconds, 0.1), 86_400) : 10
    frameCount = min(max(window.frameCount, 1), 1000)
    self.prompt = prompt
  }

  public func add(_ frame: Frame) -> [SceneDescription] {
    guard let grid = Grid(frame), frame.time.isFinite else { return [] }
    if start == nil { start = frame.time }
    let index = ((frame.time - start!) / seconds).rounded(.down)
    let begin = start! + index * seconds
    var told: [SceneDescription] = []
    if let window, window.start != begin {
      told = [describe(window)]
      self.window = nil
    }
    var current = window ?? Window(start: begin)
    current.frames += 1
    current.light.append(grid.meanLuma)
    if let previous, previous.count == grid.count {
      var changed = 0
      for cell in 0..<grid.count where abs(Int(grid.luma[cell]) - Int(previous.luma[cell])) > 10 { changed += 1 }
      current.moving.append(Double(changed) / Double(grid.count))
    }
    if Double(current.looked) <= (frame.time - begin) / seconds * Double(frameCount) {
      current.looked += 1
      for part in Colour.shares(of: grid) { current.colours[part.colour.index] += part.share }
    }
    previous = grid
    window = current
    return told
  }

  /// Ends the stream: the description of the window at hand, if it has any frame.
  public func finish() -> [SceneDescription] {
    defer { window = nil }
    return window.map { [describe($0)] } ?? []
  }

  private func describe(_ window: Window) -> SceneDescription {
    var facts: [Fact] = []
    let peak = window.moving.max() ?? 0
    let light = (window.light.last ?? 0) / 255
    if peak > 0.002 {
      facts.append(
        .motion(
          Motion(
            peak: peak, mean: window.moving.reduce(0, +) / Double(max(window.moving.count, 1)), seconds: seconds,
            places: [], direction: nil, speed: nil, colour: nil, isWholePicture: peak > 0.6)))
    } else {
      facts.append(.still(seconds: seconds))
    }
    facts.append(.light(Light(mean: light, level: light < 0.3 ? .dark : light < 0.7 ? .moderate : .bright)))
    let colours = zip(Colour.allCases, window.colours).map { ColourShare(colour: $0, share: $1 / Double(window.looked)) }
      .filter { $0.share >= 1.0 / 12 }.sorted { $0.share > $1.share }
    facts.append(.colours(colours))
    let motion = peak > 0.002 ? "Something moved (\(String(format: "%.1f", peak * 100)) % of the picture)." : "Nothing moved."
    let text = motion + " Light is \(light < 0.3 ? "dark" : light < 0.7 ? "moderate" : "bright"); mostly "
      + colours.prefix(2).map(\.colour.rawValue).joined(separator: " and ") + "."
    return SceneDescription(start: window.start, end: window.start + seconds, text: text, facts: facts)
  }
}
