import VideoDBCore
import VideoDBTransport

/// What a paged operation lists, one record at a time; the next page is fetched when it is needed.
public final class Records: Sendable {
  /// How an operation's answer is paged (PROTOCOL 2.5, 2.7, 2.9, 2.11, 2.12).
  private enum Paging {
    /// `page` from 1, `next_page` true while there are more.
    case numbered
    /// `offset`, `next` or `count`.
    case offset
    /// `cursor`, `next_page` holds the next one.
    case cursor
  }

  private struct State {
    var isBusy = false
    /// Of the last page, the next one last.
    var waiting: [JSON] = []
    /// The last page, to know what has moved to the next one.
    var lastPage: [JSON] = []
    var page: Int64 = 1
    var fetched: Int64 = 0
    var cursor: [UInt8]?
    var repeats = 0
    var isOver = false
  }

  package let client: Client
  private let operation: Operation
  private let arguments: [UInt8]
  private let key: StaticString
  private let paging: Paging
  private let state = Locked(State())

  /// A page that brings nothing new means that newer records have pushed it on; this often it means that the service ignores `page`.
  private static let maxRepeats = 3

  /// `arguments` is the text of a JSON object, like those of `Client.start`. (A class initialiser that fails leaks its object in
  /// Embedded Swift.)
  public static func make(_ client: Client, _ operation: Operation, arguments: UnsafeRawBufferPointer? = nil)
    throws(VideoDBError) -> Records
  {
    let key: StaticString
    let paging: Paging
    switch operation {
    case .sceneIndexGetScenes: (key, paging) = ("scene_index_records", .numbered)
    case .rtstreamGetTranscript: (key, paging) = ("transcription_records", .numbered)
    case .understandingGetRecords, .indexGetRecords: (key, paging) = ("records", .numbered)
    case .rtstreamList: (key, paging) = ("results", .offset)
    case .captureSessionList: (key, paging) = ("sessions", .cursor)
    default: throw VideoDBError(.argument, "\(operation.name) is not paged: call it once.")
    }
    let tree = if let arguments { try JSONTree.parseObject(arguments, "args_json") } else { try JSONTree.object() }
    let text = try tree.text()
    // What is wrong with the arguments is told here, not at the first record.
    _ = try operation.request(arguments: tree)
    return Records(client, operation, text, key, paging)
  }

  private init(_ client: Client, _ operation: Operation, _ arguments: [UInt8], _ key: StaticString, _ paging: Paging) {
    self.client = client
    self.operation = operation
    self.arguments = arguments
    self.key = key
    self.paging = paging
  }

  /// The next record; `.end` after the last. After any other error the next call tries again.
  public func next(op: Op? = nil) throws(VideoDBError) -> JSON {
    while true {
      switch try begin() {
      case .record(let record): return record
      case .fetch(let request):
        let answer: Result<[UInt8], VideoDBError>
        do throws(VideoDBError) {
          answer = .success(try client.call(request, op))
        } catch {
          answer = .failure(error)
        }
        try finish(answer)
      }
    }
  }

  package enum Step {
    case record(JSON)
    /// To be sent; `finish` has to be told what came of it.
    case fetch(Request)
  }

  /// The next record, or what has to be asked for first; `.end` after the last.
  package func begin() throws(VideoDBError) -> Step {
    let (record, state) = self.state.withLock { state -> (JSON?, State) in
      let record = state.isBusy ? nil : state.waiting.popLast()
      defer { if record == nil, !state.isOver { state.isBusy = true } }
      return (record, state)
    }
    if let record { return .record(record) }
    if state.isBusy {
      throw VideoDBError(.state, "Another thread is fetching the next record. Use one iterator for each thread.")
    }
    if state.isOver { throw VideoDBError(.end, "\(operation.name): that were all records.") }
    do throws(VideoDBError) {
      return .fetch(try request(state))
    } catch {
      self.state.withLock { $0.isBusy = false }
      throw error
    }
  }

  package func finish(_ answer: Result<[UInt8], VideoDBError>) throws(VideoDBError) {
    // Nobody else changes it while it is busy.
    var state = self.state.withLock { $0 }
    defer {
      state.isBusy = false
      self.state.withLock { $0 = state }
    }
    try take(answer.get(), &state)
  }

  private func take(_ answer: [UInt8], _ state: inout State) throws(VideoDBError) {
    guard let json = JSON(answer), json.isObject else {
      throw VideoDBError(.badAnswer, "\(operation.name): the answer is no JSON object.")
    }
    guard let list = json[key], list.isArray else {
      throw client.badAnswer("\(operation.name): the answer has no list `\(key)`.", json)
    }
    let page = list.elements
    let moved = Self.overlap(state.lastPage, page)
    if moved == page.count, !page.isEmpty {
      state.repeats += 1
      if state.repeats >= Self.maxRepeats {
        throw client.badAnswer("\(operation.name): the service repeats the same page.", json)
      }
    } else {
      state.repeats = 0
    }
    state.waiting = page.dropFirst(moved).reversed()
    state.lastPage = page
    state.page += 1
    state.fetched += Int64(page.count)
    state.isOver = page.isEmpty || !hasMore(json, &state)
  }

  private func hasMore(_ json: JSON, _ state: inout State) -> Bool {
    switch paging {
    case .numbered: return json["next_page"]?.bool ?? false
    case .offset:
      if let next = json["next"] { return !next.isNull }
      return (json["count"]?.int ?? 0) > state.fetched
    case .cursor:
      state.cursor = json["next_page"]?.stringBytes
      return !(state.cursor ?? []).isEmpty
    }
  }

  private func request(_ state: State) throws(VideoDBError) -> Request {
    let tree = try JSONTree.parseObject(bytes: arguments, "args_json")
    switch paging {
    case .numbered:
      let first = tree.member("page").map { JSONTree.integer($0) } ?? 1
      try tree.set("page", first &+ (state.page - 1))
    case .offset:
      let first = tree.member("offset").map { JSONTree.integer($0) } ?? 0
      try tree.set("offset", first &+ state.fetched)
    case .cursor: if let cursor = state.cursor { try tree.set("cursor", cursor) }
    }
    return try operation.request(arguments: tree)
  }

  /// How many records at the front of a page are those at the back of the page before: newest come first, so that new ones push old
  /// ones on to the next page.
  private static func overlap(_ before: [JSON], _ page: [JSON]) -> Int {
    var count = min(before.count, page.count)
    while count > 0 {
      var isSame = true
      for i in 0..<count where isSame { isSame = before[before.count - count + i].isSameText(as: page[i]) }
      if isSame { return count }
      count -= 1
    }
    return 0
  }
}
