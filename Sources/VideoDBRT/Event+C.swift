import CVideoDBRT
import VideoDBCore

/// The record behind a vdbrt_event. Accessors of texts decode in place, which is why an event belongs to one thread at a time.
private func record(_ e: OpaquePointer?) -> UnsafeMutablePointer<EventRecord>? {
  e.map { UnsafeMutablePointer<EventRecord>($0) }
}

/// A stretch of the event's memory; NULL and 0 where there is none. An empty text is no missing one.
private func view(_ bytes: UnsafeRawBufferPointer?, _ len: UnsafeMutablePointer<Int>?) -> UnsafePointer<CChar>? {
  len?.pointee = bytes?.count ?? 0
  return bytes?.baseAddress?.assumingMemoryBound(to: CChar.self)
}

@_cdecl("vdbrt_event_kind") @implementation
public func vdbrt_event_kind(_ e: OpaquePointer!) -> Int32 { record(e)?.pointee.fields.kind.rawValue ?? 0 }

@_cdecl("vdbrt_event_flags") @implementation
public func vdbrt_event_flags(_ e: OpaquePointer!) -> Int32 { record(e)?.pointee.fields.flags.rawValue ?? 0 }

@_cdecl("vdbrt_event_json") @implementation
public func vdbrt_event_json(_ e: OpaquePointer!, _ len: UnsafeMutablePointer<Int>!) -> UnsafePointer<CChar>! {
  view(record(e)?.pointee.bytes, len)
}

@_cdecl("vdbrt_event_data") @implementation
public func vdbrt_event_data(_ e: OpaquePointer!, _ len: UnsafeMutablePointer<Int>!) -> UnsafePointer<CChar>! {
  view(record(e)?.pointee.data(), len)
}

@_cdecl("vdbrt_event_channel") @implementation
public func vdbrt_event_channel(_ e: OpaquePointer!, _ len: UnsafeMutablePointer<Int>!) -> UnsafePointer<CChar>! {
  view(record(e)?.pointee.channelName(), len)
}

@_cdecl("vdbrt_event_rtstream_id") @implementation
public func vdbrt_event_rtstream_id(_ e: OpaquePointer!, _ len: UnsafeMutablePointer<Int>!) -> UnsafePointer<CChar>! {
  view(record(e)?.pointee.rtstreamID(), len)
}

@_cdecl("vdbrt_event_text") @implementation
public func vdbrt_event_text(_ e: OpaquePointer!, _ len: UnsafeMutablePointer<Int>!) -> UnsafePointer<CChar>! {
  view(record(e)?.pointee.text(), len)
}

@_cdecl("vdbrt_event_label") @implementation
public func vdbrt_event_label(_ e: OpaquePointer!, _ len: UnsafeMutablePointer<Int>!) -> UnsafePointer<CChar>! {
  view(record(e)?.pointee.label(), len)
}

@_cdecl("vdbrt_event_start") @implementation
public func vdbrt_event_start(_ e: OpaquePointer!) -> Double { record(e)?.pointee.fields.start ?? .nan }

@_cdecl("vdbrt_event_end") @implementation
public func vdbrt_event_end(_ e: OpaquePointer!) -> Double { record(e)?.pointee.fields.end ?? .nan }

@_cdecl("vdbrt_event_confidence") @implementation
public func vdbrt_event_confidence(_ e: OpaquePointer!) -> Double { record(e)?.pointee.fields.confidence ?? .nan }

@_cdecl("vdbrt_event_received_ms") @implementation
public func vdbrt_event_received_ms(_ e: OpaquePointer!) -> Int64 { record(e)?.pointee.receivedMs ?? 0 }

@_cdecl("vdbrt_event_free") @implementation
public func vdbrt_event_free(_ e: OpaquePointer!) { record(e).map { EventRecord.destroy($0) } }

@_cdecl("vdbrt_event_free_many") @implementation
public func vdbrt_event_free_many(_ events: UnsafePointer<OpaquePointer?>!, _ count: Int) {
  for i in 0..<(events == nil ? 0 : count) { vdbrt_event_free(events[i]) }
}

@_cdecl("vdbrt_event_column") @implementation
public func vdbrt_event_column(
  _ events: UnsafePointer<OpaquePointer?>!, _ count: Int, _ column: Int32,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.run(err) { () throws(VideoDBError) in
    let out = try Boundary.output(out_json, "out_json")
    let (column, events) = try columnArguments(events, count, column)
    guard let json = column.json(of: events) else { throw noMemoryForColumn }
    out.pointee = UnsafeMutableRawPointer(json).assumingMemoryBound(to: CChar.self)
  }
}

@_cdecl("vdbrt_event_pickle") @implementation
public func vdbrt_event_pickle(
  _ events: UnsafePointer<OpaquePointer?>!, _ count: Int, _ column: Int32,
  _ out: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ out_length: UnsafeMutablePointer<Int>!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.run(err) { () throws(VideoDBError) in
    out_length?.pointee = 0
    let out = try Boundary.output(out, "out")
    guard let out_length else { throw VideoDBError(.argument, "out_length is NULL.") }
    let (column, events) = try columnArguments(events, count, column)
    guard let pickle = column.pickle(of: events) else { throw noMemoryForColumn }
    out.pointee = UnsafeMutableRawPointer(pickle.baseAddress)?.assumingMemoryBound(to: CChar.self)
    out_length.pointee = pickle.count
  }
}

private var noMemoryForColumn: VideoDBError { VideoDBError(.noMemory, "There is no memory for the column.") }

private func columnArguments(
  _ events: UnsafePointer<OpaquePointer?>?, _ count: Int, _ column: Int32
) throws(VideoDBError) -> (EventColumn, EventColumn.Events) {
  guard let events, count >= 0 else { throw VideoDBError(.argument, "events is NULL.") }
  guard let column = EventColumn(rawValue: column) else {
    throw VideoDBError(
      .argument, "There is no column \(column): they are numbered from 0, the message, to 11, when it was received.")
  }
  let records = UnsafeRawPointer(events).assumingMemoryBound(to: UnsafeMutablePointer<EventRecord>?.self)
  return (column, EventColumn.Events(start: records, count: count))
}

@_cdecl("vdbrt_event_ack") @implementation
public func vdbrt_event_ack(_ e: OpaquePointer!, _ err: UnsafeMutablePointer<OpaquePointer?>!) -> vdbrt_status {
  Boundary.run(err) { () throws(VideoDBError) in
    guard let record = record(e) else { throw VideoDBError(.argument, "e is NULL.") }
    record.pointee.acknowledge()
  }
}
