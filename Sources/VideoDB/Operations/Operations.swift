import VideoDBCore

/// The calls of the service that have a function of their own (PROTOCOL section 2), in the order of the C header.
///
/// Each is a few lines of text: constant data without a pointer in it, a third of the size of the same as Swift values.
/// The first line is name, method and path; ids stand in braces. Every further line is one option:
///
///     KEY KIND[!] [ARGUMENT] [->WIRE] [=JSON]
///
/// `!`: required. `->`: its key on the wire, where that is another. `=`: the JSON that is sent where the caller gave none; nothing is
/// sent without it. The kinds are those of `OptionRule.Kind`.
public enum Operation: Int, CaseIterable, Sendable {
  case collectionGet, collectionList, websocketURL
  case rtstreamConnect, rtstreamGet, rtstreamList, rtstreamUpdate, rtstreamStart, rtstreamStop, rtstreamExport
  case rtstreamGenerateStream, shotGenerateStream
  case rtstreamIndexVisuals, rtstreamIndexAudio, rtstreamIndexSpokenWords, rtstreamIndexScenes
  case sceneIndexList, sceneIndexGet, sceneIndexUpdate, sceneIndexStart, sceneIndexStop, sceneIndexGetScenes
  case rtstreamStartTranscript, rtstreamStopTranscript, rtstreamGetTranscript, rtstreamTranscriptStatus
  case rtstreamSearch, collectionSearch
  case eventRuleCreate, eventRuleList
  case alertCreate, alertList, alertEnable, alertDisable
  case understandingCreate, understandingList, understandingGet, understandingStart, understandingStop, understandingGetRecords
  case indexCreate, indexList, indexGet, indexStart, indexStop, indexGetRecords
  case indexAlertCreate, indexAlertList, indexAlertEnable, indexAlertDisable
  case captureSessionCreate, captureSessionList, captureSessionGet, captureSessionExport
  case captureSessionStart, captureSessionChannels, captureSessionStop
  case clientTokenCreate, asyncResponseGet

