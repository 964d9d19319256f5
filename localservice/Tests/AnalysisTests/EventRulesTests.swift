import Foundation
import Testing

@testable import Analysis

@Suite struct EventRulesTests {
  private func scene(_ facts: [Fact], text: String? = nil) -> SceneDescription {
    SceneDescription(start: 0, end: 10, text: text ?? SceneText.describe(facts, emphasis: []), facts: facts)
  }

  private func motion(
    peak: Double = 0.04, x: Double = 0.5, y: Double = 0.5, direction: Direction? = nil, speed: Double? = nil,
    colour: Colour? = nil,
    seconds: Double = 5, whole: Bool = false
  ) -> Fact {
    .motion(
      Motion(
        peak: peak, mean: peak / 2, seconds: seconds, places: [Place(x: x, y: y)], direction: direction, speed: speed,
        colour: colour, isWholePicture: whole))
  }

  private func passage(_ edge: Edge?, size: Double = 0.04, colour: Colour? = nil, x: Double = 0.1) -> Passage {
    Passage(edge: edge, place: Place(x: x, y: 0.5), size: size, colour: colour, at: 3)
  }

  private let day = Fact.light(Light(meanLuma: 140))
  private let grey = Fact.colours([ColourShare(colour: .grey, share: 0.9)])

  private var still: SceneDescription { scene([.still(seconds: 12), day, grey]) }
  private var entry: SceneDescription {
    scene([.entered(passage(.left, colour: .red)), motion(x: 0.1, direction: .right, speed: 0.2, colour: .red), day, grey])
  }
  private var exit: SceneDescription { scene([.left(passage(.right, x: 0.9)), motion(x: 0.9, direction: .right), day, grey]) }
  private var moving: SceneDescription { scene([motion(), day, grey]) }
  private var lightsOff: SceneDescription {
    scene([
      .still(seconds: 4), .lightChange(LightChange(kind: .suddenlyDarker, from: 0.55, to: 0.03, at: 3)),
      .light(Light(meanLuma: 8)), grey,
    ])
  }
  private var lightsOn: SceneDescription {
    scene([.still(seconds: 4), .lightChange(LightChange(kind: .suddenlyBrighter, from: 0.03, to: 0.55, at: 3)), day, grey])
  }
  private var covered: SceneDescription {
    scene([.blank(colour: .black, seconds: 9), .still(seconds: 9), .light(Light(meanLuma: 2))])
  }
  private var frozen: SceneDescription { scene([.frozen(seconds: 9), .still(seconds: 9), day, grey]) }
  private var cut: SceneDescription { scene([.sceneCut(at: 4), day, grey]) }

  private var all: [(name: String, scene: SceneDescription)] {
    [
      ("still", still), ("entry", entry), ("exit", exit), ("moving", moving), ("lightsOff", lightsOff), ("lightsOn", lightsOn),
      ("covered", covered), ("frozen", frozen), ("cut", cut),
    ]
  }

