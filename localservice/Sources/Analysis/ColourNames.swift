extension Colour {
  /// The name a person would give, by hue, saturation and brightness.
  init(red: Int, green: Int, blue: Int) {
    let high = max(red, green, blue)
    let low = min(red, green, blue)
    let span = high - low
    // Little colour, or too dark to tell: one of the greys.
    if high < 32 || span * 100 < high * 20 || span < 18 {
      self = high < 48 ? .black : low > 200 ? .white : .grey
      return
    }
    // The hue in degrees.
    var hue: Int
    if high == red {
      hue = 60 * (green - blue) / span
    } else if high == green {
      hue = 120 + 60 * (blue - red) / span
    } else {
      hue = 240 + 60 * (red - green) / span
    }
    if hue < 0 { hue += 360 }
    let pale = span * 100 < high * 45
    switch hue {
    case 0..<15, 345...: self = pale && high > 170 ? .pink : .red
    case 15..<45: self = high < 150 || (pale && high < 210) ? .brown : .orange
    case 45..<70: self = high < 110 ? .brown : .yellow
    case 70..<165: self = .green
    case 165..<195: self = .turquoise
    case 195..<260: self = .blue
    case 260..<300: self = .purple
    default: self = .pink
    }
  }

  /// The colours of a picture with their shares, the largest first; equal shares in the order of the names.
  static func shares(of grid: Grid) -> [ColourShare] {
    var counts = [Int](repeating: 0, count: allCases.count)
    for index in 0..<grid.count {
      let colour = Colour(red: Int(grid.red[index]), green: Int(grid.green[index]), blue: Int(grid.blue[index]))
      counts[colour.index] += 1
    }
    return zip(allCases, counts).filter { $0.1 > 0 }
      .map { ColourShare(colour: $0.0, share: Double($0.1) / Double(grid.count)) }
      .sorted { $0.share > $1.share }
  }

  var index: Int { Self.allCases.firstIndex(of: self)! }
}
