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
TEXT1(rtstream_start)
TEXT1(rtstream_stop)
TEXT2_OUT(rtstream_index_visuals)
TEXT1_OUT(scene_index_list)
TEXT2_OUT(scene_index_get)
TEXT2(scene_index_start)
TEXT2(scene_index_stop)
TEXT3_OUT(scene_index_get_scenes)
TEXT1_OUT(event_rule_create)
TEXT0_OUT(event_rule_list)
TEXT3_OUT(alert_create)
TEXT2_OUT(alert_list)
TEXT3(alert_enable)
TEXT3(alert_disable)

const operation operations[] = {
    {"call",
     {"method", "path", "query_json", "body_json"},
     {"GET", "/rtstream", NULL, NULL},
     "GET /rtstream",
     true,
     true,
     run_call},
    {"collection_get", {"collection_id"}, {"c-1"}, "GET /collection/c-1", true, true, run_collection_get},
    {"collection_list", {NULL}, {NULL}, "GET /collection", true, true, run_collection_list},
    {"rtstream_connect",
     {"collection_id", "options_json"},
     {"c-1", "{\"url\":\"rtsp://camera/1\",\"name\":\"door\"}"},
     "POST /rtstream",
     true,
     false,
     run_rtstream_connect},
    {"rtstream_get", {"rtstream_id"}, {"rts-1"}, "GET /rtstream/rts-1", true, true, run_rtstream_get},
    {"rtstream_list", {"options_json"}, {NULL}, "GET /rtstream", true, true, run_rtstream_list},
    {"rtstream_start", {"rtstream_id"}, {"rts-1"}, "PATCH /rtstream/rts-1/status", false, false, run_rtstream_start},
    {"rtstream_stop", {"rtstream_id"}, {"rts-1"}, "PATCH /rtstream/rts-1/status", false, false, run_rtstream_stop},
    {"rtstream_index_visuals",
     {"rtstream_id", "options_json"},
     {"rts-1", NULL},
     "POST /rtstream/rts-1/index/scene",
     true,
     false,
     run_rtstream_index_visuals},
    {"scene_index_list", {"rtstream_id"}, {"rts-1"}, "GET /rtstream/rts-1/index/scene", true, true, run_scene_index_list},
    {"scene_index_get",
     {"rtstream_id", "index_id"},
     {"rts-1", "ix-1"},
     "GET /rtstream/rts-1/index/ix-1",
     true,
     true,
     run_scene_index_get},
    {"scene_index_start",
     {"rtstream_id", "index_id"},
     {"rts-1", "ix-1"},
     "PATCH /rtstream/rts-1/index/scene/ix-1/status",
     false,
     false,
     run_scene_index_start},
    {"scene_index_stop",
     {"rtstream_id", "index_id"},
     {"rts-1", "ix-1"},
     "PATCH /rtstream/rts-1/index/scene/ix-1/status",
     false,
     false,
     run_scene_index_stop},
    {"scene_index_get_scenes",
     {"rtstream_id", "index_id", "options_json"},
     {"rts-1", "ix-1", NULL},
     "GET /rtstream/rts-1/index/scene/ix-1",
     true,
     true,
     run_scene_index_get_scenes},
    {"event_rule_create",
     {"options_json"},
     {"{\"event_prompt\":\"a person\",\"label\":\"person\"}"},
     "POST /rtstream/event",
     true,
     false,
     run_event_rule_create},
    {"event_rule_list", {NULL}, {NULL}, "GET /rtstream/event", true, true, run_event_rule_list},
    {"alert_create",
     {"rtstream_id", "index_id", "options_json"},
     {"rts-1", "ix-1", "{\"event_id\":\"ev-1\"}"},
     "POST /rtstream/rts-1/index/ix-1/alert",
     true,
     false,
     run_alert_create},
    {"alert_list",
     {"rtstream_id", "index_id"},
     {"rts-1", "ix-1"},
     "GET /rtstream/rts-1/index/ix-1/alert",
     true,
     true,
     run_alert_list},
    {"alert_enable",
     {"rtstream_id", "index_id", "alert_id"},
     {"rts-1", "ix-1", "al-1"},
     "PATCH /rtstream/rts-1/index/ix-1/alert/al-1/status",
     false,
     false,
     run_alert_enable},
    {"alert_disable",
     {"rtstream_id", "index_id", "alert_id"},
     {"rts-1", "ix-1", "al-1"},
     "PATCH /rtstream/rts-1/index/ix-1/alert/al-1/status",
     false,
     false,
     run_alert_disable},
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
