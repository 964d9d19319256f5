import VideoDBCore
import VideoDBTransport

/// Request bodies, key by key what the official Python SDK sends (PROTOCOL 2.5 to 2.8), nulls included.
enum Bodies {
  /// The options as they are.
  static func plain(_ options: CheckedOptions) throws(VideoDBError) -> JSONTree {
    let body = try JSONTree.object()
    for rule in options.rules { try copy(rule.key, options, body) }
    try copyUnknown(options, body)
    return body
  }

  static func connect(_ options: CheckedOptions, collection: [UInt8]) throws(VideoDBError) -> JSONTree {
    let body = try JSONTree.object()
    try body.set("collection_id", collection)
    for rule in options.rules { try copy(rule.key, options, body) }
    if options.member("media_types") == nil { try body.set("media_types", texts: ["video"]) }
    try copyUnknown(options, body)
    return body
  }

  static func alert(_ options: CheckedOptions) throws(VideoDBError) -> JSONTree {
    let body = try JSONTree.object()
    try copy("event_id", options, body)
    if !hasText("callback_url", options) { try body.setNull("callback_url") } else { try copy("callback_url", options, body) }
    if hasText("ws_connection_id", options) { try copy("ws_connection_id", options, body) }
    try copyUnknown(options, body)
    return body
  }

  static func visualIndex(_ options: CheckedOptions) throws(VideoDBError) -> JSONTree {
    let body = try JSONTree.object()
    try body.set("extraction_type", "time")
    if let batch = options.member("batch_config") {
      try body.set("extraction_config", visualExtraction(batch, options))
    } else {
      try body.setNull("extraction_config")
    }
    for key in ["prompt", "model_name", "name"] as [StaticString] {
      if options.member(key) == nil { try body.setNull(key) } else { try copy(key, options, body) }
    }
    if options.member("model_config") == nil { try body.set("model_config", JSONTree.object()) }
    for key in ["model_config", "ws_connection_id", "sandbox_id"] as [StaticString] { try copy(key, options, body) }
    try copyUnknown(options, body)
    return body
  }

  /// {"type": "time", "value": seconds, "frame_count": n} as the service has it: {"time": seconds, "frame_count": n}.
  private static func visualExtraction(_ batch: JSONTree.Ref, _ options: CheckedOptions) throws(VideoDBError) -> JSONTree {
    let checked = try CheckedOptions(
      options.operation,
      [
        OptionRule("type", .text), OptionRule("value", .seconds, required: true),
        OptionRule("frame_count", .integer(1...10_000)),
      ],
      try JSONTree.borrowing(batch))
    if let type = checked.member("type").flatMap(JSONTree.string), !type.equals("time") {
      throw options.fault("`batch_config.type` is `\(type.text)`; pictures are indexed by \"time\" only.")
    }
    guard let value = checked.member("value"), JSONTree.number(value) > 0, JSONTree.number(value) <= 86_400 else {
      throw options.fault("`batch_config.value` must be a window of more than 0 and at most 86400 seconds.")
    }
    let extraction = try JSONTree.object()
    try extraction.set("time", borrowed: value)
    if let frames = checked.member("frame_count") {
      try extraction.set("frame_count", borrowed: frames)
    } else {
      try extraction.setNull("frame_count")
    }
    return extraction
  }

  private static func hasText(_ key: StaticString, _ options: CheckedOptions) -> Bool {
    !(options.member(key).flatMap(JSONTree.string) ?? []).isEmpty
  }

  private static func copy(_ key: StaticString, _ options: CheckedOptions, _ body: JSONTree) throws(VideoDBError) {
    if let value = options.member(key) { try body.set(key, borrowed: value) }
  }

  private static func copyUnknown(_ options: CheckedOptions, _ body: JSONTree) throws(VideoDBError) {
    try options.forEachUnknown { name, value throws(VideoDBError) in try body.set(name: name, borrowed: value) }
  }
}
