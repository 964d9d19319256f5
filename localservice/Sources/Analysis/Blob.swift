/// A rectangle of cells, bounds included.
struct Box {
  var left: Int
  var right: Int
  var top: Int
  var bottom: Int

  var width: Int { right - left + 1 }
  var height: Int { bottom - top + 1 }

  func intersects(_ other: Box, margin: Int = 0) -> Bool {
    left - margin <= other.right && other.left <= right + margin && top - margin <= other.bottom
      && other.top <= bottom + margin
  }

  func moved(x: Double, y: Double) -> Box {
    let (dx, dy) = (Int(x.rounded()), Int(y.rounded()))
    return Box(left: left + dx, right: right + dx, top: top + dy, bottom: bottom + dy)
  }
}

/// Foreground cells that hang together.
struct Blob {
  var box: Box
  /// In cells.
  var area = 0
  /// How many of the cells in the box changed since the last frame.
  var moving = 0
  /// The centre, in cells.
  var x = 0.0
  var y = 0.0
  var red = 0
  var green = 0
  var blue = 0

  var colour: Colour { Colour(red: red / area, green: green / area, blue: blue / area) }

  func touches(_ edge: Edge, _ grid: Grid) -> Bool {
    switch edge {
    case .left: box.left == 0
    case .right: box.right == grid.columns - 1
    case .top: box.top == 0
    case .bottom: box.bottom == grid.rows - 1
    }
  }

  /// All blobs of at least `least` cells. A gap of one cell does not separate: a thing whose colour resembles the
  /// background in places falls to pieces otherwise.
  static func find(in mask: [Bool], grid: Grid, moving: [Bool], least: Int) -> [Blob] {
    var unseen = mask
    var blobs: [Blob] = []
    var open: [Int] = []
    let (columns, rows) = (grid.columns, grid.rows)
    for seed in 0..<mask.count where unseen[seed] {
      var blob = Blob(box: Box(left: columns, right: 0, top: rows, bottom: 0))
      var (sumX, sumY) = (0, 0)
      unseen[seed] = false
      open.append(seed)
      while let cell = open.popLast() {
        let (row, column) = cell.quotientAndRemainder(dividingBy: columns)
        blob.area += 1
        sumX += column
        sumY += row
        blob.red += Int(grid.red[cell])
        blob.green += Int(grid.green[cell])
        blob.blue += Int(grid.blue[cell])
        blob.box.left = min(blob.box.left, column)
        blob.box.right = max(blob.box.right, column)
        blob.box.top = min(blob.box.top, row)
        blob.box.bottom = max(blob.box.bottom, row)
        for y in max(0, row - 2)...min(rows - 1, row + 2) {
          for x in max(0, column - 2)...min(columns - 1, column + 2) where unseen[y * columns + x] {
            unseen[y * columns + x] = false
            open.append(y * columns + x)
          }
        }
      }
      guard blob.area >= least else { continue }
      blob.x = Double(sumX) / Double(blob.area)
      blob.y = Double(sumY) / Double(blob.area)
      for row in blob.box.top...blob.box.bottom {
        for column in blob.box.left...blob.box.right where moving[row * columns + column] { blob.moving += 1 }
      }
      blobs.append(blob)
    }
    return blobs
  }
}
