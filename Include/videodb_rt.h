/*
 * videodb_rt.h: the native client of VideoDB's real-time video API.
 *
 * REST to command, a WebSocket to listen. Link with `pkg-config --cflags --libs videodb_rt`.
 *
 * CONVENTIONS, stated once. A function says only where it differs.
 *
 * 1. Status. Functions return a vdbrt_status: VDBRT_OK, or a negative code. The optional last argument `err` receives an
 *    object with the reason, on failure only; the caller frees it. Passing NULL there is always allowed.
 * 2. Threads. Every function is safe on any handle from any thread. Three things belong to one thread at a time: a
 *    vdbrt_config, a vdbrt_event and a vdbrt_error. Each client has one I/O thread, started with its first event channel or
 *    asynchronous call; it serves all of them. (While a state file is brought to the disk there is one more, which no event waits
 *    for.) With loop.mode "external" there is none, and its part is played by whoever is in
 *    vdbrt_client_step or in a function that waits. A call that waits for an answer of the service runs on the caller's thread,
 *    over a kept connection of its own, and holds no lock meanwhile.
 * 3. Callbacks. An event callback runs on the client's I/O thread, never under a lock of ours, never concurrently with
 *    itself, in order of arrival. While it runs, no other channel of that client is served, so it should be short; who needs
 *    time for an event pulls. (A second thread between would make each event later, two to three times in the median where it
 *    was measured: bench/callback_thread.c.) It may call everything of this header, but for what would wait for the
 *    callback itself and returns VDBRT_E_REENTRANT there: vdbrt_client_shutdown, vdbrt_client_step, vdbrt_subscription_wait,
 *    vdbrt_events_open (but with wait false), vdbrt_events_close, and vdbrt_events_next and _next_batch with a timeout other
 *    than 0, each for the callback's own client. It must not throw a C++ exception or longjmp through us.
 * 4. Ownership. An `out` parameter is set to NULL first and written only on success; what it receives is the caller's, to
 *    be given back with the function named for it. Nothing takes ownership of an argument. A borrowed pointer is valid as
 *    long as what it came from. Releasing or freeing NULL does nothing.
 * 5. Handles (config, client, op, events, subscription, records) are checked on every call: one that was released, or is of
 *    another kind, gives VDBRT_E_HANDLE (functions without a status ignore it). Handles may be released in any order; a child
 *    keeps alive what it needs. A release never blocks and is legal in a callback. Errors and events are plain allocations:
 *    using one after it was freed is undefined, as it is for any memory.
 * 6. Text is UTF-8. What goes in is NUL-terminated; text that is not UTF-8 gives VDBRT_E_ENCODING. What comes out as
 *    `char **` is NUL-terminated and goes back through vdbrt_string_free. What comes out as a pointer with `size_t *len` is
 *    NOT NUL-terminated; `len` may not be NULL unless it says so.
 * 7. Time. A duration is int64_t milliseconds on the monotonic clock: 0 does not wait, -1 has no limit; every default is
 *    finite. Points in time are seconds since the Unix epoch wherever the service has seconds (REST), and are named `_ms`
 *    where they are milliseconds.
 * 8. JSON. Arguments called `..._json` are one JSON object, NULL for none. Keys that a call knows are checked before
 *    anything is sent; keys that it does not know are sent as they are, so that a new feature of the service needs no new
 *    library. A key whose value is null counts as absent. `*out_json` is the `data` of the answer as the service sent it,
 *    or the whole answer where it has no data.
 * 9. Fork. A client belongs to the process that made it. In a child, releasing its handles does nothing, and everything else
 *    returns VDBRT_E_FORKED; a child makes a client of its own. Descriptors, libcurl's sockets included, close on exec.
 * 10. Process. No signal handler is installed, the application sees no SIGPIPE of ours, and locale, environment and working
 *    directory stay as they are. The library cannot be unloaded.
 * 11. Secrets. The API key and the WebSocket URL are never part of a message, an error, an event or a log line. The key is
 *    sent to the host of `base_url` and to no other, not after a redirect, and in clear only to a loopback host unless
 *    `http.allow_cleartext` is set. Our copies are overwritten when they are released.
 * 12. Growth. Functions, status codes, event kinds, flags and configuration keys are added, never altered: have a default
 *    arm in each switch. The soname changes when vdbrt_abi_version does.
 */
#ifndef VIDEODB_RT_H
#define VIDEODB_RT_H

#include <stddef.h>
#include <stdint.h>

/* Version of this header: major * 1,000,000 + minor * 1,000 + patch. */
#define VDBRT_VERSION_NUMBER 1000
#define VDBRT_VERSION_STRING "0.1.0"

#ifndef VDBRT_API
#define VDBRT_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Version ---------------------------------------------------------------------------------------------------- */

/* Version of the library that is loaded, in the form of VDBRT_VERSION_NUMBER. */
VDBRT_API int32_t vdbrt_version_number(void);
/* The same as text, "0.1.0". Static storage. */
VDBRT_API const char *vdbrt_version_string(void);
/* Version of the binary interface: the number in the soname. */
VDBRT_API int32_t vdbrt_abi_version(void);

/* ---- Status ----------------------------------------------------------------------------------------------------- */

/* 0 or negative. Numbers are never reused; a library newer than this header can return codes that are not listed. */
typedef int32_t vdbrt_status;

enum {
  VDBRT_OK = 0,

  /* The caller's doing: nothing was sent. */
  VDBRT_E_ARGUMENT = -1,      /* a NULL or empty argument where a value is needed, or one out of range */
  VDBRT_E_HANDLE = -2,        /* a handle that is NULL, released, of another kind, or never was one */
  VDBRT_E_STATE = -3,         /* not possible in this state, such as pulling from a channel that is pushed */
  VDBRT_E_REENTRANT = -4,     /* would wait for the callback it was called from */
  VDBRT_E_FORKED = -5,        /* the client belongs to the parent process */
  VDBRT_E_NO_MEMORY = -6,     /* memory or descriptors ran out */
  VDBRT_E_CANCELLED = -7,     /* vdbrt_op_cancel */
  VDBRT_E_AGAIN = -8,         /* no event within the time given */
  VDBRT_E_ENCODING = -9,      /* text that is not UTF-8 */
  VDBRT_E_JSON = -10,         /* not one JSON object */
  VDBRT_E_OPTION = -11,       /* a key of an options object is missing, or has a wrong type or value */
  VDBRT_E_CONFIG_KEY = -12,   /* no configuration key has this name */
  VDBRT_E_CONFIG_VALUE = -13, /* a configuration value is not of the key's type or range */
  VDBRT_E_URL = -14,          /* base_url, or a URL from the service, is none that can be used */
  VDBRT_E_CREDENTIAL = -15,   /* no API key: none configured and none in VIDEO_DB_API_KEY */
  VDBRT_E_CLEARTEXT = -16,    /* the key would leave the machine unencrypted */
  VDBRT_E_CLOSED = -17,       /* the client or channel was shut down by the application */
  VDBRT_E_END = -18,          /* an iterator has given its last record */

  /* The network. */
  VDBRT_E_TIMEOUT = -100,       /* a deadline passed */
  VDBRT_E_RESOLVE = -101,       /* the host name has no address */
  VDBRT_E_CONNECT = -102,       /* no connection to the host or the proxy */
  VDBRT_E_TLS = -103,           /* no trusted TLS connection: certificate, name or protocol */
  VDBRT_E_DISCONNECTED = -104,  /* an established connection ended */
  VDBRT_E_PROTOCOL = -105,      /* the peer broke HTTP or RFC 6455 */
  VDBRT_E_UPGRADE = -106,       /* the WebSocket URL did not answer 101 Switching Protocols */
  VDBRT_E_FIRST_MESSAGE = -107, /* the first WebSocket message carried no connection id */
  VDBRT_E_TOO_LARGE = -108,     /* an answer or a message above the configured bound */
  VDBRT_E_REDIRECT = -109,      /* a redirect, which is never followed: the key stays with its host */

