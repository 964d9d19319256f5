import Foundation

/// Looks in the facts of a window for what a clause asks for.
struct EventEvidence {
  let facts: [Fact]

  struct Found {
    var confidence: Double
    var words: String
  }

  func find(_ clause: EventClause) -> Found? {
    guard let found = clause.isNegated ? absence(of: clause) : presence(of: clause) else { return nil }
    return doubted(found, clause)
  }

  /// The confidence falls with what was asked for and cannot be seen or was not understood.
  private func doubted(_ found: Found, _ clause: EventClause) -> Found {
    var found = found
    if clause.isSubjectGeneric == false {
      found.confidence = min(found.confidence, 0.7)
      found.words += "; who or what it is cannot be recognised"
    }
    if !clause.localities.isEmpty {
      found.confidence *= 0.9
      found.words += "; a place like \"\(clause.localities.joined(separator: " "))\" cannot be told from the rest"
    }
    if !clause.unknown.isEmpty {
      found.confidence *= max(0.5, pow(0.85, Double(clause.unknown.count)))
      found.words += "; not understood and ignored: \(clause.unknown.prefix(8).joined(separator: ", "))"
    }
    found.confidence = (min(max(found.confidence, 0.05), 1) * 100).rounded() / 100
    return found
  }

  private func presence(of clause: EventClause) -> Found? {
    guard clause.actions.isEmpty else { return best(clause.actions.compactMap { evidence(for: $0, clause) }) }
    if clause.isSubjectGeneric != nil {
      // Of a thing that is only named, coming and moving are all that can be seen. Unknown words could ask for
      // anything ("a person falls"), so they rule it out.
      guard clause.unknown.isEmpty else { return nil }
      let seen = best([.enters, .moves].compactMap { evidence(for: $0, clause) })
      return seen ?? (clause.colours.isEmpty ? nil : colour(clause))
    }
    if !clause.colours.isEmpty { return colour(clause) }
    return clause.unknown.isEmpty ? evidence(for: .moves, clause) : nil
  }

  private func absence(of clause: EventClause) -> Found? {
    // What was not seen because no picture came, or because it showed nothing, cannot be said to be absent.
    let isSeeing = !facts.contains {
      switch $0 {
      case .gap, .blank: true
      default: false
      }
    }
    guard isSeeing, !(clause.actions.isEmpty && clause.isSubjectGeneric == nil), clause.seconds == nil,
      clause.unknown.isEmpty || !clause.actions.isEmpty, presence(of: clause) == nil
    else { return nil }
    let what =
      clause.actions.isEmpty
      ? "nothing came or moved" : "no sign of \"\(clause.actions.map(\.spoken).joined(separator: ", "))\""
    return Found(confidence: 0.6, words: "\(what) in this window")
  }

  private func best(_ found: [Found]) -> Found? {
    found.max { $0.confidence < $1.confidence }
  }

  private func evidence(for action: Action, _ clause: EventClause) -> Found? {
    best(facts.compactMap { evidence(for: action, clause, in: $0) }) ?? flicker(action)
  }

  private func evidence(for action: Action, _ clause: EventClause, in fact: Fact) -> Found? {
    switch (action, fact) {
    case (.moves, .motion(let motion)): moved(motion, clause)
    case (.isBusy, .motion(let motion)) where motion.peak >= 0.08 && motion.seconds >= 1:
      Found(confidence: amount(motion.peak) * 0.8, words: "much motion (\(SceneText.percent(motion.peak)) of the picture)")
    case (.cameraMoves, .motion(let motion)) where motion.isWholePicture:
      Found(confidence: 0.7, words: "\(SceneText.percent(motion.peak)) of the picture moved at once")
    case (.cameraMoves, .sceneCut): Found(confidence: 0.6, words: "the picture became another one")
    case (.isCut, .sceneCut): Found(confidence: 0.9, words: "the picture became another one from one frame to the next")
    case (.enters, .entered(let passage)): passed(passage, clause, entering: true)
    case (.leaves, .left(let passage)): passed(passage, clause, entering: false)
    case (.isStill, .still(let seconds)): lasted("nothing has moved", seconds, clause)
    case (.isFrozen, .frozen(let seconds)): lasted("every frame has been the same", seconds, clause)
    case (.isCovered, .blank(let colour, let seconds)): lasted("the picture has been plain \(colour.rawValue)", seconds, clause)
    case (.noPicture, .gap(let seconds)): lasted("no picture came", seconds, clause)
    case (.isDark, .blank(.black, let seconds)): lasted("the picture has been black", seconds, clause)
    case (.isDark, .light(let light)) where (light.level == .black || light.level == .dark) && clause.seconds == nil:
      Found(confidence: 0.9 - light.mean, words: "the light is \(light.level.rawValue) (\(SceneText.percent(light.mean)))")
    case (.isBright, .light(let light)) where light.level == .bright || light.level == .glaring:
      Found(confidence: light.mean, words: "the light is \(light.level.rawValue) (\(SceneText.percent(light.mean)))")
    case (.isOverexposed, .overexposed(let share)):
      Found(confidence: 0.5 + share / 2, words: "\(SceneText.percent(share)) of the picture is at full white")
    case (_, .lightChange(let change)): changed(change, action)
    default: nil
    }
  }

