/// The objects that answers are made of.
extension Schema {
  static let components: JSON = .object(
    [
      ("Error", answer(["success": refused, "message": text, "error_code": text])),
      ("Collection", answer(["id": text, "name": text, "description": text, "is_public": flag])),
      ("RTStream", stream),
      ("SceneIndex", sceneIndex),
      ("Record", answer(["start": time, "end": time, "description": text])),
      ("Utterance", utterance),
      ("SearchResult", searchResult),
      ("EventRule", answer(["event_id": text, "event_prompt": text, "label": text])),
      ("Alert", alert),
      ("UnderstandingOutput", understandingOutput),
      ("Understanding", understanding),
      ("Index", index),
      ("CaptureChannel", answer(["channel_id": text, "name": text, "type": media, "store": flag, "is_primary": flag])),
      ("CaptureSession", captureSession),
    ].map { JSON.Member($0.0, $0.1) })

  static let segmenter = choice("word", "sentence", "time")
  private static let refused: JSON = ["type": "boolean", "enum": [false]]
  static let media = choice("video", "audio")
  private static let running = choice("running", "stopped")
  static let created: JSON = ["type": "string", "description": "UTC, ISO 8601 without a zone"]
  static let captureStatus = choice("created", "starting", "active", "stopping", "stopped", "exported", "failed")

  private static let stream = answer([
    "id": text,
    "name": orNull(text),
    "status": choice("connected", "stopped", "error"),
    "sample_rate": whole,
    "media_types": list(media),
    "collection_id": text,
    "store": flag,
    "created_at": created,
    "camera": answer(
      ["state": choice("connecting", "live", "lost", "ended", "stopped"), "error": text, "frames": whole],
      optional: ["error", "frames"]),
    "recording": answer(["state": choice("on", "off", "failed"), "error": text], optional: ["error"]),
    "analysis": analysis,
    "records": answer(
      ["state": choice("kept", "waiting"), "error": text, "count": whole], optional: ["error", "count"]),
  ])

  private static let analysis = answer(
    ["state": choice("ok", "failing"), "error": text, "done": whole, "skipped": whole, "failed": whole], optional: ["error"])

  private static let sceneIndex = answer(
    [
      "rtstream_index_id": text,
      "extraction_type": choice("time", "transcript"),
      "extraction_config": answer(
        ["time": number, "frame_count": whole, "segmenter": segmenter, "segmentation_value": number],
        optional: ["time", "frame_count", "segmenter", "segmentation_value"]),
      "prompt": orNull(text),
      "name": orNull(text),
      "status": running,
      "analysis": analysis,
    ], optional: ["analysis"])

  private static let utterance = answer([
    "start": time,
    "end": time,
    "text": text,
    "word_timestamps": list(answer(["word": text, "start": time, "end": time, "confidence": number])),
  ])

  private static let alert = answer([
    "alert_id": text,
    "event_id": text,
    "prompt": text,
    "label": text,
    "callback_url": orNull(text),
    "status": choice("enabled", "disabled"),
  ])

  private static let searchResult = answer(
    [
      "start": time,
      "end": time,
      "text": text,
      "score": number,
      "scene_index_id": text,
      "scene_index_name": orNull(text),
      "rtstream_id": text,
      "rtstream_name": orNull(text),
      "metadata": answer(["records": whole]),
    ], optional: ["scene_index_id", "scene_index_name"])

  private static let understandingOutput = answer([
    "type": choice("understanding"),
    "asset_type": choice("rtstream"),
    "rtstream_id": text,
    "understanding_id": text,
    "output": text,
    "extract_type": choice("vlm"),
    "mode": choice("continuous"),
  ])

  private static let understanding = answer(
    [
      "understanding_id": text,
      "rtstream_id": text,
      "status": running,
      "store": flag,
      "segmentation": answer(["type": choice("time"), "window": text]),
      "analyzers": list(
        answer([
          "type": choice("vlm"),
          "name": text,
          "sampling": answer(["frame_count": whole]),
          "config": answer(["prompt": text, "model": text], optional: ["model"]),
        ])),
      "outputs": map(reference("UnderstandingOutput")),
      "analysis": analysis,
    ], optional: ["analysis"])

  private static let index = answer([
    "index_id": text,
    "rtstream_id": text,
    "name": orNull(text),
    "status": running,
    "use_for": list(text),
    "source_understanding_id": text,
    "output": text,
  ])

  private static let captureSession = answer([
    "session_id": text,
    "collection_id": text,
    "end_user_id": text,
    "status": captureStatus,
    "ws_connection_id": orNull(text),
    "callback_url": orNull(text),
    "metadata": anyObject,
    "created_at": created,
    "channels": list(reference("CaptureChannel")),
    "primary_video_channel_id": orNull(text),
    "rtstreams": list(anyObject),
    "export_status": orNull(text),
    "exported_video_id": orNull(text),
    "error": orNull(answer(["code": text, "message": text])),
  ])
}
