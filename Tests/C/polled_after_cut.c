/* What the service cannot bind to another connection is asked for after a cut: an index and an understanding for their records, a
 * capture session for its state. */
#include "support.h"

#define OK_JSON "{'status':200,'json':{'success':true,'data':%s}}"

static json_t *seen; /* "ix-1 one", in the order of their coming */

/* Takes events until there is one of this source with this text; how many came of it. */
static int times_seen(vdbrt_events *events, const char *wanted) {
  for (;;) {
    int count = 0;
    size_t i;
    json_t *text;
    json_array_foreach(seen, i, text) count += !strcmp(json_string_value(text), wanted);
    if (count)
      return count;
    vdbrt_event *e = NULL;
    OK(vdbrt_events_next(events, slow(5000), &e, &err));
    json_t *json = event_json(e);
    const char *members[] = {"index_id", "understanding_id", "capture_session_id"}, *id = NULL;
    for (int m = 0; m < 3; m++)
      if (json_object_get(json, members[m]))
        id = text_at(json, members[m]);
    if (id) {
      CHECK_INT(vdbrt_event_flags(e), VDBRT_EVENT_FETCHED);
      bool is_session = vdbrt_event_kind(e) == VDBRT_EVENT_CAPTURE_SESSION;
      CHECK(is_session || vdbrt_event_kind(e) == VDBRT_EVENT_SCENE_INDEX);
      json_array_append_new(seen, json_sprintf("%s %s", id, text_at(json, is_session ? "status" : "data.text")));
    }
    json_decref(json);
    vdbrt_event_free(e);
  }
}

static void records(server *s, const char *on, const char *key, const char *const *texts, int count, long at) {
  char all[2048] = "";
  for (int i = 0; i < count; i++)
    snprintf(all + strlen(all), sizeof all - strlen(all), "%s{'start':%ld,'end':%ld,'description':'%s'}", i ? "," : "", at + i,
             at + i + 1, texts[i]);
  server_on(s, on, "{'status':200,'json':{'success':true,'data':{'%s':[%s],'next_page':false}}}", key, all);
}

int main(void) {
  long at = (long)time(NULL) - 4;
  server *s = server_start();
  seen = json_array();
  const char *steps[] = {"{'await':'cut'},{'reset':true}", "", NULL};
  server_websockets(s, steps);
  server_on(s, "POST /rtstream/rts-1/index/scene", OK_JSON, "{'rtstream_index_id':'ix-1'}");
  server_on(s, "POST /rtstream/rts-1/understand", OK_JSON, "{'understanding_id':'un-1'}");
  server_on(s, "POST /collection/default/capture/session", OK_JSON, "{'session_id':'cs-1','status':'created'}");
  server_on(s, "GET /collection/default/capture/session/cs-1", OK_JSON, "{'session_id':'cs-1','status':'active'}");
  const char *scenes[] = {"one", "two", "three"};
  const char *views[] = {"a dog", "a cat"};
  records(s, "GET /rtstream/rts-1/index/scene/ix-1", "scene_index_records", scenes, 1, at);
  records(s, "GET /rtstream/rts-1/understand/un-1/records", "records", views, 1, at);

  vdbrt_client *client = client_for(s, "{'reconnect.enabled':true,'reconnect.base_ms':5,'poll.interval_ms':20}");
  vdbrt_events *events = channel_open(client);
  char *out = NULL;
  OK(vdbrt_rtstream_index_visuals(client, "rts-1", "{\"ws_connection_id\":\"conn-1\"}", NULL, &out, &err));
  vdbrt_string_free(out);
  OK(vdbrt_understanding_create(client, "rts-1", "{\"ws_connection_id\":\"conn-1\"}", NULL, &out, &err));
  vdbrt_string_free(out);
  OK(vdbrt_capture_session_create(client, NULL, "{\"end_user_id\":\"u\",\"ws_connection_id\":\"conn-1\"}", NULL, &out, &err));
  vdbrt_string_free(out);
  CHECK_INT(server_count(s, "GET /rtstream/rts-1/index/scene/ix-1"), 0);
  server_go(s, "cut");

  json_t *gap = event_data(events, VDBRT_EVENT_GAP);
  json_t *names = value_at(gap, "recovering");
  CHECK_INT(json_array_size(names), 2);
  CHECK_TEXT(json_string_value(json_array_get(names, 0)), "scene_index");
  CHECK_TEXT(json_string_value(json_array_get(names, 1)), "capture_session");
  CHECK_INT(json_array_size(value_at(gap, "lost")), 0);
  json_decref(gap);
  CHECK_INT(times_seen(events, "cs-1 active"), 1);

  /* Each record once, however often it is seen. */
  for (int i = 1; i <= 3; i++) {
    if (i > 1)
      records(s, "GET /rtstream/rts-1/index/scene/ix-1", "scene_index_records", scenes, i, at);
    char wanted[32];
    snprintf(wanted, sizeof wanted, "ix-1 %s", scenes[i - 1]);
    CHECK_INT(times_seen(events, wanted), 1);
    int polls = server_count(s, "GET /rtstream/rts-1/index/scene/ix-1");
    WAIT_FOR(server_count(s, "GET /rtstream/rts-1/index/scene/ix-1") >= polls + 2, 5000);
  }
  records(s, "GET /rtstream/rts-1/understand/un-1/records", "records", views, 2, at);
  CHECK_INT(times_seen(events, "un-1 a cat"), 1);
  CHECK_INT(json_array_size(seen), 6);

  OK(vdbrt_events_counters(events, &out, &err));
  json_t *counters = json_taken(out);
  CHECK_INT(json_integer_value(value_at(counters, "backfilled")), 6);
  CHECK_INT(json_integer_value(value_at(counters, "received")), 0);
  json_decref(counters);

  /* Nothing of this is asked for when the channel is gone. */
  OK(vdbrt_events_close(events, slow(5000), &err));
  int polls = server_count(s, "GET /rtstream/rts-1/index/scene/ix-1");
  usleep(100000);
  CHECK_INT(server_count(s, "GET /rtstream/rts-1/index/scene/ix-1"), polls);
  json_decref(seen);
  vdbrt_events_release(events);
  client_end(client);
  return passed();
}
