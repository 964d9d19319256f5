/// Capture sessions and client tokens.
extension OpenAPI {
  static let captureOperations: [Operation] = [
    Operation(
      id: "createCaptureSession", method: "POST", path: "/collection/{collection}/capture/session",
      summary: "Make a capture session",
      body: Schema.body(
        [
          "end_user_id": Schema.text, "callback_url": Schema.text, "ws_connection_id": Schema.text,
          "metadata": Schema.anyObject,
        ], required: ["end_user_id"]),
      success: .data(Schema.reference("CaptureSession"))),
    Operation(
      id: "listCaptureSessions", method: "GET", path: "/collection/{collection}/capture/session",
      summary: "List capture sessions, newest first",
      query: [
        .init(name: "status", schema: Schema.captureStatus), .init(name: "end_user_id", schema: Schema.text),
        .init(name: "limit", schema: Schema.whole(from: 1, to: 1000, default: 100)),
        .init(name: "cursor", schema: Schema.text),
      ],
      success: .data(
        Schema.answer([
          "sessions": Schema.list(Schema.reference("CaptureSession")), "next_page": Schema.orNull(Schema.text),
        ]))),
    Operation(
      id: "getCaptureSession", method: "GET", path: "/collection/{collection}/capture/session/{session}",
      summary: "Get a capture session", success: .data(Schema.reference("CaptureSession"))),
    Operation(
      id: "exportCaptureSession", method: "POST", path: "/collection/{collection}/capture/session/{session}/export",
      summary: "Refused with 400: there is no recording to export",
      body: Schema.body([
        "video_channel_id": Schema.text, "connection_id": Schema.text, "ws_connection_id": Schema.text,
      ]),
      success: .none),
    Operation(
      id: "createClientToken", method: "POST", path: "/capture/session/token",
      summary: "Make a token that is let in for a while",
      body: Schema.body([
        "expires_in": Schema.whole(from: 1, to: 31_536_000, default: 86_400), "user_id": Schema.text,
      ]),
      success: .data(Schema.answer(["token": Schema.text, "expires_at": Schema.time, "expires_in": Schema.whole])),
      refusals: [403]),
    Operation(
      id: "startCaptureSession", method: "POST", path: "/capture/session/start",
      summary: "Start a capture session; it fails, as no media of capture clients is taken",
      body: Schema.body(
        [
          "session_id": Schema.text,
          "channels": Schema.list(
            Schema.body(
              ["channel_id": Schema.text, "channel_name": Schema.text, "type": Schema.media, "store": Schema.flag],
              required: ["channel_id"])),
          "ws_connection_id": Schema.text, "callback_url": Schema.text,
        ], required: ["session_id", "channels"]),
      success: .data(Schema.answer(["session_id": Schema.text, "status": Schema.choice("starting")])), refusals: [404]),
    Operation(
      id: "getClientCaptureSession", method: "GET", path: "/capture/session/{session}", summary: "Get a capture session",
      success: .data(Schema.reference("CaptureSession"))),
    Operation(
      id: "stopCaptureSession", method: "POST", path: "/capture/session/{session}/stop",
      summary: "Stop a capture session", body: Schema.body([:]), success: .message),
  ]
}
