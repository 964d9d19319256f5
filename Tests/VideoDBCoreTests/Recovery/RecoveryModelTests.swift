import Glibc
import Testing

@testable import VideoDBCore

/// Every order of a small set of things that can happen to a channel, up to a bounded length. After each, the network and the service are
/// well again for long enough, and then nothing may be missing, and nothing there twice.
struct RecoveryModelTests {
  enum Step: Character, CaseIterable {
    case cut = "c"
    case open = "o"
    /// An item is made whose record is there at once, or late.
    case item = "i"
    case lateItem = "l"
    /// What becomes of the oldest call, or of the newest.
    case answer = "a"
    case answerNewest = "n"
    case lose = "x"
    case loseAnswer = "u"
    case refuse = "r"
    case limit = "m"
    case time = "t"
  }

  /// What is bound, and how the service behaves.
  struct World {
    let channel: ModelChannel
    var sources: [ModelService.Source] = []
    var webhook: String?
    var check: (World) -> String? = { _ in nil }
  }

  /// Plays the steps in a new world; nil where one of them means nothing at its place.
  private static func play(_ steps: [Step], _ make: () throws -> World) throws -> World? {
    let world = try make()
    let channel = world.channel
    var made = 0
    for step in steps {
      switch step {
      case .cut:
        guard channel.isUp else { return nil }
        channel.cut()
      case .open:
        guard !channel.isUp else { return nil }
        channel.open()
      case .item, .lateItem:
        made += 1
        channel.nowMs += 300
        for source in world.sources { channel.make(source, "\(made)", lateMs: step == .item ? 0 : 1_500) }
      case .time: channel.pass(700)
      default:
        guard !channel.calls.isEmpty else { return nil }
        // What there is only one of is the oldest.
        if step == .answerNewest, channel.calls.count < 2 { return nil }
        let at = step == .answerNewest ? channel.calls.count - 1 : 0
        let outcome: ModelChannel.Outcome =
          switch step {
          case .lose: .lost
          case .loseAnswer: .carriedOutAndLost
          case .refuse: .refused
          case .limit: .limited
          default: .answered
          }
        // Carried out or not is the same to a call that only reads.
        if step == .loseAnswer, channel.calls[at].request.onlyReads { return nil }
        channel.finish(at, outcome)
      }
      channel.recovery.advance()
    }
    return world
  }

  /// Lets everything come to rest; what is wrong then, in words.
  private static func settled(_ world: World) -> String? {
    let channel = world.channel
    // With no connection, but a service that answers, nothing may run in circles either.
    channel.settle(2_000)
    if !channel.isUp { channel.open() }
    channel.settle(8_000)
    if let complaint = channel.complaints.first { return complaint }
    if channel.isHolding { return "still holds events back" }
    let gaps = channel.announced.count { $0.kind == .gap && $0.data["alert_id"] == nil }
    if gaps != channel.recovery.connection - 1 { return "\(gaps) gaps told of \(channel.recovery.connection - 1)" }
    for source in world.sources {
      let stream = String(source.path.split(separator: "/")[1])
      let got = channel.texts(stream, source.isTranscript ? "transcript" : "scene_index").sorted()
      let want = source.items.map { $0.text }.sorted()
      if got != want { return "\(source.path): got \(got) of \(want)" }
      if source.isTranscript {
        if !source.isRunning { return "the transcript was left stopped" }
        if source.boundTo != channel.connectionID { return "the transcript is bound to \(source.boundTo)" }
      }
    }
    return world.check(world)
  }

  /// VDBRT_MODEL_DEPTH=6 takes a minute, and six times as long for each further step.
  private static let depth = getenv("VDBRT_MODEL_DEPTH").flatMap { Int(String(cString: $0)) } ?? 5

  /// All orders of up to `depth` of `steps`, as far as they mean something. Gives how many there were.
  @discardableResult
  private static func enumerate(_ steps: [Step], _ make: () throws -> World) throws -> Int {
    var runs = 0
    func go(_ prefix: [Step]) throws {
      guard let world = try play(prefix, make) else { return }
      runs += 1
      if let wrong = settled(world) {
        Issue.record("\(String(prefix.map { $0.rawValue })): \(wrong)")
        return
      }
      guard prefix.count < depth else { return }
      for step in steps { try go(prefix + [step]) }
    }
    try go([])
    return runs
  }

  private static func up(_ settings: [String: String] = [:]) throws -> ModelChannel {
    let channel = try ModelChannel(settings)
    channel.open()
    return channel
  }

  // MARK: Worlds

  @Test func transcript() throws {
    let runs = try Self.enumerate([.cut, .open, .item, .lateItem, .answer, .lose, .time]) {
      let channel = try Self.up()
      return World(channel: channel, sources: [channel.startTranscript("s1")])
    }
    #expect(runs > 1_000)
  }

  @Test func transcriptWhoseStartsMeetTrouble() throws {
    try Self.enumerate([.cut, .open, .item, .answer, .answerNewest, .loseAnswer, .refuse, .limit, .time]) {
      let channel = try Self.up()
      return World(channel: channel, sources: [channel.startTranscript("s1")])
    }
  }

  @Test func indexAndTranscriptOfTheSameStream() throws {
    try Self.enumerate([.cut, .open, .item, .lateItem, .answer, .answerNewest, .time]) {
      let channel = try Self.up()
      return World(channel: channel, sources: [channel.startTranscript("s1"), channel.createIndex("s1", "ix-1")])
    }
  }
}
