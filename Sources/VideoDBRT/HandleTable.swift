import CSystemShims
import VideoDB
import VideoDBCore

/// What a handle can stand for.
enum HandleKind: UInt {
  case config = 1
  case client = 2
  case op = 3
  case events = 4
  case subscription = 5
  case records = 6

  var name: StaticString {
    switch self {
    case .config: "configuration"
    case .client: "client"
    case .op: "op"
    case .events: "event channel"
    case .subscription: "subscription"
    case .records: "iterator of records"
    }
  }
}

/// Where handles lead. A handle is a number in the shape of a pointer and is never dereferenced: kind, place in the table, and how often
/// the place has been used. So a handle that was released, is of another kind or was never one is told apart, and a call that has
/// looked up its object keeps it while another thread releases the handle.
///
/// One lock, the table's, which is also taken around fork: a child starts with it free and sees that its handles are its parent's.
enum HandleTable {
  private struct Slot {
    var generation: UInt = 0
    var kind: HandleKind = .config
    var object: AnyObject?
    var epoch: UInt32 = 0
  }

  // Guarded by the table lock.
  nonisolated(unsafe) private static var slots: [Slot] = []
  nonisolated(unsafe) private static var free: [Int] = []

  // Odd numbers, so that no handle looks like the address of anything.
  private static let placeBits: UInt = UInt.bitWidth == 64 ? 24 : 14
  private static let placeShift: UInt = 4
  private static var generationShift: UInt { placeShift + placeBits }
  private static var generationMask: UInt { UInt.max >> generationShift }

  private static func locked<R>(_ body: () -> R) -> R {
    vdbshim_table_lock()
    defer { vdbshim_table_unlock() }
    return body()
  }

  static func add(_ kind: HandleKind, _ object: AnyObject) throws(VideoDBError) -> OpaquePointer {
    let handle = locked { () -> OpaquePointer? in
      let place = free.popLast() ?? slots.count
      guard UInt(place) < 1 << placeBits else { return nil }
      if place == slots.count { slots.append(Slot()) }
      slots[place].kind = kind
      slots[place].object = object
      slots[place].epoch = vdbshim_fork_epoch()
      return OpaquePointer(
        bitPattern: slots[place].generation << generationShift | UInt(place) << placeShift | kind.rawValue << 1 | 1)
    }
    guard let handle else { throw VideoDBError(.noMemory, "There are too many handles: were some never released?") }
    return handle
  }

  private enum Found {
    case object(AnyObject)
    case forked
    case unknown
  }

  /// Under the lock.
  private static func place(_ kind: HandleKind, _ handle: OpaquePointer) -> Int? {
    let bits = UInt(bitPattern: handle)
    let place = Int(bits >> placeShift & (1 << placeBits - 1))
    guard bits & 1 == 1, bits >> 1 & 7 == kind.rawValue, place < slots.count, slots[place].object != nil,
      slots[place].kind == kind,
      slots[place].generation == bits >> generationShift
    else { return nil }
    return place
  }

  private static func find(_ kind: HandleKind, _ handle: OpaquePointer) -> Found {
    locked {
      guard let place = place(kind, handle), let object = slots[place].object else { return .unknown }
      return slots[place].epoch == vdbshim_fork_epoch() ? .object(object) : .forked
    }
  }

  static func object(_ kind: HandleKind, _ handle: OpaquePointer?) throws(VideoDBError) -> AnyObject {
    guard let handle else { throw VideoDBError(.handle, "The \(kind.name) is NULL.") }
    switch find(kind, handle) {
    case .object(let object): return object
    case .forked:
      throw VideoDBError(.forked, "The \(kind.name) belongs to the parent process. Make one of your own after fork().")
    case .unknown:
      throw VideoDBError(.handle, "This is no \(kind.name): it was released, or is a handle of another kind.")
    }
  }

  /// Takes the handle out of the table; nil where it is none, or the parent process's.
  static func remove(_ kind: HandleKind, _ handle: OpaquePointer?) -> AnyObject? {
    guard let handle else { return nil }
    return locked { () -> AnyObject? in
      guard let place = place(kind, handle), slots[place].epoch == vdbshim_fork_epoch() else { return nil }
      defer { slots[place].object = nil }
      slots[place].generation = (slots[place].generation &+ 1) & generationMask
      free.append(place)
      return slots[place].object
    }
  }
}

/// Looking up each kind.
enum Handles {
  static func config(_ handle: OpaquePointer?) throws(VideoDBError) -> ConfigBox {
    try cast(HandleTable.object(.config, handle) as? ConfigBox)
  }
  static func client(_ handle: OpaquePointer?) throws(VideoDBError) -> Client {
    try cast(HandleTable.object(.client, handle) as? Client)
  }
  /// NULL stands for none.
  static func op(_ handle: OpaquePointer?) throws(VideoDBError) -> Op? {
    guard let handle else { return nil }
    return try cast(HandleTable.object(.op, handle) as? Op)
  }
  static func events(_ handle: OpaquePointer?) throws(VideoDBError) -> EventChannel {
    try cast(HandleTable.object(.events, handle) as? EventChannel)
  }
  static func subscription(_ handle: OpaquePointer?) throws(VideoDBError) -> SubscriptionBox {
    try cast(HandleTable.object(.subscription, handle) as? SubscriptionBox)
  }

  static func records(_ handle: OpaquePointer?) throws(VideoDBError) -> Records {
    try cast(HandleTable.object(.records, handle) as? Records)
  }

  private static func cast<T>(_ object: T?) throws(VideoDBError) -> T {
    guard let object else { throw VideoDBError(.internal, "A handle leads to an object of another kind.") }
    return object
  }
}

/// What stands behind a vdbrt_config.
final class ConfigBox {
  var configuration = Configuration()
}

/// What stands behind a vdbrt_subscription.
final class SubscriptionBox {
  let channel: EventChannel
  let subscription: Subscription
  init(_ channel: EventChannel, _ subscription: Subscription) {
    self.channel = channel
    self.subscription = subscription
  }
}