  /* The service. vdbrt_error_http_status has the code, vdbrt_error_body_json the answer. */
  VDBRT_E_AUTH = -200,         /* 401: the key is not accepted */
  VDBRT_E_PAYMENT = -201,      /* 402: not enough credit */
  VDBRT_E_FORBIDDEN = -202,    /* 403 */
  VDBRT_E_NOT_FOUND = -203,    /* 404 */
  VDBRT_E_INVALID = -204,      /* any other 4xx: the service refuses the request as it is */
  VDBRT_E_RATE_LIMITED = -205, /* 429 */
  VDBRT_E_SERVER = -206,       /* 5xx */
  VDBRT_E_REJECTED = -207,     /* an answer 200 that says success: false */
  VDBRT_E_NOT_JSON = -208,     /* an answer that is no JSON, a proxy's HTML page for example */
  VDBRT_E_BAD_ANSWER = -209,   /* JSON that is not of the documented shape */

  VDBRT_E_INTERNAL = -900 /* a defect of this library: please report it */
};

/* "VDBRT_E_TLS", or "VDBRT_E_UNKNOWN" for a number that is none. Static storage, never NULL. */
VDBRT_API const char *vdbrt_status_name(vdbrt_status status);

/* ---- Error ------------------------------------------------------------------------------------------------------ */

typedef struct vdbrt_error vdbrt_error;

/* The status that the failed function returned; VDBRT_OK for NULL. */
VDBRT_API vdbrt_status vdbrt_error_code(const vdbrt_error *e);
/* What was attempted, what came back, what to do. Borrowed from e; "" for NULL. */
VDBRT_API const char *vdbrt_error_message(const vdbrt_error *e);
/* HTTP status of the answer; 0 where there was none. */
VDBRT_API int32_t vdbrt_error_http_status(const vdbrt_error *e);
/* 1 if the same call may succeed later and repeating it cannot do its work twice; else 0. */
VDBRT_API int32_t vdbrt_error_is_retryable(const vdbrt_error *e);
/* Milliseconds that the service asks to wait (Retry-After); -1 where it does not say. */
VDBRT_API int64_t vdbrt_error_retry_after_ms(const vdbrt_error *e);
/* The JSON answer of the service, the key redacted; NULL where there was none. Borrowed from e. */
VDBRT_API const char *vdbrt_error_body_json(const vdbrt_error *e);
VDBRT_API void vdbrt_error_free(vdbrt_error *e);

/* Gives back a string that came out of a `char **`. Never use free(). */
VDBRT_API void vdbrt_string_free(char *s);

/* ---- Configuration ---------------------------------------------------------------------------------------------- */

/*
 * Keys are text, so that an installer or a settings file can carry them. vdbrt_config_describe lists every key with its
 * type, unit, default and meaning. The most used ones:
 *   api_key             the credential; default: the environment variable VIDEO_DB_API_KEY
 *   base_url            default: the environment variable VIDEO_DB_API, else https://api.videodb.io
 *   http.timeout_ms     limit of a call without an op, repeats included; 30000
 *   tls.ca_file         PEM file of the trusted authorities; default: the system's
 *   http.proxy          URL of a proxy; default: the environment, as libcurl reads it
 *   loop.mode           "thread", or "external": the application runs the loop (vdbrt_client_step)
 *   queue.max_events    events that a pulled channel holds before queue.overflow applies; 4096
 *   queue.overflow      "pause" stops reading the socket, nothing is lost; "drop_oldest" drops and counts
 *   state.file          file by which a channel goes on after its process was killed
 *   reconnect.enabled   connect again after a cut, and recover what it swallowed (see "After a cut"); true
 */
typedef struct vdbrt_config vdbrt_config;

VDBRT_API vdbrt_status vdbrt_config_new(vdbrt_config **out, vdbrt_error **err);
VDBRT_API void vdbrt_config_free(vdbrt_config *config);
/* Numbers and booleans ("true", "false") are given as text too. NULL as value returns a key to its default. */
VDBRT_API vdbrt_status vdbrt_config_set(vdbrt_config *config, const char *key, const char *value, vdbrt_error **err);
/* Sets each member of a JSON object: {"base_url": "...", "http.timeout_ms": 5000}. All or nothing. */
VDBRT_API vdbrt_status vdbrt_config_set_json(vdbrt_config *config, const char *json, vdbrt_error **err);
/* JSON array of {key, type, unit, default, description}, sorted by key; an integer has minimum and maximum, a choice
 * allowed. */
VDBRT_API vdbrt_status vdbrt_config_describe(char **out_json, vdbrt_error **err);

enum { VDBRT_LOG_DEBUG = 0, VDBRT_LOG_INFO = 1, VDBRT_LOG_WARNING = 2, VDBRT_LOG_ERROR = 3 };
/* topic: "http", "ws" or "client". Both strings are borrowed for the call. Runs on any thread, possibly on several at once,
 * and must not call into this library. */
typedef void (*vdbrt_log_fn)(void *user, int32_t level, const char *topic, const char *message);
/* Lines of min_level and above go to fn; NULL turns the log off, which is the default. user must outlive the clients. */
VDBRT_API vdbrt_status vdbrt_config_set_log(vdbrt_config *config, int32_t min_level, vdbrt_log_fn fn, void *user,
                                            vdbrt_error **err);

/* ---- Client ----------------------------------------------------------------------------------------------------- */

typedef struct vdbrt_client vdbrt_client;

/* Copies config; NULL stands for the defaults and the environment. Sends nothing.
 * VDBRT_E_CREDENTIAL without a key, VDBRT_E_URL for a base URL that is none, VDBRT_E_CLEARTEXT for http:// to another
 * machine. */
VDBRT_API vdbrt_status vdbrt_client_new(const vdbrt_config *config, vdbrt_client **out, vdbrt_error **err);
/* Ends calls under way (VDBRT_E_CLOSED), closes the channels with a WebSocket close handshake and ends the I/O thread. After
 * VDBRT_OK no callback runs any more. VDBRT_E_TIMEOUT: it goes on ending in the background. */
VDBRT_API vdbrt_status vdbrt_client_shutdown(vdbrt_client *client, int64_t timeout_ms, vdbrt_error **err);
VDBRT_API void vdbrt_client_release(vdbrt_client *client);

/* Replaces the API key or client token. Requests that are sent from here on carry the new one, also those of open channels
 * and of calls that wait for their repeat. */
VDBRT_API vdbrt_status vdbrt_client_set_credential(vdbrt_client *client, const char *credential, vdbrt_error **err);
/* Called when the service refuses the credential (401), before the call fails: on the thread of the call, for one call at a
 * time, under no lock of ours. If it has called vdbrt_client_set_credential when it returns, the call is sent once more. A
 * call that it makes itself and that is refused as well fails. */
typedef void (*vdbrt_credential_fn)(void *user);
/* NULL turns it off, which is the default. user must outlive the client. */
VDBRT_API vdbrt_status vdbrt_client_on_refused_credential(vdbrt_client *client, vdbrt_credential_fn fn, void *user,
                                                          vdbrt_error **err);

/* ---- Op: one deadline and one switch for any call that waits ------------------------------------------------------ */

