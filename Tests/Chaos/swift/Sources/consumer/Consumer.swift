import Foundation
import Synchronization
import VideoDB
import VideoDBCore
import VideoDBTransport

/// The consumer in Swift. Options and lines are those of consumer.c.
@main
struct Consumer {
  static func main() {
    do {
      try Consumer(Array(CommandLine.arguments.dropFirst())).run()
    } catch {
      FileHandle.standardError.write(Data("consumer: \(error)\n".utf8))
      exit(1)
    }
  }

  private let client: Client
  private let events: EventChannel
  private let out = Output()
  private var streams = 1
  private var webhook: String?
  private var isPushed = true

  private init(_ arguments: [String]) throws {
    var configuration = Configuration()
    var rest = arguments[...]
    while let name = rest.popFirst(), let value = rest.popFirst() {
      switch name {
      case "--url": try configuration.set(Array("base_url".utf8), text: Array(value.utf8))
      case "--key": try configuration.set(Array("api_key".utf8), text: Array(value.utf8))
      case "--streams": streams = Int(value) ?? 1
      case "--webhook": webhook = value
      case "--mode": isPushed = value == "push"
      case "--log": break
      case "--config":
        let sides = value.split(separator: "=", maxSplits: 1).map { Array($0.utf8) }
        try configuration.set(sides[0], text: sides[1])
      default: throw Unknown(option: name)
      }
    }
    client = try Client.make(configuration)
    events = try client.openEvents()
  }

  private struct Unknown: Error { let option: String }

  private func run() throws {
    try setUp()
    let stop = Mutex(false)
    let commands = Thread {
      while let line = readLine(), !line.hasPrefix("stop") {}
      stop.withLock { $0 = true }
    }
    commands.start()
    let isStopped = { stop.withLock { $0 } }
    if isPushed {
      _ = try events.subscribe { [out] record in
        let event = record.pointee
        out.show(event.fields, receivedMs: event.receivedMs, json: String(decoding: event.bytes, as: UTF8.self))
      }
    }
    while !isStopped() {
      if isPushed {
        usleep(20_000)
      } else {
        do {
          for event in try events.next(limit: 64, timeoutMs: 100) {
            var fields = EventFields()
            (fields.kind, fields.flags, fields.start, fields.end) = (event.kind, event.flags, event.start, event.end)
            out.show(fields, receivedMs: event.receivedMs, json: event.json)
          }
        } catch  where error.status == .again {
        } catch {
          out.say("{\"over\":\"\(error.status)\"}")
          out.flush()
          while !isStopped() { usleep(20_000) }
        }
      }
      out.flush()
    }
    out.say("{\"end\":{\"counters\":null}}")
    out.flush()
    try events.close(timeoutMs: 2000)
    try client.shutdown(timeoutMs: 5000)
    out.flush()
  }

  /// The streams of consumer.c.
  private func setUp() throws {
    let connection = try events.connectionID()
    let ruleA = try client.createEvent(prompt: "ALARM", label: "a").wait()
    let ruleB = try client.createEvent(prompt: "ALARM", label: "b").wait()
    var said: [String] = []
    for number in 0..<streams {
      let isConnectedWithID = number % 2 == 1
      let stream = try client.defaultCollection.connectRTStream(
        url: "rtsp://127.0.0.1:1/\(number)", name: "s\(number)", enableTranscript: isConnectedWithID ? nil : false,
        connectionID: isConnectedWithID ? connection : nil
      ).wait()
      if !isConnectedWithID { _ = try stream.startTranscript(connectionID: connection).wait() }
      let a = try stream.indexVisuals(prompt: "look", batch: .time(seconds: 1, frameCount: 1), connectionID: connection).wait()
      let b = try stream.indexVisuals(prompt: "look", batch: .time(seconds: 1, frameCount: 1), connectionID: connection).wait()
      let audio = try stream.indexAudio(prompt: "listen", connectionID: connection).wait()
      if let webhook {
        _ = try a.createAlert(eventID: ruleA, callbackURL: "\(webhook)/\(stream.id)/plain").wait()
        _ = try a.createAlert(eventID: ruleA, callbackURL: "\(webhook)/\(stream.id)/both", connectionID: connection).wait()
        _ = try b.createAlert(eventID: ruleB, connectionID: connection).wait()
      }
      said.append("{\"id\":\"\(stream.id)\",\"scene\":[\"\(a.id)\",\"\(b.id)\"],\"audio\":[\"\(audio.id)\"]}")
    }
    out.say("{\"setup\":[\(said.joined(separator: ","))]}")
    out.flush()
  }
}

/// Lines on standard output, from the I/O thread and from this one.
private final class Output: Sendable {
  private let state = Mutex((text: "", printed: 0))

  func say(_ line: String) { state.withLock { $0.text += line + "\n" } }

  func show(_ fields: EventFields, receivedMs: Int64, json: String) {
    let time = { (value: Double) in value.isNaN ? "null" : String(format: "%.6f", value) }
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    let event = fields.flags.contains(.notJSON) ? "null" : json
    state.withLock { state in
      state.printed += 1
      state.text +=
        "{\"n\":\(state.printed),\"kind\":\(fields.kind.rawValue),\"flags\":\(fields.flags.rawValue),"
        + "\"received_ms\":\(receivedMs),\"at_ms\":\(now),\"start\":\(time(fields.start)),\"end\":\(time(fields.end)),"
        + "\"event\":\(event)}\n"
    }
  }

  func flush() {
    let text = state.withLock { state in
      defer { state.text = "" }
      return state.text
    }
    if !text.isEmpty { FileHandle.standardOutput.write(Data(text.utf8)) }
  }
}
