/// Who may call: the holder of the key, or of a client token until that expires.
struct Credentials: Sendable {
  enum Caller { case key, clientToken }

  let key: APIKey
  let store: Store

  func check(_ given: String?) async throws -> Caller {
    guard let given else { throw Refusal(401, "UNAUTHORIZED", "the header x-access-token is missing") }
    if key.matches(given) { return .key }
    guard given.hasPrefix(ClientToken.prefix) else {
      throw Refusal(401, "UNAUTHORIZED", "the key in x-access-token is not the key of this service")
    }
    let (id, secret) = ClientToken.parts(given)
    guard let token = try await store.clientToken(id), token.expiresAt > Timestamp.now(),
      APIKey(token.secret).matches(secret)
    else { throw Refusal(401, "UNAUTHORIZED", "the client token in x-access-token is unknown or has expired") }
    return .clientToken
  }
}

extension ClientToken {
  static let prefix = "st-"

  init(lifeSeconds: Int) {
    self.init(id: Identifier.short(), secret: Identifier.secret(), expiresAt: Timestamp.now() + Double(lifeSeconds))
  }

  /// What the client sends. The id finds the token; only the secret is compared.
  var text: String { Self.prefix + id + secret }

  static func parts(_ text: String) -> (id: String, secret: String) {
    let rest = text.dropFirst(prefix.count)
    return (String(rest.prefix(16)), String(rest.dropFirst(16)))
  }
}
