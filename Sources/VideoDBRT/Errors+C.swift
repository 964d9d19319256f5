import CSystemShims
import CVideoDBRT
import VideoDBCore

@_cdecl("vdbrt_status_name") @implementation
public func vdbrt_status_name(_ status: vdbrt_status) -> UnsafePointer<CChar>! {
  cString(Status(rawValue: status)?.name ?? "VDBRT_E_UNKNOWN")
}

@_cdecl("vdbrt_error_code") @implementation
public func vdbrt_error_code(_ e: OpaquePointer!) -> vdbrt_status { ErrorBox.borrow(e)?.error.status.rawValue ?? 0 }

@_cdecl("vdbrt_error_message") @implementation
public func vdbrt_error_message(_ e: OpaquePointer!) -> UnsafePointer<CChar>! {
  ErrorBox.borrow(e)?.message.map { UnsafePointer($0) } ?? cString("")
}

@_cdecl("vdbrt_error_http_status") @implementation
public func vdbrt_error_http_status(_ e: OpaquePointer!) -> Int32 { ErrorBox.borrow(e)?.error.httpStatus ?? 0 }

@_cdecl("vdbrt_error_is_retryable") @implementation
public func vdbrt_error_is_retryable(_ e: OpaquePointer!) -> Int32 { ErrorBox.borrow(e)?.error.isRetryable ?? false ? 1 : 0 }

@_cdecl("vdbrt_error_retry_after_ms") @implementation
public func vdbrt_error_retry_after_ms(_ e: OpaquePointer!) -> Int64 { ErrorBox.borrow(e)?.error.retryAfterMs ?? -1 }

@_cdecl("vdbrt_error_body_json") @implementation
public func vdbrt_error_body_json(_ e: OpaquePointer!) -> UnsafePointer<CChar>! {
  ErrorBox.borrow(e)?.body.map { UnsafePointer($0) }
}

@_cdecl("vdbrt_error_free") @implementation
public func vdbrt_error_free(_ e: OpaquePointer!) {
  if let e { ErrorBox.release(e) }
}

@_cdecl("vdbrt_string_free") @implementation
public func vdbrt_string_free(_ s: UnsafeMutablePointer<CChar>!) { free(s) }
