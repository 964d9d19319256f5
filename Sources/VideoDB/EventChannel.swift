import VideoDBCore
import VideoDBTransport

/// One WebSocket of the service and the events that come over it: pulled with `next`, or pushed with `subscribe`.
public final class EventChannel: Sendable {
  private let client: Client  // keeps the I/O thread
  private let hub: EventHub

  init(_ client: Client, _ hub: EventHub) {
    self.client = client
    self.hub = hub
  }

  deinit { hub.release() }

  /// The id to pass as `ws_connection_id`.
  public func connectionID() throws(VideoDBError) -> String {
    switch hub.phase {
    case .open(let id): return id.text
    case .ended(let why): throw why
    case .opening: throw VideoDBError(.state, "The channel is not open yet.")
    }
  }

  /// false while it is opening; throws why it was never open. Does not wait.
  package func hasOpened() throws(VideoDBError) -> Bool {
    switch hub.waitUntilOpen(nil, deadlineMs: Clock.now) {
    case .open: return true
    case .ended(let why): throw why
    case .opening, nil: return false
    }
  }

  /// Up to `limit` events, at least one. `timeoutMs` 0 polls, -1 waits without limit; `.again` when none came.
  public func next(limit: Int, timeoutMs: Int64) throws(VideoDBError) -> [Event] {
    let limit = min(max(limit, 1), 4096)
    let records = UnsafeMutablePointer<UnsafeMutablePointer<EventRecord>?>.allocate(capacity: limit)
    defer { records.deallocate() }
    let count = try next(into: records, limit: limit, timeoutMs: timeoutMs)
    return (0..<count).compactMap { records[$0].map { Event($0) } }
  }

  /// The same as records, which the caller destroys, for whom `out` has room.
  public func next(into out: UnsafeMutablePointer<UnsafeMutablePointer<EventRecord>?>, limit: Int, timeoutMs: Int64)
    throws(VideoDBError) -> Int
  {
    if timeoutMs != 0, client.isOnIOThread {
      throw VideoDBError(.reentrant, "Waiting for events in an event callback would wait for itself. Poll with a timeout of 0.")
    }
    return try hub.take(into: out, limit: limit, timeoutMs: timeoutMs)
  }

  /// The next event; `.again` when none came in time.
  public func next(timeoutMs: Int64) throws(VideoDBError) -> Event {
    guard let event = try next(limit: 1, timeoutMs: timeoutMs).first else {
      throw VideoDBError(.again, "No event within \(timeoutMs) ms.")
    }
    return event
  }

  /// A descriptor that is readable while there is something to pull.
  public func pollFD() throws(VideoDBError) -> Int32 { try hub.pollFD() }

  /// The handler runs on the client's I/O thread for every event, or for those of one canonical channel name. `destroy` runs once, after
  /// the last call, also when this throws.
  public func subscribe(
    channel: [UInt8]? = nil, handler: @escaping Subscription.Handler, destroy: @escaping () -> Void = {}
  ) throws(VideoDBError) -> Subscription {
    try hub.subscribe(channel: channel, handler: handler, destroy: destroy)
  }

  /// No new call of its handler starts afterwards.
  public func cancel(_ subscription: Subscription) { hub.cancel(subscription) }

  /// Waits until the subscription has ended; false at the deadline.
  public func wait(_ subscription: Subscription, timeoutMs: Int64) throws(VideoDBError) -> Bool {
    if client.isOnIOThread {
      throw VideoDBError(.reentrant, "Waiting for a subscription in an event callback would wait for itself.")
    }
    return hub.wait(subscription, deadlineMs: Clock.deadline(afterMs: timeoutMs))
  }

  /// What has happened so far, as the text of the JSON object that `vdbrt_events_counters` describes.
  public var counters: [UInt8] {
    let (counters, queued) = hub.counters
    var json = JSONWriter()
    counters.write(to: &json)
    json.set("queued", Int64(queued))
    return json.text
  }

  /// What is bound to the channel, as the text of the JSON object that `vdbrt_events_bindings` describes.
  public func bindings() throws(VideoDBError) -> [UInt8] {
    if let text = client.isOnIOThread ? hub.bindingsHere : hub.bindings(deadlineMs: Clock.deadline(afterMs: 10_000)) {
      return text
    }
    throw VideoDBError(.closed, "The client was shut down, or its I/O thread is held by a callback.")
  }

  /// Closes with a handshake and waits for it.
  public func close(timeoutMs: Int64) throws(VideoDBError) {
    if client.isOnIOThread {
      throw VideoDBError(.reentrant, "Waiting for the close in an event callback would wait for itself.")
    }
    hub.close(VideoDBError(.closed, "The event channel was closed."))
    guard hub.waitUntilEnded(deadlineMs: Clock.deadline(afterMs: timeoutMs)) else {
      throw VideoDBError(
        .timeout, "The server did not answer the close within \(timeoutMs) ms; the channel goes on closing in the background.")
    }
  }

  /// Closes in the background and ends the subscriptions at once.
  public func release() { hub.release() }
}
