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
    /// The application stops the first source, or starts it again.
    case stop = "s"
    case start = "g"
  }

  /// What is bound, and how the service behaves.
  struct World {
    let channel: ModelChannel
    var sources: [ModelService.Source] = []
    var isStopped = false
    /// The service has no way to bind it again but to stop it, which is done when items show that.
    var mayStayUnbound = false
    /// Sources whose items `check` looks at.
    var others: [ModelService.Source] = []
    /// What else may be wrong in the end.
    var check: (ModelChannel) -> String? = { _ in nil }

    func making(_ others: [ModelService.Source]) -> World {
      var world = self
      world.others = others
      return world
    }
  }

  /// Plays the steps in a new world; nil where one of them means nothing at its place.
  private static func play(_ steps: [Step], _ make: () throws -> World) throws -> World? {
    var world = try make()
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
        for source in world.sources + world.others { channel.make(source, "\(made)", lateMs: step == .item ? 0 : 1_500) }
      case .time: channel.pass(700)
      case .stop, .start:
        guard let source = world.sources.first, world.isStopped == (step == .start) else { return nil }
        world.isStopped = step == .stop
        channel.switchSource(source, on: step == .start)
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
        if source.isRunning == world.isStopped { return "the transcript was left \(world.isStopped ? "running" : "stopped")" }
        if source.isRunning, !world.mayStayUnbound, source.boundTo != channel.connectionID {
          return "the transcript is bound to \(source.boundTo)"
        }
      }
    }
    return world.check(channel)
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

  @Test func transcriptThatTheApplicationStopsAndStarts() throws {
    try Self.enumerate([.cut, .open, .item, .lateItem, .answer, .stop, .start, .time]) {
      let channel = try Self.up()
      return World(channel: channel, sources: [channel.startTranscript("s1")])
    }
  }

  @Test func indexThatTheApplicationStopsAndStarts() throws {
    try Self.enumerate([.cut, .open, .item, .lateItem, .answer, .stop, .start, .time]) {
      let channel = try Self.up()
      return World(channel: channel, sources: [channel.createIndex("s1", "ix-1")])
    }
  }

  /// Both say the same at the same time: each is one event of its own.
  @Test func twoIndexesWithEqualTexts() throws {
    try Self.enumerate([.cut, .open, .item, .lateItem, .answer, .answerNewest, .time]) {
      let channel = try Self.up()
      let first = channel.createIndex("s1", "ix-1")
      let second = channel.createIndex("s1", "ix-2")
      // What both make is compared as a whole.
      return World(channel: channel) { channel in
        let got = channel.texts("s1", "scene_index").sorted()
        let want = (first.items + second.items).map { $0.text }.sorted()
        return got == want ? nil : "got \(got) of \(want)"
      }.making([first, second])
    }
  }

  @Test func transcriptThatKeepsItsIDUntilItIsStopped() throws {
    try Self.enumerate([.cut, .open, .item, .lateItem, .answer, .time]) {
      let channel = try Self.up()
      let source = channel.startTranscript("s1")
      source.keepsID = true
      return World(channel: channel, sources: [source], mayStayUnbound: true)
    }
  }

  @Test func transcriptWhoseStartIsRefusedWhileItRuns() throws {
    try Self.enumerate([.cut, .open, .item, .answer, .answerNewest, .lose, .time]) {
      let channel = try Self.up()
      let source = channel.startTranscript("s1")
      source.refusesStart = true
      return World(channel: channel, sources: [source])
    }
  }

  @Test func alerts() throws {
    let steps: [Step] = [.cut, .open, .answer, .answerNewest, .lose, .loseAnswer, .refuse, .limit, .time]
    try Self.enumerate(steps) {
      let channel = try Self.up()
      let path = "/rtstream/s1/index/ix-1/alert"
      let silent = channel.createAlert("s1", "ix-1", event: "ev-1")
      let hook = channel.createAlert("s1", "ix-1", event: "ev-2", webhook: "https://example.com/hook")
      return World(channel: channel) { channel in
        let alerts = channel.service.alerts[path] ?? []
        if alerts.first(where: { $0.id == hook })?.isEnabled != true { return "the one with a webhook was touched" }
        if alerts.count(where: { !$0.webhook.isEmpty }) != 1 { return "a webhook was doubled" }
        for event in ["ev-1", "ev-2"] {
          let live = alerts.filter { $0.event == event && $0.isEnabled && $0.boundTo == channel.connectionID }
          if live.count != 1 { return "\(event): \(live.count) push to this connection" }
          let dead = alerts.filter {
            $0.event == event && $0.isEnabled && $0.boundTo != channel.connectionID && $0.webhook.isEmpty
          }
          if !dead.isEmpty { return "\(event): \(dead.map { $0.id }) are left enabled" }
        }
        // The application's id stands for the one that pushes, and it sees each of its alerts once.
        let request = Request(.get, path.bytes)
        guard let call = BoundCall(request), let answer = try? channel.service.answer(request).get(),
          let list = JSON(AlertAlias.list(answer, call, channel.recovery.aliases))
        else { return "the list is none" }
        let shown = list["alerts"]?.elements.map { $0["alert_id"]?.string ?? "" } ?? []
        return shown.sorted() == [silent, hook].sorted() ? nil : "the application sees \(shown)"
      }
    }
  }

  @Test func captureSession() throws {
    try Self.enumerate([.cut, .open, .answer, .lose, .limit, .time]) {
      let channel = try Self.up()
      channel.service.sessions["cs-1"] = "active"
      channel.call(
        .post, "/collection/default/capture/session", #"{"ws_connection_id":"conn-1"}"#, connection: 1,
        answer: #"{"session_id":"cs-1"}"#)
      return World(channel: channel) { channel in
        let wasCut = channel.recovery.connection > 1
        let got = channel.texts("cs-1", "capture_session")
        return got == (wasCut ? ["active"] : []) ? nil : "got \(got)"
      }
    }
  }
}
