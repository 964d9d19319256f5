public enum Colour: String, Sendable, CaseIterable {
  case black, grey, white, red, orange, brown, yellow, green, turquoise, blue, purple, pink

  /// The name a person would give, by hue, saturation and brightness. Components from 0 to 255.
  init(red: Int, green: Int, blue: Int) {
    let high = max(red, green, blue)
    let low = min(red, green, blue)
    let span = high - low
    // Little colour, or too dark to tell: one of the greys.
    if high < 32 || span * 100 < high * 20 || span < 18 {
      self = high < 48 ? .black : low > 200 ? .white : .grey
      return
    }
    var hue: Int
    if high == red {
      hue = 60 * (green - blue) / span
    } else if high == green {
      hue = 120 + 60 * (blue - red) / span
    } else {
      hue = 240 + 60 * (red - green) / span
    }
    if hue < 0 { hue += 360 }
    let isPale = span * 100 < high * 45
    switch hue {
    case 0..<15, 345...: self = isPale && high > 170 ? .pink : .red
    case 15..<45: self = high < 150 || (isPale && high < 210) ? .brown : .orange
    case 45..<70: self = high < 110 ? .brown : .yellow
    case 70..<165: self = .green
    case 165..<195: self = .turquoise
    case 195..<260: self = .blue
    case 260..<300: self = .purple
    default: self = .pink
    }
  }

  /// The position among all cases.
  var index: Int {
    switch self {
    case .black: 0
    case .grey: 1
    case .white: 2
    case .red: 3
    case .orange: 4
    case .brown: 5
    case .yellow: 6
    case .green: 7
    case .turquoise: 8
    case .blue: 9
    case .purple: 10
    case .pink: 11
    }
  }
}

public struct ColourShare: Sendable, Equatable {
  public let colour: Colour
  public let share: Double
}

/// The colours of several frames, counted cell by cell.
struct ColourCount {
  private var counts = [Int](repeating: 0, count: Colour.allCases.count)
  private var total = 0

  mutating func add(_ grid: Grid) {
    for cell in 0..<grid.count {
      counts[Colour(red: Int(grid.red[cell]), green: Int(grid.green[cell]), blue: Int(grid.blue[cell])).index] += 1
    }
    total += grid.count
  }

  /// Those with at least this share, the largest first; equal ones in the order of the names.
  func shares(atLeast least: Double) -> [ColourShare] {
    Colour.allCases
      .map { ColourShare(colour: $0, share: Double(counts[$0.index]) / Double(max(total, 1))) }
      .filter { $0.share >= least }
      .sorted { ($0.share, $1.colour.index) > ($1.share, $0.colour.index) }
  }
}
