import Foundation
import GRDB

@testable import LocalService

/// Finals of transcripts by the ten thousand a second, which is more than a debug build can take one by one: one transaction a
/// batch, its statements prepared once, without the index for searches. Sockets and records are the service's own.
struct Crowd {
  struct Saying {
    let streamID: String
    let text: String
    let start: Double
    let end: Double
  }

  /// Which of them a socket took.
  static func deliver(_ sayings: [Saying], through service: LocalService) throws -> [Bool] {
    var listeners: [String: (stream: VideoStream, transcript: Transcript)] = [:]
    for id in Set(sayings.map(\.streamID)) { listeners[id] = try service.store.listener(ofStream: id) }
    try service.store.database.write { database in
      let insert = try database.cachedStatement(
        sql: "INSERT INTO utterance (streamID, start, \"end\", text, words, visibleFrom) VALUES (?, ?, ?, ?, '[]', 0)")
      for saying in sayings {
        try insert.execute(arguments: [saying.streamID, saying.start, saying.end, saying.text])
      }
    }
    return sayings.map { saying in
      guard let (stream, transcript) = listeners[saying.streamID] else { return false }
      let message = service.messages.transcript(
        saying.text, isFinal: true, start: saying.start, end: saying.end, stream: stream)
      return service.sockets.send(message, to: transcript.connectionID)
    }
  }
}
