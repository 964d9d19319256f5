import Testing

@testable import VideoDBCore

struct RecordFetchTests {
  /// A service with these records, in pages; what the fetch asks for is answered until it is over.
  private struct Service {
    var records: [(startMs: Int64, endMs: Int64)]
    var isNewestFirst = true
    /// A range has to hold a record, not only to touch it.
    var holds = false
    /// What happens between one page and the next.
    var meanwhile: (inout [(startMs: Int64, endMs: Int64)]) -> Void = { _ in }
    private(set) var pages = 0
    private(set) var slices: [[Record]] = []

    init(_ records: [(startMs: Int64, endMs: Int64)]) { self.records = records }

    mutating func run(_ fetch: RecordFetch, isKnown: (Record) -> Bool = { _ in false }) -> [Int64] {
      var fetch = fetch
      while pages < 5_000 {
        pages += 1
        let (from, to, page, size) = (fetch.fromMs, fetch.sliceEndMs, Int(fetch.page), Int(fetch.pageSize))
        let within = records.filter { holds ? $0.startMs >= from && $0.endMs <= to : $0.endMs > from && $0.startMs < to }
          .sorted { $0.startMs < $1.startMs }
        let shown = (isNewestFirst ? within.reversed() : within).dropFirst((page - 1) * size)
        let list = shown.prefix(size).map {
          #"{"start":\#(Double($0.startMs) / 1_000),"end":\#(Double($0.endMs) / 1_000),"text":"x"}"#
        }
        let answer = #"{"records":[\#(list.joined(separator: ","))],"next_page":\#(shown.count > size)}"#
        meanwhile(&records)
        guard case .slice(let slice) = fetch.take(answer.bytes, isKnown: isKnown) else { continue }
        slices.append(slice)
        if !fetch.nextSlice() { break }
      }
      return slices.flatMap { $0.map { $0.startMs } }
    }
  }

  private static func fetch(_ from: Int64, _ to: Int64, isQuick: Bool = false, large: Int64 = 10) -> RecordFetch {
    RecordFetch(from: from, to: to, isQuick: isQuick, pageSize: 10, largePageSize: large, beganMs: 0, connection: 1)
  }

  private static func seconds(_ count: Int64) -> [(startMs: Int64, endMs: Int64)] {
    (0..<count).map { ($0 * 1_000, $0 * 1_000 + 1_000) }
  }

  @Test(arguments: [true, false]) func pagesAreReadInAnyOrder(_ isNewestFirst: Bool) {
    var service = Service(Self.seconds(35))
    service.isNewestFirst = isNewestFirst
    #expect(service.run(Self.fetch(0, 100_000)) == (0..<35).map { $0 * 1_000 })
    #expect(service.pages == 4)
  }

  /// A newer record at the front with each page pushes the last one to the next.
  @Test(arguments: [1, 2, 3]) func pagesThatShiftLoseNothingAndRepeatNothing(_ newer: Int64) {
    var service = Service(Self.seconds(35))
    var at: Int64 = 35
    service.meanwhile = { records in
      for _ in 0..<newer {
        records.append((at * 1_000, at * 1_000 + 1_000))
        at += 1
      }
    }
    let got = service.run(Self.fetch(0, 10_000_000))
    #expect(Set(got).isSuperset(of: (0..<35).map { $0 * 1_000 }))
    #expect(Set(got).count == got.count)
  }

  /// More pages than a slice takes: the range is halved until they fit, and no slice grows beyond that again.
  @Test(arguments: [true, false], [true, false]) func aLongRangeComesInSlices(_ isNewestFirst: Bool, _ holds: Bool) {
    var service = Service((0..<1_000).map { ($0 * 1_000, $0 * 1_000 + 2_500) })
    service.isNewestFirst = isNewestFirst
    service.holds = holds
    let got = service.run(Self.fetch(-10_000, 1_010_000))
    #expect(Set(got) == Set((0..<1_000).map { $0 * 1_000 }), "also those that lie across the end of a slice")
    #expect(service.slices.allSatisfy { $0.count <= 110 })
    #expect(service.slices.allSatisfy { slice in zip(slice, slice.dropFirst()).allSatisfy { $0.startMs <= $1.startMs } })
    #expect(service.pages < 500)
  }