  /// Each prompt, and the scenes that it is to match: these and no others.
  @Test(arguments: [
    ("Detect when someone enters restricted area", "entry"),
    ("Detect when a person enters the room.", "entry"),
    ("Alert me if anyone walks into the building", "entry"),
    ("intrusion", "entry"), ("somebody comes in", "entry"), ("A visitor arrives", "entry"),
    ("something shows in view and appears", "entry"),
    ("Something enters from the left", "entry"), ("something enters from the right", ""), ("something red enters", "entry"),
    ("something blue enters", ""), ("a red car enters fast", "entry"),
    ("someone left the room", "exit"), ("a vehicle leaves", "exit"), ("the person has left", "exit"),
    ("somebody goes away", "exit"),
    ("something leaves to the right", "exit"), ("something leaves through the left edge", ""), ("a parcel is removed", "exit"),
    ("a person enters or leaves", "entry exit"), ("someone enters and the lights go off", ""),
    ("Detect pedestrians crossing the zebra", "entry exit moving"), ("motion", "entry exit moving"),
    ("any movement detected", "entry exit moving"),
    ("Notify when there is activity", "entry exit moving"), ("person", "entry exit moving"),
    ("Detect a car", "entry exit moving"),
    ("motion on the left", "entry"), ("movement on the right side of the picture", "exit"), ("motion in the centre", "moving"),
    ("a man walks in the garden", "entry exit moving"),
    ("a man walks in from the left", "entry"), ("a cat runs away", "exit"), ("someone shows up at the door", "entry"),
    ("a person picks up a parcel", ""), ("somebody turns around", ""),
    ("something moves from left to right", "entry exit"), ("something moves to the left", ""), ("motion at the top", ""),
    ("car moving fast", ""), ("a red object", "entry"), ("red object or blue object", "entry"), ("red or blue car", "entry"),
    ("lights go off", "lightsOff"), ("the lights are turned off", "lightsOff"), ("light goes out", "lightsOff"),
    ("power cut", "lightsOff"),
    ("blackout", "lightsOff"), ("it gets dark", "lightsOff"), ("it becomes darker", "lightsOff"),
    ("lamp is switched off", "lightsOff"),
    ("lights are switched on", "lightsOn"), ("somebody turns on the light", "lightsOn"), ("it gets brighter", "lightsOn"),
    ("the light changes", "lightsOff lightsOn"), ("it is dark", "lightsOff covered"), ("no light", "lightsOff covered"),
    ("camera covered", "covered"), ("Is the lens blocked?", "covered"), ("someone tampers with the camera", "covered"),
    ("black screen", "covered"), ("the picture is black", "covered"),
    ("picture frozen", "frozen"), ("the video freezes", "frozen"), ("camera is stuck", "frozen"),
    ("no motion", "still lightsOff lightsOn covered frozen"), ("nothing moves", "still lightsOff lightsOn covered frozen"),
    ("no motion for 10 seconds", "still"), ("nothing has moved for 5s", "still covered frozen"),
    ("no movement for more than 2 minutes", ""),
    ("the machine stops", "still lightsOff lightsOn covered frozen"),
    ("there isn't any movement", "still lightsOff lightsOn covered frozen"),
    ("inactivity for ten seconds", "still"), ("scene change", "cut"), ("the scene cuts", "cut"), ("the camera is moved", "cut"),
    ("a person falls", ""), ("fire", ""), ("smoke or fire", ""), ("dog barks", ""), ("man with a gun", ""), ("", ""),
    ("   ", ""), ("!?", ""),
    ("Detect unusual behaviour", ""), ("license plate", ""), ("when", ""), ("detect the", ""), ("overexposed", ""),
    ("no picture", ""),
    ("ein Mensch betritt den Raum", ""), ("🚗", ""), ("green", ""), ("it is very bright", ""), ("people fighting", ""),
    ("a child climbs over the fence", ""),
  ])
  func aPromptMatchesWhatItAsksForAndNothingElse(prompt: String, expected: String) {
    let matched = all.filter { EventRules.match(prompt: prompt, description: $0.scene) != nil }.map(\.name).joined(
      separator: " ")
    #expect(matched == expected, "\(EventRules.understanding(of: prompt))")
  }

  @Test func theKindOfThingIsNotClaimed() throws {
    let person = try #require(EventRules.match(prompt: "a person enters", description: entry))
    let thing = try #require(EventRules.match(prompt: "something enters", description: entry))
    #expect(person.confidence <= 0.7 && person.confidence < thing.confidence)
    #expect(person.explanation.contains("cannot be recognised") && !thing.explanation.contains("recognised"))
    #expect(thing.explanation.contains("something red came into view from the left (4.0 % of the picture)"))
  }

  @Test func theConfidenceGrowsWithWhatWasMeasuredAndFallsWithWhatWasNotUnderstood() throws {
    let sizes = [0.003, 0.01, 0.05, 0.3]
    let confidences = try sizes.map { size in
      try #require(EventRules.match(prompt: "motion", description: scene([motion(peak: size)]))).confidence
    }
    #expect(confidences == confidences.sorted() && Set(confidences).count == 4)
    #expect(confidences.first! > 0.5 && confidences.last! <= 1)
    let plain = try #require(EventRules.match(prompt: "something moves", description: moving))
    let odd = try #require(EventRules.match(prompt: "something purplish wobbly moves", description: moving))
    #expect(odd.confidence < plain.confidence)
    #expect(odd.explanation.contains("not understood and ignored: purplish, wobbly"))
  }

