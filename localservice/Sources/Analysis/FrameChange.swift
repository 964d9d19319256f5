/// What became different from one frame to the next.
struct FrameChange {
  /// Per cell: it changed more than noise and a change of the light explain.
  private(set) var moving: [Bool]
  private(set) var movingCount = 0
  /// The share of cells that changed a lot, whatever the reason.
  private(set) var replacedShare = 0.0
  /// How alike the two pictures are in their pattern of bright and dark, whatever the light: 1 alike, 0 unrelated.
  private(set) var likeness = 1.0
  /// How much brighter (or, negative, darker) the lit cells became, in the median, of 255.
  private(set) var lightShift = 0
  /// The new brightness is `gain` times the old one plus `offset`. (1, 0) while the light is steady.
  private(set) var gain: Float = 1
  private(set) var offset: Float = 0
  /// The usual difference of cells in which nothing happens.
  private(set) var noise = 0.0

  /// The light went up or down everywhere at once.
  var isLightStep: Bool { abs(lightShift) >= 6 || isDarkness }
  /// One picture is dark and the other much brighter: the light, not the scene, is what changed.
  private(set) var isDarkness = false
  /// Below this the picture counts as dark: what it shows says little about what it showed before.
  private static let dark = 28.0
  var movingShare: Double { Double(movingCount) / Double(moving.count) }

  /// `noise` is the source's usual one, nil while it is unknown. Both grids have the same shape.
  init(from old: Grid, to new: Grid, noise usualNoise: Double?) {
    moving = [Bool](repeating: false, count: new.count)
    likeness = Self.likeness(old.luma, new.luma)
    let (low, high) = (min(old.meanLuma, new.meanLuma), max(old.meanLuma, new.meanLuma))
    isDarkness = low < Self.dark && high > low * 1.5 + 4
    measureLight(old, new)
    var differences = [Float](repeating: 0, count: new.count)
    var replaced = 0
    for cell in 0..<new.count {
      let (luma, oldLuma) = (Float(new.luma[cell]), Float(old.luma[cell]))
      let (red, oldRed) = (Float(new.red[cell]) - luma, Float(old.red[cell]) - oldLuma)
      let (blue, oldBlue) = (Float(new.blue[cell]) - luma, Float(old.blue[cell]) - oldLuma)
      differences[cell] = max(abs(luma - gain * oldLuma - offset), abs(red - gain * oldRed), abs(blue - gain * oldBlue))
      if max(abs(luma - oldLuma), abs(red - oldRed), abs(blue - oldBlue)) > 24 { replaced += 1 }
    }
    replacedShare = Double(replaced) / Double(new.count)
    // The quietest quarter, which is half the median of noise, stays quiet while most of the picture moves.
    noise = Double(Median.of(differences, share: 0.25) { Int($0 * 4) }) / 2
    let threshold = Float(Threshold.cell(noise: usualNoise ?? noise)) + Float(abs(lightShift)) / 3
    let raw = differences.map { $0 > threshold }
    keepCompany(raw, columns: new.columns, rows: new.rows)
  }

  /// Compares the cells that are lit in either frame; what is black before and after says nothing about the light.
  /// Pictures with different patterns differ by more than the light, unless it is too dark for patterns.
  private mutating func measureLight(_ old: Grid, _ new: Grid) {
    let isDark = min(old.meanLuma, new.meanLuma) < Self.dark
    guard likeness >= 0.6 || isDark || old.isBlank || new.isBlank else { return }
    var brighter = 0
    var darker = 0
    var shifts: [Int] = []
    shifts.reserveCapacity(new.count)
    for cell in 0..<new.count {
      let (before, after) = (Int(old.luma[cell]), Int(new.luma[cell]))
      guard max(before, after) >= 16 else { continue }
      let shift = after - before
      let least = max(2, before / 16)
      if shift >= least { brighter += 1 } else if shift <= -least { darker += 1 }
      shifts.append(shift)
    }
    // Two thirds of what is lit must agree; less is a large thing passing.
    guard shifts.count * 20 >= new.count, max(brighter, darker) * 3 >= shifts.count * 2 else { return }
    lightShift = Median.of(shifts) { $0 }
    guard lightShift != 0 else { return }
    (gain, offset) = Self.line(old.luma, new.luma)
  }

  /// A cell that changes alone is noise; it takes two neighbours to believe it.
  private mutating func keepCompany(_ raw: [Bool], columns: Int, rows: Int) {
    for row in 0..<rows {
      for column in 0..<columns where raw[row * columns + column] {
        var neighbours = -1
        for y in max(0, row - 1)...min(rows - 1, row + 1) {
          for x in max(0, column - 1)...min(columns - 1, column + 1) where raw[y * columns + x] { neighbours += 1 }
        }
        guard neighbours >= 2 else { continue }
        moving[row * columns + column] = true
        movingCount += 1
      }
    }
  }

  private struct Sums {
    var count = 0.0
    var x = 0.0
    var y = 0.0
    var xx = 0.0
    var yy = 0.0
    var xy = 0.0

    init(_ first: [UInt8], _ second: [UInt8]) {
      var (sx, sy, sxx, syy, sxy) = (0, 0, 0, 0, 0)
      for index in 0..<first.count {
        let (a, b) = (Int(first[index]), Int(second[index]))
        sx &+= a
        sy &+= b
        sxx &+= a &* a
        syy &+= b &* b
        sxy &+= a &* b
      }
      count = Double(first.count)
      (x, y, xx, yy, xy) = (Double(sx), Double(sy), Double(sxx), Double(syy), Double(sxy))
    }

    var varianceX: Double { xx / count - (x / count) * (x / count) }
    var varianceY: Double { yy / count - (y / count) * (y / count) }
    var covariance: Double { xy / count - (x / count) * (y / count) }
  }

  /// Correlation of the two patterns; 0 when either has none.
  private static func likeness(_ old: [UInt8], _ new: [UInt8]) -> Double {
    let sums = Sums(old, new)
    guard sums.varianceX > 16, sums.varianceY > 16 else { return 0 }
    return sums.covariance / (sums.varianceX * sums.varianceY).squareRoot()
  }

  /// The least-squares line from old to new brightness, kept to what a change of light can be.
  private static func line(_ old: [UInt8], _ new: [UInt8]) -> (Float, Float) {
    let sums = Sums(old, new)
    let gain = sums.varianceX > 16 ? min(max(sums.covariance / sums.varianceX, 0), 20) : 1
    return (Float(gain), Float((sums.y - gain * sums.x) / sums.count))
  }
}

enum Threshold {
  /// From which difference on a cell has changed, given the source's usual noise. Cells are means of 16 pixels, so
  /// even a grainy camera stays well below.
  static func cell(noise: Double) -> Double { min(9 + 4 * noise, 80) }
}
