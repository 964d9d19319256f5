import CVideoDBRT
import VideoDB

@_cdecl("vdbrt_capture_session_create") @implementation
public func vdbrt_capture_session_create(
  _ client: OpaquePointer!, _ collection_id: UnsafePointer<CChar>!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.captureSessionCreate, client, collection_id, nil, nil, options_json, op, out_json, err)
}

@_cdecl("vdbrt_capture_session_list") @implementation
public func vdbrt_capture_session_list(
  _ client: OpaquePointer!, _ collection_id: UnsafePointer<CChar>!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.captureSessionList, client, collection_id, nil, nil, options_json, op, out_json, err)
}

@_cdecl("vdbrt_capture_session_get") @implementation
public func vdbrt_capture_session_get(
  _ client: OpaquePointer!, _ collection_id: UnsafePointer<CChar>!, _ session_id: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.captureSessionGet, client, collection_id, session_id, nil, nil, op, out_json, err)
}

@_cdecl("vdbrt_capture_session_export") @implementation
public func vdbrt_capture_session_export(
  _ client: OpaquePointer!, _ collection_id: UnsafePointer<CChar>!, _ session_id: UnsafePointer<CChar>!,
  _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!, _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.captureSessionExport, client, collection_id, session_id, nil, options_json, op, out_json, err)
}

@_cdecl("vdbrt_capture_session_start") @implementation
public func vdbrt_capture_session_start(
  _ client: OpaquePointer!, _ session_id: UnsafePointer<CChar>!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.captureSessionStart, client, session_id, nil, nil, options_json, op, out_json, err)
}

@_cdecl("vdbrt_capture_session_channels") @implementation
public func vdbrt_capture_session_channels(
  _ client: OpaquePointer!, _ session_id: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.captureSessionChannels, client, session_id, nil, nil, nil, op, out_json, err)
}

@_cdecl("vdbrt_capture_session_stop") @implementation
public func vdbrt_capture_session_stop(
  _ client: OpaquePointer!, _ session_id: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.run(.captureSessionStop, client, session_id, nil, nil, nil, op, err)
}

@_cdecl("vdbrt_client_token_create") @implementation
public func vdbrt_client_token_create(
  _ client: OpaquePointer!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.clientTokenCreate, client, nil, nil, nil, options_json, op, out_json, err)
}

@_cdecl("vdbrt_async_response_get") @implementation
public func vdbrt_async_response_get(
  _ client: OpaquePointer!, _ response_id: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.asyncResponseGet, client, response_id, nil, nil, nil, op, out_json, err)
}