  /// Ten seconds with 300 records each, at the end of a range of three minutes: large pages, and little that is read in vain.
  @Test(arguments: [true, false]) func aBusyRangeIsReadInLargePages(_ isNewestFirst: Bool) {
    let starts = (0..<3_000).map { 170_000 + Int64($0) * 1_000 / 300 }
    var service = Service(starts.map { ($0, $0 + 1_000) })
    service.isNewestFirst = isNewestFirst
    #expect(Set(service.run(Self.fetch(0, 190_000, large: 100))) == Set(starts))
    #expect(service.slices.allSatisfy { $0.count <= 1_000 }, "memory is bounded")
    // 30 pages at least, each about three times, since a slice of a second has what touches it and the second before.
    #expect(service.pages < 160)
    var refused = Self.fetch(0, 190_000, large: 100)
    refused.refuseLargePages(10)
    #expect(Set(service.run(refused)) == Set(starts))
  }

  @Test func manyRecordsOfOneSecondAreStillRead() {
    var service = Service((0..<300).map { (50_000 + $0, 50_500 + $0) })
    #expect(Set(service.run(Self.fetch(0, 100_000))).count == 300)
  }

  @Test func aQuickLookEndsWithAPageWithoutNews() {
    var service = Service(Self.seconds(100))
    _ = service.run(Self.fetch(0, 200_000, isQuick: true), isKnown: { $0.startMs < 95_000 })
    #expect(service.pages == 2)
  }

  /// A service that ignores `page` and always names a next one.
  @Test func aNextPageThatNeverEndsIsNotAskedForForEver() {
    for page in [#"{"start":1,"end":2,"text":"x"}"#, #"{"start":1,"end":2},{"start":1,"end":2}"#, "null", "{}"] {
      var fetch = Self.fetch(0, 4_000)
      var asked = 0
      while asked < 10_000 {
        asked += 1
        guard case .slice = fetch.take(#"{"records":[\#(page)],"next_page":true}"#.bytes, isKnown: { _ in false }) else {
          continue
        }
        if !fetch.nextSlice() { break }
      }
      #expect(asked < 200)
    }
  }

  /// The same with a record that is new on each page: memory is bounded all the same.
  @Test func pagesWithoutEndEnd() {
    var fetch = Self.fetch(0, 1_000)
    var asked = 0
    while asked < 10_000 {
      asked += 1
      if case .slice = fetch.take(
        #"{"records":[{"start":0.\#(asked),"end":1}],"next_page":true}"#.bytes, isKnown: { _ in false })
      {
        break
      }
    }
    #expect(asked == 100)
  }

  @Test(arguments: [
    "", "null", "[]", "{}", "3", #"{"records":3}"#, #"{"records":null}"#, #"{"records":{}}"#, #"{"segment":[]}"#,
    #"{"records":[1,"#, "\u{0}",
  ])
  func whatIsNoListIsABadAnswer(_ answer: String) {
    var fetch = Self.fetch(0, 1_000)
    guard case .badAnswer = fetch.take(answer.bytes, isKnown: { _ in false }) else {
      Issue.record("\(answer) was taken")
      return
    }
  }

  @Test(arguments: ["transcription_records", "scene_index_records", "records", "segments", "transcriptions"])
  func listsOfEachNameAreRead(_ key: String) {
    var fetch = Self.fetch(0, 1_000)
    guard case .slice(let records) = fetch.take(#"{"\#(key)":[{"start":1,"end":2,"text":"x"}]}"#.bytes, isKnown: { _ in false })
    else {
      Issue.record("\(key) is not read")
      return
    }
    #expect(records.map { $0.startMs } == [1_000])
  }

  @Test func recordsMayBeOdd() {
    func record(_ json: String) -> Record { Record(JSON(json.bytes)!) }
    #expect(record(#"{"description":"d","text":"t"}"#).text == "d".bytes)
    #expect(record(#"{"description":null,"text":"t"}"#).text == "t".bytes)
    #expect(record(#"{"start":"1.5","end":"1700000000000"}"#).startMs == 1_500)
    #expect(record(#"{"start":"1.5","end":"1700000000000"}"#).endMs == 1_700_000_000_000)
    for odd in ["1e400", "-1e400", "1e308", "-1e308", "9223372036854775807", "null", "[]", #""NaN""#, #""""#, "true", "-5"] {
      let odd = record(#"{"start":\#(odd),"end":\#(odd),"text":7}"#)
      #expect(abs(odd.startMs) <= 1_000_000_000_000_000 && odd.text == [])
      // Nothing that is done with them overflows.
      let lane = Lane("s".bytes, .transcript, capacity: 16, now: 0)
      #expect(lane.take(odd, source: 1, fetch: 1) && lane.knows(odd, source: 1))
      #expect(!lane.take(odd, source: 1, fetch: 2) && !lane.isSettled(odd))
    }
    for other in ["3", #""x""#, "[]", "null", "true"] { #expect(record(other).text == []) }
  }
}
