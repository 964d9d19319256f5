/// What looks at a stream's windows: scene indexes, understandings, the indexes on these, alerts on all of them, and search.
extension OpenAPI {
  static let sceneIndexOperations: [Operation] = [
    Operation(
      id: "createSceneIndex", method: "POST", path: "/rtstream/{id}/index/scene", summary: "Describe a stream window by window",
      body: Schema.body([
        "extraction_type": Schema.choice("time", "time_based", "shot", "shot_based", "transcript"),
        "extraction_config": Schema.body([
          "time": Schema.number, "frame_count": Schema.whole(from: 1, to: 100, default: 5),
          "segmenter": Schema.segmenter, "segmentation_value": Schema.number,
        ]),
        "prompt": Schema.text, "model_name": Schema.text, "model_config": Schema.anyObject, "name": Schema.text,
        "auto_start_transcript": Schema.flag, "ws_connection_id": Schema.text,
      ]),
      success: .data(Schema.reference("SceneIndex")), refusals: [501]),
    Operation(
      id: "listSceneIndexes", method: "GET", path: "/rtstream/{id}/index/scene", summary: "List a stream's scene indexes",
      success: .data(Schema.answer(["scene_indexes": Schema.list(Schema.reference("SceneIndex"))]))),
    Operation(
      id: "getSceneIndex", method: "GET", path: "/rtstream/{id}/index/{index}", summary: "Get a scene index",
      success: .data(Schema.reference("SceneIndex"))),
    Operation(
      id: "listScenes", method: "GET", path: "/rtstream/{id}/index/scene/{index}",
      summary: "List the records of a scene index that overlap [start, end), newest first", query: .page + .range(),
      success: .data(records("scene_index_records"))),
    Operation(
      id: "updateSceneIndex", method: "PATCH", path: "/rtstream/{id}/index/scene/{index}",
      summary: "Change the prompt of a scene index", body: Schema.body(["prompt": Schema.text], required: ["prompt"]),
      success: .message),
    Operation(
      id: "setSceneIndexStatus", method: "PATCH", path: "/rtstream/{id}/index/scene/{index}/status",
      summary: "Start or stop a scene index", body: startOrStop, success: .message),
  ]

  private static func records(_ key: String) -> JSON {
    Schema.answer([key: Schema.list(Schema.reference("Record")), "next_page": Schema.flag])
  }

  static let understandingOperations: [Operation] = [
    Operation(
      id: "understand", method: "POST", path: "/rtstream/{id}/understand",
      summary: "Describe a stream window by window with one analyzer",
      body: Schema.body(
        [
          "segmentation": Schema.body(["type": Schema.choice("time"), "window": Schema.text]),
          "analyzers": Schema.list(
            Schema.body(
              [
                "type": Schema.choice("vlm"), "name": Schema.text,
                "sampling": Schema.body(["frame_count": Schema.whole(from: 1, to: 100, default: 5)]),
                "config": Schema.body(["prompt": Schema.text, "model": Schema.text], required: ["prompt"]),
              ], required: ["type", "config"])),
          "store": Schema.flag, "ws_connection_id": Schema.text,
        ], required: ["analyzers"]),
      success: .data(Schema.reference("Understanding"))),
    Operation(
      id: "listUnderstandings", method: "GET", path: "/rtstream/{id}/understand", summary: "List a stream's understandings",
      success: .data(Schema.answer(["understandings": Schema.list(Schema.reference("Understanding"))]))),
    Operation(
      id: "getUnderstanding", method: "GET", path: "/rtstream/{id}/understand/{understanding}",
      summary: "Get an understanding", success: .data(Schema.reference("Understanding"))),
    Operation(
      id: "setUnderstandingStatus", method: "PATCH", path: "/rtstream/{id}/understand/{understanding}/status",
      summary: "Start or stop an understanding", body: startOrStop, success: .message),
    Operation(
      id: "listUnderstandingRecords", method: "GET", path: "/rtstream/{id}/understand/{understanding}/records",
      summary: "List the records of an understanding that overlap [start, end), newest first",
      query: .range(required: true) + [.init(name: "output", schema: Schema.text)] + .page,
      success: .data(records("records"))),
  ]

