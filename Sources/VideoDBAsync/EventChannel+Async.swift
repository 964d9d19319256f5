import VideoDB
import VideoDBCore

extension Client {
  /// Opens an event channel of a collection and suspends until it is open. It is one that is pulled.
  public func openEvents(collection: String = "default") async throws(VideoDBError) -> EventChannel {
    let channel = try openEvents(collection: Array(collection.utf8), wait: false)
    while !(try channel.hasOpened()) {
      if Task.isCancelled {
        channel.release()
        throw EventChannel.cancelled
      }
      try await channel.waitUntilReadable()
    }
    return channel
  }
}

extension VideoCollection {
  /// Opens an event channel of this collection and suspends until it is open. It is one that is pulled.
  public func openEvents() async throws(VideoDBError) -> EventChannel { try await client.openEvents(collection: id) }
}

extension EventChannel {
  /// The events as they come: `for try await event in channel.events`. They are pulled one by one, so that the channel's own queue
  /// holds back a service that is faster than the loop. Ends when the channel was closed here; throws what ended it otherwise, and
  /// `.cancelled` when the task was.
  public var events: Events { Events(channel: self) }

  public struct Events: AsyncSequence, Sendable {
    let channel: EventChannel

    public func makeAsyncIterator() -> Iterator { Iterator(channel: channel) }

    public struct Iterator: AsyncIteratorProtocol {
      let channel: EventChannel

      public func next(isolation actor: isolated (any Actor)? = #isolation) async throws(VideoDBError) -> Event? {
        while true {
          if Task.isCancelled { throw EventChannel.cancelled }
          do throws(VideoDBError) {
            return try channel.next(timeoutMs: 0)
          } catch {
            if error.status == .closed { return nil }
            if error.status != .again { throw error }
          }
          try await channel.waitUntilReadable()
        }
      }
    }
  }
}
