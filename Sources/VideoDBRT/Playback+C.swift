import CVideoDBRT
import VideoDB

@_cdecl("vdbrt_rtstream_export") @implementation
public func vdbrt_rtstream_export(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.rtstreamExport, client, rtstream_id, nil, nil, options_json, op, out_json, err)
}

@_cdecl("vdbrt_rtstream_generate_stream") @implementation
public func vdbrt_rtstream_generate_stream(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.rtstreamGenerateStream, client, rtstream_id, nil, nil, options_json, op, out_json, err)
}

@_cdecl("vdbrt_shot_generate_stream") @implementation
public func vdbrt_shot_generate_stream(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.shotGenerateStream, client, rtstream_id, nil, nil, options_json, op, out_json, err)
}

@_cdecl("vdbrt_embed_url") @implementation
public func vdbrt_embed_url(
  _ player_url: UnsafePointer<CChar>!, _ out: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.json(out, err) { () throws(VideoDBError) in
    try Player.embedURL(Array(Boundary.text(player_url, "player_url")))
  }
}

@_cdecl("vdbrt_embed_code") @implementation
public func vdbrt_embed_code(
  _ player_url: UnsafePointer<CChar>!, _ options_json: UnsafePointer<CChar>!,
  _ out: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.json(out, err) { () throws(VideoDBError) in
    try Player.embedCode(
      Array(Boundary.text(player_url, "player_url")), options: Boundary.optionalText(options_json, "options_json"))
  }
}

@_cdecl("vdbrt_play_url") @implementation
public func vdbrt_play_url(
  _ stream_url: UnsafePointer<CChar>!, _ out: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.json(out, err) { () throws(VideoDBError) in
    try Player.playURL(Array(Boundary.text(stream_url, "stream_url")))
  }
}