  @Test func speedIsMeasured() {
    let fast = scene([motion(speed: 0.6), day])
    let slow = scene([motion(speed: 0.05), day])
    for (prompt, expected) in [
      ("car moving fast", [true, false]), ("speeding vehicle", [true, false]), ("something moves slowly", [false, true]),
      ("running person", [true, true]),
    ] {
      #expect([fast, slow].map { EventRules.match(prompt: prompt, description: $0) != nil } == expected, "\(prompt)")
    }
  }

  @Test func negationNeedsAPictureToJudge() {
    #expect(EventRules.match(prompt: "nobody enters", description: still) != nil)
    #expect(EventRules.match(prompt: "nobody enters", description: entry) == nil)
    #expect(EventRules.match(prompt: "nobody enters", description: covered) == nil)
    #expect(EventRules.match(prompt: "nobody enters", description: scene([.gap(seconds: 5), .still(seconds: 4)])) == nil)
    #expect(EventRules.match(prompt: "no motion on the left", description: entry) == nil)
    #expect(EventRules.match(prompt: "no motion on the left", description: moving) != nil)
  }

  @Test func aPromptWithoutARuleMatchesOnlyByAllItsWords() {
    let described = scene([.still(seconds: 3)], text: "A quick zebra sleeps.")
    #expect(EventRules.match(prompt: "sleeps", description: described)?.confidence == 0.5)
    #expect(
      EventRules.match(prompt: "Detect when a zebra sleeps", description: described)?.explanation.contains("sleeps") == true)
    #expect(EventRules.match(prompt: "sleeps deeply", description: described) == nil)
    #expect(EventRules.match(prompt: "sleep", description: described) == nil)
  }

  @Test func howAPromptIsUnderstoodCanBeAsked() {
    let understood = EventRules.understanding(of: "Detect when someone enters restricted area")
    #expect(understood.contains("something comes into view") && understood.contains("ignored: restricted, area"))
    #expect(EventRules.understanding(of: "fire").contains("not understood"))
    #expect(EventRules.understanding(of: "a person falls").contains("never"))
    #expect(EventRules.understanding(of: "") == "not understood; it never matches")
  }

  @Test func oddPromptsAreSurvived() {
    let odd = [
      String(repeating: "no not or and , ", count: 20_000), String(repeating: "é", count: 100_000), "\u{0}\u{1}",
      "1e999999 seconds",
      "nan seconds inf s", "left left left right or and or", "-5 minutes", "0.0.0.0 s",
      "for 999999999999999999999 hours nothing moves", "٣ seconds",
    ]
    for prompt in odd {
      for (_, scene) in all { _ = EventRules.match(prompt: prompt, description: scene) }
      _ = EventRules.understanding(of: prompt)
    }
  }

  @Test func everyFactCanBeAskedFor() {
    let facts: [(Fact, String)] = [
      (.overexposed(share: 0.6), "the picture is overexposed"), (.gap(seconds: 6), "the camera is offline"),
      (.gap(seconds: 6), "no picture for 5 seconds"), (motion(peak: 0.3), "a busy, crowded street"),
      (motion(peak: 0.8, whole: true), "the camera moves"), (.light(Light(meanLuma: 220)), "it is too bright"),
      (.colours([ColourShare(colour: .green, share: 0.4)]), "green"), (.frozen(seconds: 61), "image frozen for a minute"),
    ]
    for (fact, prompt) in facts {
      #expect(
        EventRules.match(prompt: prompt, description: scene([fact])) != nil,
        "\(prompt): \(EventRules.understanding(of: prompt))")
    }
    let flicker = scene([0.2, 0.6, 0.2].map { .lightChange(LightChange(kind: .suddenlyDarker, from: 0.4, to: $0, at: 1)) })
    #expect(EventRules.match(prompt: "the light flickers", description: flicker) != nil)
    #expect(EventRules.match(prompt: "the light flickers", description: lightsOff) == nil)
  }

  @Test func theSummaryAndTheStatementSayWhatIsNotDone() {
    for text in [EventRules.summary, AnalyserStatement.text] {
      #expect(text.contains("pixels") && text.contains("People") || text.contains("no people"))
    }
  }
}