typedef struct vdbrt_op vdbrt_op;

/* The time runs from here: one op may span several calls. timeout_ms -1: no limit but those of the configuration. */
VDBRT_API vdbrt_status vdbrt_op_new(int64_t timeout_ms, vdbrt_op **out, vdbrt_error **err);
/* Calls with this op return VDBRT_E_CANCELLED at once, those under way and those to come. The request may have reached the
 * service all the same. */
VDBRT_API void vdbrt_op_cancel(vdbrt_op *op);
VDBRT_API void vdbrt_op_release(vdbrt_op *op);

/* ---- Calls: ids in, JSON out -------------------------------------------------------------------------------------- */

/*
 * Every call takes `op` for its deadline and cancellation; NULL stands for `http.timeout_ms`. Ids are opaque and are
 * percent-encoded into the path. Calls that only read are repeated on 502, 503, 504 and broken connections; others only where
 * the request surely was not carried out. A kept connection is left when what is sent over it is not acknowledged within
 * ws.pong_timeout_ms, as after a silent switch of the network: calls that only read are then sent again over a new one, and others
 * go over a new one where the kept one has not been used for as long. Status codes beyond those of the service: VDBRT_E_TIMEOUT,
 * VDBRT_E_RESOLVE, VDBRT_E_CONNECT, VDBRT_E_TLS, VDBRT_E_DISCONNECTED, VDBRT_E_TOO_LARGE, VDBRT_E_REDIRECT, VDBRT_E_NOT_JSON.
 */

/* Any operation that this library has no function for. method: GET, POST, PUT, PATCH or DELETE. path: absolute, "/rtstream",
 * percent-encoded by the caller, without a query. query_json: scalar values, nulls left out; may be NULL. */
VDBRT_API vdbrt_status vdbrt_call(vdbrt_client *client, const char *method, const char *path, const char *query_json,
                                  const char *body_json, vdbrt_op *op, char **out_json, vdbrt_error **err);

/* GET /collection/{id}: {id, name, description, is_public}. collection_id NULL stands for "default", here and below. */
VDBRT_API vdbrt_status vdbrt_collection_get(vdbrt_client *client, const char *collection_id, vdbrt_op *op, char **out_json,
                                            vdbrt_error **err);
/* GET /collection: {collections: [...]}. */
VDBRT_API vdbrt_status vdbrt_collection_list(vdbrt_client *client, vdbrt_op *op, char **out_json, vdbrt_error **err);

/* ---- Streams ---- */

/* POST /rtstream: connects a camera and starts its ingest. Not idempotent: each call makes a stream. Options:
 *   url               text, required: rtsp://... or whatever else the service reads
 *   name              text, required
 *   media_types       array of "video", "audio"; ["video"]
 *   sample_rate       whole number, frames a second; the service's default is 30
 *   store             boolean: keep the recording; the service's default is false
 *   enable_transcript boolean; the service's default is true
 *   ws_connection_id  text: id of the event channel that gets its transcripts
 * Gives the RTStream: {id, name, status, sample_rate, media_types, collection_id, store, created_at}. VDBRT_E_PAYMENT: no
 * credit. */
VDBRT_API vdbrt_status vdbrt_rtstream_connect(vdbrt_client *client, const char *collection_id, const char *options_json,
                                              vdbrt_op *op, char **out_json, vdbrt_error **err);
/* GET /rtstream/{id}: the RTStream; status is "connected" or "stopped". */
VDBRT_API vdbrt_status vdbrt_rtstream_get(vdbrt_client *client, const char *rtstream_id, vdbrt_op *op, char **out_json,
                                          vdbrt_error **err);
/* GET /rtstream: {results: [...], count, next, previous}, of all collections. Options: limit (the service's default is 10) and
 * offset (whole numbers), status ("connected" or "stopped"), name (part of it), ordering (a field, "-" before it for
 * descending: "-created_at"). */
VDBRT_API vdbrt_status vdbrt_rtstream_list(vdbrt_client *client, const char *options_json, vdbrt_op *op, char **out_json,
                                           vdbrt_error **err);
/* PATCH /rtstream/{id}. Options: name (text), sample_rate (whole number). Gives the RTStream. */
VDBRT_API vdbrt_status vdbrt_rtstream_update(vdbrt_client *client, const char *rtstream_id, const char *options_json,
                                             vdbrt_op *op, char **out_json, vdbrt_error **err);
/* PATCH /rtstream/{id}/status: resumes at the live edge, or stops the ingest. Starting what runs is VDBRT_E_INVALID. */
VDBRT_API vdbrt_status vdbrt_rtstream_start(vdbrt_client *client, const char *rtstream_id, vdbrt_op *op, vdbrt_error **err);
VDBRT_API vdbrt_status vdbrt_rtstream_stop(vdbrt_client *client, const char *rtstream_id, vdbrt_op *op, vdbrt_error **err);
/* POST /rtstream/{id}/export: the recording as a video of its own, of a stopped stream that stores. Repeating it gives the same
 * video. Options: name (text). Gives {video_id, stream_url, player_url, name, duration in seconds}; the URLs are null where
 * there is only sound. VDBRT_E_INVALID without a recording. */
VDBRT_API vdbrt_status vdbrt_rtstream_export(vdbrt_client *client, const char *rtstream_id, const char *options_json,
                                             vdbrt_op *op, char **out_json, vdbrt_error **err);

/* ---- Playback ---- */

/* GET /rtstream/{id}/stream: what to play for a time range. Options: start and end (seconds; without both, live), player_config
 * {title, description, slug}. Gives {stream_url (HLS), player_url (a page that plays it)}. */
VDBRT_API vdbrt_status vdbrt_rtstream_generate_stream(vdbrt_client *client, const char *rtstream_id, const char *options_json,
                                                      vdbrt_op *op, char **out_json, vdbrt_error **err);
/* The same for a search result: start and end (seconds, both required) are widened to whole seconds, so that nothing is cut
 * off. */
VDBRT_API vdbrt_status vdbrt_shot_generate_stream(vdbrt_client *client, const char *rtstream_id, const char *options_json,
                                                  vdbrt_op *op, char **out_json, vdbrt_error **err);
/* Sends nothing. The URL to embed for a player URL: ".../watch?v=x" gives ".../embed?v=x", and so does ".../player?v=x".
 * VDBRT_E_ARGUMENT for a URL of another form. */
VDBRT_API vdbrt_status vdbrt_embed_url(const char *player_url, char **out, vdbrt_error **err);
/* Sends nothing. An <iframe> on one line for a player URL. Options: width (text; "100%"), height (whole number of pixels;
 * 405), title (text; "VideoDB Player"), allow_fullscreen (boolean; true). Values are escaped. */
VDBRT_API vdbrt_status vdbrt_embed_code(const char *player_url, const char *options_json, char **out, vdbrt_error **err);
/* Sends nothing. The page of the hosted console that plays a stream URL: "https://console.videodb.io/player?url=...". */
VDBRT_API vdbrt_status vdbrt_play_url(const char *stream_url, char **out, vdbrt_error **err);

/* ---- Scene indexes: pictures and speech, described by a prompt ---- */

/* POST /rtstream/{id}/index/scene: describes the pictures. Options:
 *   prompt            text
 *   batch_config      {"type": "time", "value": seconds, "frame_count": pictures looked at in each window}
 *   model_name, name, sandbox_id  text
 *   model_config      object; {}
 *   ws_connection_id  text: id of the event channel that gets `scene_index` events
 * Gives the scene index: {rtstream_index_id, extraction_type, extraction_config, prompt, name, status}. */
