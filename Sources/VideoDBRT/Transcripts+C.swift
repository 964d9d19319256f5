import CVideoDBRT
import VideoDB

@_cdecl("vdbrt_rtstream_start_transcript") @implementation
public func vdbrt_rtstream_start_transcript(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.rtstreamStartTranscript, client, rtstream_id, nil, nil, options_json, op, out_json, err)
}

@_cdecl("vdbrt_rtstream_stop_transcript") @implementation
public func vdbrt_rtstream_stop_transcript(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.rtstreamStopTranscript, client, rtstream_id, nil, nil, options_json, op, out_json, err)
}

@_cdecl("vdbrt_rtstream_get_transcript") @implementation
public func vdbrt_rtstream_get_transcript(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.rtstreamGetTranscript, client, rtstream_id, nil, nil, options_json, op, out_json, err)
}

@_cdecl("vdbrt_rtstream_transcript_status") @implementation
public func vdbrt_rtstream_transcript_status(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.rtstreamTranscriptStatus, client, rtstream_id, nil, nil, options_json, op, out_json, err)
}
