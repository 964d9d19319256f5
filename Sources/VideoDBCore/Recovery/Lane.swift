/// What one stream has on one channel: the items that the application was given, so that none is given twice.
///
/// Messages carry no id and no sequence number (PROTOCOL 3.3), and one item comes over the socket and from the record endpoints with
/// times that may be rounded differently (3.9). What is compared is therefore text and times, one to one: each record stands for at
/// most one live item and the other way round, and two live items never stand for each other.
final class Lane {
  struct Item {
    var text: UInt64
    var startMs: Int64
    var endMs: Int64
    /// The source that has it among its records; 0: none has been seen to.
    var source: UInt16
    /// The fetch that saw it there last.
    var fetch: UInt32
    /// It came over the socket.
    var isLive: Bool
  }

  /// Decoded, as events name it.
  let stream: [UInt8]
  let kind: EventKind
  /// By start.
  private var items = ItemRing()
  /// Start of the newest item that had to be forgotten: what started by then counts as delivered.
  private(set) var settledMs = Int64.min
  /// End of the newest item; `Int64.min` before the first.
  private(set) var lastEndMs = Int64.min
  /// Monotonic; when the last live item came.
  private(set) var lastLiveMs: Int64
  /// Start of the newest item that is remembered.
  private var newestMs = Int64.min
  /// How often a live item came.
  private(set) var liveCount: Int64 = 0
  private let capacity: Int

  init(_ stream: [UInt8], _ kind: EventKind, capacity: Int, now: Int64) {
    self.stream = stream
    self.kind = kind
    self.capacity = max(capacity, 16)
    lastLiveMs = now
  }

  // MARK: Live items

  @inline(__always)
  func isOf(_ stream: UnsafeRawBufferPointer, _ kind: EventKind) -> Bool {
    self.kind == kind && self.stream.withUnsafeBytes { $0.equals(stream) }
  }

  /// A message came over the socket, and is newer than everything: the usual case. false: it is not.
  @inline(__always)
  func takeNewest(_ text: UInt64, _ startMs: Int64, _ endMs: Int64, now: Int64) -> Bool {
    guard startMs &- Self.tolerance(startMs, endMs) > newestMs, items.count < capacity else { return false }
    lastLiveMs = now
    liveCount &+= 1
    newestMs = startMs
    lastEndMs = max(lastEndMs, endMs)
    items.append(Item(text: text, startMs: startMs, endMs: endMs, source: 0, fetch: 0, isLive: true))
    return true
  }

  /// A message came over the socket. false: it was delivered already, as a record of a source that can have pushed it.
  func take(live text: UInt64, _ startMs: Int64, _ endMs: Int64, now: Int64, canPush: (UInt16) -> Bool) -> Bool {
    lastLiveMs = now
    liveCount += 1
    let known = nearest(text, startMs, endMs) { !$0.isLive && canPush($0.source) }
    if let known {
      items[known].isLive = true
      return false
    }
    insert(Item(text: text, startMs: startMs, endMs: endMs, source: 0, fetch: 0, isLive: true))
    return true
  }

  // MARK: Records

  /// A record of a source. false: it was delivered already.
  func take(_ record: Record, source: UInt16, fetch: UInt32) -> Bool {
    // First what it was seen to have before: an item of nobody's may be another source's.
    let known =
      nearest(record.hash, record.startMs, record.endMs) { $0.source == source && $0.fetch != fetch }
      ?? nearest(record.hash, record.startMs, record.endMs) { $0.source == 0 }
    if let known {
      items[known].source = source
      items[known].fetch = fetch
      return false
    }
    insert(
      Item(text: record.hash, startMs: record.startMs, endMs: record.endMs, source: source, fetch: fetch, isLive: false))
    return true
  }

  /// Whether the record was delivered already.
  func knows(_ record: Record, source: UInt16) -> Bool {
    nearest(record.hash, record.startMs, record.endMs) { $0.source == source || $0.source == 0 } != nil
  }

  /// Whether it is of a time whose items have been forgotten.
  func isSettled(_ record: Record) -> Bool {
    settledMs != .min && record.startMs <= settledMs + Self.tolerance(record.startMs, record.endMs)
  }

  /// Forgets which records were a source's, since its number is given to another.
  func release(source: UInt16) {
    for i in 0..<items.count where items[i].source == source { items[i].source = 0 }
  }

