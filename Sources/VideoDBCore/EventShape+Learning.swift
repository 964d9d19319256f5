import CSystemShims

extension EventShape {
  /// A member of the message that is learnt from.
  private struct Found {
    var name: MemberName
    var form: Form
    var leadFrom: Int
    var leadTo: Int
  }

  /// The shape of a message that is valid and says `fields`; nil where it has none that could be told: `data` is not the last member, a
  /// member that counts stands beside it, or twice in it, or has a value of an unusual type, or names have escapes.
  static func learn(_ message: UnsafeRawBufferPointer, _ fields: EventFields) -> EventShape? {
    var json = JSONScanner(message)
    guard let headEnd = findData(&json) else { return nil }
    var found: [Found] = []
    while true {
      let leadFrom = json.at
      guard found.count < mostMembers, found.isEmpty || json.take(0x2C), let name = name(&json) else { return nil }
      let first = json.peek()
      guard let form = form(name, first), !found.contains(where: { $0.name == name && name != .other }) else { return nil }
      found.append(Found(name: name, form: form, leadFrom: leadFrom, leadTo: first == 0x22 ? json.at + 1 : json.at))
      guard json.skipValue(depth: 2) else { return nil }
      let valueEnd = json.at
      if json.peek() == 0x2C {
        json.at = valueEnd
        continue
      }
      guard json.take(0x7D) else { return nil }
      let dataEnd = json.at - valueEnd
      guard json.take(0x7D), json.finish() else { return nil }
      return keep(message, fields, found, headEnd: headEnd, tailFrom: valueEnd, dataEnd: dataEnd)
    }
  }

  /// Goes to the first member of `data`, where all before it counts for the message as a whole.
  private static func findData(_ json: inout JSONScanner) -> Int? {
    guard json.take(0x7B) else { return nil }
    while true {
      guard let name = name(&json) else { return nil }
      switch name {
      case .data:
        return json.take(0x7B) ? json.at : nil
      case .other, .channel, .type, .eventType, .indexType, .rtstreamID: break
      default: return nil
      }
      guard json.skipValue(depth: 1), json.take(0x2C) else { return nil }
    }
  }

  /// A name, its colon, and the white space around them.
  private static func name(_ json: inout JSONScanner) -> MemberName? {
    var text = JSONScanner.Text()
    json.skipWhitespace()
    guard json.string(&text), !text.hasEscapes, json.take(0x3A) else { return nil }
    json.skipWhitespace()
    return MemberName(json.base, text.start, text.end - text.start, json.end)
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
  private static func role(_ name: MemberName, _ kind: EventKind, _ found: [Found]) -> Role {
    func has(_ name: MemberName) -> Bool { found.contains { $0.name == name } }
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

  /// In one block of memory: the members, then the bytes of the message.
  private static func keep(
    _ message: UnsafeRawBufferPointer, _ fields: EventFields, _ found: [Found], headEnd: Int, tailFrom: Int, dataEnd: Int
  ) -> EventShape? {
    // The head is compared by words, too.
    guard headEnd >= 8, let source = message.baseAddress else { return nil }
    let table = found.count * MemoryLayout<Member>.stride
    let tailCount = message.count - tailFrom
    let leads = found.reduce(0) { $0 + $1.leadTo - $1.leadFrom }
    guard let memory = malloc(table + headEnd + leads + tailCount) else { return nil }
    let members = memory.bindMemory(to: Member.self, capacity: found.count)
    var free = memory + table
    func copy(_ from: Int, _ to: Int) -> UnsafeRawBufferPointer {
      memcpy(free, source + from, to - from)
      defer { free += to - from }
      return UnsafeRawBufferPointer(start: free, count: to - from)
    }
    let head = copy(0, headEnd)
    for (i, member) in found.enumerated() {
      let lead = copy(member.leadFrom, member.leadTo)
      (members + i).initialize(to: Member(lead, member.form, role(member.name, fields.kind, found)))
    }
    let tail = copy(tailFrom, message.count)
    var record = EventRecord()
    defer { record.freeScratch() }
    record.reset(fields, message, receivedMs: 0)
    return EventShape(
      memory, fields.withoutData, streamHash: record.streamHash(), head: head,
      members: UnsafeBufferPointer(start: members, count: found.count), tail: tail, dataEnd: dataEnd)
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
