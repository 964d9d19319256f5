/* The table is in the order of the header. A new call of the header needs one line here and vectors in Conformance. */
#include "support_operations.h"

/* Calls by the number of their text parameters, with and without a result. */
#define TEXT0_OUT(name)                                                                                                        \
  static vdbrt_status run_##name(vdbrt_client *c, const char *const *t, vdbrt_op *op, char **out, vdbrt_error **e) {           \
    (void)t;                                                                                                                   \
    return vdbrt_##name(c, op, out, e);                                                                                        \
  }
#define TEXT1(name)                                                                                                            \
  static vdbrt_status run_##name(vdbrt_client *c, const char *const *t, vdbrt_op *op, char **out, vdbrt_error **e) {           \
    (void)out;                                                                                                                 \
    return vdbrt_##name(c, t[0], op, e);                                                                                       \
  }
#define TEXT1_OUT(name)                                                                                                        \
  static vdbrt_status run_##name(vdbrt_client *c, const char *const *t, vdbrt_op *op, char **out, vdbrt_error **e) {           \
    return vdbrt_##name(c, t[0], op, out, e);                                                                                  \
  }
#define TEXT2(name)                                                                                                            \
  static vdbrt_status run_##name(vdbrt_client *c, const char *const *t, vdbrt_op *op, char **out, vdbrt_error **e) {           \
    (void)out;                                                                                                                 \
    return vdbrt_##name(c, t[0], t[1], op, e);                                                                                 \
  }
#define TEXT2_OUT(name)                                                                                                        \
  static vdbrt_status run_##name(vdbrt_client *c, const char *const *t, vdbrt_op *op, char **out, vdbrt_error **e) {           \
    return vdbrt_##name(c, t[0], t[1], op, out, e);                                                                            \
  }
#define TEXT3(name)                                                                                                            \
  static vdbrt_status run_##name(vdbrt_client *c, const char *const *t, vdbrt_op *op, char **out, vdbrt_error **e) {           \
    (void)out;                                                                                                                 \
    return vdbrt_##name(c, t[0], t[1], t[2], op, e);                                                                           \
  }
#define TEXT3_OUT(name)                                                                                                        \
  static vdbrt_status run_##name(vdbrt_client *c, const char *const *t, vdbrt_op *op, char **out, vdbrt_error **e) {           \
    return vdbrt_##name(c, t[0], t[1], t[2], op, out, e);                                                                      \
  }
#define TEXT4_OUT(name)                                                                                                        \
  static vdbrt_status run_##name(vdbrt_client *c, const char *const *t, vdbrt_op *op, char **out, vdbrt_error **e) {           \
    return vdbrt_##name(c, t[0], t[1], t[2], t[3], op, out, e);                                                                \
  }

TEXT4_OUT(call)
TEXT1_OUT(collection_get)
TEXT0_OUT(collection_list)
TEXT2_OUT(rtstream_connect)
TEXT1_OUT(rtstream_get)
TEXT1_OUT(rtstream_list)
TEXT2_OUT(rtstream_update)
TEXT1(rtstream_start)
TEXT1(rtstream_stop)
TEXT2_OUT(rtstream_export)
TEXT2_OUT(rtstream_generate_stream)
TEXT2_OUT(shot_generate_stream)
TEXT2_OUT(rtstream_index_visuals)
TEXT2_OUT(rtstream_index_audio)
TEXT2_OUT(rtstream_index_spoken_words)
TEXT2_OUT(rtstream_index_scenes)
TEXT1_OUT(scene_index_list)
TEXT2_OUT(scene_index_get)
TEXT3(scene_index_update)
TEXT2(scene_index_start)
TEXT2(scene_index_stop)
TEXT3_OUT(scene_index_get_scenes)
TEXT2_OUT(rtstream_start_transcript)
TEXT2_OUT(rtstream_stop_transcript)
TEXT2_OUT(rtstream_get_transcript)
TEXT2_OUT(rtstream_transcript_status)
TEXT2_OUT(rtstream_search)
TEXT2_OUT(collection_search)
TEXT1_OUT(event_rule_create)
TEXT0_OUT(event_rule_list)
TEXT3_OUT(alert_create)
TEXT2_OUT(alert_list)
TEXT3(alert_enable)
TEXT3(alert_disable)
TEXT2_OUT(understanding_create)
TEXT1_OUT(understanding_list)
TEXT2_OUT(understanding_get)
TEXT2(understanding_start)
TEXT2(understanding_stop)
TEXT3_OUT(understanding_get_records)
TEXT2_OUT(index_create)
TEXT1_OUT(index_list)
TEXT2_OUT(index_get)
TEXT2(index_start)
TEXT2(index_stop)
TEXT3_OUT(index_get_records)
TEXT3_OUT(index_alert_create)
TEXT2_OUT(index_alert_list)
TEXT3(index_alert_enable)
TEXT3(index_alert_disable)
TEXT2_OUT(capture_session_create)
TEXT2_OUT(capture_session_list)
TEXT2_OUT(capture_session_get)
TEXT3_OUT(capture_session_export)
TEXT2_OUT(capture_session_start)
TEXT1_OUT(capture_session_channels)
TEXT1(capture_session_stop)
TEXT1_OUT(client_token_create)
TEXT1_OUT(async_response_get)

