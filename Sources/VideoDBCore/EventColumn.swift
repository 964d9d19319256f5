import CSystemShims

/// One thing of each of many events: for languages to which every call of an accessor is dear. The numbers are those of the header.
public enum EventColumn: Int32, Sendable {
  case message = 0
  case data = 1
  case channel = 2
  case rtstreamID = 3
  case text = 4
  case label = 5
  case kind = 6
  case flags = 7
  case start = 8
  case end = 9
  case confidence = 10
  case receivedMs = 11

  public typealias Events = UnsafeBufferPointer<UnsafeMutablePointer<EventRecord>?>

  /// What an event has of it. Strings are as in the message, without their quotes.
  private enum Value {
    case none
    case json(UnsafeRawBufferPointer)
    case text(UnsafeRawBufferPointer, hasEscapes: Bool)
    case integer(Int64)
    case real(Double)
  }

  /// A JSON array, NUL-terminated, to be freed; nil when memory is out. A place without an event is null.
  public func json(of events: Events) -> UnsafeMutablePointer<UInt8>? {
    var room = 3
    for event in events {
      switch value(event) {
      case .json(let bytes), .text(let bytes, _): room += bytes.count + 3
      default: room += Self.longestNumber
      }
    }
    guard let out = malloc(room)?.bindMemory(to: UInt8.self, capacity: room) else { return nil }
    var end = out
    end.pointee = 0x5B
    for event in events {
      end += 1  // over the bracket, or the comma
      switch value(event) {
      case .json(let bytes): end = Self.copy(bytes, to: end)
      case .text(let bytes, _):
        end.pointee = 0x22
        end = Self.copy(bytes, to: end + 1)
        end.pointee = 0x22
        end += 1
      case .integer(let number): end = Self.write(number, to: end)
      case .real(let number):
        UnsafeMutableRawPointer(end).withMemoryRebound(to: CChar.self, capacity: Self.longestNumber) {
          end += Int(vdbshim_json_real(number, $0, Self.longestNumber))
        }
      case .none:
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

  /// A pickle of a tuple, for Python. The memory is to be freed; nil when it is out. A place without an event is None.
  public func pickle(of events: Events) -> UnsafeMutableBufferPointer<UInt8>? {
    // A guess: of what is not in the message, a few bytes.
    var room = 64 + 16 * events.count
    if isOfMessage { for event in events { room += event?.pointee.bytes.count ?? 0 } }
    guard var out = PickleWriter(capacity: room) else { return nil }
    for event in events {
      switch value(event) {
      case .none: out.none()
      case .json(let bytes): out.json(bytes)
      case .text(let bytes, hasEscapes: true): out.decoded(bytes)
      case .text(let bytes, hasEscapes: false): out.text(bytes)
      case .integer(let number): out.integer(number)
      case .real(let number): out.real(number)
      }
    }
    return out.finish()
  }

  private var isOfMessage: Bool { self == .message || self == .data || self == .text }

  @inline(__always)
  private func value(_ event: UnsafeMutablePointer<EventRecord>?) -> Value {
    guard let event else { return .none }
    switch self {
    case .message: return event.pointee.fields.flags.contains(.notJSON) ? .none : .json(event.pointee.bytes)
    case .data:
      let bytes = event.pointee.raw(event.pointee.fields.data)
      return bytes.baseAddress == nil ? .none : .json(bytes)
    case .channel:
      if let canonical = event.pointee.fields.kind.channel {
        return .text(UnsafeRawBufferPointer(canonical), hasEscapes: false)
      }
      return Self.text(event, event.pointee.fields.channel)
    case .rtstreamID: return Self.text(event, event.pointee.fields.rtstreamID)
    case .text: return Self.text(event, event.pointee.fields.text)
    case .label: return Self.text(event, event.pointee.fields.label)
    case .kind: return .integer(Int64(event.pointee.fields.kind.rawValue))
    case .flags: return .integer(Int64(event.pointee.fields.flags.rawValue))
    case .start: return Self.real(event.pointee.fields.start)
    case .end: return Self.real(event.pointee.fields.end)
    case .confidence: return Self.real(event.pointee.fields.confidence)
    case .receivedMs: return .integer(event.pointee.receivedMs)
    }
  }

  private static func text(_ event: UnsafeMutablePointer<EventRecord>, _ place: EventFields.Place) -> Value {
    let bytes = event.pointee.raw(place)
    return bytes.baseAddress == nil ? .none : .text(bytes, hasEscapes: place.hasEscapes)
  }

  private static func real(_ number: Double) -> Value { number.isFinite ? .real(number) : .none }

  private static var longestNumber: Int { 40 }

  private static func copy(_ bytes: UnsafeRawBufferPointer, to out: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>
  {
    if let base = bytes.baseAddress { memcpy(out, base, bytes.count) }
    return out + bytes.count
  }

  /// None of them is negative.
  private static func write(_ number: Int64, to out: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    var end = out
    var power: Int64 = 1
    while number / power > 9 { power *= 10 }
    while power > 0 {
      end.pointee = 0x30 + UInt8(truncatingIfNeeded: number / power % 10)
      end += 1
      power /= 10
    }
    return end
  }
}
