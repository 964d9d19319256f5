/// Deadlines by token, earliest first: a binary heap. A token whose deadline changed has several entries; the one that no longer agrees
/// with what its owner says is passed over when it comes up.
struct TimerQueue {
  struct Entry {
    var deadlineMs: Int64
    var token: UInt64
  }

  private var heap: [Entry] = []

  var count: Int { heap.count }
  var first: Entry? { heap.first }

  /// Drops every entry that is no longer what its owner says.
  mutating func keep(where isValid: (Entry) -> Bool) {
    let kept = heap.filter(isValid)
    heap = []
    for entry in kept { add(entry.deadlineMs, entry.token) }
  }

  mutating func add(_ deadlineMs: Int64, _ token: UInt64) {
    heap.append(Entry(deadlineMs: deadlineMs, token: token))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].deadlineMs < heap[parent].deadlineMs else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes out the earliest entry if its time has come.
  mutating func popDue(_ now: Int64) -> Entry? {
    guard let first = heap.first, first.deadlineMs <= now else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      var parent = 0
      while true {
        var least = parent
        for child in [parent * 2 + 1, parent * 2 + 2]
        where child < heap.count && heap[child].deadlineMs < heap[least].deadlineMs {
          least = child
        }
        if least == parent { break }
        heap.swapAt(parent, least)
        parent = least
      }
    }
    return first
  }
}
