import Foundation

@testable import Analysis

/// What a camera would measure, window by window: a place with its colours, day and night, things that come, cross, rest and
/// go, lights, and now and then a fault. The words are the analyser's own.
struct World {
  static let window = 5.0

  private var random: SystemOfNumbers
  private let surroundings: [Colour]
  private let things: [Colour]
  /// How likely something moves in a window of the day.
  private let traffic: Double
  private let isOutside: Bool
  private let emphasis: Set<Topic>
  private var isLampOn = false
  private var still = 0.0
  private var fault: (fact: Fault, left: Int)?

  private enum Fault: CaseIterable { case covered, black, frozen }

  init(camera: Int) {
    random = SystemOfNumbers(state: UInt64(camera) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
    let colours: [Colour] = [.grey, .black, .white, .brown, .blue, .green, .orange, .red, .yellow, .turquoise, .purple, .pink]
    surroundings = Array(colours.prefix(7).shuffled(using: &random).prefix(4))
    // Most things are grey, black or white, few are pink.
    things = colours.enumerated().flatMap { Array(repeating: $1, count: 24 / ($0 + 1)) }
    traffic = [0.02, 0.1, 0.3, 0.6][camera % 4]
    isOutside = camera % 3 != 0
    emphasis = [[], [.motion], [.light], [.passages, .faults]][camera % 4]
  }

  mutating func text(at time: Double) -> String {
    SceneText.describe(facts(at: time), emphasis: emphasis)
  }

  private mutating func facts(at time: Double) -> [Fact] {
    let hour = time.truncatingRemainder(dividingBy: 86_400) / 3600
    let day = max(0, sin((hour - 6) / 12 * .pi))
    if fault == nil, chance(0.0004) {
      fault = (Fault.allCases.randomElement(using: &random)!, Int.random(in: 2...60, using: &random))
    }
    if let (kind, left) = fault {
      fault = left > 0 ? (kind, left - 1) : nil
      still += Self.window
      switch kind {
      case .covered: return [.blank(colour: .grey, seconds: still), .colours([.init(colour: .grey, share: 1)])]
      case .black: return [.blank(colour: .black, seconds: still), .light(Light(mean: 0, level: .black))]
      case .frozen: return [.frozen(seconds: still), .still(seconds: still), light(day)]
      }
    }
    var facts: [Fact] = []
    if chance(0.0003) { facts.append(.gap(seconds: Double.random(in: 2.5...4.9, using: &random))) }
    facts += movement(at: time, likely: traffic * (0.1 + day))
    if chance(0.0005) { facts.append(.sceneCut(at: time)) }
    if chance(0.003) { facts.append(.overexposed(share: Double.random(in: 0.05...0.6, using: &random))) }
    if chance(isOutside ? 0.0008 : 0.004) {
      isLampOn.toggle()
      facts.append(change(isLampOn ? .suddenlyBrighter : .suddenlyDarker, at: time))
    } else if chance(isOutside ? 0.01 : 0.002) {
      facts.append(change(hour < 12 ? .slowlyBrighter : .slowlyDarker, at: time))
    }
    facts.append(light(isLampOn ? max(day, 0.55) : day))
    let shown = surroundings.prefix(Int.random(in: 1...4, using: &random)) + (chance(0.05) ? [thing()] : [])
    facts.append(.colours(shown.map { .init(colour: $0, share: 0.2) }))
    return facts
  }

  private mutating func movement(at time: Double, likely: Double) -> [Fact] {
    guard chance(likely) else {
      still += Self.window
      return [.still(seconds: still)]
    }
    still = 0
    if chance(0.004) { return [motion(isWholePicture: true)] }
    var facts = [motion(isWholePicture: false)]
    for _ in 0..<Int.random(in: 0...3, using: &random) where chance(0.5) {
      let edge = chance(0.75) ? Edge.allCases.randomElement(using: &random) : nil
      let passage = Passage(edge: edge, place: place(), size: 0.02, colour: chance(0.9) ? thing() : nil, at: time)
      facts.append(chance(0.5) ? .entered(passage) : .left(passage))
    }
    return facts
  }

  private mutating func motion(isWholePicture: Bool) -> Fact {
    let places = (0..<Int.random(in: 0...3, using: &random)).map { _ in place() }
    let peak = Double.random(in: 0.05...0.6, using: &random)
    return .motion(
      Motion(
        peak: isWholePicture ? 0.4 + peak : peak * peak, mean: 0.01, seconds: 2, places: places,
        direction: chance(0.5) ? Direction.allCases.randomElement(using: &random) : nil,
        speed: chance(0.8) ? Double.random(in: 0.02...0.5, using: &random) : nil, colour: chance(0.85) ? thing() : nil,
        isWholePicture: isWholePicture))
  }

  private func light(_ mean: Double) -> Fact {
    let levels = Light.Level.allCases
    return .light(Light(mean: mean, level: levels[min(Int(mean * Double(levels.count)), levels.count - 1)]))
  }

  private mutating func change(_ kind: LightChange.Kind, at time: Double) -> Fact {
    .lightChange(
      LightChange(
        kind: kind, from: Double.random(in: 0.1...0.5, using: &random), to: Double.random(in: 0.5...0.9, using: &random),
        at: time))
  }

  private mutating func place() -> Place {
    Place(x: Double.random(in: 0..<1, using: &random), y: Double.random(in: 0..<1, using: &random))
  }

  private mutating func thing() -> Colour { things.randomElement(using: &random)! }
  private mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }
}

/// The same numbers in every run (SplitMix64).
struct SystemOfNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
