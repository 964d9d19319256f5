/// A frame as cells of 4 by 4 pixels: the mean colour of each. All measuring is done on it; the averaging takes away
/// most of a sensor's noise and nine tenths of the work.
struct Grid {
  static let cell = 4

  let columns: Int
  let rows: Int
  /// Means per cell, 0 to 255; `luma` is brightness as BT.601 weighs it.
  private(set) var red: [UInt8]
  private(set) var green: [UInt8]
  private(set) var blue: [UInt8]
  private(set) var luma: [UInt8]
  private(set) var meanLuma = 0.0
  /// The share of cells at full white.
  private(set) var whiteShare = 0.0
  /// No detail anywhere: hardly a cell differs from the median cell.
  private(set) var isBlank = false

  var count: Int { luma.count }
  var meanColour: Colour {
    func mean(_ values: [UInt8]) -> Int { values.reduce(0) { $0 + Int($1) } / count }
    return Colour(red: mean(red), green: mean(green), blue: mean(blue))
  }

  /// nil for a frame that contradicts itself or is too small to be divided.
  init?(_ frame: Frame) {
    columns = frame.width / Self.cell
    rows = frame.height / Self.cell
    guard frame.isWellFormed, columns >= 4, rows >= 4 else { return nil }
    let count = columns * rows
    red = [UInt8](repeating: 0, count: count)
    green = red
    blue = red
    luma = red
    average(frame)
    let median = [red, green, blue].map { channel in Median.of(channel) { Int($0) } }
    var different = 0
    for cell in 0..<count {
      let distance = max(
        abs(Int(red[cell]) - median[0]), abs(Int(green[cell]) - median[1]), abs(Int(blue[cell]) - median[2]))
      if distance > 12 { different += 1 }
    }
    isBlank = different * 500 < count
  }

  func hasSameShape(as other: Grid) -> Bool { columns == other.columns && rows == other.rows }

  private mutating func average(_ frame: Frame) {
    let (columns, rows, cell) = (columns, rows, Self.cell)
    let stride = frame.width * 3
    var sums = [UInt32](repeating: 0, count: columns * 3)
    var total = 0
    var white = 0
    frame.rgb.withUnsafeBufferPointer { pixels in
      sums.withUnsafeMutableBufferPointer { sums in
        for row in 0..<rows {
          sums.update(repeating: 0)
          for line in 0..<cell {
            var at = (row * cell + line) * stride
            var slot = 0
            for _ in 0..<columns {
              var (r, g, b): (UInt32, UInt32, UInt32) = (0, 0, 0)
              for _ in 0..<cell {
                r &+= UInt32(pixels[at])
                g &+= UInt32(pixels[at &+ 1])
                b &+= UInt32(pixels[at &+ 2])
                at &+= 3
              }
              sums[slot] &+= r
              sums[slot &+ 1] &+= g
              sums[slot &+ 2] &+= b
              slot &+= 3
            }
          }
          for column in 0..<columns {
            let r = sums[column * 3] >> 4
            let g = sums[column * 3 + 1] >> 4
            let b = sums[column * 3 + 2] >> 4
            let y = (r * 77 + g * 150 + b * 29) >> 8
            let index = row * columns + column
            red[index] = UInt8(truncatingIfNeeded: r)
            green[index] = UInt8(truncatingIfNeeded: g)
            blue[index] = UInt8(truncatingIfNeeded: b)
            luma[index] = UInt8(truncatingIfNeeded: y)
            total += Int(y)
            if y >= 250 { white += 1 }
          }
        }
      }
    }
    meanLuma = Double(total) / Double(count)
    whiteShare = Double(white) / Double(count)
  }
}

enum Median {
  /// The median of whole numbers from -255 to 255, by counting; 0 of nothing. With `share`, the number below which
  /// that share of them lies.
  static func of<S: Sequence>(_ values: S, share: Double = 0.5, _ number: (S.Element) -> Int) -> Int {
    var counts = [Int](repeating: 0, count: 511)
    var total = 0
    for value in values {
      counts[min(max(number(value), -255), 255) + 255] += 1
      total += 1
    }
    var seen = 0
    for (value, count) in counts.enumerated() where count > 0 {
      seen += count
      if Double(seen) >= Double(total) * share { return value - 255 }
    }
    return 0
  }
}
