/// One record of the service, as far as events need it (PROTOCOL 2.7, 2.9).
struct Record {
  let startMs: Int64
  let endMs: Int64
  let text: [UInt8]
  let hash: UInt64

  init(_ json: JSON) {
    startMs = milliseconds(json["start"]?.number)
    endMs = milliseconds(json["end"]?.number)
    text = json["description"]?.stringBytes ?? json["text"]?.stringBytes ?? []
    hash = text.withUnsafeBytes { textHash($0) }
  }

  private static func isBefore(_ a: Record, _ b: Record) -> Bool {
    a.startMs == b.startMs ? a.endMs < b.endMs : a.startMs < b.startMs
  }

  /// By time. The service lists them in order or in reverse, but for a few that were late: an insertion sort has little to do.
  static func inOrder(_ records: [Record]) -> [Record] {
    var sorted = records
    if let first = sorted.first, let last = sorted.last, isBefore(last, first) { sorted.reverse() }
    var i = 1
    while i < sorted.count {
      var at = i
      while at > 0, isBefore(sorted[at], sorted[at - 1]) {
        sorted.swapAt(at, at - 1)
        at -= 1
      }
      i += 1
    }
    return sorted
  }
}

/// A time of the service in milliseconds since the Unix epoch, 0 where there is none.
public func milliseconds(_ value: Double?) -> Int64 {
  guard let value, value.isFinite else { return 0 }
  if value >= 0, value < 1e11 { return Int64(value * 1e3 + 0.5) }
  // By magnitude (PROTOCOL 3.6), and never so large that sums of it overflow.
  let ms = value >= 1e14 ? value / 1e3 : value >= 1e11 ? value : value * 1e3
  // Not `rounded`, which is libm's: a library more to load, and to look in for each symbol of a process.
  return Int64(min(max(ms, -1e15), 1e15) + (ms < 0 ? -0.5 : 0.5))
}

/// The records of a source between two times, page by page.
///
/// No order of the pages is relied on, and newer records may push others to the next page meanwhile (PROTOCOL 3.9). A range with very many
/// records is taken in slices, oldest first, so that memory is bounded and the application gets them in order.
struct RecordFetch {
  enum Step {
    /// Ask for `page` of the slice.
    case more
    /// The slice is whole: its records by time.
    case slice([Record])
    case badAnswer
  }

  /// The slice, in milliseconds since the Unix epoch.
  private(set) var fromMs: Int64
  private(set) var sliceEndMs: Int64
  let beginMs: Int64
  let toMs: Int64
  /// Only what is new at the front is looked for: a page without news ends it.
  let isQuick: Bool
  private(set) var page: Int64 = 1
  private(set) var pageSize: Int64
  /// For ranges with very many.
  private var largePageSize: Int64
  /// Where the slice before it ended. The slice begins earlier by the longest record: a range may have to hold the records that it gives.
  private var coreMs: Int64
  private var longestMs: Int64 = 0
  /// Pages in a row that had nothing that was not on the one before.
  private var repeats = 0
  private var records: [Record] = []
  /// The records of the slice so far as they were sent.
  private var earlierPages: [UInt64] = []
  /// New records of the slice, the next one last; they wait for room.
  var ready: [Record] = []
  /// All pages of the slice are here.
  var isWhole = false
  var delivered: Int64 = 0
  /// Of them, those that ended after the pipeline was bound again.
  var missed: Int64 = 0
  /// Of them, those of the gap.
  var ofGap: Int64 = 0
  /// What ended by then has been listed when all pages are here; `Int64.min` where one has shown that it may come later.
  var settlesMs = Int64.min
  /// Monotonic; when it began, and with which connection (0: none was up).
  let beganMs: Int64
  let connection: Int

  /// More pages than this are too many for a slice.
  private static let maxPages: Int64 = 8
  private static let minSliceMs: Int64 = 1_000
  /// More than this are none that a service has.
  private static let mostPages: Int64 = 100

  init(
    from fromMs: Int64, to toMs: Int64, isQuick: Bool, pageSize: Int64, largePageSize: Int64, beganMs: Int64, connection: Int
  ) {
    self.pageSize = pageSize
    self.largePageSize = largePageSize
    self.beganMs = beganMs
    self.connection = connection
    self.fromMs = fromMs
    coreMs = fromMs
    beginMs = fromMs
    self.toMs = max(toMs, fromMs + 1)
    sliceEndMs = self.toMs
    self.isQuick = isQuick
  }

  mutating func take(_ answer: [UInt8], isKnown: (Record) -> Bool) -> Step {
    guard let json = JSON(answer),
      let list = json["transcription_records"] ?? json["scene_index_records"] ?? json["records"] ?? json["segments"]
        ?? json["transcriptions"], list.isArray
    else { return .badAnswer }
    let elements = list.elements
    var hasNews = false
    let before = records.count
    // Each of them stands for one record of each later page.
    var unmatched = earlierPages
    for element in elements {
      // Newer records, and late ones anywhere, push others to later pages: what stood on an earlier one too is the same record.
      let text = element.hash
      if let moved = unmatched.firstIndex(of: text) {
        unmatched.remove(at: moved)
        continue
      }
      earlierPages.append(text)
      let record = Record(element)
      if isQuick, !hasNews { hasNews = !isKnown(record) }
      longestMs = max(longestMs, min(record.endMs - record.startMs, 600_000))
      records.append(record)
    }
    repeats = records.count > before ? 0 : repeats + 1
    if json["next_page"]?.bool ?? false, !elements.isEmpty, hasNews || !isQuick, repeats < 3, page < Self.mostPages {
      page += 1
      let mayNarrow = sliceEndMs - coreMs > Self.minSliceMs || pageSize < largePageSize
      if page > Self.maxPages, repeats == 0, mayNarrow { narrow() }
      return .more
    }
    defer { records = [] }
    return .slice(Record.inOrder(records))
  }

  /// The service refused the large pages.
  mutating func refuseLargePages(_ size: Int64) {
    largePageSize = size
    pageSize = size
    begin(until: sliceEndMs)
  }

  /// There are more pages than a slice may have: begins again with fewer records. What has been read says how close they lie, where the
  /// service lists them by time.
  private mutating func narrow() {
    let width = sliceEndMs - coreMs
    let most = pageSize < largePageSize ? width : width / 2
    pageSize = largePageSize
    let first = records.reduce(Int64.max) { min($0, $1.startMs) }
    let last = records.reduce(Int64.min) { max($0, $1.startMs) }
    // With room for some more; and a slice begins earlier by the longest record.
    let share = 0.75 * Double(Self.maxPages * pageSize) / Double(records.count)
    let fits = Double(last - first) * share - Double(longestMs)
    begin(until: coreMs + max(fits < Double(most) ? Int64(fits) : most, min(Self.minSliceMs, width)))
  }

  /// Goes on with the next slice; false: that was the last.
  mutating func nextSlice() -> Bool {
    isWhole = false
    guard sliceEndMs < toMs else { return false }
    let width = sliceEndMs - coreMs
    let isHalfFull = page > Self.maxPages / 2
    coreMs = sliceEndMs
    fromMs = coreMs - longestMs
    begin(until: min(toMs, coreMs + (isHalfFull ? width : 2 * width)))
    return true
  }

  private mutating func begin(until endMs: Int64) {
    sliceEndMs = endMs
    page = 1
    repeats = 0
    records = []
    earlierPages = []
  }
}
