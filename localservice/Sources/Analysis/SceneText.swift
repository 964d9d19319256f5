import Foundation

/// Says facts in English.
enum SceneText {
  /// At most this many comings and goings are told one by one.
  private static let mostPassages = 4

  static func describe(_ facts: [Fact], emphasis: Set<Topic>) -> String {
    var sentences: [(topic: Topic, text: String)] = []
    for text in faults(facts) { sentences.append((.faults, text)) }
    let happened = [motion(facts), passages(facts)].compactMap { $0 }
    if !happened.isEmpty { sentences.append((.motion, sentence(happened.joined(separator: "; ")))) }
    for fact in facts {
      if case .sceneCut = fact { sentences.append((.motion, "The scene changed abruptly (a cut).")); break }
    }
    if let text = lightChanges(facts) { sentences.append((.light, text)) }
    if let text = look(facts) { sentences.append((.light, text)) }
    let first = sentences.filter { isEmphasised($0.topic, emphasis) }
    let rest = sentences.filter { !isEmphasised($0.topic, emphasis) }
    return (first + rest).map(\.text).joined(separator: " ")
  }

  private static func isEmphasised(_ topic: Topic, _ emphasis: Set<Topic>) -> Bool {
    switch topic {
    case .faults: true
    case .motion, .passages: emphasis.contains(.motion) || emphasis.contains(.passages)
    case .light, .colours: emphasis.contains(.light) || emphasis.contains(.colours)
    }
  }

  private static func faults(_ facts: [Fact]) -> [String] {
    facts.compactMap { fact in
      switch fact {
      case .gap(let seconds): "For \(number(seconds)) s no picture came."
      case .blank(let colour, let seconds):
        colour == .black
          ? "The picture has been black without any detail for \(number(seconds)) s: no light, or a covered lens."
          : "The picture has been plain \(colour.rawValue) without any detail for \(number(seconds)) s: "
            + "a covered lens, or no signal."
      case .frozen(let seconds):
        "The picture is frozen: for \(number(seconds)) s every frame has been the same, pixel for pixel."
      case .overexposed(let share): "\(percent(share)) of the picture is at full white (overexposed, or a white surface)."
      default: nil
      }
    }
  }

  private static func motion(_ facts: [Fact]) -> String? {
    for fact in facts {
      switch fact {
      case .motion(let motion) where motion.isWholePicture:
        return "the whole picture moved (\(percent(motion.peak)) of it): the camera itself, or nearly all that it sees"
      case .motion(let motion):
        var text = motion.colour.map { "something \($0.rawValue) moved" } ?? "something moved"
        if let speed = motion.speed, speed >= SpeedWord.fast { text += " fast" }
        if let direction = motion.direction { text += " " + way(direction) }
        return text + " " + place(motion.places) + " (\(percent(motion.peak)) of it)"
      case .still(let seconds):
        let isFrozen = facts.contains { if case .frozen = $0 { true } else { false } }
        return isFrozen ? nil : "nothing has moved for \(number(seconds)) s"
      default: continue
      }
    }
    return nil
  }

  private static func passages(_ facts: [Fact]) -> String? {
    let texts = facts.compactMap { fact in
      switch fact {
      case .entered(let passage):
        thing(passage) + (passage.edge.map { " entered from the \($0.rawValue)" } ?? " appeared " + place([passage.place]))
      case .left(let passage):
        thing(passage)
          + (passage.edge.map { " left through the \($0.rawValue) edge" } ?? " vanished " + place([passage.place]))
      default: nil as String?
      }
    }
    guard !texts.isEmpty else { return nil }
    let more = texts.count - mostPassages
    return texts.prefix(mostPassages).joined(separator: "; ") + (more > 0 ? "; and \(more) more came or went" : "")
  }

  private static func thing(_ passage: Passage) -> String {
    passage.colour.map { "something \($0.rawValue)" } ?? "something"
  }

