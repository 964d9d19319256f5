import CVideoDBRT
import VideoDB
import VideoDBCore

@_cdecl("vdbrt_call_async") @implementation
public func vdbrt_call_async(
  _ client: OpaquePointer!, _ operation: UnsafePointer<CChar>!, _ args_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ fn: vdbrt_completion_fn!, _ user: UnsafeMutableRawPointer!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.run(err) { () throws(VideoDBError) in
    let client = try Handles.client(client)
    let operation = try Boundary.id(operation, "operation")
    let arguments = try Boundary.optionalText(args_json, "args_json")
    guard let fn else { throw VideoDBError(.argument, "fn is NULL.") }
    try client.start(operation, arguments: arguments, op: Handles.op(op)) { result in
      switch result {
      case .success(let data):
        (data + [0]).withUnsafeBytes { fn(user, 0, $0.baseAddress?.assumingMemoryBound(to: CChar.self), nil) }
      case .failure(let error):
        let box = ErrorBox.handOut(error)
        fn(user, error.status.rawValue, nil, box)
        ErrorBox.release(box)
      }
    }
  }
}

@_cdecl("vdbrt_client_loop_fd") @implementation
public func vdbrt_client_loop_fd(
  _ client: OpaquePointer!, _ out_fd: UnsafeMutablePointer<Int32>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.run(err) { () throws(VideoDBError) in
    guard let out_fd else { throw VideoDBError(.argument, "out_fd is NULL.") }
    out_fd.pointee = try Handles.client(client).loopFD()
  }
}

@_cdecl("vdbrt_client_step") @implementation
public func vdbrt_client_step(
  _ client: OpaquePointer!, _ timeout_ms: Int64, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.run(err) { () throws(VideoDBError) in
    try Handles.client(client).step(timeoutMs: Boundary.timeout(timeout_ms))
  }
}

@_cdecl("vdbrt_records_new") @implementation
public func vdbrt_records_new(
  _ client: OpaquePointer!, _ operation: UnsafePointer<CChar>!, _ args_json: UnsafePointer<CChar>!,
  _ out: UnsafeMutablePointer<OpaquePointer?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.run(err) { () throws(VideoDBError) in
    let out = try Boundary.output(out, "out")
    let client = try Handles.client(client)
    let name = try Boundary.id(operation, "operation")
    let arguments = try Boundary.optionalText(args_json, "args_json")
    out.pointee = try HandleTable.add(.records, try Records.make(client, Operation.required(name), arguments: arguments))
  }
}

@_cdecl("vdbrt_records_next") @implementation
public func vdbrt_records_next(
  _ records: OpaquePointer!, _ op: OpaquePointer!, _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.json(out_json, err) { () throws(VideoDBError) in
    try Handles.records(records).next(op: Handles.op(op)).bytes
  }
}

@_cdecl("vdbrt_records_release") @implementation
public func vdbrt_records_release(_ records: OpaquePointer!) { _ = HandleTable.remove(.records, records) }
