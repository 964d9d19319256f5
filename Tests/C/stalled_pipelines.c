/* A healthy socket that nothing comes over: what is bound is asked for after watch.quiet_ms, what has stopped is told once, and started
 * again where watch.restart wants that. */
#include "support.h"

static server *s;

static void status(const char *on, const char *status) {
  server_on(s, on, "{'status':200,'json':{'success':true,'data':{'status':'%s'}}}", status);
}

static void run(bool restarts) {
  server_reset(s);
  const char *steps[] = {"", NULL};
  server_websockets(s, steps);
  server_on(s, "POST /rtstream/*", "{'status':200,'json':{'data':{'rtstream_index_id':'ix-1','status':'running'}}}");
  server_on(s, "PATCH /rtstream/*", "{'status':200,'json':{'success':true}}");
  server_on(s, "GET /rtstream/rts-1/index/scene/ix-1", "{'status':200,'json':{'data':{'scene_index_records':[]}}}");
  server_on(s, "GET /rtstream/rts-2/transcription", "{'status':200,'json':{'data':{'transcription_records':[]}}}");
  status("GET /rtstream/rts-1/index/ix-1", "stopped");
  status("GET /rtstream/rts-2/transcription/status", "running");
  status("GET /rtstream/rts-2", "stopped");
  vdbrt_client *client =
      client_for(s, "{'reconnect.enabled':true,'watch.quiet_ms':100,'watch.restart':%s}", restarts ? "true" : "false");
  vdbrt_events *events = channel_open(client);
  char *out = NULL;
  OK(vdbrt_rtstream_index_visuals(client, "rts-1", "{\"ws_connection_id\":\"conn-1\"}", NULL, &out, &err));
  vdbrt_string_free(out);
  OK(vdbrt_rtstream_start_transcript(client, "rts-2", "{\"ws_connection_id\":\"conn-1\"}", NULL, &out, &err));
  vdbrt_string_free(out);

  for (int seen = 0; seen != 3;) {
    json_t *data = event_data(events, VDBRT_EVENT_STALLED);
    bool is_index = !strcmp(text_at(data, "pipeline"), "scene_index");
    CHECK_TEXT(text_at(data, "rtstream_id"), is_index ? "rts-1" : "rts-2");
    CHECK_TEXT(text_at(data, "what"), is_index ? "scene_index" : "rtstream");
    CHECK_TEXT(text_at(data, "status"), "stopped");
    CHECK_HAS(text_at(data, "reason"), "stopped");
    if (is_index)
      CHECK_TEXT(text_at(data, "index_id"), "ix-1");
    CHECK(!(seen & (is_index ? 1 : 2)));
    seen |= is_index ? 1 : 2;
    json_decref(data);
  }
  const char *index = "PATCH /rtstream/rts-1/index/scene/ix-1/status", *stream = "PATCH /rtstream/rts-2/status";
  if (restarts) {
    WAIT_FOR(server_count_with(s, index, "action", "start") > 0 && server_count_with(s, stream, "action", "start") > 0, 5000);
  } else {
    /* Asked again and again, and told no more. */
    int asked = server_count(s, "GET /rtstream/rts-1/index/ix-1");
    WAIT_FOR(server_count(s, "GET /rtstream/rts-1/index/ix-1") >= asked + 3, 5000);
    CHECK_INT(server_count(s, index) + server_count(s, stream), 0);
    vdbrt_event *e = NULL;
    FAILS(VDBRT_E_AGAIN, vdbrt_events_next(events, 0, &e, &err));
    /* It runs, and stops once more: that is news. */
    status("GET /rtstream/rts-1/index/ix-1", "running");
    status("GET /rtstream/rts-1", "connected");
    asked = server_count(s, "GET /rtstream/rts-1");
    WAIT_FOR(server_count(s, "GET /rtstream/rts-1") >= asked + 2, 5000);
    status("GET /rtstream/rts-1/index/ix-1", "failed");
    json_t *data = event_data(events, VDBRT_EVENT_STALLED);
    CHECK_TEXT(text_at(data, "status"), "failed");
    json_decref(data);
  }
  vdbrt_events_release(events);
  client_end(client);
}

int main(void) {
  s = server_start();
  run(false);
  run(true);
  return passed();
}
