/// What a state file says now, apart from the items of its ring.
extension StateFile {
  /// A message that the service cannot be asked for again.
  struct Kept {
    var number: UInt32
    var isHandedOut: Bool
    /// Of a channel that this library does not know.
    var isOther: Bool
    var event: [UInt8]
  }

  /// Under its lock.
  struct State {
    /// The number of the next event that is kept.
    var nextKept: UInt32 = 1
    var generation: UInt64 = 0
    var bindings: [UInt8] = []
    var kept: [Kept] = []
    /// Numbers that tell different bindings and kept events apart: those of now, and of each side of the file.
    var contents: UInt64 = 0
    var sides: (UInt64, UInt64) = (0, 0)
    private var newest: UInt64 = 0
    /// The event that was kept last, with the contents before and after it.
    private var last: (number: UInt32, before: UInt64, after: UInt64) = (0, 0, 0)
    var hasFailed = false

    mutating func changed() {
      newest += 1
      contents = newest
    }

    mutating func keep(_ event: Kept) {
      kept.append(event)
      let before = contents
      changed()
      last = (event.number, before, contents)
    }

    mutating func forget(_ number: UInt32) {
      kept.removeAll { $0.number == number }
      if last.number == number, last.after == contents { contents = last.before } else { changed() }
    }
  }
}
