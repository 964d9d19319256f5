import CVideoDBRT
import VideoDB
import VideoDBCore

@_cdecl("vdbrt_config_new") @implementation
public func vdbrt_config_new(
  _ out: UnsafeMutablePointer<OpaquePointer?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.run(err) { () throws(VideoDBError) in
    let out = try Boundary.output(out, "out")
    out.pointee = try HandleTable.add(.config, ConfigBox())
  }
}

@_cdecl("vdbrt_config_free") @implementation
public func vdbrt_config_free(_ config: OpaquePointer!) { _ = HandleTable.remove(.config, config) }

@_cdecl("vdbrt_config_set") @implementation
public func vdbrt_config_set(
  _ config: OpaquePointer!, _ key: UnsafePointer<CChar>!, _ value: UnsafePointer<CChar>!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.run(err) { () throws(VideoDBError) in
    let box = try Handles.config(config)
    try box.configuration.set(Boundary.id(key, "key"), try Boundary.optionalText(value, "value"))
  }
}

@_cdecl("vdbrt_config_set_json") @implementation
public func vdbrt_config_set_json(
  _ config: OpaquePointer!, _ json: UnsafePointer<CChar>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.run(err) { () throws(VideoDBError) in
    let box = try Handles.config(config)
    box.configuration = try ConfigurationJSON.applying(try Boundary.text(json, "json"), to: box.configuration)
  }
}

@_cdecl("vdbrt_config_describe") @implementation
public func vdbrt_config_describe(
  _ out_json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.json(out_json, err) { () throws(VideoDBError) in try ConfigurationJSON.description() }
}

@_cdecl("vdbrt_config_set_log") @implementation
public func vdbrt_config_set_log(
  _ config: OpaquePointer!, _ min_level: Int32, _ fn: vdbrt_log_fn!, _ user: UnsafeMutableRawPointer!,
  _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.run(err) { () throws(VideoDBError) in
    let box = try Handles.config(config)
    guard let level = Log.Level(rawValue: min_level) else {
      throw VideoDBError(.argument, "min_level must be from 0 (debug) to 3 (error), and is \(min_level).")
    }
    guard let fn else {
      box.configuration.log = .off
      return
    }
    let sink = LogSink(fn: fn, user: user)
    box.configuration.log = Log(minLevel: level) { level, topic, message in sink.write(level, topic, message) }
  }
}

/// The application's log function; it promises that both may be used on any thread.
private struct LogSink: @unchecked Sendable {
  let fn: @convention(c) (UnsafeMutableRawPointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?) -> Void
  let user: UnsafeMutableRawPointer?

  func write(_ level: Log.Level, _ topic: StaticString, _ message: String) {
    var text = Array(message.utf8)
    text.append(0)
    text.withUnsafeBytes { fn(user, level.rawValue, cString(topic), $0.baseAddress?.assumingMemoryBound(to: CChar.self)) }
  }
}
