/// Cuts the byte stream of ffmpeg's PPM encoder into pictures.
///
/// PPM is packed RGB with a header of some 15 bytes that states the size. That header is why the camera does not
/// ask for bare rawvideo: the height follows from the source's shape, and nobody has to probe the source first or
/// to put black bars around its picture, which the analyser would take for darkness.
///
/// Holds one picture at most. A stream that is no PPM, or claims an absurd size, throws.
struct PictureReader {
  struct Picture {
    let width: Int
    let height: Int
    let rgb: [UInt8]
  }

  struct NotAPicture: Error {
    let description: String
  }

  private static let largestSide = 4096
  private static let longestHeader = 32

  private var header: [UInt8] = []
  private var body: [UInt8] = []
  private var filled = 0
  private var size: (width: Int, height: Int)?

  /// Takes what `read` puts into the buffer it is given: `read` returns the byte count, 0 or less when there is
  /// nothing. Returns that count, and a picture when these bytes completed one. Never asks for more than the
  /// picture at hand needs, so nothing is buffered beyond it.
  mutating func take(
    _ read: (UnsafeMutableRawBufferPointer) -> Int
  ) throws -> (count: Int, picture: Picture?) {
    guard let (width, height) = size else {
      return (try takeHeader(read), nil)
    }
    let count = body.withUnsafeMutableBytes { bytes in
      read(UnsafeMutableRawBufferPointer(rebasing: bytes[filled...]))
    }
    if count > 0 { filled += count }
    guard filled == body.count else { return (count, nil) }
    let picture = Picture(width: width, height: height, rgb: body)
    body = []
    size = nil
    return (count, picture)
  }

  /// The header is read byte by byte: it is short, and reading further would take bytes of the body.
  private mutating func takeHeader(_ read: (UnsafeMutableRawBufferPointer) -> Int) throws -> Int {
    var byte: UInt8 = 0
    var total = 0
    while size == nil {
      let count = withUnsafeMutableBytes(of: &byte) { read($0) }
      guard count > 0 else { return total > 0 ? total : count }
      total += count
      header.append(byte)
      if let (width, height) = try parsedHeader() {
        size = (width, height)
        header.removeAll(keepingCapacity: true)
        body = [UInt8](repeating: 0, count: width * height * 3)
        filled = 0
      }
    }
    return total
  }

  /// `P6 <width> <height> 255` and one white-space byte; nil while it is incomplete.
  private func parsedHeader() throws -> (Int, Int)? {
    guard header.count <= Self.longestHeader else { throw wrong("an endless header") }
    let magic: [UInt8] = Array("P6\n".utf8)
    guard zip(header, magic).allSatisfy({ $0 == $1 }) else { throw wrong("no PPM header") }
    guard header.count > magic.count, isSpace(header[header.count - 1]) else { return nil }
    let words = header.dropFirst(magic.count).split(whereSeparator: isSpace)
    guard words.count == 3 else { return nil }
    let numbers = words.map { Int(String(decoding: $0, as: UTF8.self)) ?? -1 }
    guard (1...Self.largestSide).contains(numbers[0]), (1...Self.largestSide).contains(numbers[1]),
      numbers[2] == 255
    else { throw wrong("a picture of impossible size") }
    return (numbers[0], numbers[1])
  }

  private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

  private func wrong(_ what: String) -> NotAPicture {
    NotAPicture(description: "ffmpeg sent \(what) where a picture was expected")
  }
}
