import Foundation

@testable import LocalService

/// The description that VideoDB publishes of its real-time API, where it lies beside the checkout.
enum Published {
  static let file: String = {
    let root = (1...5).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent() }
    return root.deletingLastPathComponent().appending(path: "shared/spec/openapi-realtime.yaml").path
  }()

  static let document: JSON? = (try? String(contentsOfFile: file, encoding: .utf8)).map { PlainYAML.read($0) }

  /// Where the service's answers differ from it, on purpose. The README tells of it.
  static let contract: Contract? = document.map { document in
    var contract = Contract(document)
    contract.isComplete = false
    contract.nullable = ["name", "prompt", "callback_url", "ws_connection_id"]
    contract.moreChoices = ["error", "stopping", "exported"]
    return contract
  }
}

/// Reads the YAML of that file: maps and lists by indentation, scalars on one line, and texts in single quotes over several.
struct PlainYAML {
  private var lines: [(indent: Int, text: Substring)]

  static func read(_ text: String) -> JSON {
    var reader = PlainYAML(lines: joined(text))
    return reader.block(0)
  }

  private init(lines: [(indent: Int, text: Substring)]) { self.lines = lines }

  private static func joined(_ text: String) -> [(indent: Int, text: Substring)] {
    var lines: [(indent: Int, text: Substring)] = []
    var open = false
    for line in text.split(separator: "\n") {
      let content = line.drop { $0 == " " }
      if open {
        open = !content.hasSuffix("'")
      } else if !content.isEmpty {
        lines.append((line.count - content.count, content))
        open = content.contains(": '") && !content.hasSuffix("'")
      }
    }
    return lines
  }

  private mutating func block(_ indent: Int) -> JSON {
    lines.first?.text.hasPrefix("- ") == true ? list(indent) : map(indent)
  }

  private mutating func list(_ indent: Int) -> JSON {
    var items: [JSON] = []
    while let line = lines.first, line.indent == indent, line.text.hasPrefix("- ") {
      let item = line.text.dropFirst(2)
      if Self.key(item) == nil {
        lines.removeFirst()
        items.append(Self.scalar(item))
      } else {
        lines[0] = (indent + 2, item)
        items.append(map(indent + 2))
      }
    }
    return .array(items)
  }

  private mutating func map(_ indent: Int) -> JSON {
    var members: [JSON.Member] = []
    while let line = lines.first, line.indent == indent, let (key, rest) = Self.key(line.text) {
      lines.removeFirst()
      if !rest.isEmpty {
        members.append(.init(key, Self.scalar(rest)))
      } else if let next = lines.first, next.indent > indent || (next.indent == indent && next.text.hasPrefix("- ")) {
        members.append(.init(key, block(next.indent)))
      } else {
        members.append(.init(key, .null))
      }
    }
    return .object(members)
  }

  private static func key(_ line: Substring) -> (String, Substring)? {
    let end = line.firstRange(of: ": ") ?? (line.hasSuffix(":") ? line.index(before: line.endIndex)..<line.endIndex : nil)
    guard let end, !line.hasPrefix("[") else { return nil }
    return (line[..<end.lowerBound].trimmingCharacters(in: ["'"]), line[end.upperBound...])
  }

  private static func scalar(_ text: Substring) -> JSON {
    if text.hasPrefix("'") { return .string(text.trimmingCharacters(in: ["'"])) }
    if text == "[]" { return [] }
    return JSON.parse(Array(text.utf8)) ?? .string(String(text))
  }
}
