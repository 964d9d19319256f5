/// A transcript, an index or an understanding: makes records of one stream, and pushes them to the channel whose id it was given.
final class Pipeline {
  enum Kind: Int64 { case transcript = 1, index, understanding }

  /// How its records come.
  enum Binding {
    /// Over the socket.
    case pushed
    /// It is being started with the new id.
    case restoring
    /// The service took the new id; whether it means it, the first event will show (PROTOCOL 7, row 3).
    case unconfirmed
    /// It stays with an id that is dead (PROTOCOL 3.8): its records are asked for.
    case polled
  }

  let kind: Kind
  /// Ids as they stand in paths.
  let stream: [UInt8]
  let id: [UInt8]
  /// Of a transcript; nil: the service's choice.
  var engine: [UInt8]?
  let lane: Lane
  /// Its number in the lane, from 1.
  let source: UInt16
  /// Records that ended earlier are none of this channel's. Milliseconds since the Unix epoch.
  var sinceMs: Int64
  /// Between two questions for new records where none are pushed.
  let pollMs: Int64

  var binding = Binding.pushed
  /// Number of the connection that it was last bound to.
  var connection: Int
  /// A transcript that nobody asked for, of a stream that was not said to have sound: it is left alone until something was heard of it.
  var isDoubtful = false
  /// Stopped by the application.
  var isStopped = false

  // Asking for records. Times are monotonic unless they are called otherwise.
  var fetch: RecordFetch?
  var isAsking = false
  /// Full passes that are to come after a gap.
  var passes: [Int64] = []
  var pass: Int64 = 0
  /// When the next fetch is due; negative: none is.
  var dueMs: Int64 = -1
  var fullDueMs: Int64 = -1
  var retryMs: Int64 = 0
  var failures = 0
  var gaps = Gaps()
  /// End of the newest record that was seen by asking. Milliseconds since the Unix epoch.
  var reachedMs = Int64.min

  // Binding again.
  var restoreDueMs: Int64 = -1
  var restoreFailures = 0
  var restoredMs: Int64 = 0
  /// The same in milliseconds since the Unix epoch.
  var restoredAtMs = Int64.max
  var liveWhenRestored: Int64 = 0
  var misses = 0

  // Watching.
  var newsMs: Int64
  var checkedMs: Int64
  var isChecking = false
  /// What was told of it last.
  var told: [UInt8] = []

  init(
    _ kind: Kind, _ stream: [UInt8], _ id: [UInt8], engine: [UInt8]?, _ lane: Lane, source: UInt16, sinceMs: Int64,
    pollMs: Int64,
    connection: Int, now: Int64
  ) {
    self.kind = kind
    self.stream = stream
    self.id = id
    self.engine = engine
    self.lane = lane
    self.source = source
    self.sinceMs = sinceMs
    self.pollMs = pollMs
    self.connection = connection
    newsMs = now
    checkedMs = now
  }

  /// Its records are asked for where that is due: also of one that was stopped, until what a gap swallowed before is there.
  var isAsked: Bool { !isStopped || gaps.fromMs != nil || fetch != nil }

  var isHeardOf: Bool { lane.lastEndMs != .min || reachedMs != .min }

  var name: StaticString {
    switch kind {
    case .transcript: "transcript"
    case .index: lane.kind == .audioIndex ? "audio_index" : "scene_index"
    case .understanding: "understanding"
    }
  }

  /// What events of ours say of it.
  func describe(_ json: inout JSONWriter) {
    json.set("pipeline", name)
    json.set("rtstream_id", lane.stream)
    if kind != .transcript { json.set(kind == .index ? "index_id" : "understanding_id", id) }
  }

  // MARK: Requests

  private var path: [UInt8] {
    var path = Array("/rtstream/" as StaticString) + stream
    switch kind {
    case .transcript: path.append("/transcription")
    case .index:
      path.append("/index/scene/")
      path += id
    case .understanding:
      path.append("/understand/")
      path += id
    }
    return path
  }

  func page(_ fetch: RecordFetch) -> Request {
    var target = path
    if kind == .understanding { target.append("/records") }
    target.append("?start=")
    appendSeconds(max(fetch.fromMs, 0), to: &target)
    target.append("&end=")
    appendSeconds(max(fetch.sliceEndMs, 1), to: &target)
    target.append("&page=")
    appendDecimal(fetch.page, to: &target)
    target.append("&page_size=")
    appendDecimal(fetch.pageSize, to: &target)
    if let engine {
      target.append("&engine=")
      appendPercentEncoded(engine, to: &target)
    }
    return Request(.get, target)
  }

  /// `connectionID` nil: leaves it as it is.
  func action(_ action: StaticString, connectionID: [UInt8]?) -> Request {
    var body = JSONWriter()
    body.set("action", action)
    if kind == .transcript {
      if let engine { body.set("engine", engine) }
      if let connectionID { body.set("ws_connection_id", connectionID) }
      return Request(.post, path, body: body.text)
    }
    return Request(.patch, path + Array("/status" as StaticString), body: body.text)
  }

  /// Where the service says how it is.
  var statusTarget: [UInt8] {
    switch kind {
    case .transcript: path + Array("/status" as StaticString)
    case .index: Array("/rtstream/" as StaticString) + stream + Array("/index/" as StaticString) + id
    case .understanding: path
    }
  }

  /// The record as the message that would have brought it.
  func event(_ record: Record) -> [UInt8] {
    var data = JSONWriter()
    data.set("text", record.text)
    if kind == .transcript { data.set("is_final", true) }
    data.set("start", record.startMs)
    data.set("end", record.endMs)
    var event = JSONWriter()
    event.set("channel", lane.kind.channel ?? "scene_index")
    event.set("rtstream_id", lane.stream)
    if kind != .transcript { event.set(kind == .index ? "index_id" : "understanding_id", id) }
    event.set("data", json: data.text)
    return event.text
  }
}
