import CSystemShims
import VideoDBCore

/// Text that is put together in memory of a fixed size.
struct FixedText {
  private let memory: UnsafeMutableRawPointer
  private let capacity: Int
  private(set) var count = 0
  /// Not all of it had room; what is there is of no use.
  private(set) var isCut = false

  init(_ memory: UnsafeMutableRawPointer, capacity: Int) {
    self.memory = memory
    self.capacity = capacity
  }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count) }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, !isCut else { return }
    guard bytes.count <= capacity - count else {
      isCut = true
      return
    }
    memcpy(memory + count, source, bytes.count)
    count += bytes.count
  }

  mutating func add(_ text: StaticString) { add(UnsafeRawBufferPointer(text)) }
  mutating func add(_ text: [UInt8]) { text.withUnsafeBytes { add($0) } }
  mutating func add(_ number: Int64) { withDecimal(number) { add($0) } }
}
