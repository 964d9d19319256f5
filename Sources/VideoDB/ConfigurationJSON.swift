import VideoDBCore
import VideoDBTransport

/// The configuration as JSON: set from an object, and described as a list of its keys.
public enum ConfigurationJSON {
  /// All members or none.
  public static func applying(_ text: UnsafeRawBufferPointer, to configuration: Configuration) throws(VideoDBError)
    -> Configuration
  {
    let tree = try JSONTree.parseObject(text, "The configuration")
    defer { wipe(tree) }
    var result = configuration
    try tree.forEachMember { name, value throws(VideoDBError) in
      let key = Array(bytes(name))
      switch JSONTree.kind(value) {
      case .null: try result.set(key, nil)
      case .string: try JSONTree.withString(value) { text throws(VideoDBError) in try result.set(key, text) }
      case .integer, .boolean: try result.set(key, text: try JSONTree.text(value))
      default: throw VideoDBError(.configValue, "The value of `\(key)` must be text, a whole number or a boolean.")
      }
    }
    return result
  }

  /// One of the texts may be the key.
  private static func wipe(_ tree: JSONTree) {
    do {
      try tree.forEachMember { _, value throws(VideoDBError) in
        if case .string = JSONTree.kind(value) { JSONTree.wipeString(value) }
      }
    } catch {}
  }

  public static func description() throws(VideoDBError) -> [UInt8] {
    var entries: [JSONTree] = []
    for key in ConfigKey.allCases {
      let spec = key.spec
      let entry = try JSONTree.object()
      try entry.set("key", spec.name)
      switch spec.kind {
      case .text: try entry.set("type", "text")
      case .secret: try entry.set("type", "secret")
      case .boolean: try entry.set("type", "boolean")
      case .integer(let range):
        try entry.set("type", "integer")
        try entry.set("minimum", range.lowerBound)
        try entry.set("maximum", range.upperBound)
      case .choice(let allowed):
        try entry.set("type", "choice")
        try entry.set("allowed", texts: ConfigKey.choices(allowed))
      }
      if let unit = spec.unit { try entry.set("unit", unit) } else { try entry.setNull("unit") }
      if let fallback = spec.fallback { try entry.set("default", fallback) } else { try entry.setNull("default") }
      try entry.set("description", spec.summary)
      entries.append(entry)
    }
    return try JSONTree.array(entries).text()
  }
}
