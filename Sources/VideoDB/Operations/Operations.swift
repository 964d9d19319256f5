import VideoDBCore
import VideoDBTransport

/// The calls of the service that have a function of their own. Paths, keys and units: PROTOCOL section 2.
extension Operation {
  // Collections
  public static let collectionGet = Operation("collection_get", .get, "/collection/{collection_id}")
  public static let collectionList = Operation("collection_list", .get, "/collection")
  public static let websocketURL = Operation("events_open", .get, "/collection/{collection_id}/websocket")

  // RTStreams
  /// The id only fills the body: the path has none.
  public static let rtstreamConnect = Operation(
    "rtstream_connect", .post, "/rtstream", .connect,
    [
      OptionRule("url", .text, required: true), OptionRule("name", .text, required: true),
      OptionRule("media_types", .texts(["video", "audio"])), OptionRule("sample_rate", .integer(1...1_000_000)),
      OptionRule("store", .boolean), OptionRule("enable_transcript", .boolean), OptionRule("ws_connection_id", .text),
    ])
  public static let rtstreamGet = Operation("rtstream_get", .get, "/rtstream/{rtstream_id}")
  public static let rtstreamList = Operation(
    "rtstream_list", .get, "/rtstream", .query,
    [
      OptionRule("limit", .integer(0...1_000_000)), OptionRule("offset", .integer(0...Int64.max)),
      OptionRule("status", .oneOf(["connected", "stopped"])),
      OptionRule("name", .text), OptionRule("ordering", .text),
    ])
  public static let rtstreamStart = Operation("rtstream_start", .patch, "/rtstream/{rtstream_id}/status", .action("start"))
  public static let rtstreamStop = Operation("rtstream_stop", .patch, "/rtstream/{rtstream_id}/status", .action("stop"))

  // Scene indexes
  public static let indexVisuals = Operation(
    "rtstream_index_visuals", .post, "/rtstream/{rtstream_id}/index/scene", .visualIndex,
    [
      OptionRule("prompt", .text), OptionRule("batch_config", .object), OptionRule("model_name", .text),
      OptionRule("model_config", .object), OptionRule("name", .text), OptionRule("ws_connection_id", .text),
      OptionRule("sandbox_id", .text),
    ])
  public static let sceneIndexList = Operation("scene_index_list", .get, "/rtstream/{rtstream_id}/index/scene")
  public static let sceneIndexGet = Operation("scene_index_get", .get, "/rtstream/{rtstream_id}/index/{index_id}")
  public static let sceneIndexStart = Operation(
    "scene_index_start", .patch, "/rtstream/{rtstream_id}/index/scene/{index_id}/status", .action("start"))
  public static let sceneIndexStop = Operation(
    "scene_index_stop", .patch, "/rtstream/{rtstream_id}/index/scene/{index_id}/status", .action("stop"))
  public static let sceneIndexGetScenes = Operation(
    "scene_index_get_scenes", .get, "/rtstream/{rtstream_id}/index/scene/{index_id}", .query,
    [
      OptionRule("start", .seconds), OptionRule("end", .seconds), OptionRule("page", .integer(1...Int64.max), fallback: 1),
      OptionRule("page_size", .integer(1...1_000), fallback: 100),
    ])

  // Event rules and alerts
  public static let eventRuleCreate = Operation(
    "event_rule_create", .post, "/rtstream/event", .body,
    [OptionRule("event_prompt", .text, required: true), OptionRule("label", .text, required: true)])
  public static let eventRuleList = Operation("event_rule_list", .get, "/rtstream/event")
  public static let alertCreate = Operation(
    "alert_create", .post, "/rtstream/{rtstream_id}/index/{index_id}/alert", .alert,
    [
      OptionRule("event_id", .text, required: true), OptionRule("callback_url", .anyText),
      OptionRule("ws_connection_id", .anyText),
    ])
  public static let alertList = Operation("alert_list", .get, "/rtstream/{rtstream_id}/index/{index_id}/alert")
  public static let alertEnable = Operation(
    "alert_enable", .patch, "/rtstream/{rtstream_id}/index/{index_id}/alert/{alert_id}/status", .action("enable"))
  public static let alertDisable = Operation(
    "alert_disable", .patch, "/rtstream/{rtstream_id}/index/{index_id}/alert/{alert_id}/status", .action("disable"))
}
