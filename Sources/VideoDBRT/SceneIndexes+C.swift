import CVideoDBRT
import VideoDB

@_cdecl("vdbrt_rtstream_index_visuals") @implementation
public func vdbrt_rtstream_index_visuals(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.rtstreamIndexVisuals, client, rtstream_id, nil, nil, options_json, op, out_json, err)
}

@_cdecl("vdbrt_rtstream_index_audio") @implementation
public func vdbrt_rtstream_index_audio(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.rtstreamIndexAudio, client, rtstream_id, nil, nil, options_json, op, out_json, err)
}

@_cdecl("vdbrt_rtstream_index_spoken_words") @implementation
public func vdbrt_rtstream_index_spoken_words(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.rtstreamIndexSpokenWords, client, rtstream_id, nil, nil, options_json, op, out_json, err)
}

@_cdecl("vdbrt_rtstream_index_scenes") @implementation
public func vdbrt_rtstream_index_scenes(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.rtstreamIndexScenes, client, rtstream_id, nil, nil, options_json, op, out_json, err)
}

@_cdecl("vdbrt_scene_index_list") @implementation
public func vdbrt_scene_index_list(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.sceneIndexList, client, rtstream_id, nil, nil, nil, op, out_json, err)
}

@_cdecl("vdbrt_scene_index_get") @implementation
public func vdbrt_scene_index_get(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.sceneIndexGet, client, rtstream_id, index_id, nil, nil, op, out_json, err)
}

@_cdecl("vdbrt_scene_index_update") @implementation
public func vdbrt_scene_index_update(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!,
  _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.run(.sceneIndexUpdate, client, rtstream_id, index_id, nil, options_json, op, err)
}

@_cdecl("vdbrt_scene_index_start") @implementation
public func vdbrt_scene_index_start(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.run(.sceneIndexStart, client, rtstream_id, index_id, nil, nil, op, err)
}

@_cdecl("vdbrt_scene_index_stop") @implementation
public func vdbrt_scene_index_stop(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.run(.sceneIndexStop, client, rtstream_id, index_id, nil, nil, op, err)
}

@_cdecl("vdbrt_scene_index_get_scenes") @implementation
public func vdbrt_scene_index_get_scenes(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!,
  _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!, _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.sceneIndexGetScenes, client, rtstream_id, index_id, nil, options_json, op, out_json, err)
}
