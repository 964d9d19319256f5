import VideoDBCore

extension RTStream {
  /// Has what is spoken written down, and sent to the event channel of this connection id.
  public func startTranscript(connectionID: String? = nil, engine: String? = nil) -> Call<Transcript> {
    Call(client, .rtstreamStartTranscript, [id], ["ws_connection_id": .text(connectionID), "engine": .text(engine)]) {
      Transcript($0)
    }
  }

  public enum StopMode: Sendable {
    /// What has been heard is still written down.
    case graceful
    case force

    var text: String {
      switch self {
      case .graceful: "graceful"
      case .force: "force"
      }
    }
  }

  public func stopTranscript(mode: StopMode? = nil, engine: String? = nil) -> Call<Transcript> {
    Call(client, .rtstreamStopTranscript, [id], ["mode": .text(mode?.text), "engine": .text(engine)]) { Transcript($0) }
  }

  public func transcriptStatus(engine: String? = nil) -> Call<Transcript> {
    Call(client, .rtstreamTranscriptStatus, [id], ["engine": .text(engine)]) { Transcript($0) }
  }

  /// Times are seconds since the Unix epoch, each bound by itself; `since` leaves out what is not newer.
  public func transcript(
    start: Double? = nil, end: Double? = nil, since: Double? = nil, page: Int = 1, pageSize: Int = 100, engine: String? = nil
  ) -> Call<Page<Utterance>> {
    let options: Options = [
      "start": .number(start), "end": .number(end), "since": .number(since), "page": .whole(page),
      "page_size": .whole(pageSize), "engine": .text(engine),
    ]
    return Call(client, .rtstreamGetTranscript, [id], options) { answer throws(VideoDBError) in
      try answer.page("transcription_records", .rtstreamGetTranscript) { Utterance($0) }
    }
  }
}

/// How transcription goes.
public struct Transcript: Sendable {
  /// "running", "stopped" or "not_configured".
  public let status: String?
  public let engine: String?
  public let language: String?
  public let info: JSON

  init(_ json: JSON) {
    status = json["status"]?.string
    engine = json["engine"]?.string
    language = json["language"]?.string
    info = json
  }
}

/// Something that was said.
public struct Utterance: Sendable {
  /// Seconds since the Unix epoch.
  public let start: Double?
  public let end: Double?
  public let text: String?
  /// The record as it came, with the times of its words where the service has them.
  public let info: JSON

  init(_ json: JSON) {
    start = json["start"]?.double
    end = json["end"]?.double
    text = json["text"]?.string
    info = json
  }
}
