/// Which synthetic sources may be asked for by `lavfi:`.
///
/// Several ffmpeg filters read or write files (`movie`, `drawtext`, `vidstabdetect`), and a camera URL comes over
/// the network from whoever holds a token. So a graph may use only filters that touch nothing but pictures.
enum LavfiGraph {
  static let filters: Set<String> = [
    "allrgb", "allyuv", "boxblur", "chromakey", "color", "colorkey", "concat", "crop", "drawbox", "drawgrid", "eq", "fade",
    "format", "fps", "geq", "gradients", "haldclutsrc", "hflip", "hstack", "hue", "loop", "mandelbrot", "negate", "noise",
    "null", "nullsrc", "overlay", "pad", "pal75bars", "pal100bars", "rgbtestsrc", "rotate", "scale", "scroll", "select",
    "setpts",
    "setsar", "settb", "sierpinski", "smptebars", "smptehdbars", "split", "testsrc", "testsrc2", "tpad", "transpose",
    "trim", "vflip", "vstack", "yuvtestsrc",
  ]

  static func check(_ graph: String) throws(CameraSource.Refusal) {
    guard graph.utf8.count <= 8192 else { throw .init(description: "the lavfi graph is longer than 8192 bytes") }
    var scanner = Scanner(bytes: Array(graph.utf8))
    guard let uses = scanner.filters(), !uses.isEmpty else {
      throw .init(description: "the lavfi graph cannot be read; expected for example lavfi:testsrc2=size=640x360")
    }
    for use in uses {
      guard filters.contains(use.name) else {
        throw .init(
          description: "the lavfi filter \"\(use.name)\" is not allowed here; allowed are "
            + filters.sorted().joined(separator: ", "))
      }
      // "/option=file" loads the option's value from a file.
      guard !use.arguments.hasPrefix("/"), !use.arguments.contains(":/") else {
        throw .init(description: "a lavfi option may not be loaded from a file")
      }
    }
  }

  /// Reads a graph as ffmpeg's own parser does: `[in] name@id=arguments [out]`, separated by "," or ";".
  private struct Scanner {
    struct Use {
      let name: String
      let arguments: String
    }

    let bytes: [UInt8]
    var at = 0

    mutating func filters() -> [Use]? {
      var uses: [Use] = []
      while at < bytes.count {
        guard skipLabels() else { return nil }
        let name = token(until: "=,;[")
        var arguments = ""
        if take("=") { arguments = token(until: "[],;") }
        guard skipLabels() else { return nil }
        let plain = name.split(separator: "@", maxSplits: 1).first.map(String.init) ?? ""
        uses.append(Use(name: plain, arguments: arguments))
        skipSpace()
        guard at < bytes.count else { break }
        guard take(",") || take(";") else { return nil }
      }
      return uses
    }

    private mutating func skipLabels() -> Bool {
      skipSpace()
      while take("[") {
        _ = token(until: "]")
        guard take("]") else { return false }
        skipSpace()
      }
      return true
    }

    /// Up to an unquoted terminator: a backslash escapes one byte, single quotes take everything between them.
    private mutating func token(until terminators: String) -> String {
      skipSpace()
      let stop = Array(terminators.utf8)
      var text: [UInt8] = []
      while at < bytes.count, !stop.contains(bytes[at]) {
        let byte = bytes[at]
        at += 1
        if byte == UInt8(ascii: "\\"), at < bytes.count {
          text.append(bytes[at])
          at += 1
        } else if byte == UInt8(ascii: "'") {
          while at < bytes.count, bytes[at] != UInt8(ascii: "'") {
            text.append(bytes[at])
            at += 1
          }
          at += 1
        } else {
          text.append(byte)
        }
      }
      while let last = text.last, isSpace(last) { text.removeLast() }
      return String(decoding: text, as: UTF8.self)
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
      at += 1
      return true
    }

    private mutating func skipSpace() {
      while at < bytes.count, isSpace(bytes[at]) { at += 1 }
    }

    private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
  }
}