  var text: StaticString {
    switch self {
    case .collectionGet: "collection_get GET /collection/{collection_id}"
    case .collectionList: "collection_list GET /collection"
    case .websocketURL: "events_open GET /collection/{collection_id}/websocket"

    case .rtstreamConnect:
      """
      rtstream_connect POST /rtstream
      collection_id id
      url text!
      name text!
      media_types texts video|audio =["video"]
      sample_rate int 1..1000000
      store bool
      enable_transcript bool
      ws_connection_id text
      """
    case .rtstreamGet: "rtstream_get GET /rtstream/{rtstream_id}"
    case .rtstreamList:
      """
      rtstream_list GET /rtstream
      limit int 0..1000000
      offset int 0..
      status one connected|stopped
      name text
      ordering text
      """
    case .rtstreamUpdate:
      """
      rtstream_update PATCH /rtstream/{rtstream_id}
      name text
      sample_rate int 1..1000000
      """
    case .rtstreamStart:
      """
      rtstream_start PATCH /rtstream/{rtstream_id}/status
      action set ="start"
      """
    case .rtstreamStop:
      """
      rtstream_stop PATCH /rtstream/{rtstream_id}/status
      action set ="stop"
      """
    case .rtstreamExport:
      """
      rtstream_export POST /rtstream/{rtstream_id}/export
      name text
      """
    case .rtstreamGenerateStream:
      """
      rtstream_generate_stream GET /rtstream/{rtstream_id}/stream
      start seconds
      end seconds
      player_config player
      """
    case .shotGenerateStream:
      """
      shot_generate_stream GET /rtstream/{rtstream_id}/stream
      start floor!
      end ceil!
      """

    case .rtstreamIndexVisuals:
      """
      rtstream_index_visuals POST /rtstream/{rtstream_id}/index/scene
      extraction_type set ="time"
      batch_config visual ->extraction_config =null
      prompt text =null
      model_name text =null
      name text =null
      model_config object ={}
      ws_connection_id text
      sandbox_id text
      """
    case .rtstreamIndexAudio:
      """
      rtstream_index_audio POST /rtstream/{rtstream_id}/index/scene
      extraction_type set ="transcript"
      batch_config audio ->extraction_config =null
      prompt text =null
      model_name text =null
      name text =null
      model_config object ={}
      auto_start_transcript bool
      ws_connection_id text
      sandbox_id text
      """
    case .rtstreamIndexSpokenWords:
      """
      rtstream_index_spoken_words POST /rtstream/{rtstream_id}/index/scene
      extraction_type set ="transcript"
      batch_config audio ->extraction_config ={"segmenter":"word","segmentation_value":10}
      prompt text =null
      model_name text =null
      name text =null
      model_config object ={}
      auto_start_transcript bool
      ws_connection_id text
      sandbox_id text
      """
    case .rtstreamIndexScenes:
      """
      rtstream_index_scenes POST /rtstream/{rtstream_id}/index/scene
      extraction_type one time|shot|transcript ="time"
      extraction_config object ={"time":2,"frame_count":5}
      prompt text ="Describe the scene"
      model_name text =null
      name text =null
      model_config object ={}
      ws_connection_id text
      sandbox_id text
      """
    case .sceneIndexList: "scene_index_list GET /rtstream/{rtstream_id}/index/scene"
    case .sceneIndexGet: "scene_index_get GET /rtstream/{rtstream_id}/index/{index_id}"
    case .sceneIndexUpdate:
      """
      scene_index_update PATCH /rtstream/{rtstream_id}/index/scene/{index_id}
      prompt text!
      """
    case .sceneIndexStart:
      """
      scene_index_start PATCH /rtstream/{rtstream_id}/index/scene/{index_id}/status
      action set ="start"
      """
    case .sceneIndexStop:
      """
      scene_index_stop PATCH /rtstream/{rtstream_id}/index/scene/{index_id}/status
      action set ="stop"
      """
    case .sceneIndexGetScenes:
      """
      scene_index_get_scenes GET /rtstream/{rtstream_id}/index/scene/{index_id}
      start seconds
      end seconds
      page int 1.. =1
      page_size int 1..1000 =100
      """

    case .rtstreamStartTranscript:
      """
      rtstream_start_transcript POST /rtstream/{rtstream_id}/transcription
      action set ="start"
      engine text
      ws_connection_id text
      """
    case .rtstreamStopTranscript:
      """
      rtstream_stop_transcript POST /rtstream/{rtstream_id}/transcription
      action set ="stop"
      mode one graceful|force
      engine text
      """
    case .rtstreamGetTranscript:
      """
      rtstream_get_transcript GET /rtstream/{rtstream_id}/transcription
      engine text
      page int 1.. =1
      page_size int 1..1000 =100
      start seconds
      end seconds
      since seconds
      """
    case .rtstreamTranscriptStatus:
      """
      rtstream_transcript_status GET /rtstream/{rtstream_id}/transcription/status
      engine text
      """

    case .rtstreamSearch:
      """
      rtstream_search POST /rtstream/{rtstream_id}/search
      query text!
      index_id text ->scene_index_id
      result_threshold int 0..1000000
      score_threshold number 0..1
      dynamic_score_percentage number 0..100
      filter objects
      index_type text
      stitch bool
      rerank bool
      rerank_params object
      """
    case .collectionSearch:
      """
      collection_search POST /rtstream/collection/{collection_id}/search
      query text!
      index_id text ->scene_index_id
      result_threshold int 0..1000000
      score_threshold number 0..1
      dynamic_score_percentage number 0..100
      filter objects =[]
      index_type text
      stitch bool
      rerank bool
      rerank_params object
      """

    case .eventRuleCreate:
      """
      event_rule_create POST /rtstream/event
      event_prompt text!
      label text!
      """
    case .eventRuleList: "event_rule_list GET /rtstream/event"
    case .alertCreate:
      """
      alert_create POST /rtstream/{rtstream_id}/index/{index_id}/alert
      event_id text!
      callback_url any =null
      ws_connection_id any
      """
    case .alertList: "alert_list GET /rtstream/{rtstream_id}/index/{index_id}/alert"
    case .alertEnable:
      """
      alert_enable PATCH /rtstream/{rtstream_id}/index/{index_id}/alert/{alert_id}/status
      action set ="enable"
      """
    case .alertDisable:
      """
      alert_disable PATCH /rtstream/{rtstream_id}/index/{index_id}/alert/{alert_id}/status
      action set ="disable"
      """

    case .understandingCreate:
      """
      understanding_create POST /rtstream/{rtstream_id}/understand
      segmentation object ={}
      analyzers objects =[]
      store bool =true
      ws_connection_id text
      """
    case .understandingList: "understanding_list GET /rtstream/{rtstream_id}/understand"
    case .understandingGet: "understanding_get GET /rtstream/{rtstream_id}/understand/{understanding_id}"
    case .understandingStart:
      """
      understanding_start PATCH /rtstream/{rtstream_id}/understand/{understanding_id}/status
      action set ="start"
      """
    case .understandingStop:
      """
      understanding_stop PATCH /rtstream/{rtstream_id}/understand/{understanding_id}/status
      action set ="stop"
      """
    case .understandingGetRecords:
      """
      understanding_get_records GET /rtstream/{rtstream_id}/understand/{understanding_id}/records
      start seconds!
      end seconds!
      output text ="scene"
      page int 1.. =1
      page_size int 1..1000 =100
      """

    case .indexCreate:
      """
      index_create POST /rtstream/{rtstream_id}/indexes
      source object!
      name text
      use_for array
      """
    case .indexList: "index_list GET /rtstream/{rtstream_id}/indexes"
    case .indexGet: "index_get GET /rtstream/{rtstream_id}/indexes/{index_id}"
    case .indexStart:
      """
      index_start PATCH /rtstream/{rtstream_id}/indexes/{index_id}/status
      action set ="start"
      """
    case .indexStop:
      """
      index_stop PATCH /rtstream/{rtstream_id}/indexes/{index_id}/status
      action set ="stop"
      """
    case .indexGetRecords:
      """
      index_get_records GET /rtstream/{rtstream_id}/indexes/{index_id}/records
      page int 1.. =1
      page_size int 1..1000 =100
      start seconds
      end seconds
      """
    case .indexAlertCreate:
      """
      index_alert_create POST /rtstream/{rtstream_id}/indexes/{index_id}/alert
      event_id text!
      callback_url any =null
      ws_connection_id any
      """
    case .indexAlertList: "index_alert_list GET /rtstream/{rtstream_id}/indexes/{index_id}/alert"
    case .indexAlertEnable:
      """
      index_alert_enable PATCH /rtstream/{rtstream_id}/indexes/{index_id}/alert/{alert_id}/status
      action set ="enable"
      """
    case .indexAlertDisable:
      """
      index_alert_disable PATCH /rtstream/{rtstream_id}/indexes/{index_id}/alert/{alert_id}/status
      action set ="disable"
      """

    case .captureSessionCreate:
      """
      capture_session_create POST /collection/{collection_id}/capture/session
      end_user_id text!
      callback_url any
      ws_connection_id any
      metadata object
      """
    case .captureSessionList:
      """
      capture_session_list GET /collection/{collection_id}/capture/session
      status text
      end_user_id text
      limit int 0..1000000
      cursor text
      """
    case .captureSessionGet: "capture_session_get GET /collection/{collection_id}/capture/session/{session_id}"
    case .captureSessionExport:
      """
      capture_session_export POST /collection/{collection_id}/capture/session/{session_id}/export
      video_channel_id any
      ws_connection_id any ->connection_id
      """
    case .captureSessionStart:
      """
      capture_session_start POST /capture/session/start
      session_id id
      channels objects!
      ws_connection_id any
      callback_url any
      """
    case .captureSessionChannels: "capture_session_channels GET /capture/session/{session_id}"
    case .captureSessionStop: "capture_session_stop POST /capture/session/{session_id}/stop"
    case .clientTokenCreate:
      """
      client_token_create POST /capture/session/token
      expires_in int 1..1000000000 =86400
      user_id text
      """
    case .asyncResponseGet: "async_response_get GET /async-response/{response_id}"
    }
  }

  /// The operation of this name; nil where there is none.
  public static func named(_ name: [UInt8]) -> Operation? {
    allCases.first { operation in
      let text = UnsafeRawBufferPointer(operation.text)
      return text.count > name.count && text[name.count] == 0x20
        && name.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: text[0..<name.count]).equals($0) }
    }
  }
}
