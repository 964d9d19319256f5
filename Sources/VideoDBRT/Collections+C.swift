import CVideoDBRT
import VideoDB

@_cdecl("vdbrt_collection_get") @implementation
public func vdbrt_collection_get(
  _ client: OpaquePointer!, _ collection_id: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.collectionGet, client, collection_id, nil, nil, nil, op, out_json, err)
}

@_cdecl("vdbrt_collection_list") @implementation
public func vdbrt_collection_list(
  _ client: OpaquePointer!, _ op: OpaquePointer!, _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.collectionList, client, nil, nil, nil, nil, op, out_json, err)
}

@_cdecl("vdbrt_collection_search") @implementation
public func vdbrt_collection_search(
  _ client: OpaquePointer!, _ collection_id: UnsafePointer<CChar>!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.collectionSearch, client, collection_id, nil, nil, options_json, op, out_json, err)
}
