/// What has been gathered in the window at hand.
struct Window {
  let start: Double
  let end: Double

  var first: Grid?
  var last: Grid?
  var lastTime: Double
  var colours = ColourCount()
  var looks = 0
  var whiteShare = 0.0
  var facts: [Fact] = []
  var gap = 0.0

  /// Frames that could be compared with the one before.
  private var compared = 0
  private var movingFrames = 0
  private var shares = 0.0
  private var peak = 0.0
  private var wholePictureFrames = 0
  private var movingSeconds = 0.0
  /// Moving cells per ninth of the picture, row by row.
  private var places = [Int](repeating: 0, count: 9)
  private var flow = Tracker.Flow()
  private var speed: Double?
  private var largest: Blob?

  init(start: Double, end: Double, after previousTime: Double?) {
    self.start = start
    self.end = end
    lastTime = max(previousTime ?? start, start)
  }

  /// Less than this share is a flicker unless it stays; it is a square of 9 pixels in a picture 320 wide.
  private static let smallestMotion = 0.0014
  private static let wholePicture = 0.5

  mutating func addMotion(_ change: FrameChange, grid: Grid, seconds: Double) {
    compared += 1
    let share = change.movingShare
    guard share >= Self.smallestMotion else { return }
    movingFrames += 1
    movingSeconds += seconds
    shares += share
    peak = max(peak, share)
    if share >= Self.wholePicture { wholePictureFrames += 1 }
    for row in 0..<grid.rows {
      let band = row * 3 / grid.rows
      for column in 0..<grid.columns where change.moving[row * grid.columns + column] {
        places[band * 3 + column * 3 / grid.columns] += 1
      }
    }
  }

  mutating func addFlow(_ more: Tracker.Flow, speed: Double?, largest: Blob?) {
    flow.right += more.right
    flow.down += more.down
    flow.total += more.total
    if let speed { self.speed = max(self.speed ?? 0, speed) }
    if let largest, largest.area > self.largest?.area ?? 0 { self.largest = largest }
  }

  /// nil when nothing moved that is worth a word: a single frame of very little is a flicker.
  func motion() -> Motion? {
    guard movingFrames >= 2 || peak >= 0.01 else { return nil }
    return Motion(
      peak: peak, mean: shares / Double(max(compared, 1)), seconds: movingSeconds, places: mainPlaces(),
      direction: direction(), speed: speed, colour: largest?.colour,
      isWholePicture: wholePictureFrames * 2 > movingFrames)
  }

  /// The ninths with at least a sixth of all movement.
  private func mainPlaces() -> [Place] {
    let total = places.reduce(0, +)
    return places.indices.filter { places[$0] * 6 >= total && places[$0] > 0 }
      .sorted { (places[$0], $1) > (places[$1], $0) }
      .map { Place(x: (Double($0 % 3) + 0.5) / 3, y: (Double($0 / 3) + 0.5) / 3) }
  }

  /// Clear when two thirds of the way went one way, and that was more than trembling.
  private func direction() -> Direction? {
    guard let first, let largest else { return nil }
    let horizontal = abs(flow.right) >= abs(flow.down)
    let main = horizontal ? flow.right : flow.down
    guard abs(main) >= flow.total * 0.66, abs(main) >= Double(largest.area) * Double(first.columns) / 12
    else { return nil }
    return horizontal ? (main > 0 ? .right : .left) : (main > 0 ? .down : .up)
  }
}
