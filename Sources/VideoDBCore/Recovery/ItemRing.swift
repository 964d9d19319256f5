import CSystemShims

/// Items in the order of their start, in a ring of raw memory: the newest are appended and the oldest forgotten, neither of which moves
/// another. One that belongs between others moves those of the shorter side. Where memory is out an item is not remembered, and may be
/// delivered once more as a record.
struct ItemRing: ~Copyable {
  private var items: UnsafeMutablePointer<Lane.Item>?
  /// Of `items`, a power of two, less one; -1 without any.
  private var mask = -1
  private var first = 0
  private(set) var count = 0

  deinit { free(items) }

  subscript(i: Int) -> Lane.Item {
    get { items.unsafelyUnwrapped[(first &+ i) & mask] }
    set { items.unsafelyUnwrapped[(first &+ i) & mask] = newValue }
  }

  @inline(__always)
  mutating func append(_ item: Lane.Item) {
    if count > mask, !grow() { return }
    items.unsafelyUnwrapped[(first &+ count) & mask] = item
    count &+= 1
  }

  mutating func insert(_ item: Lane.Item, at place: Int) {
    if count > mask, !grow() { return }
    count += 1
    if place > count / 2 {
      for i in stride(from: count - 1, to: place, by: -1) { self[i] = self[i - 1] }
    } else {
      first = (first - 1) & mask
      for i in 0..<place { self[i] = self[i + 1] }
    }
    self[place] = item
  }

  mutating func removeFirst(_ n: Int) {
    first = (first + n) & mask
    count -= n
  }

  @inline(never)
  private mutating func grow() -> Bool {
    let size = mask + 1
    let more = max(2 * size, 16)
    guard let memory = malloc(more * MemoryLayout<Lane.Item>.stride) else { return false }
    let grown = memory.bindMemory(to: Lane.Item.self, capacity: more)
    if let items {
      memcpy(grown, items + first, (size - first) * MemoryLayout<Lane.Item>.stride)
      memcpy(grown + (size - first), items, first * MemoryLayout<Lane.Item>.stride)
      free(items)
    }
    items = grown
    mask = more - 1
    first = 0
    return true
  }
}
