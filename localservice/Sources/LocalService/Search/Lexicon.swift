import GRDB
import Synchronization

/// A word as a text has it, in small letters without accents, and its stem, by which other forms of it are found.
struct Word: Sendable, Hashable {
  let form: String
  let stem: String
}

/// Cuts texts into words exactly as the full-text index does. The words it has met are remembered: cameras use few.
final class Lexicon: Sendable {
  private let known = Mutex<[Substring: [Word]]>([:])
  private static let mostKnown = 20_000

  func words(_ text: String, _ database: Database) throws -> [Word] {
    var words: [Word] = []
    var missing: [Substring] = []
    known.withLock { known in
      for piece in Self.pieces(text) where !missing.isEmpty || !Self.add(known[piece], to: &words) {
        missing.append(piece)
      }
    }
    if missing.isEmpty { return words }
    let plain = try database.makeTokenizer(.unicode61())
    let stemming = try database.makeTokenizer(.porter(wrapping: .unicode61()))
    for piece in missing {
      let text = String(piece)
      let forms = try plain.tokenize(document: text).map(\.token)
      let stems = try stemming.tokenize(document: text).map(\.token)
      let found = zip(forms, stems).map { Word(form: $0, stem: $1) }
      words += found
      known.withLock { known in
        if known.count >= Self.mostKnown { known = [:] }
        // A substring would keep the whole text alive.
        if text.utf8.count <= 64 { known[text[...]] = found }
      }
    }
    return words
  }

  private static func add(_ found: [Word]?, to words: inout [Word]) -> Bool {
    guard let found else { return false }
    words += found
    return true
  }

  /// What lies between characters of ASCII that are neither letters nor digits; the tokenizer may cut it further.
  private static func pieces(_ text: String) -> [Substring] {
    text.utf8.split { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"), 0x80...:
        false
      default: true
      }
    }.map { Substring($0) }
  }
}

/// Words that say nothing about what is searched for. They count only where a query has no others.
enum StopWords {
  static func contains(_ word: Word) -> Bool { all.contains(word.form) }

  private static let all = Set(
    """
    a an the this that these those it its he she they them i me my you your we us our
    is are was were be been being am has have had having do does did will would should can could may might must
    to of from in at by for with as and or but if than then so
    when where who whom whose which what why how while once ever whenever
    something anything thing things someone somebody anyone anybody object objects
    show find tell give get look see search please there here any some all every each just only very more most
    happen happens happened time times moment moments scene scenes shot shots clip clips record records
    s t m re ve ll
    """.split(whereSeparator: \.isWhitespace).map(String.init))
}
