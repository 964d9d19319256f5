import Analysis

/// The JSON forms of what is pushed: WebSocket events and webhook payloads.
struct Messages: Sendable {
  let visualChannel: Settings.VisualChannel
  let timeUnit: Settings.TimeUnit

  func scene(_ scene: Scene, stream: VideoStream) -> JSON {
    self.scene(scene, stream: stream, channel: visualChannel.rawValue)
  }

  func scene(_ scene: Scene, stream: VideoStream, channel: String) -> JSON {
    [
      "channel": .string(channel),
      "rtstream_id": .string(stream.id),
      "rtstream_name": .optional(stream.name),
      "data": [
        "text": .string(scene.text),
        "start": time(scene.start),
        "end": time(scene.end),
      ],
    ]
  }

  func alert(_ firing: Firing) -> JSON {
    [
      "channel": "alert",
      "rtstream_id": .string(firing.streamID),
      "rtstream_name": .optional(firing.streamName),
      "data": [
        "label": .string(firing.event.label),
        "triggered": true,
        "confidence": .number(firing.match.confidence),
        "start": time(firing.scene.start),
        "end": time(firing.scene.end),
        "event_id": .string("event-" + firing.event.id),
        "text": .string(firing.match.explanation),
      ],
    ]
  }

  /// Without `stream_url`: under which address its receiver reaches this service is not known here.
  func webhook(_ firing: Firing) -> JSON {
    [
      "event_id": .string("event-" + firing.event.id),
      "label": .string(firing.event.label),
      "confidence": .number(firing.match.confidence),
      "explanation": .string(firing.match.explanation),
      "timestamp": .string(Timestamp.offsetUTC(firing.time)),
      "start_time": .string(Timestamp.offsetUTC(firing.scene.start)),
      "end_time": .string(Timestamp.offsetUTC(firing.scene.end)),
      "rtstream_id": .string(firing.streamID),
      "alert_id": .string(firing.alert.id),
      "index_id": .string(firing.alert.jobID),
    ]
  }

  func time(_ seconds: Double) -> JSON {
    switch timeUnit {
    case .milliseconds: .integer(Int((seconds * 1000).rounded()))
    case .seconds: .number(seconds)
    }
  }
}

/// One scene that satisfied one event rule.
struct Firing: Sendable {
  let streamID: String
  let streamName: String?
  let scene: Scene
  let alert: Alert
  let event: EventRule
  let match: EventMatch
  let time: Double
}
