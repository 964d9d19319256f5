/// Collections, streams, and what streams are asked for that needs a recording or speech.
extension OpenAPI {
  static let collectionOperations: [Operation] = [
    Operation(
      id: "listCollections", method: "GET", path: "/collection", summary: "List the collections",
      success: .data(
        Schema.answer(["collections": Schema.list(Schema.reference("Collection")), "default_collection": Schema.text]))),
    Operation(
      id: "createCollection", method: "POST", path: "/collection", summary: "Refused: there is one collection",
      body: collectionBody, success: .none, refusals: [501]),
    Operation(
      id: "getCollection", method: "GET", path: "/collection/{collection}", summary: "Get a collection",
      success: .data(Schema.reference("Collection"))),
    Operation(
      id: "updateCollection", method: "PATCH", path: "/collection/{collection}",
      summary: "Refused: the collection cannot be changed", body: collectionBody, success: .none, refusals: [501]),
    Operation(
      id: "deleteCollection", method: "DELETE", path: "/collection/{collection}",
      summary: "Refused: the collection cannot be deleted", success: .none, refusals: [501]),
    Operation(
      id: "openWebSocket", method: "GET", path: "/collection/{collection}/websocket",
      summary: "Get an address for one WebSocket; its first message holds the connection_id",
      success: .data(Schema.answer(["websocket_url": Schema.text]))),
  ]

  private static let collectionBody = Schema.body([
    "name": Schema.text, "description": Schema.text, "is_public": Schema.flag,
  ])

  static let streamOperations: [Operation] = [
    Operation(
      id: "connectStream", method: "POST", path: "/rtstream", summary: "Connect a camera",
      body: Schema.body(
        [
          "url": Schema.text, "name": Schema.text, "collection_id": Schema.text,
          "sample_rate": Schema.whole(from: 1, to: 240, default: 30), "media_types": Schema.list(Schema.media),
          "store": Schema.flag, "enable_transcript": Schema.flag, "ws_connection_id": Schema.text,
        ], required: ["url"]),
      success: .data(Schema.reference("RTStream")), refusals: [404, 501]),
    Operation(
      id: "listStreams", method: "GET", path: "/rtstream", summary: "List streams, newest first",
      query: [
        .init(name: "limit", schema: Schema.whole(from: 1, to: 1000, default: 10)),
        .init(name: "offset", schema: Schema.whole(from: 0, default: 0)),
        .init(name: "status", schema: Schema.choice("connected", "stopped")), .init(name: "name", schema: Schema.text),
        .init(
          name: "ordering",
          schema: Schema.choice(
            "created_at", "-created_at", "id", "-id", "name", "-name", "sample_rate", "-sample_rate", "status", "-status")),
      ],
      success: .data(
        Schema.answer([
          "results": Schema.list(Schema.reference("RTStream")), "count": Schema.whole,
          "next": Schema.orNull(Schema.text), "previous": Schema.orNull(Schema.text),
        ]))),
    Operation(
      id: "getStream", method: "GET", path: "/rtstream/{id}", summary: "Get a stream",
      success: .data(Schema.reference("RTStream"))),
    Operation(
      id: "updateStream", method: "PATCH", path: "/rtstream/{id}", summary: "Change a stream's name or sample rate",
      body: Schema.body(["name": Schema.text, "sample_rate": Schema.whole(from: 1, to: 240)]),
      success: .data(Schema.reference("RTStream"))),
    Operation(
      id: "setStreamStatus", method: "PATCH", path: "/rtstream/{id}/status", summary: "Start or stop a stream",
      body: startOrStop, success: .message),
    Operation(
      id: "getPlayback", method: "GET", path: "/rtstream/{id}/stream",
      summary: "Get links that play a part of the recording, or the live picture",
      query: .range()
        + [
          .init(name: "player_title", schema: Schema.text), .init(name: "player_description", schema: Schema.text),
          .init(name: "player_slug_prefix", schema: Schema.text), .init(name: "original_frame_rate", schema: Schema.whole),
          .init(name: "frame_rate", schema: Schema.whole),
        ],
      success: .data(Schema.answer(["stream_url": Schema.text, "player_url": Schema.text]))),
    Operation(
      id: "exportStream", method: "POST", path: "/rtstream/{id}/export",
      summary: "Make a file of the recording of a stopped stream that was connected with store",
      body: Schema.body(["name": Schema.text]),
      success: .data(
        Schema.answer([
          "video_id": Schema.text, "stream_url": Schema.text, "player_url": Schema.text, "download_url": Schema.text,
          "name": Schema.text, "duration": Schema.number,
        ]))),
  ]

  static let startOrStop = Schema.body(["action": Schema.choice("start", "stop")], required: ["action"])

  static let speechOperations: [Operation] = [
    Operation(
      id: "setTranscription", method: "POST", path: "/rtstream/{id}/transcription",
      summary: "Start or stop a transcript; a start is refused where there is no recogniser (501) or no sound (400)",
      body: Schema.body(
        [
          "action": Schema.choice("start", "stop"), "mode": Schema.choice("graceful", "force"), "engine": Schema.text,
          "ws_connection_id": Schema.text,
        ],
        required: ["action"]),
      success: .data(
        Schema.answer(
          ["status": Schema.choice("running", "stopped"), "engine": Schema.text, "updated_at": Schema.created],
          optional: ["updated_at"])), refusals: [501]),
    Operation(
      id: "getTranscript", method: "GET", path: "/rtstream/{id}/transcription",
      summary: "List what was said, oldest first: what overlaps [start, end) and ended after since",
      query: .page + .range() + [.init(name: "since", schema: Schema.time), .init(name: "engine", schema: Schema.text)],
      success: .data(
        Schema.answer([
          "transcription_records": Schema.list(Schema.reference("Utterance")), "next_page": Schema.flag,
          "total_count": Schema.whole, "page": Schema.whole, "page_size": Schema.whole,
        ])), refusals: [501]),
    Operation(
      id: "getTranscriptStatus", method: "GET", path: "/rtstream/{id}/transcription/status",
      summary: "Get the state of the transcript", query: [.init(name: "engine", schema: Schema.text)],
      success: .data(
        Schema.answer(
          [
            "status": Schema.choice("running", "stopped", "not_configured"), "engine": Schema.text,
            "created_at": Schema.created, "updated_at": Schema.created,
          ], optional: ["created_at", "updated_at"]))),
  ]
}
