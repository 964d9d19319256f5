import Foundation

/// As much of fragmented MP4 as the service must understand: whether a file is whole, and which codecs it holds.
enum FragmentedFile {
  /// Whether the boxes end where the file does. A disk that is full leaves a file that is too short.
  static func isWhole(_ path: String) -> Bool {
    guard let file = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? file.close() }
    guard let size = try? file.seekToEnd(), size > 0 else { return false }
    var at: UInt64 = 0
    while at < size {
      guard (try? file.seek(toOffset: at)) != nil, let head = try? file.read(upToCount: 16), head.count >= 8
      else { return false }
      var length = number(head.prefix(4))
      if length == 1 {
        guard head.count == 16 else { return false }
        length = number(head.suffix(8))
      }
      guard length >= 8, length <= size - at else { return false }
      at += length
    }
    return true
  }

  /// As RFC 6381 has them; nil when the video is none that browsers and HLS know.
  static func codecs(ofHeader path: String) -> String? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    guard let video = avc(data) ?? hevc(data) else { return nil }
    return data.range(of: Data("mp4a".utf8)) == nil ? video : video + ",mp4a.40.2"
  }

  private static func avc(_ data: Data) -> String? {
    guard let box = data.range(of: Data("avcC".utf8)), box.upperBound + 4 <= data.endIndex else { return nil }
    return "avc1." + data[(box.upperBound + 1)..<(box.upperBound + 4)].map { hex($0, width: 2) }.joined()
  }

  private static func hevc(_ data: Data) -> String? {
    guard let box = data.range(of: Data("hvcC".utf8)), box.upperBound + 13 <= data.endIndex else { return nil }
    let record = Array(data[box.upperBound..<(box.upperBound + 13)])
    let name = data.range(of: Data("hvc1".utf8)) == nil ? "hev1" : "hvc1"
    let space = ["", "A", "B", "C"][Int(record[1] >> 6)]
    let compatibility = record[2...5].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let reversed = (0..<32).reduce(UInt32(0)) { $0 | (compatibility >> $1 & 1) << (31 - $1) }
    var constraints = Array(record[6...11])
    while constraints.last == 0 { constraints.removeLast() }
    let tier = record[1] & 0x20 == 0 ? "L" : "H"
    return
      (["\(name).\(space)\(record[1] & 0x1f)", hex(reversed, width: 1), "\(tier)\(record[12])"]
      + constraints.map { hex($0, width: 1) }).joined(separator: ".")
  }

  private static func number(_ bytes: Data) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

  private static func hex(_ value: some BinaryInteger, width: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
