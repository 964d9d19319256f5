@testable import VideoDBCore

/// The service as PROTOCOL describes it, in memory: transcripts, indexes with records that may appear late and come in pages, and alerts.
final class ModelService {
  struct Item {
    let text: String
    let startMs: Int64
    let endMs: Int64
    /// When the records have it.
    let visibleMs: Int64
  }

  final class Source {
    let path: String
    let isTranscript: Bool
    var isRunning = true
    /// The connection id that it pushes to.
    var boundTo = ""
    var items: [Item] = []
    var isNewestFirst: Bool
    /// A repeated start does not move the id, which PROTOCOL 7 leaves open; only stop and start does.
    var keepsID = false
    /// A start while it runs is an error.
    var refusesStart = false

    init(_ path: String, isTranscript: Bool) {
      self.path = path
      self.isTranscript = isTranscript
      isNewestFirst = !isTranscript
    }
  }

  struct Alert {
    let id: String
    let event: String
    let webhook: String
    let boundTo: String
    var isEnabled = true
  }

  /// Milliseconds since the Unix epoch.
  var nowMs: Int64 = 0
  var sources: [Source] = []
  /// By index, as paths name it.
  var alerts: [String: [Alert]] = [:]
  /// Status of each capture session.
  var sessions: [String: String] = [:]
  private(set) var created = 0

  func source(_ path: String) -> Source? { sources.first { $0.path == path } }

  func createAlert(_ path: String, event: String, webhook: String, boundTo id: String) -> String {
    created += 1
    alerts[path, default: []].append(Alert(id: "al-\(created)", event: event, webhook: webhook, boundTo: id))
    return "al-\(created)"
  }

  // MARK: Calls

  func answer(_ request: Request) -> Result<[UInt8], VideoDBError> {
    let target = request.target.text
    let parts = target.split(separator: "?", maxSplits: 1)
    let path = String(parts[0])
    let query = parts.count > 1 ? String(parts[1]) : ""
    let body = request.body.flatMap { JSON($0) }
    func text(_ key: StaticString) -> String { body?[key]?.string ?? "" }
    if path.contains("/alert") { return alert(request.method, path, text) }
    if path.contains("/capture/session/"), let id = path.split(separator: "/").last, let status = sessions[String(id)] {
      return .success(#"{"session_id":"\#(id)","status":"\#(status)"}"#.bytes)
    }
    switch request.method {
    case .get where path.hasSuffix("/status"):
      return status(source(String(path.dropLast("/status".count))))
    case .get:
      if let source = source(path.hasSuffix("/records") ? String(path.dropLast("/records".count)) : path) {
        return query.isEmpty ? status(source) : page(source, query)
      }
      // An index is asked for its state by another path than for its records.
      if let source = source(path.replacing("/index/", with: "/index/scene/")) { return status(source) }
      return .success(#"{"status":"connected"}"#.bytes)
    default:
      guard let source = source(path) ?? source(String(path.dropLast("/status".count))) else {
        return .failure(Self.refused(404))
      }
      if text("action") == "stop" {
        source.isRunning = false
      } else {
        if source.isRunning, source.refusesStart { return .failure(Self.refused(400)) }
        let id = text("ws_connection_id")
        if !id.isEmpty, !source.isRunning || !source.keepsID { source.boundTo = id }
        source.isRunning = true
      }
      return .success(#"{"status":"running"}"#.bytes)
    }
  }

  private func status(_ source: Source?) -> Result<[UInt8], VideoDBError> {
    guard let source else { return .failure(Self.refused(404)) }
    return .success(#"{"status":"\#(source.isRunning ? "running" : "stopped")"}"#.bytes)
  }

  private func page(_ source: Source, _ query: String) -> Result<[UInt8], VideoDBError> {
    var values: [String: Double] = [:]
    for pair in query.split(separator: "&") {
      let pair = pair.split(separator: "=")
      values[String(pair[0])] = Double(pair[1])
    }
    let from = Int64((values["start"] ?? 0) * 1_000)
    let to = Int64((values["end"] ?? 0) * 1_000)
    let size = Int(values["page_size"] ?? 100)
    var items = source.items.filter { $0.visibleMs <= nowMs && $0.endMs > from && $0.startMs < to }
    items.sort { $0.startMs < $1.startMs }
    if source.isNewestFirst { items.reverse() }
    let skipped = (Int(values["page"] ?? 1) - 1) * size
    let shown = items.dropFirst(skipped).prefix(size).map { Self.record($0) }
    let key = source.isTranscript ? "transcription_records" : "scene_index_records"
    return .success(
      #"{"\#(key)":[\#(shown.joined(separator: ","))],"next_page":\#(items.count > skipped + size)}"#.bytes)
  }

  /// Times rounded to tenths, as those of messages are not.
  private static func record(_ item: Item) -> String {
    func seconds(_ ms: Int64) -> String { "\(ms / 1_000).\((ms % 1_000) / 100)" }
    return #"{"start":\#(seconds(item.startMs + 40)),"end":\#(seconds(item.endMs + 40)),"text":"\#(item.text)"}"#
  }

  private func alert(_ method: Request.Method, _ path: String, _ text: (StaticString) -> String) -> Result<
    [UInt8], VideoDBError
  > {
    guard method == .patch else {
      if method == .post {
        let id = createAlert(path, event: text("event_id"), webhook: text("callback_url"), boundTo: text("ws_connection_id"))
        return .success(#"{"alert_id":"\#(id)"}"#.bytes)
      }
      let list = alerts[path, default: []].map {
        #"{"alert_id":"\#($0.id)","event_id":"\#($0.event)","callback_url":"\#($0.webhook)","#
          + #""status":"\#($0.isEnabled ? "enabled" : "disabled")"}"#
      }
      return .success(#"{"alerts":[\#(list.joined(separator: ","))]}"#.bytes)
    }
    let parts = path.split(separator: "/")
    let list = "/" + parts.dropLast(2).joined(separator: "/")
    guard let at = alerts[list]?.firstIndex(where: { $0.id == parts[parts.count - 2] }) else {
      return .failure(Self.refused(404))
    }
    alerts[list]?[at].isEnabled = text("action") == "enable"
    return .success("{}".bytes)
  }

  static func refused(_ status: Int32, retryAfterMs: Int64 = -1) -> VideoDBError {
    VideoDBError(Status(httpStatus: status), "The model refuses it.", httpStatus: status, retryAfterMs: retryAfterMs)
  }

  static var broken: VideoDBError { VideoDBError(.disconnected, "The model is out of reach.") }
}
