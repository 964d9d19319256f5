import CVideoDBRT
import VideoDB
import VideoDBCore

@_cdecl("vdbrt_events_subscribe") @implementation
public func vdbrt_events_subscribe(
  _ events: OpaquePointer!, _ channel: UnsafePointer<CChar>!, _ fn: vdbrt_event_fn!, _ user: UnsafeMutableRawPointer!,
  _ destroy: vdbrt_destroy_fn!, _ out: UnsafeMutablePointer<OpaquePointer?>!, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  out?.pointee = nil
  let owner = UserData(user, destroy)
  return Boundary.run(err) { () throws(VideoDBError) in
    // Whatever fails from here on, `owner` goes, and with it the user data: exactly once, after the last call of fn.
    let events = try Handles.events(events)
    let filter = channel == nil ? nil : try Boundary.id(channel, "channel")
    guard let fn else { throw VideoDBError(.argument, "fn is NULL.") }
    let subscription = try events.subscribe(
      channel: filter, handler: { record in fn(owner.user, OpaquePointer(record)) }, destroy: { owner.destroy() })
    guard let out else { return }
    out.pointee = try HandleTable.add(.subscription, SubscriptionBox(events, subscription))
  }
}

/// The application's pointer and what to do with it in the end.
private final class UserData {
  let user: UnsafeMutableRawPointer?
  private var end: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?

  init(_ user: UnsafeMutableRawPointer?, _ end: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?) {
    self.user = user
    self.end = end
  }

  deinit { destroy() }

  func destroy() {
    let end = self.end
    self.end = nil
    end?(user)
  }
}

@_cdecl("vdbrt_subscription_cancel") @implementation
public func vdbrt_subscription_cancel(_ subscription: OpaquePointer!) {
  do {
    let box = try Handles.subscription(subscription)
    box.channel.cancel(box.subscription)
  } catch {}
}

@_cdecl("vdbrt_subscription_wait") @implementation
public func vdbrt_subscription_wait(
  _ subscription: OpaquePointer!, _ timeout_ms: Int64, _ err: UnsafeMutablePointer<OpaquePointer?>!
) -> vdbrt_status {
  Boundary.run(err) { () throws(VideoDBError) in
    let box = try Handles.subscription(subscription)
    if !(try box.channel.wait(box.subscription, timeoutMs: Boundary.timeout(timeout_ms))) {
      throw VideoDBError(.timeout, "The subscription has not ended within \(timeout_ms) ms. Was it cancelled?")
    }
  }
}

@_cdecl("vdbrt_subscription_release") @implementation
public func vdbrt_subscription_release(_ subscription: OpaquePointer!) {
  guard let box = HandleTable.remove(.subscription, subscription) as? SubscriptionBox else { return }
  box.channel.cancel(box.subscription)
}
