import Analysis

/// From a recognised word to everyone who has to hear of it: records and events. Windows of audio indexes go to `SceneDispatcher`.
final class SpeechDispatcher: Sendable {
  private let store: Store
  private let sockets: SocketRegistry
  private let messages: Messages
  private let recordDelay: Double
  private let backlog: Backlog
  private let log: Log

  init(
    store: Store, sockets: SocketRegistry, messages: Messages, recordDelay: Double, backlog: Backlog, log: Log
  ) {
    self.store = store
    self.sockets = sockets
    self.messages = messages
    self.recordDelay = recordDelay
    self.backlog = backlog
    self.log = log
  }

  /// Called on the recogniser's thread.
  func heard(_ result: SpeechResult, streamID: String) {
    switch result {
    case .heard, .progress: break
    case .interim(let text, let start, let end):
      do {
        guard let (stream, transcript) = try store.listener(ofStream: streamID) else { return }
        let message = messages.transcript(text, isFinal: false, start: start, end: end, stream: stream)
        sockets.send(message, to: transcript.connectionID)
      } catch {
        log.debug("stream \(streamID): words that are being said were not sent: \(error)")
      }
    case .final(let words):
      guard var said = Utterance(streamID: streamID, words) else { return }
      said.visibleFrom = Timestamp.now() + recordDelay
      let utterance = said
      backlog.add("stream \(streamID): what was said") { [self] isLate in
        guard let (stream, transcript) = try store.listener(ofStream: streamID, isLate: isLate) else { return }
        try tell(utterance, stream, transcript)
      }
    }
  }

  /// Keeps and tells of what was said; whether there was a socket to take it.
  @discardableResult
  func tell(_ utterance: Utterance, _ stream: VideoStream, _ transcript: Transcript) throws -> Bool {
    try store.keep(utterance)
    let message = messages.transcript(
      utterance.text, isFinal: true, start: utterance.start, end: utterance.end, stream: stream)
    return sockets.send(message, to: transcript.connectionID)
  }
}

extension Messages {
  func transcript(_ text: String, isFinal: Bool, start: Double, end: Double, stream: VideoStream) -> JSON {
    [
      "channel": "transcript",
      "rtstream_id": .string(stream.id),
      "rtstream_name": .optional(stream.name),
      "data": ["text": .string(text), "is_final": .bool(isFinal), "start": time(start), "end": time(end)],
    ]
  }

  func audio(_ scene: Scene, stream: VideoStream) -> JSON { self.scene(scene, stream: stream, channel: "audio_index") }
}
