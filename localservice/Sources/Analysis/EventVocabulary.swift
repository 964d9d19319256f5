/// What a word of an event prompt asks for.
enum Meaning: Equatable {
  case action(Action)
  /// Who or what does it. The analyser cannot tell one from another; a `generic` subject does not ask it to.
  case subject(generic: Bool)
  case colour(Colour)
  case column(Place.Column)
  case row(Place.Row)
  case way(Direction)
  case fast, slow
  case not
  /// A thing of its own that rules speak of.
  case light, camera, picture, scene
  case off, on, change, become, inward, away
  /// Where something is in the world; a camera's picture has no such names.
  case locality
  case preposition(Preposition)
  case filler
}

enum Preposition { case from, to, at }

/// Something that can be measured, as an event asks for it.
enum Action: String {
  case moves, enters, leaves, isStill, isBusy
  case lightOn, lightOff, lightChanges, flickers, becomesDarker, becomesBrighter, isDark, isBright
  case isOverexposed, isCovered, isFrozen, isCut, cameraMoves, noPicture
}

enum EventVocabulary {
  /// The meaning of a word in any of its usual forms: enter, enters, entered, entering.
  static func meaning(of word: String) -> Meaning? {
    for form in forms(of: word) {
      if let found = words[form] { return found }
    }
    return nil
  }

  private static func forms(of word: String) -> [String] {
    var forms = [word]
    func add(without ending: String, plus addition: String = "") {
      guard word.hasSuffix(ending), word.count > ending.count + 2 else { return }
      forms.append(word.dropLast(ending.count) + addition)
    }
    add(without: "s")
    add(without: "es")
    add(without: "ies", plus: "y")
    add(without: "ed")
    add(without: "d")
    add(without: "ied", plus: "y")
    add(without: "ing")
    add(without: "ing", plus: "e")
    // running, stopped
    for ending in ["ing", "ed"] where word.hasSuffix(ending) {
      let stem = word.dropLast(ending.count)
      if stem.count > 2, stem.last == stem.dropLast().last { forms.append(String(stem.dropLast())) }
    }
    return forms
  }

  private static let words: [String: Meaning] = {
    var table: [String: Meaning] = [:]
    for (meaning, text) in entries {
      for word in text.split(whereSeparator: \.isWhitespace) { table[String(word)] = meaning }
    }
    for colour in Colour.allCases { table[colour.rawValue] = .colour(colour) }
    return table
  }()

  private static let entries: [(Meaning, String)] = [
    (
      .action(.moves),
      """
      move motion movement activity active action happen walk drive ride cross pass travel fly flew jump dance
      roll drove rode wander traffic stir
      """
    ),
    (.action(.enters), "enter arrive arrival intrude intrusion trespass appear emerge breakin burglary"),
    (.action(.leaves), "leave exit depart departure disappear vanish gone remove stolen taken missing"),
    (.action(.isStill), "motionless stationary idle inactive inactivity stillness standstill static unmoving"),
    (.action(.isBusy), "busy crowd crowded congestion congested jam"),
    (.action(.flickers), "flicker flash blink"),
    (.action(.lightOff), "blackout"),
    (.action(.becomesDarker), "darker darken dim dusk nightfall sunset"),
    (.action(.becomesBrighter), "brighter brighten dawn sunrise"),
    (.action(.isDark), "dark darkness unlit night nighttime"),
    (.action(.isBright), "bright brightness"),
    (.action(.isOverexposed), "overexposed overexposure overexpose glare dazzle blinding"),
    (.action(.isCovered), "cover block obstruct obstruction obscure tamper occlude occlusion blank blind lens"),
    (.action(.isFrozen), "freeze froze frozen stuck hang"),
    (.action(.isCut), "cut"),
    (.action(.noPicture), "offline disconnect outage"),
    (.subject(generic: true), "something anything object thing everything"),
    (
      .subject(generic: false),
      """
      someone somebody anyone anybody everyone person people man men woman women child children kid boy girl
      pedestrian human intruder trespasser burglar thief visitor stranger worker employee guest customer driver
      cyclist car vehicle truck lorry van bus taxi bike bicycle motorbike motorcycle scooter train boat ship plane
      drone animal dog cat bird horse deer cow package parcel box bag item ball robot forklift machine hand face
      """
    ),
    (.colour(.grey), "gray"),
    (.colour(.turquoise), "cyan teal"),
    (.colour(.purple), "violet"),
    (.colour(.pink), "magenta"),
    (.column(.left), "leftmost"),
    (.column(.right), "rightmost"),
    (.column(.centre), "centre center central"),
    (.row(.top), "top upper above"),
    (.row(.bottom), "bottom lower below"),
    (.row(.middle), "middle"),
    (.way(.left), "leftward leftwards"),
    (.way(.right), "rightward rightwards"),
    (.way(.up), "up upward upwards"),
    (.way(.down), "down downward downwards"),
    (.fast, "fast quick quickly rapid rapidly speeding speed"),
    (.slow, "slow slowly"),
    (
      .not,
      """
      no not never without none nothing nobody neither cannot lack absence isnt arent doesnt dont didnt hasnt wont
      cant wasnt werent
      """
    ),
    (.light, "light lamp lighting illumination bulb"),
    (.camera, "camera"),
    (.picture, "picture image screen video feed signal stream footage"),
    (.scene, "scene shot view"),
    (.off, "off out extinguish fail"),
    (.on, "on"),
    (.change, "change switch"),
    (.become, "become became get got gets getting turn go goes going went grow"),
    (.inward, "into inside"),
    (.away, "away"),
    (
      .locality,
      """
      area zone room door doorway gate yard street road zebra crosswalk garden house building entrance entry hall
      hallway corridor shop store office parking lot garage driveway fence wall window lane line border perimeter
      site warehouse platform stair counter table desk property premise restricted forbidden prohibited secure
      secured private front back floor ground home place region boundary edge side corner half part hand third
      """
    ),
    (.preposition(.from), "from"),
    (.preposition(.to), "to toward towards through via across"),
    (.preposition(.at), "at near by"),
    (
      .filler,
      """
      a an the this that these those is are was were be been being am it its i me my you your us we our they their
      there here if when whenever while as of for with any some all every each has have had having in do does did
      will would should can could may must please detect detection alert notify notification tell warn warning
      report watch monitor look check find identify recognise recognize see show send trigger raise event alarm
      case time moment once again suddenly now just ever than more least longer over second sec s minute min m
      hour h come came comes so too very who what which where how make let know want
      """
    ),
  ]
}
