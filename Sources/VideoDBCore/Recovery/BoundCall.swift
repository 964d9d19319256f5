/// A call that binds something of the service to an event channel, or changes what is bound: recognised by its method and path, so that
/// it does not matter through which interface it was made.
public struct BoundCall: Sendable {
  public enum Kind: Sendable {
    case connectStream, startStream, stopStream
    case startTranscript, stopTranscript
    case createIndex, startIndex, stopIndex
    case createUnderstanding, startUnderstanding, stopUnderstanding
    case createAlert, enableAlert, disableAlert, listAlerts
    case createSession, startSession, exportSession
  }

  public let kind: Kind
  /// Ids of the path in order, as they stand there.
  public let ids: [[UInt8]]
  /// The object that was sent; nil: none.
  let body: JSON?
  /// "index" or "indexes", for alerts.
  let branch: [UInt8]

  /// nil: a call that has nothing to do with channels.
  public init?(_ request: Request) {
    let path = Array(request.target.prefix { $0 != 0x3F })
    // Of the calls that only ask, the lists of alerts alone count.
    if request.method == .get, path.withUnsafeBytes({ $0.firstIndex(of: UnsafeRawBufferPointer("alert")) }) == nil {
      return nil
    }
    let parts = path.split(separator: 0x2F).map { Array($0) }
    body = request.body.flatMap { JSON($0) }
    guard let (kind, places) = Self.find(request.method, parts, body?["action"]?.stringBytes ?? []) else { return nil }
    self.kind = kind
    var ids: [[UInt8]] = []
    for (i, part) in parts.enumerated() where places >> i & 1 == 1 { ids.append(part) }
    self.ids = ids
    branch = parts.count > 2 ? parts[2] : []
  }

  /// The kind, and which parts of the path are ids, a bit for each. (Several array literals in one switch get mixed up in Embedded Swift
  /// 6.3.)
  private static func find(_ method: Request.Method, _ parts: [[UInt8]], _ action: [UInt8]) -> (Kind, Int)? {
    func has(_ i: Int, _ word: StaticString) -> Bool { i < parts.count && parts[i].equals(word) }
    func switched(_ on: Kind, _ off: Kind, _ ids: Int) -> (Kind, Int)? {
      action.equals("start") || action.equals("enable")
        ? (on, ids) : action.equals("stop") || action.equals("disable") ? (off, ids) : nil
    }
    let isPost = method == .post
    let isPatch = method == .patch
    if has(0, "rtstream") {
      switch parts.count {
      case 1: return isPost ? (.connectStream, 0) : nil
      case 3 where has(2, "transcription"): return isPost ? switched(.startTranscript, .stopTranscript, 0b10) : nil
      case 3 where has(2, "understand"): return isPost ? (.createUnderstanding, 0b10) : nil
      case 3 where has(2, "status"): return isPatch ? switched(.startStream, .stopStream, 0b10) : nil
      case 4 where has(2, "index") && has(3, "scene"): return isPost ? (.createIndex, 0b10) : nil
      case 5 where (has(2, "index") || has(2, "indexes")) && has(4, "alert"):
        return isPost ? (.createAlert, 0b1010) : method == .get ? (.listAlerts, 0b1010) : nil
      case 5 where has(2, "understand") && has(4, "status"):
        return isPatch ? switched(.startUnderstanding, .stopUnderstanding, 0b1010) : nil
      case 6 where has(3, "scene") && has(5, "status"): return isPatch ? switched(.startIndex, .stopIndex, 0b10010) : nil
      case 7 where has(4, "alert") && has(6, "status"):
        return isPatch ? switched(.enableAlert, .disableAlert, 0b101010) : nil
      default: return nil
      }
    }
    guard isPost else { return nil }
    if has(0, "capture"), has(1, "session"), has(2, "start"), parts.count == 3 { return (.startSession, 0) }
    if has(0, "collection"), has(2, "capture"), has(3, "session") {
      if parts.count == 4 { return (.createSession, 0b10) }
      if parts.count == 6, has(5, "export") { return (.exportSession, 0b10010) }
    }
    return nil
  }

  private var connectionKey: StaticString { kind == .exportSession ? "connection_id" : "ws_connection_id" }

  /// The channel that it names.
  public var connectionID: [UInt8]? { body?[connectionKey]?.stringBytes.flatMap { $0.isEmpty ? nil : $0 } }

  /// The body with another connection id.
  public func body(connectionID: [UInt8]) -> [UInt8]? { body?.replacing(connectionKey, connectionID) }

  /// A text member of the body.
  func text(_ key: StaticString) -> [UInt8]? { body?[key]?.stringBytes.flatMap { $0.isEmpty ? nil : $0 } }
}

extension JSON {
  /// This object with another text for one of its members.
  func replacing(_ key: StaticString, _ text: [UInt8]) -> [UInt8] {
    var json: [UInt8] = []
    appendJSONString(text, to: &json)
    return replacing(key, json: json)
  }

  func replacing(_ key: StaticString, json: [UInt8]) -> [UInt8] {
    guard let range = self[key]?.range else { return bytes }
    return Array(storage[self.range.lowerBound..<range.lowerBound]) + json
      + Array(storage[range.upperBound..<self.range.upperBound])
  }
}

/// An id of a path as events have it.
func percentDecoded(_ text: [UInt8]) -> [UInt8] {
  var out: [UInt8] = []
  var i = 0
  while i < text.count {
    if text[i] == 0x25, i + 2 < text.count, let high = hexDigit(text[i + 1]), let low = hexDigit(text[i + 2]) {
      out.append(UInt8(truncatingIfNeeded: high << 4 | low))
      i += 3
    } else {
      out.append(text[i])
      i += 1
    }
  }
  return out
}
