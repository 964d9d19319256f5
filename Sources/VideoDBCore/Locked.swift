import CSystemShims

/// A value behind a lock. `Synchronization.Mutex` does not exist in Embedded Swift. Never nested: what has to happen outside the lock is
/// returned from the closure and done after it.
public final class Locked<Value>: @unchecked Sendable {
  private let mutex: OpaquePointer
  private var value: Value

  public init(_ value: Value) {
    self.value = value
    mutex = vdbshim_mutex_new()
  }

  deinit { vdbshim_mutex_free(mutex) }

  @inline(__always)
  public func withLock<R, E: Error>(_ body: (inout Value) throws(E) -> R) throws(E) -> R {
    vdbshim_mutex_lock(mutex)
    defer { vdbshim_mutex_unlock(mutex) }
    return try body(&value)
  }
}

/// A value that threads wait on.
public final class Watched<Value>: @unchecked Sendable {
  private let mutex: OpaquePointer
  private let condition: OpaquePointer
  private var value: Value

  public init(_ value: Value) {
    self.value = value
    mutex = vdbshim_mutex_new()
    condition = vdbshim_condition_new()
  }

  deinit {
    vdbshim_condition_free(condition)
    vdbshim_mutex_free(mutex)
  }

  /// Changes the value without waking anybody.
  @inline(__always)
  public func withLock<R, E: Error>(_ body: (inout Value) throws(E) -> R) throws(E) -> R {
    vdbshim_mutex_lock(mutex)
    defer { vdbshim_mutex_unlock(mutex) }
    return try body(&value)
  }

  /// Changes the value and wakes all who wait.
  @inline(__always)
  public func update<R, E: Error>(_ body: (inout Value) throws(E) -> R) throws(E) -> R {
    vdbshim_mutex_lock(mutex)
    defer {
      vdbshim_condition_broadcast(condition)
      vdbshim_mutex_unlock(mutex)
    }
    return try body(&value)
  }

  public func wake() {
    vdbshim_mutex_lock(mutex)
    vdbshim_condition_broadcast(condition)
    vdbshim_mutex_unlock(mutex)
  }

  /// Waits until `ready` gives a result; nil at the deadline (monotonic milliseconds, negative: none). `ready` runs under the lock.
  public func wait<R>(until deadlineMs: Int64, _ ready: (inout Value) -> R?) -> R? {
    vdbshim_mutex_lock(mutex)
    defer { vdbshim_mutex_unlock(mutex) }
    while true {
      if let result = ready(&value) { return result }
      if vdbshim_condition_wait(condition, mutex, deadlineMs) != 0 { return ready(&value) }
    }
  }
}
