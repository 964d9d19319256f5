import Testing

@testable import VideoDBCore

struct ItemRingTests {
  private static func item(_ number: UInt64) -> Lane.Item {
    Lane.Item(text: number, startMs: 0, endMs: 0, source: 0, fetch: 0, isLive: true)
  }

  /// Beside an array, through many turns of the ring.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func holdsWhatAnArrayHolds(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var ring = ItemRing()
    var array: [UInt64] = []
    for number in 0..<20_000 as Range<UInt64> {
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<5:
        ring.append(Self.item(number))
        array.append(number)
      case 5..<9:
        let place = Int.random(in: 0...array.count, using: &random)
        ring.insert(Self.item(number), at: place)
        array.insert(number, at: place)
      default:
        let count = Int.random(in: 0...min(array.count, 20), using: &random)
        ring.removeFirst(count)
        array.removeFirst(count)
      }
      if let i = array.indices.randomElement(using: &random) { ring[i].source = UInt16(truncatingIfNeeded: array[i]) }
      #expect(ring.count == array.count)
      guard number % 50 == 0 else { continue }
      for i in array.indices where ring[i].text != array[i] { Issue.record("\(i) of \(array.count)") }
    }
  }
}