VDBRT_API vdbrt_status vdbrt_rtstream_index_visuals(vdbrt_client *client, const char *rtstream_id, const char *options_json,
                                                    vdbrt_op *op, char **out_json, vdbrt_error **err);
/* The same call for speech. It works on the transcript, which has to run (vdbrt_rtstream_start_transcript). Options as
 * above, but:
 *   batch_config          {"type": "word" or "sentence", "value": how many} or {"type": "time", "value": seconds}
 *   auto_start_transcript boolean: asks the service to start the transcript
 *   ws_connection_id      text: id of the event channel that gets `audio_index` events */
VDBRT_API vdbrt_status vdbrt_rtstream_index_audio(vdbrt_client *client, const char *rtstream_id, const char *options_json,
                                                  vdbrt_op *op, char **out_json, vdbrt_error **err);
/* The same as index_audio, with {"type": "word", "value": 10} as the default of batch_config. */
VDBRT_API vdbrt_status vdbrt_rtstream_index_spoken_words(vdbrt_client *client, const char *rtstream_id,
                                                         const char *options_json, vdbrt_op *op, char **out_json,
                                                         vdbrt_error **err);
/* The same call as the service has it. Options as of index_visuals, but in place of batch_config:
 *   extraction_type   "time", "shot" or "transcript"; "time"
 *   extraction_config object; {"time": 2, "frame_count": 5}
 *   prompt            text; "Describe the scene" */
VDBRT_API vdbrt_status vdbrt_rtstream_index_scenes(vdbrt_client *client, const char *rtstream_id, const char *options_json,
                                                   vdbrt_op *op, char **out_json, vdbrt_error **err);
/* GET /rtstream/{id}/index/scene: {scene_indexes: [...]}, those of speech too. */
VDBRT_API vdbrt_status vdbrt_scene_index_list(vdbrt_client *client, const char *rtstream_id, vdbrt_op *op, char **out_json,
                                              vdbrt_error **err);
/* GET /rtstream/{id}/index/{index}: the scene index; status is "running" or "stopped". */
VDBRT_API vdbrt_status vdbrt_scene_index_get(vdbrt_client *client, const char *rtstream_id, const char *index_id, vdbrt_op *op,
                                             char **out_json, vdbrt_error **err);
/* PATCH /rtstream/{id}/index/scene/{index}. Options: prompt (text, required). */
VDBRT_API vdbrt_status vdbrt_scene_index_update(vdbrt_client *client, const char *rtstream_id, const char *index_id,
                                                const char *options_json, vdbrt_op *op, vdbrt_error **err);
/* PATCH /rtstream/{id}/index/scene/{index}/status. */
VDBRT_API vdbrt_status vdbrt_scene_index_start(vdbrt_client *client, const char *rtstream_id, const char *index_id,
                                               vdbrt_op *op, vdbrt_error **err);
VDBRT_API vdbrt_status vdbrt_scene_index_stop(vdbrt_client *client, const char *rtstream_id, const char *index_id, vdbrt_op *op,
                                              vdbrt_error **err);
/* GET /rtstream/{id}/index/scene/{index}: {scene_index_records: [{start, end, description}], next_page}, newest first; times in
 * seconds. Options: start and end (seconds, each on its own), page (from 1; 1), page_size (100). */
VDBRT_API vdbrt_status vdbrt_scene_index_get_scenes(vdbrt_client *client, const char *rtstream_id, const char *index_id,
                                                    const char *options_json, vdbrt_op *op, char **out_json, vdbrt_error **err);

/* ---- Transcription ---- */

/* POST /rtstream/{id}/transcription, {"action": "start"}. Options: engine (text), ws_connection_id (text: id of the event
 * channel that gets `transcript` events). Gives {status, engine}. */
VDBRT_API vdbrt_status vdbrt_rtstream_start_transcript(vdbrt_client *client, const char *rtstream_id, const char *options_json,
                                                       vdbrt_op *op, char **out_json, vdbrt_error **err);
/* The same with {"action": "stop"}. Options: mode ("graceful" finishes what was said, "force" drops it), engine (text). */
VDBRT_API vdbrt_status vdbrt_rtstream_stop_transcript(vdbrt_client *client, const char *rtstream_id, const char *options_json,
                                                      vdbrt_op *op, char **out_json, vdbrt_error **err);
/* GET /rtstream/{id}/transcription: {transcription_records: [{start, end, text, word_timestamps}], next_page, total_count};
 * times in seconds. Options: start, end, since (seconds, each on its own; since: only what is newer), page (from 1; 1),
 * page_size (1 to 1000; 100), engine (text). */
VDBRT_API vdbrt_status vdbrt_rtstream_get_transcript(vdbrt_client *client, const char *rtstream_id, const char *options_json,
                                                     vdbrt_op *op, char **out_json, vdbrt_error **err);
/* GET /rtstream/{id}/transcription/status: {status: "running", "stopped" or "not_configured", engine, language}. Options:
 * engine. */
VDBRT_API vdbrt_status vdbrt_rtstream_transcript_status(vdbrt_client *client, const char *rtstream_id, const char *options_json,
                                                        vdbrt_op *op, char **out_json, vdbrt_error **err);

/* ---- Search ---- */

/* POST /rtstream/{id}/search: records that match a question. Options:
 *   query             text, required
 *   index_id          text: this index only; without it all of the stream
 *   result_threshold  whole number of results; the service's default is 10
 *   score_threshold   0 to 1: only results of at least this score
 *   dynamic_score_percentage  0 to 100; the service's default is 20
 *   filter            array of objects
 *   index_type (text), stitch, rerank (booleans), rerank_params (object)
 * Gives {results: [{start, end, text, score, scene_index_id, scene_index_name, metadata}]}; times in seconds. */
VDBRT_API vdbrt_status vdbrt_rtstream_search(vdbrt_client *client, const char *rtstream_id, const char *options_json,
                                             vdbrt_op *op, char **out_json, vdbrt_error **err);
/* POST /rtstream/collection/{id}/search: the same over the streams of a collection; results also have rtstream_id,
 * rtstream_name. */
VDBRT_API vdbrt_status vdbrt_collection_search(vdbrt_client *client, const char *collection_id, const char *options_json,
                                               vdbrt_op *op, char **out_json, vdbrt_error **err);

/* ---- Event rules and alerts ---- */

/* POST /rtstream/event: a reusable detection rule. Options: event_prompt and label (text, required). Gives {event_id}. */
VDBRT_API vdbrt_status vdbrt_event_rule_create(vdbrt_client *client, const char *options_json, vdbrt_op *op, char **out_json,
                                               vdbrt_error **err);
/* GET /rtstream/event: {events: [{event_id, event_prompt, label}]}, all of the account. */
VDBRT_API vdbrt_status vdbrt_event_rule_list(vdbrt_client *client, vdbrt_op *op, char **out_json, vdbrt_error **err);

/* POST /rtstream/{id}/index/{index}/alert: applies a rule to a scene index. Options: event_id (required), callback_url
 * (webhook), ws_connection_id (event channel); either, both or neither. Gives {alert_id}. A webhook names the rule "event-"
 * + event_id. */
VDBRT_API vdbrt_status vdbrt_alert_create(vdbrt_client *client, const char *rtstream_id, const char *index_id,
                                          const char *options_json, vdbrt_op *op, char **out_json, vdbrt_error **err);
/* GET /rtstream/{id}/index/{index}/alert: {alerts: [{alert_id, event_id, prompt, label, callback_url, status}]}. */
VDBRT_API vdbrt_status vdbrt_alert_list(vdbrt_client *client, const char *rtstream_id, const char *index_id, vdbrt_op *op,
                                        char **out_json, vdbrt_error **err);
