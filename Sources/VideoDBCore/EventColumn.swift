import CSystemShims

/// One thing of each of many events, as a JSON array: for languages to which every call of an accessor is dear. Texts stand in it as in
/// the messages, escapes and all. The numbers are those of the header.
public enum EventColumn: Int32, Sendable {
  case message = 0
  case data = 1
  case channel = 2
  case rtstreamID = 3
  case text = 4
  case label = 5
  case kind = 6
  case flags = 7

  /// What stands in the array for an event: bytes, with quotation marks around them where they are the content of a string; else a
  /// number; else, where that is negative, null.
  private struct Value {
    var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
    var isText = false
    var number: Int32 = -1
  }

  /// NUL-terminated, to be freed; nil when memory is out. A place without an event is null.
  public func json(of events: UnsafeBufferPointer<UnsafeMutablePointer<EventRecord>?>) -> UnsafeMutablePointer<UInt8>? {
    var room = 3
    for event in events { room += value(event).bytes.count + 12 }
    guard let out = malloc(room)?.bindMemory(to: UInt8.self, capacity: room) else { return nil }
    var end = out
    end.pointee = 0x5B
    for event in events {
      end += 1  // over the bracket, or the comma
      let value = value(event)
      if let start = value.bytes.baseAddress {
        end.pointee = 0x22
        if value.isText { end += 1 }
        memcpy(end, start, value.bytes.count)
        end += value.bytes.count
        end.pointee = 0x22
        if value.isText { end += 1 }
      } else if value.number >= 0 {
        var power: Int32 = 1
        while value.number / power > 9 { power *= 10 }
        while power > 0 {
          end.pointee = 0x30 + UInt8(truncatingIfNeeded: value.number / power % 10)
          end += 1
          power /= 10
        }
      } else {
        memcpy(end, ("null" as StaticString).utf8Start, 4)
        end += 4
      }
      end.pointee = 0x2C
    }
    if events.isEmpty { end += 1 }
    end.pointee = 0x5D
    end[1] = 0
    return out
  }

  private func value(_ event: UnsafeMutablePointer<EventRecord>?) -> Value {
    var value = Value()
    guard let event else { return value }
    let fields = event.pointee.fields
    var place = fields.data
    switch self {
    case .message:
      if !fields.flags.contains(.notJSON) { value.bytes = event.pointee.bytes }
      return value
    case .kind:
      value.number = fields.kind.rawValue
      return value
    case .flags:
      value.number = fields.flags.rawValue
      return value
    case .data:
      value.bytes = event.pointee.raw(place)
      return value
    case .channel:
      if let canonical = fields.kind.channel {
        value.bytes = UnsafeRawBufferPointer(canonical)
        value.isText = true
        return value
      }
      place = fields.channel
    case .rtstreamID: place = fields.rtstreamID
    case .text: place = fields.text
    case .label: place = fields.label
    }
    value.bytes = event.pointee.raw(place)
    value.isText = true
    return value
  }
}
