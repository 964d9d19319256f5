import Foundation

/// The JSON of a chat endpoint.
enum ChatRequest {
  /// Without limits of length or randomness: not all servers take the same names for them.
  static func body(model: String?, task: String, request: String, pictures: [[UInt8]]) -> [UInt8] {
    let shown = pictures.map { picture -> JSON in
      ["type": "image_url", "image_url": ["url": .string("data:image/jpeg;base64," + Data(picture).base64EncodedString())]]
    }
    let content: JSON = pictures.isEmpty ? .string(request) : .array([["type": "text", "text": .string(request)]] + shown)
    var members: [JSON.Member] = [
      .init("messages", [["role": "system", "content": .string(task)], ["role": "user", "content": content]]),
      .init("stream", false),
    ]
    if let model { members.insert(.init("model", .string(model)), at: 0) }
    return Array(JSON.object(members).text.utf8)
  }

  /// What the model says; nil when the answer is none, or empty.
  static func text(ofAnswer bytes: [UInt8]) -> String? {
    guard case .array(let choices)? = JSON.parse(bytes)?["choices"], let content = choices.first?["message"]?["content"]
    else { return nil }
    let text: String
    switch content {
    case .string(let whole): text = whole
    case .array(let parts): text = parts.compactMap { if case .string(let text)? = $0["text"] { text } else { nil } }.joined()
    default: return nil
    }
    let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
    return trimmed.isEmpty ? nil : trimmed
  }
}
