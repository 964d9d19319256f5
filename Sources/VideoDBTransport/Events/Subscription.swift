import Synchronization
import VideoDBCore

/// One function that gets the events of a channel, on the loop's thread.
public final class Subscription: Sendable {
  public typealias Handler = (UnsafeMutablePointer<EventRecord>) -> Void

  private struct Functions {
    var handler: Handler?
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
    functions = Locked(Functions(handler: handler, destroy: destroy))
  }

  /// No new call of the handler starts afterwards.
  func deactivate() { active.store(false, ordering: .releasing) }

  /// On the loop's thread only.
  func deliver(_ record: UnsafeMutablePointer<EventRecord>, _ handler: Handler) {
    guard active.load(ordering: .acquiring) else { return }
    if let channel, !channel.withUnsafeBytes({ record.pointee.channelName().equals($0) }) { return }
    handler(record)
  }

  /// The handler, for whoever delivers: taken once, so that an event takes no lock.
  var handler: Handler? { functions.withLock { $0.handler } }

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
