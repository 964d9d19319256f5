import CVideoDBRT
import VideoDB

@_cdecl("vdbrt_understanding_create") @implementation
public func vdbrt_understanding_create(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.understandingCreate, client, rtstream_id, nil, nil, options_json, op, out_json, err)
}

@_cdecl("vdbrt_understanding_list") @implementation
public func vdbrt_understanding_list(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.understandingList, client, rtstream_id, nil, nil, nil, op, out_json, err)
}

@_cdecl("vdbrt_understanding_get") @implementation
public func vdbrt_understanding_get(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ understanding_id: UnsafePointer<CChar>!,
  _ op: OpaquePointer!, _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.understandingGet, client, rtstream_id, understanding_id, nil, nil, op, out_json, err)
}

@_cdecl("vdbrt_understanding_start") @implementation
public func vdbrt_understanding_start(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ understanding_id: UnsafePointer<CChar>!,
  _ op: OpaquePointer!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.run(.understandingStart, client, rtstream_id, understanding_id, nil, nil, op, err)
}

@_cdecl("vdbrt_understanding_stop") @implementation
public func vdbrt_understanding_stop(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ understanding_id: UnsafePointer<CChar>!,
  _ op: OpaquePointer!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.run(.understandingStop, client, rtstream_id, understanding_id, nil, nil, op, err)
}

@_cdecl("vdbrt_understanding_get_records") @implementation
public func vdbrt_understanding_get_records(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ understanding_id: UnsafePointer<CChar>!,
  _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!, _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.understandingGetRecords, client, rtstream_id, understanding_id, nil, options_json, op, out_json, err)
}

@_cdecl("vdbrt_index_create") @implementation
public func vdbrt_index_create(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.indexCreate, client, rtstream_id, nil, nil, options_json, op, out_json, err)
}

@_cdecl("vdbrt_index_list") @implementation
public func vdbrt_index_list(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.indexList, client, rtstream_id, nil, nil, nil, op, out_json, err)
}

@_cdecl("vdbrt_index_get") @implementation
public func vdbrt_index_get(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.indexGet, client, rtstream_id, index_id, nil, nil, op, out_json, err)
}

@_cdecl("vdbrt_index_start") @implementation
public func vdbrt_index_start(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.run(.indexStart, client, rtstream_id, index_id, nil, nil, op, err)
}

@_cdecl("vdbrt_index_stop") @implementation
public func vdbrt_index_stop(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.run(.indexStop, client, rtstream_id, index_id, nil, nil, op, err)
}

@_cdecl("vdbrt_index_get_records") @implementation
public func vdbrt_index_get_records(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!,
  _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!, _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.indexGetRecords, client, rtstream_id, index_id, nil, options_json, op, out_json, err)
}
