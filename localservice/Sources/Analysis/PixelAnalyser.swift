/// Describes what `SceneAnalyser` measures on every frame, and matches events by `EventRules`. See `AnalyserStatement`.
public struct PixelAnalyser: Analyser {
  public let name = "measured pixels, matched by fixed rules; no vision model"

  public init() {}

  public func gatherer(_ window: WindowConfig) -> any FrameGatherer { Meter(window) }

  public func describe(_ window: SeenWindow, prompt: String?) async throws -> String {
    SceneText.describe(window.facts, emphasis: Topic.named(in: prompt ?? ""))
  }

  public func judge(_ event: String, in window: SeenWindow, described text: String) async throws -> EventMatch? {
    EventRules.match(
      prompt: event,
      description: SceneDescription(start: window.start, end: window.end, text: text, facts: window.facts))
  }

  public func understanding(of event: String) -> String { EventRules.understanding(of: event) }

  private final class Meter: FrameGatherer {
    private let analyser: SceneAnalyser

    init(_ window: WindowConfig) { analyser = SceneAnalyser(window: window, prompt: nil) }

    func add(_ frame: Frame) -> [SeenWindow] { analyser.add(frame).map(Self.window) }
    func finish() -> [SeenWindow] { analyser.finish().map(Self.window) }

    private static func window(_ measured: SceneDescription) -> SeenWindow {
      SeenWindow(start: measured.start, end: measured.end, facts: measured.facts)
    }
  }
}
