import Foundation
import VideoDB
import VideoDBAsync

/// What is told to whoever runs the program.
struct Failure: Error {
  let message: String
}

/// What a section works with.
struct Session: Sendable {
  let client: Client
  let stream: RTStream
  let options: Options

  static func start(_ options: Options) async throws -> Session {
    let client = try Client.connect()  // VIDEO_DB_API_KEY, VIDEO_DB_API
    let collection = client.defaultCollection
    if let id = options.stream {
      return Session(client: client, stream: try await collection.rtstream(id).value, options: options)
    }
    let newest = try await collection.rtstreams(limit: 1, status: .connected, ordering: "-created_at").value
    guard let stream = newest.streams.first else {
      throw Failure(message: "no stream is connected: connect a camera first, with collection.connectRTStream(url:name:)")
    }
    return Session(client: client, stream: stream, options: options)
  }

  /// Asks until there is a result, twice a second.
  func first<Item>(_ what: String, _ ask: () async throws -> [Item]) async throws -> [Item] {
    let end = ContinuousClock.now + .seconds(options.seconds)
    while true {
      let found = try await ask()
      if !found.isEmpty { return found }
      guard ContinuousClock.now < end else { throw Failure(message: "no \(what) within \(Int(options.seconds)) s") }
      try await Task.sleep(for: .milliseconds(500))
    }
  }

  /// An index that is stopped at the end.
  func running(_ made: Call<SceneIndex>, _ body: (SceneIndex) async throws -> Void) async throws {
    let index = try await made.value
    print("index \(index.id) is \(index.status ?? "made")")
    do {
      try await body(index)
    } catch {
      try? await index.stop().value
      throw error
    }
    try await index.stop().value
  }

  /// Listens until the time is over, or `body` has heard enough: what it gave then.
  func listening<Found: Sendable>(_ body: @escaping @Sendable () async throws -> Found?) async throws -> Found? {
    let listener = Task { try await body() }
    let timer = Task {
      try await Task.sleep(for: .seconds(options.seconds))
      listener.cancel()
    }
    defer { timer.cancel() }
    do {
      return try await listener.value
    } catch let error as VideoDBError where error.status == .cancelled {
      return nil
    }
  }
}

func clock(_ seconds: Double?) -> String {
  guard let seconds else { return "--:--:--" }
  let formatter = DateFormatter()
  formatter.dateFormat = "HH:mm:ss"
  return formatter.string(from: Date(timeIntervalSince1970: seconds))
}
