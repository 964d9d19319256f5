import VideoDBCore

/// An event that was pulled.
public final class Event: @unchecked Sendable {
  // Accessors decode texts in place: one thread at a time.
  private let record: UnsafeMutablePointer<EventRecord>

  init(_ record: UnsafeMutablePointer<EventRecord>) { self.record = record }

  deinit { EventRecord.destroy(record) }

  /// The application has dealt with it: it will not come again after a restart (`state.file`).
  public func acknowledge() { record.pointee.acknowledge() }

  public var kind: EventKind { record.pointee.fields.kind }
  public var flags: EventFlags { record.pointee.fields.flags }
  /// The canonical name.
  public var channel: String { text(record.pointee.channelName()) ?? "" }
  public var rtstreamID: String? { text(record.pointee.rtstreamID()) }
  public var text: String? { text(record.pointee.text()) }
  public var label: String? { text(record.pointee.label()) }
  /// Seconds since the Unix epoch; NaN where the message has none.
  public var start: Double { record.pointee.fields.start }
  public var end: Double { record.pointee.fields.end }
  public var confidence: Double { record.pointee.fields.confidence }
  /// Milliseconds since the Unix epoch.
  public var receivedMs: Int64 { record.pointee.receivedMs }
  /// The message as it came.
  public var json: String { text(record.pointee.bytes) ?? "" }

  private func text(_ bytes: UnsafeRawBufferPointer) -> String? {
    guard bytes.baseAddress != nil else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }
}
