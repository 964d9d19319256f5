/// What a scene prompt can ask to hear about first. A prompt is not understood beyond these words.
enum Topic: CaseIterable {
  case motion, passages, light, colours, faults

  static func named(in prompt: String) -> Set<Topic> {
    var topics = Set<Topic>()
    let letters = prompt.lowercased().split { !$0.isLetter }
    for word in letters.prefix(500) {
      for topic in allCases where topic.stems.contains(where: { word.hasPrefix($0) }) { topics.insert(topic) }
    }
    return topics
  }

  private var stems: [String] {
    switch self {
    case .motion: ["mov", "motion", "activit", "traffic", "action", "speed", "fast", "direction", "congest", "busy"]
    case .passages: ["enter", "leav", "exit", "arriv", "intru", "person", "people", "someone", "car", "vehicle", "visitor"]
    case .light: ["light", "bright", "dark", "lamp", "illumin", "exposure"]
    case .colours: ["colour", "color", "look", "appearance"]
    case .faults: ["fault", "tamper", "cover", "frozen", "freez", "black", "camera", "quality"]
    }
  }
}
