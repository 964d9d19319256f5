import CVideoDBRT
import VideoDB
import VideoDBCore
import VideoDBTransport

@_cdecl("vdbrt_client_new") @implementation
public func vdbrt_client_new(
  _ config: OpaquePointer!, _ out: UnsafeMutablePointer<OpaquePointer?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.run(err) { () throws(VideoDBError) in
    let out = try Boundary.output(out, "out")
    let configuration = config == nil ? Configuration() : try Handles.config(config).configuration
    out.pointee = try HandleTable.add(.client, try Client.make(configuration))
  }
}

@_cdecl("vdbrt_client_shutdown") @implementation
public func vdbrt_client_shutdown(
  _ client: OpaquePointer!, _ timeout_ms: Int64, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.run(err) { () throws(VideoDBError) in try Handles.client(client).shutdown(timeoutMs: Boundary.timeout(timeout_ms)) }
}

@_cdecl("vdbrt_client_release") @implementation
public func vdbrt_client_release(_ client: OpaquePointer!) {
  (HandleTable.remove(.client, client) as? Client)?.wakeLoop()
}

@_cdecl("vdbrt_op_new") @implementation
public func vdbrt_op_new(
  _ timeout_ms: Int64, _ out: UnsafeMutablePointer<OpaquePointer?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.run(err) { () throws(VideoDBError) in
    let out = try Boundary.output(out, "out")
    out.pointee = try HandleTable.add(.op, Op(timeoutMs: Boundary.timeout(timeout_ms)))
  }
}

@_cdecl("vdbrt_op_cancel") @implementation
public func vdbrt_op_cancel(_ op: OpaquePointer!) {
  do { try Handles.op(op)?.cancel() } catch {}
}

@_cdecl("vdbrt_op_release") @implementation
public func vdbrt_op_release(_ op: OpaquePointer!) { _ = HandleTable.remove(.op, op) }

@_cdecl("vdbrt_client_set_credential") @implementation
public func vdbrt_client_set_credential(
  _ client: OpaquePointer!, _ credential: UnsafePointer<CChar>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.run(err) { () throws(VideoDBError) in
    try Handles.client(client).setCredential(Secret(Boundary.text(credential, "credential")))
  }
}

@_cdecl("vdbrt_client_on_refused_credential") @implementation
public func vdbrt_client_on_refused_credential(
  _ client: OpaquePointer!, _ fn: vdbrt_credential_fn!, _ user: UnsafeMutableRawPointer!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.run(err) { () throws(VideoDBError) in
    let client = try Handles.client(client)
    guard let fn else { return client.onRefusedCredential(nil) }
    let renewal = Renewal(fn: fn, user: user)
    client.onRefusedCredential { renewal.fn(renewal.user) }
  }
}

/// The application's function; it promises that both may be used on any thread.
private struct Renewal: @unchecked Sendable {
  let fn: @convention(c) (UnsafeMutableRawPointer?) -> Void
  let user: UnsafeMutableRawPointer?
}