  static let derivedIndexOperations: [Operation] = [
    Operation(
      id: "createIndex", method: "POST", path: "/rtstream/{id}/indexes", summary: "Index what an understanding puts out",
      body: Schema.body(
        [
          "source": Schema.body(
            [
              "understanding_id": Schema.text, "type": Schema.choice("understanding"), "rtstream_id": Schema.text,
              "output": Schema.text,
            ], required: ["understanding_id"]), "name": Schema.text, "use_for": Schema.list(Schema.text),
        ], required: ["source"]),
      success: .data(Schema.reference("Index"))),
    Operation(
      id: "listIndexes", method: "GET", path: "/rtstream/{id}/indexes", summary: "List a stream's indexes on understandings",
      success: .data(Schema.answer(["indexes": Schema.list(Schema.reference("Index"))]))),
    Operation(
      id: "getIndex", method: "GET", path: "/rtstream/{id}/indexes/{index}", summary: "Get an index",
      success: .data(Schema.reference("Index"))),
    Operation(
      id: "setIndexStatus", method: "PATCH", path: "/rtstream/{id}/indexes/{index}/status",
      summary: "Start or stop an index", body: startOrStop, success: .message),
    Operation(
      id: "listIndexRecords", method: "GET", path: "/rtstream/{id}/indexes/{index}/records",
      summary: "List the records of an index that overlap [start, end), newest first", query: .page + .range(),
      success: .data(records("records"))),
  ]

  static let eventOperations: [Operation] = [
    Operation(
      id: "createEvent", method: "POST", path: "/rtstream/event", summary: "Make an event rule",
      body: Schema.body(["event_prompt": Schema.text, "label": Schema.text], required: ["event_prompt", "label"]),
      success: .data(Schema.answer(["event_id": Schema.text]))),
    Operation(
      id: "listEvents", method: "GET", path: "/rtstream/event", summary: "List the event rules",
      success: .data(Schema.answer(["events": Schema.list(Schema.reference("EventRule"))]))),
  ]

  /// The second path is that of old clients.
  static let alertOperations: [Operation] = [
    ("SceneIndexAlert", "/rtstream/{id}/index/{index}/alert"), ("OldAlert", "/rtstream/{id}/index/scene/{index}/alert"),
    ("IndexAlert", "/rtstream/{id}/indexes/{index}/alert"),
  ].flatMap { name, path in
    [
      Operation(
        id: "create\(name)", method: "POST", path: path, summary: "Let an event rule alert on an index",
        body: Schema.body(
          ["event_id": Schema.text, "callback_url": Schema.text, "ws_connection_id": Schema.text], required: ["event_id"]),
        success: .data(Schema.answer(["alert_id": Schema.text]))),
      Operation(
        id: "list\(name)s", method: "GET", path: path, summary: "List the alerts of an index",
        success: .data(Schema.answer(["alerts": Schema.list(Schema.reference("Alert"))]))),
      Operation(
        id: "set\(name)Status", method: "PATCH", path: path + "/{alert}/status", summary: "Enable or disable an alert",
        body: Schema.body(["action": Schema.choice("enable", "disable"), "status": Schema.choice("enabled", "disabled")]),
        success: .message),
    ]
  }

  static let searchOperations: [Operation] = [
    ("searchStream", "/rtstream/{id}/search"), ("searchCollection", "/rtstream/collection/{collection}/search"),
  ].map { id, path in
    Operation(
      id: id, method: "POST", path: path, summary: "Find records by their words, the best first",
      body: Schema.body(
        [
          "query": Schema.text, "scene_index_id": Schema.text,
          "result_threshold": Schema.whole(from: 0, to: Routes.mostResults, default: 10),
          "score_threshold": Schema.number, "dynamic_score_percentage": Schema.number, "stitch": Schema.flag,
          "filter": Schema.list(
            Schema.body([
              "scene_index_id": Schema.text, "scene_index_name": Schema.text, "index_id": Schema.text,
              "index_name": Schema.text, "rtstream_id": Schema.text, "rtstream_name": Schema.text, "start": Schema.time,
              "end": Schema.time,
            ])), "rerank": Schema.flag, "rerank_params": Schema.anyObject,
          "index_type": Schema.choice("scene", "spoken_word"),
        ], required: ["query"]),
      success: .data(Schema.answer(["results": Schema.list(Schema.reference("SearchResult"))])))
  }
}
