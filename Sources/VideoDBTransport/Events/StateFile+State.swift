/// What a state file says now, apart from the items of its ring.
extension StateFile {
  /// Under its lock.
  struct State {
    var generation: UInt64 = 0
    var bindings: [UInt8] = []
    var known = KeptLog(offset: StateFile.logOffset, size: StateFile.logBytes.known)
    var others = KeptLog(offset: StateFile.logOffset + Int64(StateFile.logBytes.known), size: StateFile.logBytes.others)
    /// The number of the next event that is kept.
    var nextKept: UInt32 = 1
  }
}