/* PATCH /rtstream/{id}/index/{index}/alert/{alert}/status. The service has no call that deletes an alert. */
VDBRT_API vdbrt_status vdbrt_alert_enable(vdbrt_client *client, const char *rtstream_id, const char *index_id,
                                          const char *alert_id, vdbrt_op *op, vdbrt_error **err);
VDBRT_API vdbrt_status vdbrt_alert_disable(vdbrt_client *client, const char *rtstream_id, const char *index_id,
                                           const char *alert_id, vdbrt_op *op, vdbrt_error **err);

/* ---- Understanding jobs, and indexes over what they store ---- */

/* POST /rtstream/{id}/understand: one continuous job that describes windows of the stream. Options:
 *   segmentation      {"type": "time", "window": "10s"}; {}
 *   analyzers         [{"type": "vlm", "name": "scene", "sampling": {"frame_count": 5}, "config": {"prompt": "...", "model":
 *                     "..."}}], exactly one; []
 *   store             boolean: keep the records; true
 *   ws_connection_id  text: id of an event channel
 * Gives {understanding_id, status, outputs: {name: source}, ...}. */
VDBRT_API vdbrt_status vdbrt_understanding_create(vdbrt_client *client, const char *rtstream_id, const char *options_json,
                                                  vdbrt_op *op, char **out_json, vdbrt_error **err);
/* GET /rtstream/{id}/understand: {understandings: [...]}. */
VDBRT_API vdbrt_status vdbrt_understanding_list(vdbrt_client *client, const char *rtstream_id, vdbrt_op *op, char **out_json,
                                                vdbrt_error **err);
/* GET /rtstream/{id}/understand/{understanding}; status is "running", "stopped" or "failed". */
VDBRT_API vdbrt_status vdbrt_understanding_get(vdbrt_client *client, const char *rtstream_id, const char *understanding_id,
                                               vdbrt_op *op, char **out_json, vdbrt_error **err);
/* PATCH /rtstream/{id}/understand/{understanding}/status. */
VDBRT_API vdbrt_status vdbrt_understanding_start(vdbrt_client *client, const char *rtstream_id, const char *understanding_id,
                                                 vdbrt_op *op, vdbrt_error **err);
VDBRT_API vdbrt_status vdbrt_understanding_stop(vdbrt_client *client, const char *rtstream_id, const char *understanding_id,
                                                vdbrt_op *op, vdbrt_error **err);
/* GET /rtstream/{id}/understand/{understanding}/records: {records: [...], next_page}. Options: start and end (seconds, both
 * required), output (name of the analyzer; "scene"), page (from 1; 1), page_size (100). */
VDBRT_API vdbrt_status vdbrt_understanding_get_records(vdbrt_client *client, const char *rtstream_id,
                                                       const char *understanding_id, const char *options_json, vdbrt_op *op,
                                                       char **out_json, vdbrt_error **err);

/* POST /rtstream/{id}/indexes: makes what a job stores searchable. Options: source (object, required: one of the job's
 * outputs), name (text), use_for (array). Gives {index_id, name, status, ...}. */
VDBRT_API vdbrt_status vdbrt_index_create(vdbrt_client *client, const char *rtstream_id, const char *options_json, vdbrt_op *op,
                                          char **out_json, vdbrt_error **err);
/* GET /rtstream/{id}/indexes: {indexes: [...]}. */
VDBRT_API vdbrt_status vdbrt_index_list(vdbrt_client *client, const char *rtstream_id, vdbrt_op *op, char **out_json,
                                        vdbrt_error **err);
/* GET /rtstream/{id}/indexes/{index}. */
VDBRT_API vdbrt_status vdbrt_index_get(vdbrt_client *client, const char *rtstream_id, const char *index_id, vdbrt_op *op,
                                       char **out_json, vdbrt_error **err);
/* PATCH /rtstream/{id}/indexes/{index}/status. */
VDBRT_API vdbrt_status vdbrt_index_start(vdbrt_client *client, const char *rtstream_id, const char *index_id, vdbrt_op *op,
                                         vdbrt_error **err);
VDBRT_API vdbrt_status vdbrt_index_stop(vdbrt_client *client, const char *rtstream_id, const char *index_id, vdbrt_op *op,
                                        vdbrt_error **err);
/* GET /rtstream/{id}/indexes/{index}/records: {records: [...], next_page}. Options: start and end (seconds, each on its
 * own), page (from 1; 1), page_size (100). */
VDBRT_API vdbrt_status vdbrt_index_get_records(vdbrt_client *client, const char *rtstream_id, const char *index_id,
                                               const char *options_json, vdbrt_op *op, char **out_json, vdbrt_error **err);
/* The alerts on such an index, under /rtstream/{id}/indexes/{index}/alert; otherwise like those above. */
VDBRT_API vdbrt_status vdbrt_index_alert_create(vdbrt_client *client, const char *rtstream_id, const char *index_id,
                                                const char *options_json, vdbrt_op *op, char **out_json, vdbrt_error **err);
VDBRT_API vdbrt_status vdbrt_index_alert_list(vdbrt_client *client, const char *rtstream_id, const char *index_id, vdbrt_op *op,
                                              char **out_json, vdbrt_error **err);
VDBRT_API vdbrt_status vdbrt_index_alert_enable(vdbrt_client *client, const char *rtstream_id, const char *index_id,
                                                const char *alert_id, vdbrt_op *op, vdbrt_error **err);
VDBRT_API vdbrt_status vdbrt_index_alert_disable(vdbrt_client *client, const char *rtstream_id, const char *index_id,
                                                 const char *alert_id, vdbrt_op *op, vdbrt_error **err);

/* ---- Capture sessions: a user's screen and microphone as streams ---- */

/* POST /collection/{id}/capture/session. Options: end_user_id (text, required), callback_url (webhook) and ws_connection_id
 * (event channel) for its `capture_session` events, metadata (object). Gives {session_id, status, ...}. */
VDBRT_API vdbrt_status vdbrt_capture_session_create(vdbrt_client *client, const char *collection_id, const char *options_json,
                                                    vdbrt_op *op, char **out_json, vdbrt_error **err);
/* GET /collection/{id}/capture/session: {sessions: [...], next_page: cursor or null}. Options: status, end_user_id, cursor
 * (text), limit (whole number). */
VDBRT_API vdbrt_status vdbrt_capture_session_list(vdbrt_client *client, const char *collection_id, const char *options_json,
                                                  vdbrt_op *op, char **out_json, vdbrt_error **err);
/* GET /collection/{id}/capture/session/{session}: the session with its rtstreams and channels. */
VDBRT_API vdbrt_status vdbrt_capture_session_get(vdbrt_client *client, const char *collection_id, const char *session_id,
                                                 vdbrt_op *op, char **out_json, vdbrt_error **err);
/* POST /collection/{id}/capture/session/{session}/export. Options: video_channel_id, ws_connection_id (text). Gives
 * {export_status: "exporting", "exported" or "failed", ...}; repeat it to learn how it goes on. */
VDBRT_API vdbrt_status vdbrt_capture_session_export(vdbrt_client *client, const char *collection_id, const char *session_id,
                                                    const char *options_json, vdbrt_op *op, char **out_json, vdbrt_error **err);
/* POST /capture/session/start. Options: channels (required: [{channel_id, channel_name, type: "video" or "audio", store}]),
 * callback_url, ws_connection_id (text). Gives {session_id, status: "starting"}. */
