/// Puts the steps of the light from frame to frame together into changes.
struct LightWatch {
  private struct Transition {
    let began: Double
    let from: Double
    var to: Double
    var last: Double
    let isBrighter: Bool
  }

  private var transition: Transition?

  /// A change up to this long counts as sudden: a lamp, and a camera's exposure following it.
  static let suddenSeconds = 1.2

  var isChanging: Bool { transition != nil }

  mutating func reset() { transition = nil }

  /// Called for every frame; returns a change once it is over.
  mutating func add(_ change: FrameChange, from old: Grid, _ oldTime: Double, to new: Grid, _ time: Double) -> LightChange? {
    let isBrighter = change.lightShift > 0
    if var current = transition {
      // A fade goes on while the mean does; the median says nothing any more once most of the picture is black.
      let step = new.meanLuma - old.meanLuma
      if abs(step) >= 1.5, (step > 0) == current.isBrighter {
        current.to = new.meanLuma
        current.last = time
        transition = current
        return nil
      }
      transition = change.isLightStep ? begin(isBrighter, old, oldTime, new, time) : nil
      return Self.change(current.from, current.to, seconds: current.last - current.began, at: current.began)
    }
    if change.isLightStep { transition = begin(isBrighter, old, oldTime, new, time) }
    return nil
  }

  private func begin(_ isBrighter: Bool, _ old: Grid, _ oldTime: Double, _ new: Grid, _ time: Double) -> Transition {
    Transition(began: oldTime, from: old.meanLuma, to: new.meanLuma, last: time, isBrighter: isBrighter)
  }

  /// nil when it is too little to be worth a word.
  static func change(_ from: Double, _ to: Double, seconds: Double, at time: Double) -> LightChange? {
    let (low, high) = (min(from, to), max(from, to))
    guard high - low >= 10, high >= low * 1.15 else { return nil }
    let isSudden = seconds <= suddenSeconds && high - low >= 18 && high >= low * 1.25
    let kind: LightChange.Kind =
      to > from ? (isSudden ? .suddenlyBrighter : .slowlyBrighter) : (isSudden ? .suddenlyDarker : .slowlyDarker)
    return LightChange(kind: kind, from: from / 255, to: to / 255, at: time)
  }
}

extension Light {
  init(meanLuma: Double) {
    mean = meanLuma / 255
    switch meanLuma {
    case ..<14: level = .black
    case ..<50: level = .dark
    case ..<90: level = .dim
    case ..<150: level = .moderate
    case ..<215: level = .bright
    default: level = .glaring
    }
  }
}
