/// Ids of a channel's connections. A channel may reconnect for years: of very many, the first, which applications hold, and the newest stay
/// known.
public struct ConnectionIDs: Sendable {
  /// How many there were; the number of the newest, from 1.
  public private(set) var count = 0
  private var known: [[UInt8]] = []

  static let most = 256

  public init() {}

  public var last: [UInt8]? { known.last }

  public mutating func append(_ id: [UInt8]) {
    count += 1
    known.append(id)
    if known.count > Self.most { known.remove(at: 1) }
  }

  public func contains(_ id: [UInt8]) -> Bool { known.contains { sameBytes($0, id) } }
}