  private func moved(_ motion: Motion, _ clause: EventClause) -> Found? {
    if clause.isFast, (motion.speed ?? 0) < SpeedWord.fast { return nil }
    if clause.isSlow, (motion.speed ?? .infinity) > SpeedWord.slow * 2 { return nil }
    if let seconds = clause.seconds, motion.seconds < seconds { return nil }
    if let to = clause.to, motion.direction?.edge != to { return nil }
    if let from = clause.from, motion.direction?.edge.opposite != from { return nil }
    guard isThere(motion.places, clause), hasColour(motion.colour, clause) else { return nil }
    var words = motion.isWholePicture ? "the whole picture moved" : "something moved \(SceneText.place(motion.places))"
    words += " (\(SceneText.percent(motion.peak)) of it"
    if let speed = motion.speed { words += String(format: ", up to %.2f picture widths a second", speed) }
    return Found(confidence: amount(motion.peak), words: words + ")")
  }

  private func passed(_ passage: Passage, _ clause: EventClause, entering: Bool) -> Found? {
    let asked = entering ? clause.from : clause.to
    if let asked, passage.edge != asked { return nil }
    // "enters to the right": away from the left edge.
    if let other = entering ? clause.to : clause.from, passage.edge?.opposite != other { return nil }
    let sides = clause.columns.isEmpty && clause.rows.isEmpty
    guard sides || isThere([passage.place], clause), hasColour(passage.colour, clause), clause.seconds == nil else {
      return nil
    }
    let colour = passage.colour.map { " \($0.rawValue)" } ?? ""
    let way =
      entering
      ? passage.edge.map { "came into view from the \($0.rawValue)" } ?? "appeared within the picture"
      : passage.edge.map { "went out of view through the \($0.rawValue) edge" } ?? "vanished within the picture"
    return Found(
      confidence: amount(passage.size) * (passage.edge == nil ? 0.85 : 1),
      words: "something\(colour) \(way) (\(SceneText.percent(passage.size)) of the picture)")
  }

  private func changed(_ change: LightChange, _ action: Action) -> Found? {
    let isBrighter = change.to > change.from
    let isSudden = change.kind == .suddenlyBrighter || change.kind == .suddenlyDarker
    var confidence = min(1, 0.55 + abs(change.to - change.from))
    switch action {
    case .lightChanges: break
    case .becomesBrighter where isBrighter, .becomesDarker where !isBrighter: break
    case .lightOn where isBrighter, .lightOff where !isBrighter: if !isSudden { confidence *= 0.7 }
    default: return nil
    }
    return Found(
      confidence: confidence,
      words: "the light went \(isSudden ? "suddenly" : "slowly") from \(SceneText.percent(change.from)) to "
        + SceneText.percent(change.to))
  }

  private func flicker(_ action: Action) -> Found? {
    guard action == .flickers else { return nil }
    let changes = facts.filter { if case .lightChange = $0 { true } else { false } }.count
    return changes < 2
      ? nil : Found(confidence: min(1, 0.4 + 0.15 * Double(changes)), words: "the light changed \(changes) times")
  }

  private func lasted(_ what: String, _ seconds: Double, _ clause: EventClause) -> Found? {
    if let asked = clause.seconds, seconds < asked { return nil }
    return Found(
      confidence: clause.seconds == nil ? min(0.95, 0.6 + seconds / 60) : 0.9,
      words: "\(what) for \(SceneText.number(seconds)) s")
  }

  private func colour(_ clause: EventClause) -> Found? {
    for case .colours(let shares) in facts {
      guard let share = shares.first(where: { clause.colours.contains($0.colour) }) else { continue }
      return Found(
        confidence: min(0.9, 0.4 + share.share),
        words: "\(SceneText.percent(share.share)) of the picture is \(share.colour.rawValue)")
    }
    return nil
  }

  private func isThere(_ places: [Place], _ clause: EventClause) -> Bool {
    guard !clause.columns.isEmpty || !clause.rows.isEmpty else { return true }
    return places.contains { place in
      (clause.columns.isEmpty || clause.columns.contains(place.column))
        && (clause.rows.isEmpty || clause.rows.contains(place.row))
    }
  }

  private func hasColour(_ colour: Colour?, _ clause: EventClause) -> Bool {
    clause.colours.isEmpty || colour.map { clause.colours.contains($0) } ?? false
  }

  /// A hundredth of the picture gives 0.6, a tenth nearly 1.
  private func amount(_ share: Double) -> Double { 0.5 + 0.5 * (1 - exp(-share / 0.04)) }
}

extension Edge {
  var opposite: Edge {
    switch self {
    case .left: .right
    case .right: .left
    case .top: .bottom
    case .bottom: .top
    }
  }
}
