/// One thing followed from frame to frame. Positions are in cells.
struct Track {
  private struct Step {
    let x: Double
    let y: Double
    let seconds: Double
    let area: Int

    /// Cells a second over two steps. 0 when they disagree in direction or size: that is how a thing looks that
    /// falls to pieces or is taken for another, not one that travels.
    func speed(after last: Step) -> Double {
      guard x * last.x + y * last.y > 0, max(area, last.area) < 2 * min(area, last.area) else { return 0 }
      let (dx, dy) = (x + last.x, y + last.y)
      return (dx * dx + dy * dy).squareRoot() / (seconds + last.seconds)
    }
  }

  private(set) var box: Box
  private(set) var x: Double
  private(set) var y: Double
  /// Cells a second.
  private(set) var velocityX = 0.0
  private(set) var velocityY = 0.0
  let born: Double
  private(set) var lastSeen: Double
  private(set) var sightings = 1
  private(set) var largest: Blob
  private(set) var topSpeed = 0.0
  private(set) var lastMoved: Double
  /// Frames in a row without it.
  private(set) var missed = 0
  private(set) var hiddenSince: Double?
  /// The edges it touched when it was first and last seen.
  let edgesAtBirth: [Edge]
  private(set) var edgesAtLast: [Edge]
  /// Its coming was not seen: it was there from the start, or split off something else.
  let cameUnseen: Bool
  var isEntryTold = false

  private var lastStep: Step?
  /// How far it is from where it was born, as `shift` counts it.
  private var wayX = 0.0
  private var wayY = 0.0
  private let bornX: Double
  private let bornY: Double

  init(_ blob: Blob, at time: Double, grid: Grid, cameUnseen: Bool) {
    box = blob.box
    (x, y) = (blob.x, blob.y)
    (bornX, bornY) = (blob.x, blob.y)
    born = time
    lastSeen = time
    lastMoved = time
    largest = blob
    edgesAtBirth = Edge.allCases.filter { blob.touches($0, grid) }
    edgesAtLast = edgesAtBirth
    self.cameUnseen = cameUnseen
  }

  /// How far it is from where it was born; growing is no travelling.
  var travelled: Double { (wayX * wayX + wayY * wayY).squareRoot() }

  var speed: Double { (velocityX * velocityX + velocityY * velocityY).squareRoot() }

  func predictedBox(at time: Double) -> Box {
    let seconds = min(time - lastSeen, 1)
    return box.moved(x: velocityX * seconds, y: velocityY * seconds)
  }

  /// How unlikely it is that this blob is the same thing; nil when it cannot be.
  func cost(of blob: Blob, at time: Double, grid: Grid) -> Double? {
    let seconds = min(time - lastSeen, 1)
    let dx = blob.x - (x + velocityX * seconds)
    let dy = blob.y - (y + velocityY * seconds)
    let distance = (dx * dx + dy * dy).squareRoot()
    var reach = 3 + 0.5 * Double(max(box.width, box.height, blob.box.width, blob.box.height)) + 0.6 * speed * seconds
    // Of a thing seen once the speed is unknown; it may cross a quarter of the picture between two frames.
    if sightings == 1 { reach += 0.25 * Double(grid.columns) }
    guard distance <= reach || blob.box.intersects(predictedBox(at: time)) else { return nil }
    let ratio = Double(max(blob.area, largest.area)) / Double(max(1, min(blob.area, largest.area)))
    let colours =
      abs(blob.red / blob.area - largest.red / largest.area)
      + abs(blob.green / blob.area - largest.green / largest.area)
      + abs(blob.blue / blob.area - largest.blue / largest.area)
    return distance + min(ratio, 10) + Double(colours) / 20
  }

  mutating func see(_ blob: Blob, at time: Double, grid: Grid) -> (dx: Double, dy: Double) {
    let seconds = max(time - lastSeen, 0.02)
    let (dx, dy) = Self.shift(from: box, to: blob.box, grid)
    let weight = sightings == 1 ? 1 : 0.5
    velocityX += (dx / seconds - velocityX) * weight
    velocityY += (dy / seconds - velocityY) * weight
    let step = Step(x: dx, y: dy, seconds: seconds, area: blob.area)
    if let lastStep { topSpeed = max(topSpeed, step.speed(after: lastStep)) }
    lastStep = step
    wayX += dx
    wayY += dy
    (x, y, box) = (blob.x, blob.y, blob.box)
    if blob.moving > 0 { lastMoved = time }
    lastSeen = time
    sightings += 1
    missed = 0
    hiddenSince = nil
    edgesAtLast = Edge.allCases.filter { blob.touches($0, grid) }
    if blob.area > largest.area { largest = blob }
    return (dx, dy)
  }

  /// How far a thing went whose box was there and is here. Each way, the smaller movement of its two sides counts,
  /// so growing and shrinking are no movement; a side that the picture's edge cuts off says nothing.
  private static func shift(from old: Box, to new: Box, _ grid: Grid) -> (Double, Double) {
    func along(_ oldLow: Int, _ oldHigh: Int, _ newLow: Int, _ newHigh: Int, _ last: Int) -> Double {
      let (low, high) = (newLow - oldLow, newHigh - oldHigh)
      let isLowCut = oldLow == 0 || newLow == 0
      let isHighCut = oldHigh == last || newHigh == last
      switch (isLowCut, isHighCut) {
      case (true, true): return 0
      case (true, false): return Double(high)
      case (false, true): return Double(low)
      case (false, false): return low.signum() == high.signum() ? Double(low.signum() * min(abs(low), abs(high))) : 0
      }
    }
    return (
      along(old.left, old.right, new.left, new.right, grid.columns - 1),
      along(old.top, old.bottom, new.top, new.bottom, grid.rows - 1)
    )
  }

  mutating func miss() { missed += 1 }

  mutating func hide(at time: Double) {
    if hiddenSince == nil { hiddenSince = time }
  }

  /// Through which edge it came: one that it touched, or lay close behind it, and that it moved away from.
  func entryEdge(_ grid: Grid) -> Edge? {
    edge(touched: edgesAtBirth, dx: -wayX, dy: -wayY, from: (bornX, bornY), grid)
  }

  func exitEdge(_ grid: Grid) -> Edge? {
    edge(touched: edgesAtLast, dx: velocityX, dy: velocityY, from: (x, y), grid)
  }

  /// The edge in direction (dx, dy) that is touched, or so near that it is crossed between two frames.
  private func edge(touched: [Edge], dx: Double, dy: Double, from: (x: Double, y: Double), _ grid: Grid) -> Edge? {
    let outward: [(edge: Edge, pull: Double, gap: Double)] = [
      (.left, -dx, from.x), (.right, dx, Double(grid.columns) - from.x), (.top, -dy, from.y),
      (.bottom, dy, Double(grid.rows) - from.y),
    ]
    let pull = max(abs(dx), abs(dy))
    let reached = outward.filter { candidate in
      guard candidate.pull > 0, candidate.pull >= 0.35 * pull else { return false }
      return touched.contains(candidate.edge) || candidate.gap <= topSpeed * 0.4 * candidate.pull / max(pull, 0.001)
    }
    return reached.max { $0.pull < $1.pull }?.edge
  }
}
