import Synchronization
import VideoDBCore

/// One function that gets the events of a channel, on the loop's thread.
public final class Subscription: Sendable {
  public typealias Handler = (UnsafeMutablePointer<EventRecord>) -> Void

  /// A function by itself, in an optional or a generic, is called by way of another.
  struct Handling {
    let call: Handler
  }

  private struct Functions {
    var handling: Handling?
    var destroy: (() -> Void)?
  }

  /// Canonical channel name; nil: all events.
  private let channel: [UInt8]?
  private let active = Atomic(true)
  private let functions: Locked<Functions>
  /// `finish` has returned.
  let finished = Watched(false)

  init(channel: [UInt8]?, handler: @escaping Handler, destroy: @escaping () -> Void) {
    self.channel = channel
    functions = Locked(Functions(handling: Handling(call: handler), destroy: destroy))
  }

  /// No new call of the handler starts afterwards.
  func deactivate() { active.store(false, ordering: .releasing) }

  /// Whether it gets this event.
  @inline(__always)
  func wants(_ record: UnsafeMutablePointer<EventRecord>) -> Bool {
    guard active.load(ordering: .acquiring) else { return false }
    return channel.map { $0.withUnsafeBytes { record.pointee.channelName().equals($0) } } ?? true
  }

  /// For whoever delivers: taken once, so that an event takes no lock.
  var handling: Handling? { functions.withLock { $0.handling } }

  /// After the last call of the handler; once, however often it is asked for.
  func finish() {
    deactivate()
    let destroy = functions.withLock { functions in
      defer { functions = Functions() }
      return functions.destroy
    }
    guard let destroy else { return }
    destroy()
    finished.update { $0 = true }
  }
}

/// A subscription where events are handed out. The loop's.
final class Delivery {
  let subscription: Subscription
  private let handling: Subscription.Handling

  init(_ subscription: Subscription, _ handling: Subscription.Handling) {
    self.subscription = subscription
    self.handling = handling
  }

  @inline(__always)
  func deliver(_ record: UnsafeMutablePointer<EventRecord>) { if subscription.wants(record) { handling.call(record) } }
}