  private static func lightChanges(_ facts: [Fact]) -> String? {
    let changes = facts.compactMap { fact -> LightChange? in if case .lightChange(let change) = fact { change } else { nil } }
    if changes.count > 3 {
      let levels = changes.flatMap { [$0.from, $0.to] }
      return "The light changed \(changes.count) times, between \(percent(levels.min()!)) and \(percent(levels.max()!))."
    }
    let texts = changes.map { change -> String in
      let numbers = "(\(percent(change.from)) to \(percent(change.to)))"
      switch change.kind {
      case .suddenlyBrighter: return "it suddenly became brighter, as when lights go on \(numbers)"
      case .suddenlyDarker: return "it suddenly became darker, as when lights go off \(numbers)"
      case .slowlyBrighter: return "it became brighter \(numbers)"
      case .slowlyDarker: return "it became darker \(numbers)"
      }
    }
    return texts.isEmpty ? nil : sentence(texts.joined(separator: ", then "))
  }

  /// "Light is steady and bright; mostly blue and grey."
  private static func look(_ facts: [Fact]) -> String? {
    let isChanged = facts.contains {
      switch $0 {
      case .lightChange, .sceneCut: true
      default: false
      }
    }
    var parts: [String] = []
    for fact in facts {
      if case .light(let light) = fact {
        parts.append(isChanged ? "light is now \(light.level.rawValue)" : "light is steady and \(light.level.rawValue)")
      }
      if case .colours(let colours) = fact, !colours.isEmpty {
        parts.append("mostly " + list(colours.prefix(3).map(\.colour.rawValue)))
      }
    }
    return parts.isEmpty ? nil : sentence(parts.joined(separator: "; "))
  }

  private static func way(_ direction: Direction) -> String {
    switch direction {
    case .left: "from right to left"
    case .right: "from left to right"
    case .up: "upwards"
    case .down: "downwards"
    }
  }

  static func place(_ places: [Place]) -> String {
    guard let first = places.first else { return "all over the picture" }
    let columns = Set(places.map(\.column))
    let rows = Set(places.map(\.row))
    let row = rows.count == 1 ? first.row : .middle
    guard columns.count == 1 else {
      let stretch =
        columns.count == 3
        ? "across"
        : columns.contains(.left) ? (columns.contains(.centre) ? "left of the middle" : "on both sides") : "right of the middle"
      switch (stretch, row) {
      case ("across", .top): return "across the top of the picture"
      case ("across", .bottom): return "across the bottom of the picture"
      case ("across", .middle): return rows.count == 1 ? "across the middle of the picture" : "all over the picture"
      default: return stretch + (row == .top ? " at the top" : row == .bottom ? " at the bottom" : "") + " of the picture"
      }
    }
    let column = first.column
    switch (row, column) {
    case (.middle, .centre): return "in the middle of the picture"
    case (.middle, .left): return "on the left of the picture"
    case (.middle, .right): return "on the right of the picture"
    case (.top, .centre): return "at the top of the picture"
    case (.bottom, .centre): return "at the bottom of the picture"
    case (.top, .left): return "at the top left of the picture"
    case (.top, .right): return "at the top right of the picture"
    case (.bottom, .left): return "at the bottom left of the picture"
    case (.bottom, .right): return "at the bottom right of the picture"
    }
  }

  static func percent(_ share: Double) -> String {
    let value = share * 100
    return (value < 10 ? String(format: "%.1f", value) : String(format: "%.0f", value)) + " %"
  }

  static func number(_ seconds: Double) -> String {
    seconds < 10 ? String(format: "%.1f", seconds) : String(format: "%.0f", seconds)
  }

  private static func list(_ words: [String]) -> String {
    words.count < 2 ? words.joined() : words.dropLast().joined(separator: ", ") + " and " + words.last!
  }

  private static func sentence(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst() + "."
  }
}

enum SpeedWord {
  /// Picture widths a second.
  static let fast = 0.35
  static let slow = 0.08
}