#define OUT(name) #name, run_##name, true
#define NO_OUT(name) #name, run_##name, false

const operation operations[] = {
    {OUT(call), "GET /rtstream", {"method", "path", "query_json", "body_json"}, {"GET", "/rtstream", NULL, NULL}},
    {OUT(collection_get), "GET /collection/c-1", {"collection_id"}, {"c-1"}},
    {OUT(collection_list), "GET /collection", {NULL}, {NULL}},
    {OUT(rtstream_connect),
     "POST /rtstream",
     {"collection_id", "options_json"},
     {"c-1", "{\"url\":\"rtsp://camera/1\",\"name\":\"door\"}"}},
    {OUT(rtstream_get), "GET /rtstream/rts-1", {"rtstream_id"}, {"rts-1"}},
    {OUT(rtstream_list), "GET /rtstream", {"options_json"}, {NULL}},
    {OUT(rtstream_update), "PATCH /rtstream/rts-1", {"rtstream_id", "options_json"}, {"rts-1", NULL}},
    {NO_OUT(rtstream_start), "PATCH /rtstream/rts-1/status", {"rtstream_id"}, {"rts-1"}},
    {NO_OUT(rtstream_stop), "PATCH /rtstream/rts-1/status", {"rtstream_id"}, {"rts-1"}},
    {OUT(rtstream_export), "POST /rtstream/rts-1/export", {"rtstream_id", "options_json"}, {"rts-1", NULL}},
    {OUT(rtstream_generate_stream), "GET /rtstream/rts-1/stream", {"rtstream_id", "options_json"}, {"rts-1", NULL}},
    {OUT(shot_generate_stream),
     "GET /rtstream/rts-1/stream",
     {"rtstream_id", "options_json"},
     {"rts-1", "{\"start\":1,\"end\":2}"}},
    {OUT(rtstream_index_visuals), "POST /rtstream/rts-1/index/scene", {"rtstream_id", "options_json"}, {"rts-1", NULL}},
    {OUT(rtstream_index_audio), "POST /rtstream/rts-1/index/scene", {"rtstream_id", "options_json"}, {"rts-1", NULL}},
    {OUT(rtstream_index_spoken_words), "POST /rtstream/rts-1/index/scene", {"rtstream_id", "options_json"}, {"rts-1", NULL}},
    {OUT(rtstream_index_scenes), "POST /rtstream/rts-1/index/scene", {"rtstream_id", "options_json"}, {"rts-1", NULL}},
    {OUT(scene_index_list), "GET /rtstream/rts-1/index/scene", {"rtstream_id"}, {"rts-1"}},
    {OUT(scene_index_get), "GET /rtstream/rts-1/index/ix-1", {"rtstream_id", "index_id"}, {"rts-1", "ix-1"}},
    {NO_OUT(scene_index_update),
     "PATCH /rtstream/rts-1/index/scene/ix-1",
     {"rtstream_id", "index_id", "options_json"},
     {"rts-1", "ix-1", "{\"prompt\":\"p\"}"}},
    {NO_OUT(scene_index_start),
     "PATCH /rtstream/rts-1/index/scene/ix-1/status",
     {"rtstream_id", "index_id"},
     {"rts-1", "ix-1"}},
    {NO_OUT(scene_index_stop), "PATCH /rtstream/rts-1/index/scene/ix-1/status", {"rtstream_id", "index_id"}, {"rts-1", "ix-1"}},
    {OUT(scene_index_get_scenes),
     "GET /rtstream/rts-1/index/scene/ix-1",
     {"rtstream_id", "index_id", "options_json"},
     {"rts-1", "ix-1", NULL}},
    {OUT(rtstream_start_transcript), "POST /rtstream/rts-1/transcription", {"rtstream_id", "options_json"}, {"rts-1", NULL}},
    {OUT(rtstream_stop_transcript), "POST /rtstream/rts-1/transcription", {"rtstream_id", "options_json"}, {"rts-1", NULL}},
    {OUT(rtstream_get_transcript), "GET /rtstream/rts-1/transcription", {"rtstream_id", "options_json"}, {"rts-1", NULL}},
    {OUT(rtstream_transcript_status),
     "GET /rtstream/rts-1/transcription/status",
     {"rtstream_id", "options_json"},
     {"rts-1", NULL}},
    {OUT(rtstream_search), "POST /rtstream/rts-1/search", {"rtstream_id", "options_json"}, {"rts-1", "{\"query\":\"q\"}"}},
    {OUT(collection_search),
     "POST /rtstream/collection/c-1/search",
     {"collection_id", "options_json"},
     {"c-1", "{\"query\":\"q\"}"}},
    {OUT(event_rule_create),
     "POST /rtstream/event",
     {"options_json"},
     {"{\"event_prompt\":\"a person\",\"label\":\"person\"}"}},
    {OUT(event_rule_list), "GET /rtstream/event", {NULL}, {NULL}},
    {OUT(alert_create),
     "POST /rtstream/rts-1/index/ix-1/alert",
     {"rtstream_id", "index_id", "options_json"},
     {"rts-1", "ix-1", "{\"event_id\":\"ev-1\"}"}},
    {OUT(alert_list), "GET /rtstream/rts-1/index/ix-1/alert", {"rtstream_id", "index_id"}, {"rts-1", "ix-1"}},
    {NO_OUT(alert_enable),
     "PATCH /rtstream/rts-1/index/ix-1/alert/al-1/status",
     {"rtstream_id", "index_id", "alert_id"},
     {"rts-1", "ix-1", "al-1"}},
    {NO_OUT(alert_disable),
     "PATCH /rtstream/rts-1/index/ix-1/alert/al-1/status",
     {"rtstream_id", "index_id", "alert_id"},
     {"rts-1", "ix-1", "al-1"}},
    {OUT(understanding_create), "POST /rtstream/rts-1/understand", {"rtstream_id", "options_json"}, {"rts-1", NULL}},
    {OUT(understanding_list), "GET /rtstream/rts-1/understand", {"rtstream_id"}, {"rts-1"}},
    {OUT(understanding_get), "GET /rtstream/rts-1/understand/und-1", {"rtstream_id", "understanding_id"}, {"rts-1", "und-1"}},
    {NO_OUT(understanding_start),
     "PATCH /rtstream/rts-1/understand/und-1/status",
     {"rtstream_id", "understanding_id"},
     {"rts-1", "und-1"}},
    {NO_OUT(understanding_stop),
     "PATCH /rtstream/rts-1/understand/und-1/status",
     {"rtstream_id", "understanding_id"},
     {"rts-1", "und-1"}},
    {OUT(understanding_get_records),
     "GET /rtstream/rts-1/understand/und-1/records",
     {"rtstream_id", "understanding_id", "options_json"},
     {"rts-1", "und-1", "{\"start\":1,\"end\":2}"}},
    {OUT(index_create), "POST /rtstream/rts-1/indexes", {"rtstream_id", "options_json"}, {"rts-1", "{\"source\":{}}"}},
    {OUT(index_list), "GET /rtstream/rts-1/indexes", {"rtstream_id"}, {"rts-1"}},
    {OUT(index_get), "GET /rtstream/rts-1/indexes/ix-1", {"rtstream_id", "index_id"}, {"rts-1", "ix-1"}},
    {NO_OUT(index_start), "PATCH /rtstream/rts-1/indexes/ix-1/status", {"rtstream_id", "index_id"}, {"rts-1", "ix-1"}},
    {NO_OUT(index_stop), "PATCH /rtstream/rts-1/indexes/ix-1/status", {"rtstream_id", "index_id"}, {"rts-1", "ix-1"}},
    {OUT(index_get_records),
     "GET /rtstream/rts-1/indexes/ix-1/records",
     {"rtstream_id", "index_id", "options_json"},
     {"rts-1", "ix-1", NULL}},
    {OUT(index_alert_create),
     "POST /rtstream/rts-1/indexes/ix-1/alert",
     {"rtstream_id", "index_id", "options_json"},
     {"rts-1", "ix-1", "{\"event_id\":\"ev-1\"}"}},
    {OUT(index_alert_list), "GET /rtstream/rts-1/indexes/ix-1/alert", {"rtstream_id", "index_id"}, {"rts-1", "ix-1"}},
    {NO_OUT(index_alert_enable),
     "PATCH /rtstream/rts-1/indexes/ix-1/alert/al-1/status",
     {"rtstream_id", "index_id", "alert_id"},
     {"rts-1", "ix-1", "al-1"}},
    {NO_OUT(index_alert_disable),
     "PATCH /rtstream/rts-1/indexes/ix-1/alert/al-1/status",
     {"rtstream_id", "index_id", "alert_id"},
     {"rts-1", "ix-1", "al-1"}},
    {OUT(capture_session_create),
     "POST /collection/c-1/capture/session",
     {"collection_id", "options_json"},
     {"c-1", "{\"end_user_id\":\"u-1\"}"}},
    {OUT(capture_session_list), "GET /collection/c-1/capture/session", {"collection_id", "options_json"}, {"c-1", NULL}},
    {OUT(capture_session_get), "GET /collection/c-1/capture/session/cap-1", {"collection_id", "session_id"}, {"c-1", "cap-1"}},
    {OUT(capture_session_export),
     "POST /collection/c-1/capture/session/cap-1/export",
     {"collection_id", "session_id", "options_json"},
     {"c-1", "cap-1", NULL}},
    {OUT(capture_session_start), "POST /capture/session/start", {"session_id", "options_json"}, {"cap-1", "{\"channels\":[]}"}},
    {OUT(capture_session_channels), "GET /capture/session/cap-1", {"session_id"}, {"cap-1"}},
    {NO_OUT(capture_session_stop), "POST /capture/session/cap-1/stop", {"session_id"}, {"cap-1"}},
    {OUT(client_token_create), "POST /capture/session/token", {"options_json"}, {NULL}},
    {OUT(async_response_get), "GET /async-response/r-1", {"response_id"}, {"r-1"}},
    {0},
};

const operation *operation_named(const char *name) {
  for (const operation *o = operations; o->name; o++)
    if (!strcmp(o->name, name))
      return o;
  failed(__FILE__, __LINE__, "no operation %s", name);
}

bool is_json(const operation *o, int text) {
  size_t length = strlen(o->texts[text]);
  return length > 5 && !strcmp(o->texts[text] + length - 5, "_json");
}

/* Where a call has required options, NULL is refused as an object without them is: VDBRT_E_OPTION. */
bool may_be_null(const operation *o, int text) { return is_json(o, text) || !strcmp(o->texts[text], "collection_id"); }

bool has_required_option(const operation *o) {
  for (int i = 0; i < MAX_TEXTS && o->texts[i]; i++)
    if (is_json(o, i) && o->valid[i])
      return true;
  return false;
}
