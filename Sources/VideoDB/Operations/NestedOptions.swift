import VideoDBCore
import VideoDBTransport

/// `batch_config`, the public form of `extraction_config` (PROTOCOL 2.7). Keys that it does not know go along as they are.
enum BatchConfig {
  /// {"type": "time", "value": seconds, "frame_count": n} becomes {"time": seconds, "frame_count": n}.
  static func visual(_ batch: JSONTree.Ref, _ options: CheckedOptions) throws(VideoDBError) -> JSONTree {
    let tree = try JSONTree.borrowing(batch)
    if let type = tree.member("type"), !equals(type, "time") {
      throw options.fault("`batch_config.type` must be \"time\": pictures are indexed by nothing else.")
    }
    let extraction = try JSONTree.object()
    try extraction.set("time", borrowed: try seconds(tree, options))
    if let frames = tree.member("frame_count") {
      guard JSONTree.kind(frames) == .integer, (1...10_000).contains(JSONTree.integer(frames)) else {
        throw options.fault("`batch_config.frame_count` must be a whole number from 1 to 10000.")
      }
      try extraction.set("frame_count", borrowed: frames)
    } else {
      try extraction.setNull("frame_count")
    }
    try copyUnknown(tree, extraction)
    return extraction
  }

  /// {"type": "word", "value": n} becomes {"segmenter": "word", "segmentation_value": n}.
  static func audio(_ batch: JSONTree.Ref, _ options: CheckedOptions) throws(VideoDBError) -> JSONTree {
    let tree = try JSONTree.borrowing(batch)
    guard let type = tree.member("type"), equals(type, "word") || equals(type, "sentence") || equals(type, "time") else {
      throw options.fault("`batch_config.type` must be one of word, sentence, time.")
    }
    let value: JSONTree.Ref
    if equals(type, "time") {
      value = try seconds(tree, options)
    } else {
      guard let count = tree.member("value"), JSONTree.kind(count) == .integer,
        (1...1_000_000).contains(JSONTree.integer(count))
      else { throw options.fault("`batch_config.value` must be a whole number of words or sentences from 1 to 1000000.") }
      value = count
    }
    let extraction = try JSONTree.object()
    try extraction.set("segmenter", borrowed: type)
    try extraction.set("segmentation_value", borrowed: value)
    try copyUnknown(tree, extraction)
    return extraction
  }

  private static func copyUnknown(_ batch: JSONTree, _ extraction: JSONTree) throws(VideoDBError) {
    try batch.forEachMember { name, value throws(VideoDBError) in
      let name = bytes(name)
      let isKnown = name.equals("type") || name.equals("value") || extraction.member(name) != nil
      if !isKnown, JSONTree.kind(value) != .null { try extraction.set(name, borrowed: value) }
    }
  }

  private static func equals(_ value: JSONTree.Ref, _ name: StaticString) -> Bool {
    JSONTree.string(value).map { $0.equals(name) } ?? false
  }

  private static func seconds(_ batch: JSONTree, _ options: CheckedOptions) throws(VideoDBError) -> JSONTree.Ref {
    guard let value = batch.member("value") else {
      throw options.fault("`batch_config.value` is missing. It must be a window of more than 0 and at most 86400 seconds.")
    }
    let isNumber = JSONTree.kind(value) == .integer || JSONTree.kind(value) == .real
    guard isNumber, JSONTree.number(value) > 0, JSONTree.number(value) <= 86_400 else {
      throw options.fault("`batch_config.value` must be a window of more than 0 and at most 86400 seconds.")
    }
    return value
  }
}

/// `player_config` {title, description, slug}, which becomes three keys of the query (PROTOCOL 2.6). Empty texts are left out.
enum PlayerConfig {
  static func add(_ config: JSONTree.Ref, _ options: CheckedOptions, to query: inout QueryWriter) throws(VideoDBError) {
    let tree = try JSONTree.borrowing(config)
    try tree.forEachMember { name, _ throws(VideoDBError) in
      let name = bytes(name)
      if name.equals("title") || name.equals("description") || name.equals("slug") { return }
      throw options.fault("`player_config.\(name)` is not known: it has title, description and slug.")
    }
    for (key, wire) in [("title", "player_title"), ("description", "player_description"), ("slug", "player_slug_prefix")]
      as [(StaticString, StaticString)]
    {
      guard let value = tree.member(key) else { continue }
      guard let text = JSONTree.string(value) else { throw options.fault("`player_config.\(key)` must be text.") }
      if !text.isEmpty { query.add(Array(wire), text) }
    }
  }
}
