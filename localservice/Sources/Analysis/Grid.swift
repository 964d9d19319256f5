/// A frame as cells of 4 by 4 pixels: the mean colour of each. All measuring is done on it; the averaging takes away
/// most of a sensor's noise and nine tenths of the work.
struct Grid {
  static let cell = 4

  let columns: Int
  let rows: Int
  /// Per cell, 0 to 255.
  private(set) var red: [UInt8]
  private(set) var green: [UInt8]
  private(set) var blue: [UInt8]
  /// Brightness (BT.601 luma) per cell, 0 to 255.
  private(set) var luma: [UInt8]
  /// The share of cells at full white.
  private(set) var whiteShare = 0.0
  private(set) var meanLuma = 0.0

  var count: Int { luma.count }

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
  }

  private mutating func average(_ frame: Frame) {
    let columns = columns
    let stride = frame.width * 3
    var sums = [UInt32](repeating: 0, count: columns * 3)
    var total = 0
    var white = 0
    frame.rgb.withUnsafeBufferPointer { pixels in
      sums.withUnsafeMutableBufferPointer { sums in
        for row in 0..<rows {
          sums.update(repeating: 0)
          for line in 0..<Self.cell {
            var at = (row * Self.cell + line) * stride
            var slot = 0
            for _ in 0..<columns {
              var r: UInt32 = 0
              var g: UInt32 = 0
              var b: UInt32 = 0
              for _ in 0..<Self.cell {
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
