import VideoDBCore

/// What of a stream is looked at together.
public enum Batch: Sendable {
  /// So many seconds, and for pictures so many of them.
  case time(seconds: Double, frameCount: Int? = nil)
  /// So many words of a transcript.
  case words(Int)
  case sentences(Int)

  var options: Options {
    switch self {
    case .time(let seconds, let frameCount):
      ["type": .text("time"), "value": .number(seconds), "frame_count": .whole(frameCount)]
    case .words(let count): ["type": .text("word"), "value": .whole(count)]
    case .sentences(let count): ["type": .text("sentence"), "value": .whole(count)]
    }
  }
}

/// `connectionID` is that of the event channel which gets what is found. `modelConfig` is a JSON object.
extension RTStream {
  /// Has the pictures described by a prompt; the batch is a time.
  public func indexVisuals(
    prompt: String? = nil, batch: Batch? = nil, name: String? = nil, modelName: String? = nil, modelConfig: JSON? = nil,
    connectionID: String? = nil, sandboxID: String? = nil
  ) -> Call<SceneIndex> {
    index(
      .rtstreamIndexVisuals,
      [
        "prompt": .text(prompt), "batch_config": .object(batch?.options), "name": .text(name), "model_name": .text(modelName),
        "model_config": .json(modelConfig), "ws_connection_id": .text(connectionID), "sandbox_id": .text(sandboxID),
      ])
  }

  /// Has the transcript summed up by a prompt. It needs one that runs.
  public func indexAudio(
    prompt: String? = nil, batch: Batch? = nil, name: String? = nil, modelName: String? = nil, modelConfig: JSON? = nil,
    autoStartTranscript: Bool? = nil, connectionID: String? = nil, sandboxID: String? = nil
  ) -> Call<SceneIndex> {
    index(
      .rtstreamIndexAudio,
      [
        "prompt": .text(prompt), "batch_config": .object(batch?.options), "name": .text(name), "model_name": .text(modelName),
        "model_config": .json(modelConfig), "auto_start_transcript": .flag(autoStartTranscript),
        "ws_connection_id": .text(connectionID), "sandbox_id": .text(sandboxID),
      ])
  }

  /// The same in tens of words, if no batch is given.
  public func indexSpokenWords(
    prompt: String? = nil, batch: Batch? = nil, name: String? = nil, modelName: String? = nil, modelConfig: JSON? = nil,
    autoStartTranscript: Bool? = nil, connectionID: String? = nil, sandboxID: String? = nil
  ) -> Call<SceneIndex> {
    index(
      .rtstreamIndexSpokenWords,
      [
        "prompt": .text(prompt), "batch_config": .object(batch?.options), "name": .text(name), "model_name": .text(modelName),
        "model_config": .json(modelConfig), "auto_start_transcript": .flag(autoStartTranscript),
        "ws_connection_id": .text(connectionID), "sandbox_id": .text(sandboxID),
      ])
  }

  public enum ExtractionType: Sendable {
    case time, shot, transcript

    var text: String {
      switch self {
      case .time: "time"
      case .shot: "shot"
      case .transcript: "transcript"
      }
    }
  }

  /// The older call under the other three: the extraction in the service's own words, a JSON object.
  public func indexScenes(
    extractionType: ExtractionType? = nil, extractionConfig: JSON? = nil, prompt: String? = nil, name: String? = nil,
    modelName: String? = nil, modelConfig: JSON? = nil, connectionID: String? = nil, sandboxID: String? = nil
  ) -> Call<SceneIndex> {
    index(
      .rtstreamIndexScenes,
      [
        "extraction_type": .text(extractionType?.text), "extraction_config": .json(extractionConfig), "prompt": .text(prompt),
        "name": .text(name), "model_name": .text(modelName), "model_config": .json(modelConfig),
        "ws_connection_id": .text(connectionID), "sandbox_id": .text(sandboxID),
      ])
  }

  public func sceneIndexes() -> Call<[SceneIndex]> {
    Call(client, .sceneIndexList, [id]) { [client, id] answer throws(VideoDBError) in
      try answer.list("scene_indexes", .sceneIndexList) { json throws(VideoDBError) in
        try SceneIndex(client, id, json, .sceneIndexList)
      }
    }
  }

  public func sceneIndex(_ indexID: String) -> Call<SceneIndex> {
    Call(client, .sceneIndexGet, [id, indexID]) { [client, id] json throws(VideoDBError) in
      try SceneIndex(client, id, json, .sceneIndexGet)
    }
  }

  private func index(_ operation: Operation, _ options: Options) -> Call<SceneIndex> {
    Call(client, operation, [id], options) { [client, id] json throws(VideoDBError) in
      try SceneIndex(client, id, json, operation)
    }
  }
}
