/// One thing that an event prompt asks for: "a red car moves fast on the left".
struct EventClause {
  private(set) var actions: [Action] = []
  private(set) var isNegated = false
  /// nil without a subject.
  private(set) var isSubjectGeneric: Bool?
  private(set) var colours: [Colour] = []
  private(set) var columns: [Place.Column] = []
  private(set) var rows: [Place.Row] = []
  private(set) var from: Edge?
  private(set) var to: Edge?
  private(set) var isFast = false
  private(set) var isSlow = false
  /// "for 10 seconds"
  private(set) var seconds: Double?
  /// Words without a meaning here; they are ignored, and that is said.
  var unknown: [String] = []
  /// Names of places in the world, which a picture does not know.
  private(set) var localities: [String] = []

  var isEmpty: Bool { actions.isEmpty && isSubjectGeneric == nil && isModifierless }
  var isModifierOnly: Bool { actions.isEmpty && isSubjectGeneric == nil && !isModifierless }

  private var isModifierless: Bool {
    colours.isEmpty && columns.isEmpty && rows.isEmpty && from == nil && to == nil && !isFast && !isSlow
  }

  init(_ words: [String]) {
    var reader = ClauseReader(words)
    var named: [Meaning] = []
    while let (word, meaning) = reader.next() {
      guard let meaning else {
        unknown.append(word)
        continue
      }
      named.append(meaning)
      take(meaning, word, &reader)
    }
    seconds = reader.seconds
    combine(named)
  }

  mutating func borrow(from other: EventClause) {
    actions = other.actions
    isSubjectGeneric = other.isSubjectGeneric
    isNegated = isNegated || other.isNegated
    if seconds == nil { seconds = other.seconds }
  }

  private mutating func take(_ meaning: Meaning, _ word: String, _ reader: inout ClauseReader) {
    switch meaning {
    case .action(let action):
      add(action)
      // "walks in", "drives away"
      if action == .moves {
        if reader.follows(.inward) || reader.isFollowedByIn { actions[actions.count - 1] = .enters }
        if reader.follows(.away) || reader.follows(.off) { actions[actions.count - 1] = .leaves }
      }
    case .subject(let generic): isSubjectGeneric = (isSubjectGeneric ?? true) && generic
    case .colour(let colour): colours.append(colour)
    case .column(let column):
      let edge: Edge? = column == .left ? .left : column == .right ? .right : nil
      if !takeEdge(edge, reader) { columns.append(column) }
    case .row(let row):
      let edge: Edge? = row == .top ? .top : row == .bottom ? .bottom : nil
      if !takeEdge(edge, reader) { rows.append(row) }
    case .way(let direction): to = direction.edge
    case .fast: isFast = true
    case .slow: isSlow = true
    case .not: isNegated = true
    case .locality: localities.append(word)
    default: break
    }
  }

  /// "from the left" and "to the right" are ways, "on the left" is a place.
  private mutating func takeEdge(_ edge: Edge?, _ reader: ClauseReader) -> Bool {
    guard let edge else { return false }
    switch reader.preposition {
    case .from: from = edge
    case .to: to = edge
    default: return false
    }
    return true
  }

  private mutating func add(_ action: Action) {
    if !actions.contains(action) { actions.append(action) }
  }

  private mutating func remove(_ gone: Action...) { actions.removeAll { gone.contains($0) } }

  /// What several words say together.
  private mutating func combine(_ named: [Meaning]) {
    func has(_ meaning: Meaning) -> Bool { named.contains(meaning) }
    if has(.light) {
      remove(.moves, .leaves, .enters)
      if has(.off) || has(.action(.isCut)) {
        remove(.isCut)
        add(.lightOff)
      } else if has(.change), !has(.on) {
        add(.lightChanges)
      } else if actions.isEmpty {
        // "the light is on" and "lights go on" are one to a rule; "no light" is darkness.
        add(isNegated ? .isDark : .lightOn)
        isNegated = false
      }
    }
    if has(.picture) || has(.camera) {
      if actions.contains(.leaves) || (has(.picture) && isNegated && actions.isEmpty) || actions.contains(.noPicture) {
        actions = [.noPicture]
        isNegated = false
      } else if has(.camera), actions.contains(.moves), isSubjectGeneric == nil {
        actions = [.cameraMoves]
      } else if has(.picture), colours == [.black], actions.isEmpty {
        colours = []
        add(.isCovered)
      }
    }
    if has(.scene) || has(.picture), has(.change), actions.isEmpty { add(.isCut) }
    if has(.become) {
      if actions.contains(.isDark) { actions = [.becomesDarker] }
      if actions.contains(.isBright) { actions = [.becomesBrighter] }
    }
    // "gets", "turns", "changes" mean something with what they lead to, and nothing else is known of that here.
    if actions.isEmpty, has(.become) || has(.change) { unknown.append("…") }
    if isNegated, actions == [.moves], isMotionUnqualified {
      actions = [.isStill]
      isNegated = false
    }
    if actions.contains(.isStill) { remove(.moves) }
    // Coming or going at speed, or somewhere, is still coming or going.
    if actions.contains(.enters) || actions.contains(.leaves) { remove(.moves) }
    if actions.isEmpty, unknown.isEmpty, isFast || isSlow || from != nil || to != nil { add(.moves) }
  }

  /// "no motion on the left" may hold while something moves on the right, so it is no stillness.
  private var isMotionUnqualified: Bool { isModifierless }
}

extension Direction {
  var edge: Edge {
    switch self {
    case .left: .left
    case .right: .right
    case .up: .top
    case .down: .bottom
    }
  }
}
