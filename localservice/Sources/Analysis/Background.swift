/// The picture without what moves in it, learnt cell by cell.
///
/// Light that changes everywhere is followed at once. What stays where it is becomes background after `absorption`
/// seconds; cells that keep changing (leaves, water) get a wider tolerance.
struct Background {
  static let absorption = 20.0
  private static let learning = 4.0
  private static let toleranceLearning = 10.0

  private var luma: [Float]
  private var red: [Float]
  private var blue: [Float]
  /// The usual deviation of each cell.
  private var deviation: [Float]
  /// For how many seconds a cell has been foreground without moving.
  private var resting: [Float]

  init(_ grid: Grid) {
    luma = grid.luma.map { Float($0) }
    red = zip(grid.red, grid.luma).map { Float($0) - Float($1) }
    blue = zip(grid.blue, grid.luma).map { Float($0) - Float($1) }
    deviation = [Float](repeating: 0, count: grid.count)
    resting = deviation
  }

  /// Compares a frame with what was learnt, then learns from it. Returns the foreground, per cell.
  mutating func foreground(_ grid: Grid, _ change: FrameChange, seconds: Double, noise: Double) -> [Bool] {
    var mask = [Bool](repeating: false, count: grid.count)
    let threshold = Float(Threshold.cell(noise: noise)) + 2
    let rate = Float(min(seconds / Self.learning, 1))
    let toleranceRate = Float(min(seconds / Self.toleranceLearning, 1))
    let (gain, offset) = (change.gain, change.offset)
    for cell in 0..<grid.count {
      let nowLuma = Float(grid.luma[cell])
      let nowRed = Float(grid.red[cell]) - nowLuma
      let nowBlue = Float(grid.blue[cell]) - nowLuma
      luma[cell] = luma[cell] * gain + offset
      red[cell] *= gain
      blue[cell] *= gain
      let distance = max(abs(nowLuma - luma[cell]), abs(nowRed - red[cell]), abs(nowBlue - blue[cell]))
      let isForeground = distance > max(threshold, 3.5 * deviation[cell])
      mask[cell] = isForeground
      deviation[cell] += (min(distance, 60) - deviation[cell]) * toleranceRate * (isForeground ? 0.25 : 1)
      if isForeground {
        resting[cell] = change.moving[cell] ? 0 : resting[cell] + Float(seconds)
        guard Double(resting[cell]) > Self.absorption else { continue }
        resting[cell] = 0
        deviation[cell] = 0
        luma[cell] = nowLuma
        red[cell] = nowRed
        blue[cell] = nowBlue
      } else {
        resting[cell] = 0
        luma[cell] += (nowLuma - luma[cell]) * rate
        red[cell] += (nowRed - red[cell]) * rate
        blue[cell] += (nowBlue - blue[cell]) * rate
      }
    }
    return mask
  }
}
