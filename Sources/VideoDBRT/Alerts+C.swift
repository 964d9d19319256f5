import CVideoDBRT
import VideoDB

@_cdecl("vdbrt_event_rule_create") @implementation
public func vdbrt_event_rule_create(
  _ client: OpaquePointer!, _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.eventRuleCreate, client, nil, nil, nil, options_json, op, out_json, err)
}

@_cdecl("vdbrt_event_rule_list") @implementation
public func vdbrt_event_rule_list(
  _ client: OpaquePointer!, _ op: OpaquePointer!, _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.eventRuleList, client, nil, nil, nil, nil, op, out_json, err)
}

@_cdecl("vdbrt_alert_create") @implementation
public func vdbrt_alert_create(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!,
  _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!, _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.alertCreate, client, rtstream_id, index_id, nil, options_json, op, out_json, err)
}

@_cdecl("vdbrt_alert_list") @implementation
public func vdbrt_alert_list(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.alertList, client, rtstream_id, index_id, nil, nil, op, out_json, err)
}

@_cdecl("vdbrt_alert_enable") @implementation
public func vdbrt_alert_enable(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!,
  _ alert_id: UnsafePointer<CChar>!, _ op: OpaquePointer!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.run(.alertEnable, client, rtstream_id, index_id, alert_id, nil, op, err)
}

@_cdecl("vdbrt_alert_disable") @implementation
public func vdbrt_alert_disable(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!,
  _ alert_id: UnsafePointer<CChar>!, _ op: OpaquePointer!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.run(.alertDisable, client, rtstream_id, index_id, alert_id, nil, op, err)
}

@_cdecl("vdbrt_index_alert_create") @implementation
public func vdbrt_index_alert_create(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!,
  _ options_json: UnsafePointer<CChar>!, _ op: OpaquePointer!, _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.indexAlertCreate, client, rtstream_id, index_id, nil, options_json, op, out_json, err)
}

@_cdecl("vdbrt_index_alert_list") @implementation
public func vdbrt_index_alert_list(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!, _ op: OpaquePointer!,
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.json(.indexAlertList, client, rtstream_id, index_id, nil, nil, op, out_json, err)
}

@_cdecl("vdbrt_index_alert_enable") @implementation
public func vdbrt_index_alert_enable(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!,
  _ alert_id: UnsafePointer<CChar>!, _ op: OpaquePointer!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.run(.indexAlertEnable, client, rtstream_id, index_id, alert_id, nil, op, err)
}

@_cdecl("vdbrt_index_alert_disable") @implementation
public func vdbrt_index_alert_disable(
  _ client: OpaquePointer!, _ rtstream_id: UnsafePointer<CChar>!, _ index_id: UnsafePointer<CChar>!,
  _ alert_id: UnsafePointer<CChar>!, _ op: OpaquePointer!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Calls.run(.indexAlertDisable, client, rtstream_id, index_id, alert_id, nil, op, err)
}
