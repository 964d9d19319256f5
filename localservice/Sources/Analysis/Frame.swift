/// One picture of a stream, as packed RGB (three bytes a pixel, rows from the top, no padding).
public struct Frame: Sendable {
  public let width: Int
  public let height: Int
  public let rgb: [UInt8]
  /// When the picture arrived, in seconds since 1970.
  public let time: Double

  public init(width: Int, height: Int, rgb: [UInt8], time: Double) {
    self.width = width
    self.height = height
    self.rgb = rgb
    self.time = time
  }

  /// False when the sizes contradict each other; such a frame is ignored by the analyser.
  var isWellFormed: Bool {
    let largest = 16_384
    return (1...largest).contains(width) && (1...largest).contains(height) && rgb.count == width * height * 3
  }
}
