import CVideoDBRT
import VideoDB
import VideoDBCore

@_cdecl("vdbrt_event_rule_create") @implementation
public func vdbrt_event_rule_create(
  _ client: OpaquePointer!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.eventRuleCreate, client, [], options_json, op, out_json, err)
}

@_cdecl("vdbrt_event_rule_list") @implementation
public func vdbrt_event_rule_list(
  _ client: OpaquePointer!, _ op: OpaquePointer!, _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.eventRuleList, client, [], nil, op, out_json, err)
}

@_cdecl("vdbrt_alert_create") @implementation
public func vdbrt_alert_create(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!,
  _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!, _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(
    .alertCreate, client, [.id(rtstream_id, "rtstream_id"), .id(index_id, "index_id")], options_json, op, out_json, err)
}

@_cdecl("vdbrt_alert_list") @implementation
public func vdbrt_alert_list(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.alertList, client, [.id(rtstream_id, "rtstream_id"), .id(index_id, "index_id")], nil, op, out_json, err)
}

@_cdecl("vdbrt_alert_enable") @implementation
public func vdbrt_alert_enable(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!,
  _ alert_id: UnsafePointer<CChar>!, _ op: OpaquePointer!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.run(
    .alertEnable, client, [.id(rtstream_id, "rtstream_id"), .id(index_id, "index_id"), .id(alert_id, "alert_id")], nil, op, err)
}

@_cdecl("vdbrt_alert_disable") @implementation
public func vdbrt_alert_disable(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!,
  _ alert_id: UnsafePointer<CChar>!, _ op: OpaquePointer!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.run(
    .alertDisable, client, [.id(rtstream_id, "rtstream_id"), .id(index_id, "index_id"), .id(alert_id, "alert_id")], nil, op, err
  )
}
