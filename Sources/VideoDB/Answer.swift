import VideoDBCore

/// One page of a list. Pages count from 1.
public struct Page<Item: Sendable>: Sendable {
  public let items: [Item]
  public let hasNextPage: Bool
}

/// Reading answers. What has to be there and is not is a `.badAnswer`; everything else that is not there is nil.
extension JSON {
  /// For values that the caller makes: filters, metadata, analyzers. nil where the text is not JSON.
  public init?(text: String) { self.init(Array(text.utf8)) }

  /// The member, where it is there and not null.
  func member(_ key: StaticString) -> JSON? { self[key].flatMap { $0.isNull ? nil : $0 } }

  /// A text that is not empty.
  func required(_ key: StaticString, _ operation: Operation) throws(VideoDBError) -> String {
    try required(key, or: key, operation)
  }

  /// The same under either of two keys.
  func required(_ key: StaticString, or other: StaticString, _ operation: Operation) throws(VideoDBError) -> String {
    if let text = self[key]?.string, !text.utf8.isEmpty { return text }
    if let text = self[other]?.string, !text.utf8.isEmpty { return text }
    throw VideoDBError(.badAnswer, "\(operation.name): the answer has no `\(key)`.", body: bytes)
  }

  func list<Item>(_ key: StaticString, _ operation: Operation, _ read: (JSON) throws(VideoDBError) -> Item)
    throws(VideoDBError) -> [Item]
  {
    guard let list = self[key], list.isArray else {
      throw VideoDBError(.badAnswer, "\(operation.name): the answer has no list `\(key)`.", body: bytes)
    }
    var items: [Item] = []
    for element in list.elements { items.append(try read(element)) }
    return items
  }

  func page<Item>(_ key: StaticString, _ operation: Operation, _ read: (JSON) throws(VideoDBError) -> Item)
    throws(VideoDBError) -> Page<Item>
  {
    Page(items: try list(key, operation, read), hasNextPage: self["next_page"]?.bool ?? false)
  }
}
