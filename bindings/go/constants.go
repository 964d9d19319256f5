// Code generated from videodb_rt.h by go generate; DO NOT EDIT.

package videodb

// What a call returned. Each is an error to compare with: errors.Is(err, ErrNotFound).
const (
	OK              Status = 0
	ErrArgument     Status = -1   // a NULL or empty argument where a value is needed, or one out of range
	ErrHandle       Status = -2   // a handle that is NULL, released, of another kind, or never was one
	ErrState        Status = -3   // not possible in this state, such as pulling from a channel that is pushed
	ErrReentrant    Status = -4   // would wait for the callback it was called from
	ErrForked       Status = -5   // the client belongs to the parent process
	ErrNoMemory     Status = -6   // memory or descriptors ran out
	ErrCancelled    Status = -7   // vdbrt_op_cancel
	ErrAgain        Status = -8   // no event within the time given
	ErrEncoding     Status = -9   // text that is not UTF-8
	ErrJSON         Status = -10  // not one JSON object
	ErrOption       Status = -11  // a key of an options object is missing, or has a wrong type or value
	ErrConfigKey    Status = -12  // no configuration key has this name
	ErrConfigValue  Status = -13  // a configuration value is not of the key's type or range
	ErrURL          Status = -14  // base_url, or a URL from the service, is none that can be used
	ErrCredential   Status = -15  // no API key: none configured and none in VIDEO_DB_API_KEY
	ErrCleartext    Status = -16  // the key would leave the machine unencrypted
	ErrClosed       Status = -17  // the client or channel was shut down by the application
	ErrEnd          Status = -18  // an iterator has given its last record
	ErrTimeout      Status = -100 // a deadline passed
	ErrResolve      Status = -101 // the host name has no address
	ErrConnect      Status = -102 // no connection to the host or the proxy
	ErrTLS          Status = -103 // no trusted TLS connection: certificate, name or protocol
	ErrDisconnected Status = -104 // an established connection ended
	ErrProtocol     Status = -105 // the peer broke HTTP or RFC 6455
	ErrUpgrade      Status = -106 // the WebSocket URL did not answer 101 Switching Protocols
	ErrFirstMessage Status = -107 // the first WebSocket message carried no connection id
	ErrTooLarge     Status = -108 // an answer or a message above the configured bound
	ErrRedirect     Status = -109 // a redirect, which is never followed: the key stays with its host
	ErrAuth         Status = -200 // 401: the key is not accepted
	ErrPayment      Status = -201 // 402: not enough credit
	ErrForbidden    Status = -202 // 403
	ErrNotFound     Status = -203 // 404
	ErrInvalid      Status = -204 // any other 4xx: the service refuses the request as it is
	ErrRateLimited  Status = -205 // 429
	ErrServer       Status = -206 // 5xx
	ErrRejected     Status = -207 // an answer 200 that says success: false
	ErrNotJSON      Status = -208 // an answer that is no JSON, a proxy's HTML page for example
	ErrBadAnswer    Status = -209 // JSON that is not of the documented shape
	ErrInternal     Status = -900 // a defect of this library: please report it
)

// How grave a line of the log is.
const (
	LogDebug   LogLevel = 0
	LogInfo    LogLevel = 1
	LogWarning LogLevel = 2
	LogError   LogLevel = 3
)

// What an event is. From 100 on they are the library's own.
const (
	EventOther          EventKind = 0   // a message on a channel that this library does not know, or on none
	EventTranscript     EventKind = 1   // "transcript"
	EventSceneIndex     EventKind = 2   // "scene_index"; the service also says "visual_index"
	EventAudioIndex     EventKind = 3   // "audio_index"; also "spoken_index"
	EventAlert          EventKind = 4   // "alert"
	EventCaptureSession EventKind = 5   // "capture_session"
	EventConnected      EventKind = 100 // "vdbrt.connected": data.connection_id, .reconnects (so far), .attempts (that it took)
	EventDisconnected   EventKind = 101 // "vdbrt.disconnected": data.status, .reason, .close_code, .reconnecting: false, it is the last event of the channel; true, the channel goes on
	EventOverflow       EventKind = 102 // "vdbrt.overflow": data.dropped, the number of events that drop_oldest cost
	EventReconnecting   EventKind = 103 // "vdbrt.reconnecting": data.attempt (from 1), .delay_ms until it, .status and .reason of what failed
	EventGap            EventKind = 104 // "vdbrt.gap": data.from (a second before the last bytes came: more may have been on its way), .to, .reason, .recovering (channels whose events are fetched), .lost (channels whose events cannot be had); once more with data.alert_id for each alert when it is bound again
	EventBackfilled     EventKind = 105 // "vdbrt.backfilled": a look for missed records is over. data.pipeline ("transcript", "scene_index", "audio_index", "understanding"), .rtstream_id, .index_id, .from, .to, .records (delivered), .pass (from 1), .final: no further look follows
	EventStalled        EventKind = 106 // "vdbrt.stalled": nothing will come. data.pipeline, .rtstream_id, .index_id, .what ("rtstream" where it is the stream), .status as the service says it, .reason
)

// What else is known of an event.
const (
	FlagInterim      EventFlag = 1  // data.is_final is false: a later transcript replaces this one
	FlagTriggered    EventFlag = 2  // data.triggered is true
	FlagRelativeTime EventFlag = 4  // start or end is an offset, not a point in time since the epoch
	FlagNotJSON      EventFlag = 8  // a text message that is no JSON: vdbrt_event_json gives it as it came
	FlagFetched      EventFlag = 16 // it did not come over the socket, but from the service's records, after a gap
	FlagRedelivered  EventFlag = 32 // an earlier process may have been given it, and did not acknowledge it
)
