import VideoDBCore

extension Configuration {
  /// Sets one of the keys that `vdbrt_config_describe` lists: `try configuration.set("http.timeout_ms", "5000")`.
  public mutating func set(_ key: String, _ value: String) throws(VideoDBError) {
    try set(Array(key.utf8), text: Array(value.utf8))
  }
}
