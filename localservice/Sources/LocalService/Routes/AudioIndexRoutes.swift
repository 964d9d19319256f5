/// Indexes over what is said. They are scene indexes whose windows are made of words; a running transcript feeds them.
extension Routes {
  private static let defaultWords = 10.0

  func createAudioIndex(_ stream: VideoStream, _ fields: Fields) async throws -> Reply {
    guard sounds.recogniser != nil else {
      throw Refusal.unavailable("an index of speech is not to be had: \(Self.noRecogniser)")
    }
    let config = try fields.object("extraction_config")
    let segmenter = try config?.choice("segmenter", ["word", "sentence", "time"]) ?? "word"
    let value: Double? =
      switch segmenter {
      case "time": try config?.number("segmentation_value", in: 1...3600)
      default: try config?.integer("segmentation_value", in: 1...1000).map(Double.init)
      }
    _ = try fields.object("model_config")
    _ = try fields.string("model_name")
    let index = WindowJob(
      id: Identifier.short(), kind: .sceneIndex, streamID: stream.id, name: try fields.string("name"),
      prompt: try fields.string("prompt"), seconds: value ?? (segmenter == "sentence" ? 1 : Self.defaultWords), frameCount: 0,
      running: true, connectionID: try fields.string("ws_connection_id"), createdAt: Timestamp.now(), segmenter: segmenter)
    if try fields.bool("auto_start_transcript") == true { try await startTranscript(of: stream, connection: nil) }
    try await store.insert(index)
    sounds.watch(index)
    log.info("stream \(stream.id): audio index \(index.id) created")
    let listening = try store.wantsTranscript(stream.id)
    return .data(
      form(index),
      message: listening ? nil : "there are no records as long as no transcript is running: start one")
  }

  static func audioConfig(_ index: WindowJob, _ segmenter: String) -> JSON {
    ["segmenter": .string(segmenter), "segmentation_value": number(index.seconds)]
  }
}
