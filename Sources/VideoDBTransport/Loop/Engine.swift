import CSystemShims
import VideoDBCore

/// A client's I/O thread and the connections on it. Kept alive by its thread, so that a client can go away while its connections are
/// still closing.
public final class Engine: @unchecked Sendable {
  let loop: IOLoop
  private let thread = Locked<LoopThread?>(nil)

  // The loop's.
  private var connections: [ObjectIdentifier: WebSocketConnection] = [:]
  private var isStopping = false

  public static func start() throws(VideoDBError) -> Engine {
    let engine = Engine(try IOLoop.make())
    let thread = try LoopThread.start(engine.loop) { withExtendedLifetime(engine) {} }
    engine.thread.withLock { $0 = thread }
    return engine
  }

  private init(_ loop: IOLoop) { self.loop = loop }

  public var isCurrentThread: Bool { thread.withLock { $0 }?.isCurrent ?? false }

  /// Opens a connection; what becomes of it is told to the hub.
  public func connect(_ hub: EventHub, _ settings: Settings, url: Secret, parts: URLParts) -> Bool {
    loop.post { [self] in
      let connection = WebSocketConnection(loop, settings, url: url, parts: parts, owner: hub) { [self] ended in
        connections[ObjectIdentifier(ended)] = nil
        if isStopping, connections.isEmpty { loop.stop() }
      }
      connections[ObjectIdentifier(connection)] = connection
      hub.attach(connection)
      if isStopping { connection.close(Self.stopped) } else { connection.start() }
    }
  }

  /// Closes every connection and then ends the thread. Returns at once.
  public func stop() {
    let isPosted = loop.post { [self] in
      guard !isStopping else { return }
      isStopping = true
      for connection in Array(connections.values) { connection.close(Self.stopped) }
      if connections.isEmpty { loop.stop() }
    }
    _ = isPosted  // false: it has stopped already
  }

  /// Waits for the thread; false at the deadline.
  public func join(deadlineMs: Int64) -> Bool { thread.withLock { $0 }?.join(deadlineMs: deadlineMs) ?? true }

  public func detach() { thread.withLock { $0 }?.detach() }

  public static var stopped: VideoDBError { VideoDBError(.closed, "The client was shut down.") }
}
