import Testing

@testable import VideoDBCore

/// Reads as a channel does: each message in its turn, with what the ones before it have shown.
final class ChannelReader {
  let shapes = UnsafeMutablePointer<EventShapes>.allocate(capacity: 1)
  let record = UnsafeMutablePointer<EventRecord>.allocate(capacity: 1)

  init() {
    shapes.initialize(to: EventShapes())
    record.initialize(to: EventRecord())
  }

  deinit {
    record.pointee.freeScratch()
    record.deallocate()
    shapes.pointee.free()
    shapes.deallocate()
  }

  func read(_ message: [UInt8]) -> EventView {
    message.withUnsafeBytes { bytes in
      let fault = EventRecord.read(record, bytes, shapes, receivedMs: 1)
      let view = EventView(message, record.pointee.fields, fault)
      if fault == .none {
        var other = EventRecord()
        defer { other.freeScratch() }
        _ = other.read(bytes, receivedMs: 1)
        #expect(record.pointee.streamHash() == other.streamHash(), "\(message.text)")
        #expect(record.pointee.textHash() == other.textHash(), "\(message.text)")
        #expect(record.pointee.itemTimes() == other.itemTimes(), "\(message.text)")
        #expect(record.pointee.channelName().elementsEqual(other.channelName()), "\(message.text)")
        #expect(record.pointee.label().elementsEqual(other.label()) && record.pointee.text().elementsEqual(other.text()))
      }
      return view
    }
  }

  func knows(_ message: [UInt8]) -> Bool {
    message.withUnsafeBytes { bytes in
      record.pointee.reset(EventFields(), bytes, receivedMs: 1)
      return shapes.pointee.read(bytes, record) != nil
    }
  }
}
