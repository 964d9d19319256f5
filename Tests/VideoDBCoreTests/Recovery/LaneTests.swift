import Testing

@testable import VideoDBCore

struct LaneTests {
  private static func lane(capacity: Int = 1_000) -> Lane { Lane("s1".bytes, .transcript, capacity: capacity, now: 0) }
  private static func hash(_ text: String) -> UInt64 { text.bytes.withUnsafeBytes { textHash($0) } }
  private static func record(_ text: String, _ startMs: Int64, _ endMs: Int64) -> Record {
    // By way of JSON, as the service's are; seconds with three digits.
    var json = JSONWriter()
    json.set("text", text.bytes)
    json.set("start", secondsOfMs: startMs)
    json.set("end", secondsOfMs: endMs)
    return Record(JSON(json.text)!)
  }
  private static func live(
    _ lane: Lane, _ text: String, _ startMs: Int64, _ endMs: Int64, canPush: (UInt16) -> Bool = { _ in true }
  )
    -> Bool
  { lane.take(live: hash(text), startMs, endMs, now: 0, canPush: canPush) }

  @Test func aRecordStandsForOneLiveItem() {
    let lane = Self.lane()
    #expect(Self.live(lane, "a", 10_000, 12_000))
    #expect(Self.live(lane, "a", 10_000, 12_000), "two live items never stand for each other")
    for _ in 0..<2 { #expect(!lane.take(Self.record("a", 10_000, 12_000), source: 1, fetch: 1)) }
    #expect(lane.take(Self.record("a", 10_000, 12_000), source: 1, fetch: 1), "a third is one that was not pushed")
    // The same three in a later look are known.
    for _ in 0..<3 { #expect(!lane.take(Self.record("a", 10_000, 12_000), source: 1, fetch: 2)) }
    #expect(lane.take(Self.record("a", 10_000, 12_000), source: 1, fetch: 2))
  }

  @Test func aLiveItemStandsForOneRecord() {
    let lane = Self.lane()
    #expect(lane.take(Self.record("a", 10_000, 12_000), source: 1, fetch: 1))
    #expect(!Self.live(lane, " a\n", 10_300, 11_900), "white space and rounding do not count")
    #expect(Self.live(lane, "a", 10_300, 11_900), "the record has been used up")
  }

  @Test func neighboursOfEqualTextAreNotConfused() {
    let lane = Self.lane()
    for i in 0..<10 as Range<Int64> { #expect(Self.live(lane, "a", i * 1_000, (i + 1) * 1_000)) }
    for i in 0..<10 as Range<Int64> {
      #expect(!lane.take(Self.record("a", i * 1_000 + 240, (i + 1) * 1_000 + 240), source: 1, fetch: 1))
    }
    #expect(lane.take(Self.record("a", 10_240, 11_240), source: 1, fetch: 1))
  }

  @Test(arguments: [(1_000, 250), (2_000, 500), (8_000, 1_000), (1, 1), (0, 1), (-5_000, 1)] as [(Int64, Int64)])
  func toleranceIsAQuarterAndASecondAtMost(_ length: Int64, _ want: Int64) {
    #expect(Lane.tolerance(50_000, 50_000 + length) == want)
    let lane = Self.lane()
    #expect(Self.live(lane, "a", 50_000, 50_000 + length))
    #expect(!lane.take(Self.record("a", 50_000 + want, 50_000 + length + want), source: 1, fetch: 1))
    #expect(lane.take(Self.record("a", 50_000 + want + 1, 50_000 + length + want + 1), source: 1, fetch: 1))
  }

  @Test func otherTextsAndTimesAreOtherItems() {
    let lane = Self.lane()
    #expect(Self.live(lane, "a", 10_000, 12_000))
    #expect(lane.take(Self.record("b", 10_000, 12_000), source: 1, fetch: 1))
    #expect(lane.take(Self.record("a", 10_000, 14_000), source: 1, fetch: 1), "one that is longer is another")
  }

  /// Two indexes of one stream that see the same: a live item is anybody's, a record is its index's.
  @Test func twoSourcesWithEqualTexts() {
    let lane = Self.lane()
    #expect(Self.live(lane, "a", 10_000, 12_000))
    #expect(!lane.take(Self.record("a", 10_000, 12_000), source: 1, fetch: 1))
    #expect(lane.take(Self.record("a", 10_000, 12_000), source: 2, fetch: 2), "the second one's was not pushed")
    #expect(!lane.take(Self.record("a", 10_000, 12_000), source: 1, fetch: 3))
    #expect(!lane.take(Self.record("a", 10_000, 12_000), source: 2, fetch: 4))
  }

  /// The first one's records are asked for again after the second one's were pushed: they must not take the second one's item.
  @Test func aSourceKnowsItsOwnItemFirst() {
    let lane = Self.lane()
    #expect(Self.live(lane, "later", 20_000, 22_000))
    #expect(lane.take(Self.record("a", 10_000, 12_000), source: 1, fetch: 1))
    #expect(Self.live(lane, "a", 10_000, 12_000, canPush: { $0 == 2 }), "the first one pushes nothing: it is the second one's")
    #expect(!lane.take(Self.record("a", 10_000, 12_000), source: 1, fetch: 2))
    #expect(!lane.take(Self.record("a", 10_000, 12_000), source: 2, fetch: 3))
  }

  @Test func whatIsForgottenCountsAsDelivered() {
    let lane = Self.lane(capacity: 16)
    for i in 0..<17 as Range<Int64> { #expect(Self.live(lane, "\(i)", i * 1_000, (i + 1) * 1_000)) }
    #expect(lane.settledMs == 3_000, "a quarter was forgotten")
    for i in 0..<4 as Range<Int64> { #expect(lane.isSettled(Self.record("\(i)", i * 1_000 + 200, (i + 1) * 1_000 + 200))) }
    for i in 4..<17 as Range<Int64> {
      let record = Self.record("\(i)", i * 1_000 - 200, (i + 1) * 1_000 - 200)
      #expect(!lane.isSettled(record))
      #expect(!lane.take(record, source: 1, fetch: 1))
    }
  }

  /// A long window that is forgotten says nothing about the short ones in it.
  @Test func aLongItemSettlesNoShortOnes() {
    let lane = Self.lane(capacity: 16)
    #expect(Self.live(lane, "long", 0, 3_600_000))
    for i in 1..<17 as Range<Int64> { #expect(Self.live(lane, "\(i)", i * 10_000, i * 10_000 + 2_000)) }
    #expect(!lane.isSettled(Self.record("missed", 165_000, 167_000)))
    #expect(lane.take(Self.record("missed", 165_000, 167_000), source: 1, fetch: 1))
  }

  @Test func manyItemsStayWithinTheCapacity() {
    let lane = Self.lane(capacity: 64)
    var random = SeededRandom(seed: 3)
    for i in 0..<10_000 as Range<Int64> {
      let at = i * 1_000 + Int64(random.next() % 5_000)
      _ = Self.live(lane, "a", at, at + 1_000)
    }
    // Whatever is older is settled, so that nothing is taken for new.
    #expect(lane.settledMs > 9_000_000)
    #expect(lane.isSettled(Self.record("a", 5_000_000, 5_001_000)))
  }

  @Test func whiteSpaceAroundATextDoesNotCount() {
    #expect(Self.hash("a b") == Self.hash(" a b\t\r\n"))
    #expect(Self.hash("a b") != Self.hash("ab"))
    #expect(Self.hash("") == Self.hash("  \n"))
    #expect(Self.hash("12345678") != Self.hash("123456789"))
    let texts = (0..<2_000).map { String(repeating: "x", count: $0 % 40) + "\($0)" }
    #expect(Set(texts.map { Self.hash($0) }).count == texts.count)
  }
}
