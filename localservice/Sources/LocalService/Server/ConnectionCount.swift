import NIOCore
import Synchronization

/// Counts open connections, so that a flood of them cannot use up file descriptors and memory.
final class ConnectionCount: Sendable {
  private let limit: Int
  private let open = Mutex(0)

  init(limit: Int) { self.limit = limit }

  /// False when the limit is reached; otherwise the channel counts until it closes.
  func admit(_ channel: any Channel) -> Bool {
    let admitted = open.withLock { count in
      guard count < limit else { return false }
      count += 1
      return true
    }
    if admitted {
      channel.closeFuture.whenComplete { [self] _ in open.withLock { $0 -= 1 } }
    }
    return admitted
  }
}
