import CVideoDBRT
import VideoDB

@_cdecl("vdbrt_rtstream_connect") @implementation
public func vdbrt_rtstream_connect(
  _ client: OpaquePointer!, _ collection_id: UnsafePointer<CChar>!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.rtstreamConnect, client, collection_id, nil, nil, options_json, op, out_json, err)
}

@_cdecl("vdbrt_rtstream_get") @implementation
public func vdbrt_rtstream_get(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.rtstreamGet, client, rtstream_id, nil, nil, nil, op, out_json, err)
}

@_cdecl("vdbrt_rtstream_list") @implementation
public func vdbrt_rtstream_list(
  _ client: OpaquePointer!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.rtstreamList, client, nil, nil, nil, options_json, op, out_json, err)
}

@_cdecl("vdbrt_rtstream_update") @implementation
public func vdbrt_rtstream_update(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.rtstreamUpdate, client, rtstream_id, nil, nil, options_json, op, out_json, err)
}

@_cdecl("vdbrt_rtstream_start") @implementation
public func vdbrt_rtstream_start(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.run(.rtstreamStart, client, rtstream_id, nil, nil, nil, op, err)
}

@_cdecl("vdbrt_rtstream_stop") @implementation
public func vdbrt_rtstream_stop(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.run(.rtstreamStop, client, rtstream_id, nil, nil, nil, op, err)
}

@_cdecl("vdbrt_rtstream_search") @implementation
public func vdbrt_rtstream_search(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.rtstreamSearch, client, rtstream_id, nil, nil, options_json, op, out_json, err)
}
