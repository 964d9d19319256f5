import CVideoDBRT
import VideoDB

@_cdecl("vdbrt_call") @implementation
public func vdbrt_call(
  _ client: OpaquePointer!, _ method: UnsafePointer<CChar>!, _ path: UnsafePointer<CChar>!, _ query_json: UnsafePointer<CChar>!,
  _ body_json: UnsafePointer<CChar>!, _ op: OpaquePointer!, _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.json(out_json, err) { () throws(VideoDBError) in
    try Handles.client(client).call(
      Boundary.id(method, "method"), Boundary.id(path, "path"), query: Boundary.optionalText(query_json, "query_json"),
      body: Boundary.optionalText(body_json, "body_json"), op: Handles.op(op))
  }
}
