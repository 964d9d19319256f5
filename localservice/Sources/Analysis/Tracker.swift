/// Follows blobs from frame to frame and says what comes and what goes.
struct Tracker {
  enum Event {
    case entered(Passage)
    case left(Passage)
  }

  /// The way that things went in one frame, weighted with their size.
  struct Flow {
    var right = 0.0
    var down = 0.0
    /// The same without regard to direction.
    var total = 0.0
  }

  private var tracks: [Track] = []
  private static let longestHidden = 5.0
  private static let mostTracks = 64

  /// Things smaller than this share of the picture come and go unmentioned.
  static let smallest = 0.002
  /// What appears or vanishes within the picture is more often a limb or a shadow than a thing, so it takes more.
  static let smallestWithin = 0.008

  /// Forgets all, without events: after a scene cut, a gap, a change of light or a camera movement nobody can say
  /// what is still the same thing.
  mutating func forget() { tracks = [] }

  /// `isWarmUp`: the background is new, so what appears may have been there all the time.
  mutating func update(_ blobs: [Blob], at time: Double, grid: Grid, isWarmUp: Bool) -> (events: [Event], flow: Flow) {
    var flow = Flow()
    let matched = match(blobs, at: time, grid: grid)
    let boxesBefore = tracks.map(\.box)
    for (track, blob) in matched {
      let (dx, dy) = tracks[track].see(blobs[blob], at: time, grid: grid)
      let weight = Double(blobs[blob].area)
      flow.right += dx * weight
      flow.down += dy * weight
      flow.total += (dx * dx + dy * dy).squareRoot() * weight
    }
    let taken = Set(matched.map(\.blob))
    let seen = Set(matched.map(\.track))
    for index in tracks.indices where !seen.contains(index) {
      // What lies where another thing is now may be behind it, or have become one blob with it.
      let (box, lastBox) = (tracks[index].predictedBox(at: time), tracks[index].box)
      if taken.contains(where: { blobs[$0].box.intersects(box) || blobs[$0].box.intersects(lastBox) }) {
        tracks[index].hide(at: time)
      } else {
        tracks[index].miss()
      }
    }
    for (index, blob) in blobs.enumerated() where !taken.contains(index) && blob.moving >= 3 {
      guard tracks.count < Self.mostTracks else { break }
      let isFragment = boxesBefore.contains { blob.box.intersects($0, margin: 4) }
      tracks.append(Track(blob, at: time, grid: grid, cameUnseen: isWarmUp || isFragment))
    }
    return (entries(at: time, grid: grid, isWindowEnd: false) + exits(at: time, grid: grid), flow)
  }

  /// Comings that would otherwise be told a moment later.
  mutating func windowEnds(at time: Double, grid: Grid) -> [Event] {
    entries(at: time, grid: grid, isWindowEnd: true)
  }

  /// The fastest thing and the largest, of those followed long enough to be believed. What was there from the start
  /// is mixed with the picture behind it until it has left its place.
  func summary(columns: Int) -> (speed: Double?, largest: Blob?) {
    let sure = tracks.filter { $0.sightings >= 3 }
    let clear = sure.filter { !$0.cameUnseen || $0.travelled >= 1.5 * Double(max($0.box.width, $0.box.height)) }
    let speeds = clear.map { $0.topSpeed / Double(columns) }.filter { $0 > 0 }
    return (speeds.max(), clear.max { $0.largest.area < $1.largest.area }?.largest)
  }

  /// Pairs of track and blob, the likeliest first.
  private func match(_ blobs: [Blob], at time: Double, grid: Grid) -> [(track: Int, blob: Int)] {
    var candidates: [(cost: Double, track: Int, blob: Int)] = []
    for (index, track) in tracks.enumerated() {
      for (other, blob) in blobs.enumerated() {
        if let cost = track.cost(of: blob, at: time, grid: grid) { candidates.append((cost, index, other)) }
      }
    }
    candidates.sort { ($0.cost, $0.track, $0.blob) < ($1.cost, $1.track, $1.blob) }
    var pairs: [(track: Int, blob: Int)] = []
    var (usedTracks, usedBlobs) = (Set<Int>(), Set<Int>())
    for candidate in candidates where !usedTracks.contains(candidate.track) && !usedBlobs.contains(candidate.blob) {
      usedTracks.insert(candidate.track)
      usedBlobs.insert(candidate.blob)
      pairs.append((candidate.track, candidate.blob))
    }
    return pairs
  }

  private mutating func entries(at time: Double, grid: Grid, isWindowEnd: Bool) -> [Event] {
    var events: [Event] = []
    for index in tracks.indices {
      let track = tracks[index]
      guard !track.isEntryTold, !track.cameUnseen, track.missed == 0, track.sightings >= 2 else { continue }
      let edge = track.entryEdge(grid)
      guard isLarge(track, edge, grid) else { continue }
      if edge == nil {
        // Out of nowhere: a flicker does not stay.
        guard time - track.born >= 1, track.edgesAtBirth.isEmpty || track.travelled < 2 else { continue }
      } else {
        guard track.travelled >= 2 else { continue }
      }
      let isFullyIn = edge.map { !track.edgesAtLast.contains($0) } ?? true
      guard isFullyIn || isWindowEnd || time - track.born >= 1 else { continue }
      tracks[index].isEntryTold = true
      events.append(.entered(passage(track, edge, at: track.born, grid)))
    }
    return events
  }

  private mutating func exits(at time: Double, grid: Grid) -> [Event] {
    var events: [Event] = []
    let (gone, kept) = (tracks.filter { isOver($0, at: time) }, tracks.filter { !isOver($0, at: time) })
    tracks = kept
    for track in gone where track.hiddenSince == nil {
      // What rested became background; it has not gone.
      let rested = track.lastSeen - track.lastMoved > Background.absorption / 2
      let isReal = track.isEntryTold || (track.sightings >= 3 && track.travelled >= Double(grid.columns) / 10)
      let edge = track.exitEdge(grid)
      guard !rested, isReal, isLarge(track, edge, grid) else { continue }
      events.append(.left(passage(track, edge, at: track.lastSeen, grid)))
    }
    return events
  }

  private func isOver(_ track: Track, at time: Double) -> Bool {
    if let hidden = track.hiddenSince { return time - hidden > Self.longestHidden }
    return track.missed >= 2
  }

  private func isLarge(_ track: Track, _ edge: Edge?, _ grid: Grid) -> Bool {
    Double(track.largest.area) >= (edge == nil ? Self.smallestWithin : Self.smallest) * Double(grid.count)
  }

  private func passage(_ track: Track, _ edge: Edge?, at time: Double, _ grid: Grid) -> Passage {
    Passage(
      edge: edge, place: Place(x: track.x / Double(grid.columns), y: track.y / Double(grid.rows)),
      size: Double(track.largest.area) / Double(grid.count), colour: track.largest.colour, at: time)
  }
}
