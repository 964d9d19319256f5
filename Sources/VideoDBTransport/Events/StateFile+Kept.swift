import VideoDBCore

/// Events that the service cannot be asked for again, which are kept until they are acknowledged.
extension StateFile {
  /// Of channels that are not known only JSON. Its receipt.
  @inline(__always)
  func keep(
    _ kind: EventKind, _ flags: EventFlags, _ message: UnsafeRawBufferPointer, isHandedOut: Bool, atMs: Int64
  ) -> Receipt {
    switch kind {
    case .alert, .captureSession: keep(message, isOther: false, isHandedOut, atMs)
    case .other where !flags.contains(.notJSON): keep(message, isOther: true, isHandedOut, atMs)
    default: Receipt()
    }
  }

  @inline(never)
  private func keep(_ message: UnsafeRawBufferPointer, isOther: Bool, _ isHandedOut: Bool, _ atMs: Int64) -> Receipt {
    state.withLock { state in
      let number = state.nextKept
      state.nextKept &+= 1
      let isKept =
        isOther ? add(number, message, isHandedOut, &state.others) : add(number, message, isHandedOut, &state.known)
      guard isKept else { return Receipt() }
      isAlive(atMs)
      return Receipt(place: isHandedOut ? Receipt.keptAndHandedOut : Receipt.kept, number: number)
    }
  }

  private func add(_ number: UInt32, _ message: UnsafeRawBufferPointer, _ isHandedOut: Bool, _ log: inout KeptLog) -> Bool {
    var entry = log.add(number, length: message.count, isHandedOut: isHandedOut)
    while entry == nil, !log.entries.isEmpty {
      for _ in 0..<max(log.entries.count / 4, 1) { setTag(log.remove(0), log, KeptLog.done) }
      tell(.warning, "is full: events that were not acknowledged are kept no longer.")
      entry = log.add(number, length: message.count, isHandedOut: isHandedOut)
    }
    guard let entry else {
      tell(.error, "has no room for an event of \(message.count) bytes, which is not kept.")
      return false
    }
    write(KeptLog.size(message.count), at: log.offset + Int64(entry.at)) { KeptLog.fill($0, entry, message, salt: salt) }
    return true
  }

  func keptIsHandedOut(_ number: UInt32) {
    state.withLock { if !handOut(number, &$0.known) { _ = handOut(number, &$0.others) } }
  }

  private func handOut(_ number: UInt32, _ log: inout KeptLog) -> Bool {
    guard let i = log.index(number) else { return false }
    setTag(log.handOut(i), log, KeptLog.tag(isHandedOut: true))
    return true
  }

  func forget(_ number: UInt32, _ state: inout State) {
    if !forget(number, &state.known) { _ = forget(number, &state.others) }
  }

  private func forget(_ number: UInt32, _ log: inout KeptLog) -> Bool {
    guard let i = log.index(number) else { return false }
    setTag(log.remove(i), log, KeptLog.done)
    return true
  }

  private func setTag(_ entry: KeptLog.Entry, _ log: borrowing KeptLog, _ tag: UInt32) {
    var tag = tag
    put(&tag, 4, log.offset + Int64(entry.at + KeptLog.tagOffset))
  }

  /// Finds the messages that another process kept.
  func loadKept(_ state: inout State) -> Bool {
    guard let known = read(state.known.offset, state.known.size), let others = read(state.others.offset, state.others.size)
    else { return false }
    known.withUnsafeBytes { state.known.load($0, salt: salt) }
    others.withUnsafeBytes { state.others.load($0, salt: salt) }
    var from = (known: state.known.entries[...], others: state.others.entries[...])
    while let entry = from.known.first ?? from.others.first {
      let isOther = from.others.first.map { !entry.isOlder(than: $0) } ?? false
      let next = isOther ? from.others.removeFirst() : from.known.removeFirst()
      let text = (isOther ? others : known)[next.textAt..<(next.textAt + next.length)]
      keptEvents.append((Array(text), Receipt(place: Receipt.kept, number: next.number), next.isHandedOut))
      state.nextKept = next.number &+ 1
    }
    return true
  }
}
