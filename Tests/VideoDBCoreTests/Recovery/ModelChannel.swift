@testable import VideoDBCore

/// A channel of the application's without any I/O: the host of a `Recovery`, on a clock that the test moves, beside a `ModelService`.
final class ModelChannel: RecoveryHost {
  struct Delivered: Equatable {
    let channel: String
    let stream: String
    let text: String
    let isFetched: Bool
  }

  private static let epochMs: Int64 = 1_700_000_000_000

  let service = ModelService()
  private(set) var recovery: Recovery!
  var nowMs: Int64 = 1_000_000
  var serverMs: Int64 { Self.epochMs + nowMs }
  var hasRoom = true
  /// What the service says instead of what it would; nil: what it would.
  var instead: (Request) -> Result<[UInt8], VideoDBError>? = { _ in nil }
  private var words = SeededRandom(seed: 7)

  private(set) var delivered: [Delivered] = []
  private(set) var announced: [(kind: EventKind, data: JSON)] = []
  /// What was wrong with what the recovery did, in words.
  private(set) var complaints: [String] = []
  private(set) var wakeMs: Int64 = -1
  private(set) var isHolding = false
  private var held: [Delivered] = []
  /// Calls of the recovery's that have no answer yet, oldest first.
  private(set) var calls: [(request: Request, completion: (Result<[UInt8], VideoDBError>) -> Void)] = []
  private(set) var asked: [Request] = []
  private var askedAtOnce: [String: Int] = [:]
  private var askedAtMs: Int64 = -1
  /// Start of the item that was fetched last, by channel and stream, within one fetch.
  private var order: [String: Int64] = [:]
  private var connections = 0

  init(_ settings: [String: String] = [:]) throws {
    var configuration = Configuration()
    let own = [
      "backfill.late_ms": "1600", "backfill.overlap_ms": "4000", "backfill.page_size": "2", "rebind.alert_settle_ms": "100",
      "poll.interval_ms": "1000",
      "rebind.confirm_ms": "500", "watch.quiet_ms": "20000",
    ]
    for (key, value) in own.merging(settings, uniquingKeysWith: { $1 }) {
      try configuration.set(key.bytes, text: value.bytes)
    }
    recovery = Recovery(RecoverySettings(configuration), self)
    service.nowMs = serverMs
  }

  // MARK: RecoveryHost

  func random() -> UInt64 { words.next() }

  func ask(_ request: Request, completion: @escaping (Result<[UInt8], VideoDBError>) -> Void) {
    let path = request.target.prefix { $0 != 0x3F }.text
    if askedAtMs != nowMs { (askedAtMs, askedAtOnce) = (nowMs, [:]) }
    askedAtOnce[path, default: 0] += 1
    if askedAtOnce[path] == 50 { complaints.append("asks without waiting: \(request.name.text)") }
    if calls.count >= 16 { complaints.append("has \(calls.count) calls under way") }
    let target = request.target.text
    if target.contains("&page=1&") { order[path] = nil }
    asked.append(request)
    calls.append((request, completion))
  }

  func deliver(_ message: [UInt8]) {
    guard let json = JSON(message) else { return complaints.append("delivers what is no JSON") }
    let item = Delivered(
      channel: json["channel"]?.string ?? "", stream: json["rtstream_id"]?.string ?? json["capture_session_id"]?.string ?? "",
      text: json["data"]?["text"]?.string ?? json["status"]?.string ?? "", isFetched: true)
    if !hasRoom { complaints.append("delivers where there is no room") }
    delivered.append(item)
    guard let start = json["data"]?["start"]?.int else { return }
    let source =
      item.channel == "transcript"
      ? "/rtstream/\(item.stream)/transcription"
      : "/rtstream/\(item.stream)/index/scene/\(json["index_id"]?.string ?? "")"
    if let last = order[source], start < last { complaints.append("\(item.text) comes after a later one") }
    order[source] = start
  }

  func announce(_ kind: EventKind, _ data: [UInt8]) {
    guard let json = JSON(data) else { return complaints.append("announces what is no JSON") }
    announced.append((kind, json))
  }

  func hold(_ isHolding: Bool) {
    self.isHolding = isHolding
    guard !isHolding else { return }
    delivered += held
    held = []
  }

  func wake(atMs: Int64) { wakeMs = atMs }
  func alertsChanged() {}
  func bindingsChanged() {}

  // MARK: The network

  var isUp: Bool { recovery.isUp }
  var connectionID: String { "conn-\(connections)" }

  func open() {
    connections += 1
    recovery.opened(connectionID.bytes)
  }

  func cut() { recovery.cut(aliveMs: serverMs, reason: "cut".bytes) }

  /// The service says something over the socket.
  func receive(_ channel: String, _ stream: String, _ text: String, _ startMs: Int64, _ endMs: Int64) {
    var message = JSONWriter()
    message.set("channel", channel.bytes)
    message.set("rtstream_id", stream.bytes)
    message.set("text", text.bytes)
    message.set("start", startMs)
    message.set("end", endMs)
    let isNews = message.text.withUnsafeBytes { bytes -> Bool in
      var record = EventRecord()
      defer { record.freeScratch() }
      _ = record.read(bytes, receivedMs: 0)
      return withUnsafeMutablePointer(to: &record) { recovery.isNews($0, now: nowMs) }
    }
    guard isNews else { return }
    let item = Delivered(channel: channel, stream: stream, text: text, isFetched: false)
    if isHolding { held.append(item) } else { delivered.append(item) }
  }

