import CVideoDBRT
import VideoDB
import VideoDBCore

@_cdecl("vdbrt_events_open") @implementation
public func vdbrt_events_open(
  _ client: OpaquePointer!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out: UnsafeMutablePointer<OpaquePointer?>!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.run(err) { () throws(VideoDBError) in
    let out = try Boundary.output(out, "out")
    let client = try Handles.client(client)
    let channel = try client.openEvents(
      options: try Boundary.optionalText(options_json, "options_json"), op: try Handles.op(op))
    out.pointee = try HandleTable.add(.events, channel)
  }
}

@_cdecl("vdbrt_events_connection_id") @implementation
public func vdbrt_events_connection_id(
  _ events: OpaquePointer!, _ out: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.json(out, err) { () throws(VideoDBError) in Array(try Handles.events(events).connectionID().utf8) }
}

@_cdecl("vdbrt_events_counters") @implementation
public func vdbrt_events_counters(
  _ events: OpaquePointer!, _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.json(out_json, err) { () throws(VideoDBError) in try Handles.events(events).counters }
}

@_cdecl("vdbrt_events_bindings") @implementation
public func vdbrt_events_bindings(
  _ events: OpaquePointer!, _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.json(out_json, err) { () throws(VideoDBError) in try Handles.events(events).bindings() }
}

@_cdecl("vdbrt_events_close") @implementation
public func vdbrt_events_close(
  _ events: OpaquePointer!, _ timeout_ms: Int64, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.run(err) { () throws(VideoDBError) in try Handles.events(events).close(timeoutMs: Boundary.timeout(timeout_ms)) }
}

@_cdecl("vdbrt_events_release") @implementation
public func vdbrt_events_release(_ events: OpaquePointer!) {
  (HandleTable.remove(.events, events) as? EventChannel)?.release()
}

@_cdecl("vdbrt_events_next") @implementation
public func vdbrt_events_next(
  _ events: OpaquePointer!, _ timeout_ms: Int64, _ out: UnsafeMutablePointer<OpaquePointer?>!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.run(err) { () throws(VideoDBError) in
    let out = try Boundary.output(out, "out")
    _ = try Handles.events(events).next(into: records(out), limit: 1, timeoutMs: Boundary.timeout(timeout_ms))
  }
}

/// A vdbrt_event is a record.
private func records(_ out: UnsafeMutablePointer<OpaquePointer?>) -> UnsafeMutablePointer<UnsafeMutablePointer<EventRecord>?> {
  UnsafeMutableRawPointer(out).assumingMemoryBound(to: UnsafeMutablePointer<EventRecord>?.self)
}

@_cdecl("vdbrt_events_next_batch") @implementation
public func vdbrt_events_next_batch(
  _ events: OpaquePointer!, _ timeout_ms: Int64, _ out: UnsafeMutablePointer<OpaquePointer?>!, _ capacity: Int,
  _ out_count: UnsafeMutablePointer<Int>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.run(err) { () throws(VideoDBError) in
    guard let out_count else { throw VideoDBError(.argument, "out_count is NULL.") }
    out_count.pointee = 0
    guard let out, capacity > 0 else { throw VideoDBError(.argument, "out is NULL, or its capacity is 0.") }
    out_count.pointee = try Handles.events(events).next(
      into: records(out), limit: capacity, timeoutMs: Boundary.timeout(timeout_ms))
  }
}

@_cdecl("vdbrt_events_fd") @implementation
public func vdbrt_events_fd(
  _ events: OpaquePointer!, _ out_fd: UnsafeMutablePointer<Int32>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.run(err) { () throws(VideoDBError) in
    guard let out_fd else { throw VideoDBError(.argument, "out_fd is NULL.") }
    out_fd.pointee = try Handles.events(events).pollFD()
  }
}
