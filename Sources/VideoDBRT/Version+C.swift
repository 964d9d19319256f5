import CVideoDBRT
import VideoDBCore

@_cdecl("vdbrt_version_number") @implementation
public func vdbrt_version_number() -> Int32 { Version.number }

@_cdecl("vdbrt_abi_version") @implementation
public func vdbrt_abi_version() -> Int32 { Version.abi }

@_cdecl("vdbrt_version_string") @implementation
public func vdbrt_version_string() -> UnsafePointer<CChar>! { cString(Version.text) }
