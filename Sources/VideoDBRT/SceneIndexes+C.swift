import CVideoDBRT
import VideoDB
import VideoDBCore

@_cdecl("vdbrt_rtstream_index_visuals") @implementation
public func vdbrt_rtstream_index_visuals(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.indexVisuals, client, [.id(rtstream_id, "rtstream_id")], options_json, op, out_json, err)
}

@_cdecl("vdbrt_scene_index_list") @implementation
public func vdbrt_scene_index_list(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.sceneIndexList, client, [.id(rtstream_id, "rtstream_id")], nil, op, out_json, err)
}

@_cdecl("vdbrt_scene_index_get") @implementation
public func vdbrt_scene_index_get(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.sceneIndexGet, client, [.id(rtstream_id, "rtstream_id"), .id(index_id, "index_id")], nil, op, out_json, err)
}

@_cdecl("vdbrt_scene_index_start") @implementation
public func vdbrt_scene_index_start(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.run(.sceneIndexStart, client, [.id(rtstream_id, "rtstream_id"), .id(index_id, "index_id")], nil, op, err)
}

@_cdecl("vdbrt_scene_index_stop") @implementation
public func vdbrt_scene_index_stop(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.run(.sceneIndexStop, client, [.id(rtstream_id, "rtstream_id"), .id(index_id, "index_id")], nil, op, err)
}

@_cdecl("vdbrt_scene_index_get_scenes") @implementation
public func vdbrt_scene_index_get_scenes(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!,
  _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!, _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(
    .sceneIndexGetScenes, client, [.id(rtstream_id, "rtstream_id"), .id(index_id, "index_id")], options_json, op, out_json, err)
}
