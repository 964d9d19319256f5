import Foundation

/// A server of models with one of the endpoints that OpenAI's API made common, and how it is asked.
public struct ModelServer: Sendable, Equatable {
  /// What the endpoint does, by the end of its path.
  public enum Endpoint: String, Sendable {
    case chat = "chat/completions"
    case transcription = "audio/transcriptions"
  }

  let address: HTTPAddress
  public var model: String?
  /// Sent as a bearer token. Never shown.
  public var key: String?
  /// How long one answer may take.
  public var seconds = 60.0
  /// How often a call is made that fails in a way that passes.
  public var attempts = 4
  /// The pause after the first of them; it doubles.
  public var pauseSeconds = 0.5

  /// `url` is that of the endpoint, or of what is above it, such as `http://127.0.0.1:8000/v1`. Throws what is wrong with it.
  public init(url: String, _ endpoint: Endpoint, model: String? = nil, key: String? = nil) throws {
    let (path, query) = url.firstIndex(of: "?").map { (url[..<$0], url[$0...]) } ?? (url[...], "")
    let bare = path.hasSuffix("/") ? path.dropLast() : path
    let full = bare.hasSuffix("/" + endpoint.rawValue) ? String(bare) : bare + "/" + endpoint.rawValue
    guard HTTPAddress(url) != nil, let address = HTTPAddress(full + query), !url.contains("#") else {
      throw StartError(
        "the address of the model server must be an absolute http:// or https:// URL, such as http://127.0.0.1:8000/v1")
    }
    self.address = address
    self.model = model
    self.key = key
  }

  /// The key in a file or else in the environment; nil when there is none.
  public static func key(file: String?, variable: String) throws -> String? {
    if let file { return try APIKey.read(file: file) }
    guard let key = ProcessInfo.processInfo.environment[variable], !key.isEmpty else { return nil }
    guard key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw StartError("the key in \(variable) must be printable characters without spaces")
    }
    return key
  }

  /// For logs: no key, and nothing of the path, which may hold one.
  var display: String { (model.map { "\($0) " } ?? "") + "at \(address.display)" }

  /// Whether the key crosses a network readable.
  public var showsKey: Bool {
    key != nil && !address.usesTLS && !["127.0.0.1", "::1", "localhost"].contains(address.host)
  }
}