  /// A source makes an item, which is pushed where somebody listens; its record appears so much later.
  func make(_ source: ModelService.Source, _ text: String, lateMs: Int64 = 0, lengthMs: Int64 = 1_000) {
    guard source.isRunning else { return }
    // Not on full tenths, so that the record is rounded.
    let endMs = serverMs + 3
    source.items.append(.init(text: text, startMs: endMs - lengthMs, endMs: endMs, visibleMs: serverMs + lateMs))
    guard isUp, source.boundTo == connectionID else { return }
    let stream = String(source.path.split(separator: "/")[1])
    receive(source.isTranscript ? "transcript" : "scene_index", stream, text, endMs - lengthMs, endMs)
  }

  // MARK: Calls

  enum Outcome { case answered, lost, carriedOutAndLost, refused, limited }

  /// Gives one of the waiting calls what becomes of it.
  func finish(_ at: Int, _ outcome: Outcome = .answered) {
    let call = calls.remove(at: at)
    service.nowMs = serverMs
    switch outcome {
    case .answered: call.completion(instead(call.request) ?? service.answer(call.request))
    case .lost: call.completion(.failure(ModelService.broken))
    case .carriedOutAndLost:
      _ = service.answer(call.request)
      call.completion(.failure(ModelService.broken))
    case .refused: call.completion(.failure(ModelService.refused(400)))
    case .limited: call.completion(.failure(ModelService.refused(429, retryAfterMs: 700)))
    }
  }

  /// A call of the application's that the service carries out, and that names a connection of this channel or none.
  @discardableResult
  func call(_ method: Request.Method, _ path: String, _ body: String, connection: Int? = nil, answer: String? = nil) -> String {
    let request = Request(method, path.bytes, body: body.bytes)
    let answered: [UInt8]
    if let answer { answered = answer.bytes } else { answered = (try? service.answer(request).get()) ?? [] }
    if let call = BoundCall(request) { recovery.settled(call, connection: connection, answer: answered) }
    return answered.text
  }

  func startTranscript(_ stream: String, engine: String = "") -> ModelService.Source {
    let path = "/rtstream/\(stream)/transcription"
    if service.source(path) == nil { service.sources.append(.init(path, isTranscript: true)) }
    call(.post, path, #"{"action":"start","ws_connection_id":"\#(connectionID)"}"#, connection: connections)
    return service.source(path)!
  }

  /// The application stops or starts what it has.
  func switchSource(_ source: ModelService.Source, on: Bool) {
    if on, source.isTranscript { _ = startTranscript(String(source.path.split(separator: "/")[1])); return }
    source.isRunning = on
    call(
      source.isTranscript ? .post : .patch, source.isTranscript ? source.path : source.path + "/status",
      #"{"action":"\#(on ? "start" : "stop")"}"#)
  }

  func createIndex(_ stream: String, _ id: String) -> ModelService.Source {
    let source = ModelService.Source("/rtstream/\(stream)/index/scene/\(id)", isTranscript: false)
    source.boundTo = connectionID
    service.sources.append(source)
    call(
      .post, "/rtstream/\(stream)/index/scene", #"{"ws_connection_id":"\#(connectionID)"}"#, connection: connections,
      answer: #"{"rtstream_index_id":"\#(id)"}"#)
    return source
  }

  func createAlert(_ stream: String, _ index: String, event: String, webhook: String = "") -> String {
    let body = #"{"event_id":"\#(event)","callback_url":"\#(webhook)","ws_connection_id":"\#(connectionID)"}"#
    let answer = call(.post, "/rtstream/\(stream)/index/\(index)/alert", body, connection: connections)
    return JSON(answer.bytes)?["alert_id"]?.string ?? ""
  }

  // MARK: Time

  /// Moves the clock, and calls the recovery when it wants to be called.
  func pass(_ ms: Int64) {
    let end = nowMs + ms
    while wakeMs >= 0, wakeMs <= end {
      nowMs = max(nowMs, wakeMs)
      wakeMs = -1
      recovery.advance()
      if calls.count > 0 { break }
    }
    nowMs = max(nowMs, end)
  }

  /// All calls are answered, those to come too, for so long.
  func settle(_ ms: Int64) {
    let end = nowMs + ms
    while complaints.isEmpty {
      if !calls.isEmpty {
        finish(0)
      } else if wakeMs >= 0, wakeMs <= end {
        nowMs = max(nowMs, wakeMs)
        wakeMs = -1
        recovery.advance()
      } else {
        break
      }
    }
    nowMs = max(nowMs, end)
    recovery.advance()
  }

  func texts(_ stream: String, _ channel: String) -> [String] {
    delivered.filter { $0.stream == stream && $0.channel == channel }.map { $0.text }
  }
}