  /// An item of an earlier process.
  func restore(_ text: UInt64, _ startMs: Int64, _ endMs: Int64) {
    insert(Item(text: text, startMs: startMs, endMs: endMs, source: 0, fetch: 0, isLive: true))
  }

  func restore(settledMs: Int64) { self.settledMs = max(self.settledMs, settledMs) }

  // MARK: Matching

  /// Times may be rounded to the second at most, and never so far that neighbours of equal text are confused (PROTOCOL 3.9).
  @inline(__always)
  static func tolerance(_ startMs: Int64, _ endMs: Int64) -> Int64 { itemTolerance(startMs, endMs) }

  private func nearest(_ text: UInt64, _ startMs: Int64, _ endMs: Int64, _ isOpen: (Item) -> Bool) -> Int? {
    let tolerance = Self.tolerance(startMs, endMs)
    var at = place(startMs - tolerance)
    var best: Int?
    var distance = Int64.max
    while at < items.count, items[at].startMs <= startMs + tolerance {
      let item = items[at]
      let off = abs(item.startMs - startMs) + abs(item.endMs - endMs)
      if item.text == text, abs(item.endMs - endMs) <= tolerance, off < distance, isOpen(item) {
        best = at
        distance = off
      }
      at += 1
    }
    return best
  }

  /// The first item that starts at this time or later.
  private func place(_ startMs: Int64) -> Int {
    var low = 0
    var high = items.count
    // Mostly one of the newest.
    for _ in 0..<8 {
      guard high > 0, items[high - 1].startMs >= startMs else { return high }
      high -= 1
    }
    while low < high {
      let middle = (low + high) / 2
      if items[middle].startMs < startMs { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func insert(_ item: Item) {
    lastEndMs = max(lastEndMs, item.endMs)
    newestMs = max(newestMs, item.startMs)
    if items.count >= capacity {
      // A quarter at a time, so that an item costs no more than its place.
      let forgotten = capacity / 4
      settledMs = max(settledMs, items[forgotten - 1].startMs)
      items.removeFirst(forgotten)
    }
    items.insert(item, at: place(item.startMs))
  }
}

/// How far the times of an item may lie apart in milliseconds: see `Lane`.
@inline(__always)
public func itemTolerance(_ startMs: Int64, _ endMs: Int64) -> Int64 { min(max((endMs &- startMs) &>> 2, 1), 1_000) }

/// A text as it is compared: its bytes without white space around them.
public func textHash(_ text: UnsafeRawBufferPointer) -> UInt64 {
  var from = 0
  var to = text.count
  while from < to, text[from] <= 0x20 { from += 1 }
  while to > from, text[to - 1] <= 0x20 { to -= 1 }
  guard let base = text.baseAddress else { return 0 }
  let count = to &- from
  var hash = 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: count)
  // Two at a time, which do not wait for each other.
  var other: UInt64 = 0
  while from &+ 32 <= to {
    hash = mix(hash ^ word(base, from), word(base, from &+ 8))
    other = mix(other ^ word(base, from &+ 16), word(base, from &+ 24))
    from &+= 32
  }
  hash ^= other
  if from &+ 16 <= to {
    hash = mix(hash ^ word(base, from), word(base, from &+ 8))
    from &+= 16
  }
  // What is left, with bytes that were there before where it is short of sixteen.
  if count >= 16 {
    hash = mix(hash ^ word(base, to &- 16), word(base, to &- 8))
  } else {
    var rest: (UInt64, UInt64) = (0, 0)
    while from < to {
      rest = (rest.0 &<< 8 | rest.1 &>> 56, rest.1 &<< 8 | UInt64(base.load(fromByteOffset: from, as: UInt8.self)))
      from &+= 1
    }
    hash = mix(hash ^ rest.0, rest.1)
  }
  return mix(hash, 0)
}

/// Four words, as they are compared.
@inline(__always)
public func wordsHash(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) -> UInt64 {
  mix(mix(0x9E37_79B9_7F4A_7C15 ^ a, b) ^ c, d)
}

@inline(__always)
private func word(_ base: UnsafeRawPointer, _ at: Int) -> UInt64 {
  base.loadUnaligned(fromByteOffset: at, as: UInt64.self).littleEndian
}

@inline(__always)
private func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
  let product = (a ^ 0xD6E8_FEB8_6659_FD93).multipliedFullWidth(by: b ^ 0xA076_1D64_78BD_642F)
  return product.high ^ product.low
}
