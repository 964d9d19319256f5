import VideoDB
import VideoDBCore

extension Client {
  /// Opens an event channel of a collection and suspends until it is open. It is one that is pulled. `stateFile` is where it keeps what
  /// outlives the process; nil: the one of the configuration, if any.
  public func openEvents(collection: String = "default", stateFile: String? = nil) async throws(VideoDBError) -> EventChannel {
    let channel = try openEvents(
      collection: Array(collection.utf8), wait: false, retry: false, stateFile: stateFile.map { Array($0.utf8) })
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
  public func openEvents(stateFile: String? = nil) async throws(VideoDBError) -> EventChannel {
    try await client.openEvents(collection: id, stateFile: stateFile)
  }
}

extension EventChannel {
  /// The events as they come: `for try await event in channel.events`. They are pulled one by one, so that the channel's own queue
  /// holds back a service that is faster than the loop. Ends when the channel was closed here; throws what ended it otherwise, and
  /// `.cancelled` when the task was.
  public var events: Events { Events(channel: self, name: nil) }

  /// Those of one canonical channel name, like "scene_index". The others are pulled and dropped, notices of lost events among them.
  public func events(channel name: String) -> Events { Events(channel: self, name: name) }

  public struct Events: AsyncSequence, Sendable {
    let channel: EventChannel
    let name: String?

    public func makeAsyncIterator() -> Iterator { Iterator(channel: channel, name: name) }

    public struct Iterator: AsyncIteratorProtocol {
      let channel: EventChannel
      let name: String?

      public func next(isolation actor: isolated (any Actor)? = #isolation) async throws(VideoDBError) -> Event? {
        while true {
          if Task.isCancelled { throw EventChannel.cancelled }
          do throws(VideoDBError) {
            let event = try channel.next(timeoutMs: 0)
            if let name, event.channel != name { continue }
            return event
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
