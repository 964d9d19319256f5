import CSystemShims

extension EventShape {
  /// The shape of a message that is valid and says `fields`, of whose values before `data` those in `varying` differ from message to message.
  /// nil where it has none that could be told: what stands beside `data` counts, or stands twice in it, or has an unusual type.
  static func learn(_ message: EventOutline, _ fields: EventFields, varying: UInt32) -> EventShape? {
    let values = message.values
    let members = message.dataFirst..<message.dataLast
    // An envelope is compared by words.
    guard message.dataStart >= 8, message.isAllInData(fields.kind), let source = message.bytes.baseAddress else { return nil }
    let tables = members.count * MemoryLayout<Member>.stride + (values.count - members.count) * MemoryLayout<LooseValue>.stride
    guard let memory = malloc(tables + message.bytes.count) else { return nil }
    let bytes = UnsafeRawPointer(memory + tables)
    memcpy(memory + tables, source, message.bytes.count)

    let table = memory.bindMemory(to: Member.self, capacity: members.count)
    let loose = UnsafeMutableRawPointer(table + members.count).bindMemory(
      to: LooseValue.self, capacity: values.count - members.count)
    var looseCount = 0
    var at = 0
    func slice(_ to: Int) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: bytes + at, count: to - at) }
    func addLoose(_ value: EventOutline.Value) {
      (loose + looseCount).initialize(to: LooseValue(lead: slice(value.from), count: value.to - value.from))
      looseCount += 1
      at = value.to
    }

    var head: UnsafeRawBufferPointer?
    for i in 0..<message.dataFirst where varying &>> UInt32(i) & 1 != 0 {
      if head == nil {
        head = slice(values[i].from)
        at = values[i].from
      }
      addLoose(values[i])
    }
    let front = UnsafeBufferPointer(start: loose, count: looseCount)
    let rest = slice(message.dataStart)
    at = message.dataStart
    for i in members {
      let value = values[i]
      let first = message.bytes[value.from]
      guard let form = form(value.name, first), value.name == .other || !message.hasInData(value.name, before: i) else {
        free(memory)
        return nil
      }
      let lead = slice(first == 0x22 ? value.from + 1 : value.from)
      (table + i - members.lowerBound).initialize(to: Member(lead, form, role(value.name, fields.kind, message)))
      at = value.to
    }
    let dataEnd = message.dataEnd - at
    for i in message.dataLast..<values.count { addLoose(values[i]) }

    var record = EventRecord()
    defer { record.freeScratch() }
    record.reset(fields, message.bytes, receivedMs: 0)
    let parts = Parts(
      envelope: UnsafeRawBufferPointer(start: bytes, count: message.dataStart), varying: varying, front: front, rest: rest,
      members: UnsafeBufferPointer(start: table, count: members.count), dataEnd: dataEnd,
      back: UnsafeBufferPointer(start: loose + front.count, count: looseCount - front.count), tail: slice(message.bytes.count))
    return EventShape(memory, fields.withoutData, streamHash: record.streamHash(), head: head ?? parts.envelope, parts)
  }

  private static func form(_ name: MemberName, _ first: UInt8) -> Form? {
    let form: Form =
      switch first {
      case 0x22: .text
      case 0x2D, 0x30...0x39: .number
      case 0x74, 0x66: .truth
      default: .any
      }
    switch name {
    case .other, .data, .channel, .type, .eventType, .indexType, .rtstreamID: return form == .text ? .text : .any
    case .text, .explanation, .label, .eventLabel: return form == .text ? .text : nil
    case .start, .end, .timestamp, .confidence: return form == .number ? .number : form == .text ? .quoted : nil
    case .isFinal, .triggered: return form == .truth ? .truth : nil
    }
  }

  /// What `EventScanner` makes of it.
  private static func role(_ name: MemberName, _ kind: EventKind, _ message: EventOutline) -> Role {
    func has(_ name: MemberName) -> Bool { message.hasInData(name) }
    switch name {
    case .text: return .text
    case .explanation: return has(.text) ? .nothing : .text
    case .label: return .label
    case .eventLabel: return has(.label) ? .nothing : .label
    case .start: return .start
    case .end: return .end
    case .timestamp:
      if kind != .alert { return .nothing }
      return has(.start) ? has(.end) ? .nothing : .end : has(.end) ? .start : .time
    case .confidence: return .confidence
    case .isFinal: return .isFinal
    case .triggered: return .triggered
    default: return .nothing
    }
  }
}

extension EventShape.Member {
  init(_ lead: UnsafeRawBufferPointer, _ form: EventShape.Form, _ role: EventShape.Role) {
    func word(_ from: Int) -> UInt64 {
      var word: UInt64 = 0
      for i in 0..<min(lead.count, 8) { word |= UInt64(lead[from + i]) << UInt64(8 * i) }
      return word
    }
    first = word(0)
    last = word(max(lead.count, 8) - 8)
    mask = lead.count < 8 ? 1 << UInt64(8 * lead.count) - 1 : ~0
    self.lead = lead.baseAddress.unsafelyUnwrapped
    count = Int32(truncatingIfNeeded: lead.count)
    lastAt = Int32(truncatingIfNeeded: max(lead.count, 8) - 8)
    self.form = form
    self.role = role
  }
}