VDBRT_API vdbrt_status vdbrt_capture_session_start(vdbrt_client *client, const char *session_id, const char *options_json,
                                                   vdbrt_op *op, char **out_json, vdbrt_error **err);
/* GET /capture/session/{session}: {channels: [...]}, each with its rtsp_url. */
VDBRT_API vdbrt_status vdbrt_capture_session_channels(vdbrt_client *client, const char *session_id, vdbrt_op *op,
                                                      char **out_json, vdbrt_error **err);
/* POST /capture/session/{session}/stop. */
VDBRT_API vdbrt_status vdbrt_capture_session_stop(vdbrt_client *client, const char *session_id, vdbrt_op *op,
                                                  vdbrt_error **err);
/* POST /capture/session/token: a credential for a device, to be used like an API key. Options: expires_in (seconds; 86400),
 * user_id (text). Gives {token, expires_at in seconds since the epoch, expires_in}. */
VDBRT_API vdbrt_status vdbrt_client_token_create(vdbrt_client *client, const char *options_json, vdbrt_op *op, char **out_json,
                                                 vdbrt_error **err);
/* GET /async-response/{id}: the result of a call that the service answers later. Every call of this header waits for such a
 * result by itself. */
VDBRT_API vdbrt_status vdbrt_async_response_get(vdbrt_client *client, const char *response_id, vdbrt_op *op, char **out_json,
                                                vdbrt_error **err);

/* ---- Without waiting ---------------------------------------------------------------------------------------------- */

/* Both pointers are borrowed for the call. On VDBRT_OK out_json is what the function of the operation gives, and err is
 * NULL; else out_json is NULL and err says why. */
typedef void (*vdbrt_completion_fn)(void *user, vdbrt_status status, const char *out_json, const vdbrt_error *err);

/* Any of the calls above, without waiting for it. operation: the name of its function without vdbrt_, "scene_index_get_scenes".
 * args_json: one object with its ids under the names of the parameters and its options:
 *   {"rtstream_id": "rts-1", "index_id": "ix-1", "page": 2}
 * and for "call" {"method", "path", "query": {...}, "body": {...}}. What is wrong with them is told at once.
 * If, and only if, this returns VDBRT_OK, fn is called exactly once: on the client's I/O thread, or in vdbrt_client_step,
 * under the rules for callbacks; also after vdbrt_op_cancel (VDBRT_E_CANCELLED) and when the client ends (VDBRT_E_CLOSED),
 * which in external mode is in the shutdown or the last release. At most 16 such
 * calls are on their way at a time over HTTP/1.1; the others wait. The op counts from its making, also while waiting. */
VDBRT_API vdbrt_status vdbrt_call_async(vdbrt_client *client, const char *operation, const char *args_json, vdbrt_op *op,
                                        vdbrt_completion_fn fn, void *user, vdbrt_error **err);

/*
 * A client whose configuration has loop.mode "external" makes no thread. The application polls the descriptor and calls
 * vdbrt_client_step, where callbacks and completions run; a function that waits (opening a channel, the next event, a
 * shutdown) runs the loop meanwhile. Calls that block need no loop. With loop.mode "thread", the default, these two give
 * VDBRT_E_STATE.
 */

/* To poll for POLLIN: readable when a step has something to do, timers included. Ours: never read it or close it. Valid
 * until the client is released. */
VDBRT_API vdbrt_status vdbrt_client_loop_fd(vdbrt_client *client, int32_t *out_fd, vdbrt_error **err);
/* Waits until there is something to do, and does it. timeout_ms 0: only what can be done at once. Nothing to do is no error.
 * VDBRT_E_CLOSED after vdbrt_client_shutdown. */
VDBRT_API vdbrt_status vdbrt_client_step(vdbrt_client *client, int64_t timeout_ms, vdbrt_error **err);

/* ---- Record by record --------------------------------------------------------------------------------------------- */

typedef struct vdbrt_records vdbrt_records;

/* Iterates over what a paged operation lists, and fetches the next page by itself. operation and args_json as in
 * vdbrt_call_async, for scene_index_get_scenes, rtstream_get_transcript, understanding_get_records, index_get_records,
 * rtstream_list and capture_session_list; a page, offset or cursor in it is where it begins. Records that move to the next
 * page because newer ones arrive are not given twice. Sends nothing yet. */
VDBRT_API vdbrt_status vdbrt_records_new(vdbrt_client *client, const char *operation, const char *args_json,
                                         vdbrt_records **out, vdbrt_error **err);
/* The JSON of the next record. VDBRT_E_END after the last; after any other error the same record can be asked for again. For
 * one thread at a time: VDBRT_E_STATE while another is in it. */
VDBRT_API vdbrt_status vdbrt_records_next(vdbrt_records *records, vdbrt_op *op, char **out_json, vdbrt_error **err);
VDBRT_API void vdbrt_records_release(vdbrt_records *records);

/* ---- Event channel: a WebSocket and its queue --------------------------------------------------------------------- */

typedef struct vdbrt_events vdbrt_events;

/*
 * After a cut. The service delivers at most once, gives each connection another id, and goes on pushing to the id that it was
 * given, dead or not. A channel makes up for that by itself, unless reconnect.enabled is false:
 *  - It connects again, after random waits up to bounds that double from reconnect.base_ms to reconnect.max_ms, without a limit
 *    of attempts but reconnect.max_attempts. A dead connection that nobody closed is found by ws.ping_interval_ms and
 *    ws.pong_timeout_ms. Calls of the client go over new connections from then on, and those that only read and still wait are
 *    sent again.
 *  - What was bound to it, by a call of this client with its id as ws_connection_id, is bound again. A transcript is started with
 *    the new id. An index or understanding, which the service cannot bind again, is asked for its records from then on
 *    (poll.interval_ms), and so is a capture session for its state. An alert without a webhook is replaced by a new one once the
 *    connection has held for rebind.alert_settle_ms, and disabled; one with a webhook stays, and gets a companion without. Alerts
 *    cannot be deleted: rebind.max_alerts_per_hour bounds them. One that was to be created and had no clear answer is looked for in
 *    the list of alerts: what alone is new there, of the same event and without a webhook, is taken for it. The id of the alert
 *    that was replaced stays good for enabling, disabling and listing, and any connection id that the channel has had stands for
 *    the current one (of more than 256, the first and the latest 255; so it is with replacements of an alert in its list).
 *  - Transcripts and records of indexes that the gap swallowed are fetched (backfill.*) and delivered as events with the flag
 *    VDBRT_EVENT_FETCHED, in order of time for each stream and channel, none twice. Events of the socket wait for them for
 *    backfill.hold_ms at most. Interim transcripts are not recovered, and an alert that fired in the gap cannot be had from the
 *    service: VDBRT_EVENT_GAP says from when to when.
 *  - Records may be listed late. They are looked for as soon as the channel is back, three times more until backfill.late_ms later,
 *    and then as long as the last look found something of the gap. What is listed later still, and ended more than
 *    backfill.overlap_ms before the newest record that is known by then, is not found, and no event tells of it: the service says
 *    nothing by which it could be missed. So it is with an index that is asked for its records, at any time. Of records of one
 *    index that are equal in text and times, those on another page of its list than the first count as the same one.
 *  - What is bound and silent for watch.quiet_ms is asked for: records that were not pushed are delivered, and something that the
 *    service says has stopped or failed is a VDBRT_EVENT_STALLED.
 *  - With queue.overflow "pause" a consumer that takes nothing for queue.pause_max_ms makes a gap too, with the reason
 *    "slow_consumer": the connection is closed, and opened again when there is room. So it is with a channel that connects
 *    again and again while nobody takes what that tells.
 *
 * After a restart. With a state file (state.file, or state_file when the channel is opened) the same goes for a process that was
 * killed: the next one opens the channel with the same file, and what was bound is bound again (vdbrt_events_bindings says what that
 * is, so that it is not made a second time), the gap is filled, and what had not been acknowledged is delivered again, with the flag
 * VDBRT_EVENT_REDELIVERED where it may have been handed out before. An event is acknowledged by vdbrt_event_ack, or with state.ack
 * "auto" when its callback has returned or it is freed. Acknowledging takes effect before it returns: it survives the end of the
 * process at once, and a power cut after state.sync_ms. What the service cannot be asked for again (alerts, capture events, messages
 * of channels that this library does not know, where they are JSON) is kept in the file until it is acknowledged: up to 192 KB of alerts
 * and capture events, and 64 KB of unknown channels, then the oldest of them go first; one that is longer is not kept. Bindings are, up
 * to 128 KB; those from before stay in the place of longer ones. The log tells of each of these. The file has 1 MiB, no more: its last
 * 16384 transcripts and records are known to have been delivered. It is readable by its owner only, holds no key, and belongs to one
 * channel at a time: VDBRT_E_STATE for a second one. It is mapped into memory (state.mapped), so leave it alone while it is used: one
 * that was cut short is seen before the next batch and not touched any more, but between the two the kernel ends the process. While
 * events come, a flash page or two is written every state.sync_ms, and what is kept each time that it changes; while none come, none is.
 * A thread that lives as long waits for the disk; with loop.mode "external" a step does, and so does the end of a channel.
 */

/* Fetches the WebSocket URL (GET /collection/{id}/websocket), opens it and waits for the connection id, which
 * VDBRT_EVENT_CONNECTED tells. Options:
 *   collection_id  text; "default"
 *   state_file     text; where the channel keeps what outlives the process. Default: the configuration's state.file, else none
 *   wait           boolean; true. false returns at once, also in a callback: VDBRT_EVENT_CONNECTED comes when the channel is
 *                  open. The op then counts for the first GET; connecting has the limits of the configuration.
 *   retry          boolean; the opposite of wait. true: a first attempt that fails for a reason that may pass (no network, no
 *                  such host yet, a timeout, 429, 5xx, a certificate that is not valid by the clock of a machine that has just
 *                  started) is repeated like one after a cut, with a VDBRT_EVENT_RECONNECTING each, unless reconnect.enabled is
 *                  false. With wait that goes on until the op's deadline. false: the first failure ends the channel.
 * A failure that repeating does not mend (a refused key, a URL or a first message that is none), and the last of
 * reconnect.max_attempts, ends it: with wait it is the error of this call, without VDBRT_EVENT_DISCONNECTED has the reason.
 * A state file is free again by then. Beyond the status codes of a call: VDBRT_E_UPGRADE, VDBRT_E_FIRST_MESSAGE,
 * VDBRT_E_PROTOCOL. */
VDBRT_API vdbrt_status vdbrt_events_open(vdbrt_client *client, const char *options_json, vdbrt_op *op, vdbrt_events **out,
                                         vdbrt_error **err);
/* The id to pass as ws_connection_id; it stays good after a cut. VDBRT_E_STATE while the channel is opening;
 * the reason for its end when the channel has ended. */
VDBRT_API vdbrt_status vdbrt_events_connection_id(vdbrt_events *events, char **out, vdbrt_error **err);
/* What has happened so far: {"connections", "attempts" (of reconnecting), "received" (messages), "backfilled" (events that were
 * fetched), "duplicates" (suppressed), "dropped" (by drop_oldest), "gaps", "restored" (bindings), "alerts_created", "stalled",
 * "queued" (waiting to be pulled)}, each a whole number. */
VDBRT_API vdbrt_status vdbrt_events_counters(vdbrt_events *events, char **out_json, vdbrt_error **err);
/* What is bound to the channel: {"connection_id", "pipelines": [{"pipeline", "rtstream_id", "index_id", ...}], "alerts":
 * [{"alert_id", "event_id", ...}], "capture_sessions": [{"session_id", ...}]}. */
VDBRT_API vdbrt_status vdbrt_events_bindings(vdbrt_events *events, char **out_json, vdbrt_error **err);
/* Ends the channel with a WebSocket close handshake and waits for it. What is queued can still be pulled. */
VDBRT_API vdbrt_status vdbrt_events_close(vdbrt_events *events, int64_t timeout_ms, vdbrt_error **err);
/* Closes the channel, if need be, in the background, and ends its subscriptions. */
VDBRT_API void vdbrt_events_release(vdbrt_events *events);

/* ---- Event -------------------------------------------------------------------------------------------------------- */

typedef struct vdbrt_event vdbrt_event;

/* What an event is, for a switch. The service's own: */
enum {
  VDBRT_EVENT_OTHER = 0,           /* a message on a channel that this library does not know, or on none */
  VDBRT_EVENT_TRANSCRIPT = 1,      /* "transcript" */
  VDBRT_EVENT_SCENE_INDEX = 2,     /* "scene_index"; the service also says "visual_index" */
  VDBRT_EVENT_AUDIO_INDEX = 3,     /* "audio_index"; also "spoken_index" */
  VDBRT_EVENT_ALERT = 4,           /* "alert" */
  VDBRT_EVENT_CAPTURE_SESSION = 5, /* "capture_session" */
  /* Ours, about the channel; their JSON is {"channel": "vdbrt....", "data": {...}}. Points in time are seconds since the epoch. */
  VDBRT_EVENT_CONNECTED = 100,    /* "vdbrt.connected": data.connection_id, .reconnects (so far), .attempts (that it took) */
  VDBRT_EVENT_DISCONNECTED = 101, /* "vdbrt.disconnected": data.status, .reason, .close_code, .reconnecting: false, it is the
                                   * last event of the channel; true, the channel goes on */
  VDBRT_EVENT_OVERFLOW = 102,     /* "vdbrt.overflow": data.dropped, the number of events that drop_oldest cost */
  VDBRT_EVENT_RECONNECTING =
      103,               /* "vdbrt.reconnecting": data.attempt (from 1), .delay_ms until it, .status and .reason of what
                                   * failed */
  VDBRT_EVENT_GAP = 104, /* "vdbrt.gap": data.from (a second before the last bytes came: more may have been on its way), .to,
                                   * .reason, .recovering (channels whose events are fetched), .lost (channels whose events cannot
                                   * be had); once more with data.alert_id for each alert when it is bound again */
  VDBRT_EVENT_BACKFILLED = 105, /* "vdbrt.backfilled": a look for missed records is over. data.pipeline ("transcript",
                                   * "scene_index", "audio_index", "understanding"), .rtstream_id, .index_id, .from, .to, .records
                                   * (delivered), .pass (from 1), .final: no further look follows */
  VDBRT_EVENT_STALLED = 106     /* "vdbrt.stalled": nothing will come. data.pipeline, .rtstream_id, .index_id, .what ("rtstream"
                                   * where it is the stream), .status as the service says it, .reason */
};
VDBRT_API int32_t vdbrt_event_kind(const vdbrt_event *e);

/* Bits of vdbrt_event_flags. */
enum {
  VDBRT_EVENT_INTERIM = 1,       /* data.is_final is false: a later transcript replaces this one */
  VDBRT_EVENT_TRIGGERED = 2,     /* data.triggered is true */
  VDBRT_EVENT_RELATIVE_TIME = 4, /* start or end is an offset, not a point in time since the epoch */
  VDBRT_EVENT_NOT_JSON = 8,      /* a text message that is no JSON: vdbrt_event_json gives it as it came */
  VDBRT_EVENT_FETCHED = 16,      /* it did not come over the socket, but from the service's records, after a gap */
  VDBRT_EVENT_REDELIVERED = 32   /* an earlier process may have been given it, and did not acknowledge it */
};
VDBRT_API int32_t vdbrt_event_flags(const vdbrt_event *e);

/*
 * Each of these gives a pointer and a length, valid until the callback returns or the event is freed; NULL and 0 where the
 * message has no such member, or none of that type. JSON is given as it was received, text with its escapes decoded.
 */

/* The whole message. Validated: it is one JSON value, unless VDBRT_EVENT_NOT_JSON is set. */
VDBRT_API const char *vdbrt_event_json(const vdbrt_event *e, size_t *len);
/* The value of `data`, JSON of any type. */
VDBRT_API const char *vdbrt_event_data(const vdbrt_event *e, size_t *len);
/* Canonical name of the channel: "scene_index" also where the service says "visual_index". */
VDBRT_API const char *vdbrt_event_channel(const vdbrt_event *e, size_t *len);
VDBRT_API const char *vdbrt_event_rtstream_id(const vdbrt_event *e, size_t *len);
/* data.text: what was said or seen; for an alert its text or explanation, where it has one. */
VDBRT_API const char *vdbrt_event_text(const vdbrt_event *e, size_t *len);
/* data.label (or event_label) of an alert. */
VDBRT_API const char *vdbrt_event_label(const vdbrt_event *e, size_t *len);

/* Seconds since the Unix epoch of data.start, data.end; for an alert without them, of its timestamp. The service is documented
 * to send milliseconds and seen to send seconds: values of 1e14 and above are read as microseconds, of 1e11 and above as
 * milliseconds. NaN where the message has none. */
VDBRT_API double vdbrt_event_start(const vdbrt_event *e);
VDBRT_API double vdbrt_event_end(const vdbrt_event *e);
/* data.confidence, 0 to 1; NaN where the message has none. */
VDBRT_API double vdbrt_event_confidence(const vdbrt_event *e);
/* Milliseconds since the Unix epoch when the bytes were read from the socket. */
VDBRT_API int64_t vdbrt_event_received_ms(const vdbrt_event *e);

/* ---- Pulling events ----------------------------------------------------------------------------------------------- */

/*
 * A channel is pulled or pushed, whichever is used first; the other then gives VDBRT_E_STATE. Several threads may pull from one
 * channel; each event goes to one of them.
 */

/* The next event, to be freed with vdbrt_event_free. timeout_ms: 0 polls, -1 waits without limit. VDBRT_E_AGAIN: none in that
 * time. VDBRT_E_DISCONNECTED or VDBRT_E_CLOSED: the channel ended and every event has been taken. */
VDBRT_API vdbrt_status vdbrt_events_next(vdbrt_events *events, int64_t timeout_ms, vdbrt_event **out, vdbrt_error **err);
/* Waits for one event and takes up to `capacity` at once. On VDBRT_OK the first *out_count of out are set, at least one. */
VDBRT_API vdbrt_status vdbrt_events_next_batch(vdbrt_events *events, int64_t timeout_ms, vdbrt_event **out, size_t capacity,
                                               size_t *out_count, vdbrt_error **err);
/* A descriptor to poll for POLLIN: readable while an event, or the end of the channel, waits to be pulled. Ours: never read
 * it or close it. Valid until the channel is released. */
VDBRT_API vdbrt_status vdbrt_events_fd(vdbrt_events *events, int32_t *out_fd, vdbrt_error **err);
/* The program has dealt with the event: it does not come again after a restart. Without a state file it does nothing. For a callback's
 * event, before the callback returns. */
VDBRT_API vdbrt_status vdbrt_event_ack(const vdbrt_event *e, vdbrt_error **err);
/* A pulled event. Never one that a callback got. */
VDBRT_API void vdbrt_event_free(vdbrt_event *e);
/* `count` of them with one call; NULL among them is passed over. */
VDBRT_API void vdbrt_event_free_many(vdbrt_event *const *events, size_t count);

/* What vdbrt_event_column gives of each event. */
enum {
  VDBRT_COLUMN_MESSAGE = 0, /* the message as it was received; null where it is no JSON */
  VDBRT_COLUMN_DATA = 1,
  VDBRT_COLUMN_CHANNEL = 2,
  VDBRT_COLUMN_RTSTREAM_ID = 3,
  VDBRT_COLUMN_TEXT = 4,
  VDBRT_COLUMN_LABEL = 5,
  VDBRT_COLUMN_KIND = 6, /* a number, as vdbrt_event_kind and _flags give it */
  VDBRT_COLUMN_FLAGS = 7,
  VDBRT_COLUMN_START = 8, /* seconds, a real number; null where there is none */
  VDBRT_COLUMN_END = 9,
  VDBRT_COLUMN_CONFIDENCE = 10,
  VDBRT_COLUMN_RECEIVED_MS = 11
};
/* One thing of each of `count` events as a JSON array of that many values: for languages to which every call of an accessor is dear.
 * Strings stand in it as in the message, escapes and all; null for what an event has not, and for a NULL among them. The events stay
 * what they were. */
VDBRT_API vdbrt_status vdbrt_event_column(vdbrt_event *const *events, size_t count, int32_t column, char **out_json,
                                          vdbrt_error **err);
/* The same for Python: a pickle of a tuple (protocol 2, freed with vdbrt_string_free), which pickle.loads reads in a third of the time that
 * json.loads takes for the array. Strings are decoded; MESSAGE and DATA are values, as json.loads makes them. None also for a value that takes
 * json.loads: numbers that neither 18 digits nor a double hold, half a pair of surrogates, nesting deeper than 64. It holds plain values
 * only: nothing in it names code, whatever was received. */
VDBRT_API vdbrt_status vdbrt_event_pickle(vdbrt_event *const *events, size_t count, int32_t column, char **out,
                                          size_t *out_length, vdbrt_error **err);

/* ---- Pushed events ------------------------------------------------------------------------------------------------ */

typedef struct vdbrt_subscription vdbrt_subscription;
/* e is borrowed for the call. See rule 3 at the top for the thread and what it delays. */
typedef void (*vdbrt_event_fn)(void *user, const vdbrt_event *e);
typedef void (*vdbrt_destroy_fn)(void *user);

/* fn gets every event of the channel, or of one canonical channel name ("scene_index"; NULL: all, also ours). Events that
 * arrived before the first subscription go to it first. destroy (may be NULL) gets user exactly once, after the last fn,
 * also when this call fails: it is the place to free user. out may be NULL: the subscription then ends with the channel. */
VDBRT_API vdbrt_status vdbrt_events_subscribe(vdbrt_events *events, const char *channel, vdbrt_event_fn fn, void *user,
                                              vdbrt_destroy_fn destroy, vdbrt_subscription **out, vdbrt_error **err);
/* No new fn starts after this returns; one that runs goes on. Never waits. */
VDBRT_API void vdbrt_subscription_cancel(vdbrt_subscription *subscription);
/* Waits until fn has returned for the last time and destroy has been called. Cancels nothing. */
VDBRT_API vdbrt_status vdbrt_subscription_wait(vdbrt_subscription *subscription, int64_t timeout_ms, vdbrt_error **err);
/* Cancels, and drops the handle. */
VDBRT_API void vdbrt_subscription_release(vdbrt_subscription *subscription);

#ifdef __cplusplus
}
#endif
#endif /* VIDEODB_RT_H */
