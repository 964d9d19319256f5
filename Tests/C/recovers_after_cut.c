/* After a cut a channel connects again, binds again what calls of its client bound to it, and delivers what the gap swallowed: each
 * event once, what was fetched marked as such. Ids that the application holds stay good. */
#include "support.h"

/* Times of the records and events, in seconds; since about when the transcript was bound. */
static long at;

static void check_text_of(const vdbrt_event *e, const char *text) {
  size_t len;
  const char *start = vdbrt_event_text(e, &len);
  char *got = text_of(start, len);
  CHECK_TEXT(got, text);
  free(got);
}

static void check_said(vdbrt_events *events, const char *text, int flags) {
  vdbrt_event *e = next_event(events, VDBRT_EVENT_TRANSCRIPT);
  check_text_of(e, text);
  CHECK_INT(vdbrt_event_flags(e), flags);
  vdbrt_event_free(e);
}

int main(void) {
  at = (long)time(NULL) - 5;
  server *s = server_start();
  server_on(s, "GET /collection/default/websocket",
            "{'status':200,'json':{'success':true,'data':{'websocket_url':'ws://127.0.0.1:%d/ws'}}}", server_port(s));
  /* The first connection gives "one" and breaks; the second gives "three", which its records have too, and "four". */
#define SAID(text, n)                                                                                                          \
  "{'json':{'channel':'transcript','rtstream_id':'rts-1','data':{'text':'" text                                                \
  "','is_final':true,'start':%ld000,'end':%ld900}}}"
  server_on(s, "GET /ws",
            "[[{'upgrade':true},{'json':{'connection_id':'conn-1'}},{'await':'bound'}," SAID(
                "one", 0) ",{'await':'cut'},{'reset':true}],"
                          "[{'upgrade':true},{'json':{'connection_id':'conn-2'}},{'await':'filled'}," SAID("three", 2) "," SAID(
                              "four", 3) ",{'await':'never'}]]",
            at, at, at + 2, at + 2, at + 3, at + 3);
  server_on(s, "POST /rtstream/rts-1/transcription", "{'status':200,'json':{'success':true,'data':{'status':'running'}}}");
  /* Rounded to the second of a tenth; the newest first, and one of them once more on the next page. */
  server_on(s, "GET /rtstream/rts-1/transcription",
            "[{'status':200,'json':{'success':true,'data':{'next_page':true,'transcription_records':["
            "{'start':%ld.0,'end':%ld.9,'text':'three'},{'start':%ld,'end':%ld.9,'text':' two '}]}}},"
            "{'status':200,'json':{'success':true,'data':{'next_page':false,'transcription_records':["
            "{'start':%ld,'end':%ld.9,'text':' two '},{'start':%ld.1,'end':%ld.8,'text':'one'}]}}},"
            "{'status':200,'json':{'success':true,'data':{'next_page':false,'transcription_records':[]}}}]",
            at + 2, at + 2, at + 1, at + 1, at + 1, at + 1, at, at);
  server_on(s, "POST /rtstream/rts-1/index/ix-1/alert",
            "[{'status':200,'json':{'success':true,'data':{'alert_id':'al-1'}}},"
            "{'status':200,'json':{'success':true,'data':{'alert_id':'al-2'}}}]");
  server_on(s, "PATCH /rtstream/rts-1/index/ix-1/alert/al-1/status", "{'status':200,'json':{'success':true}}");
  server_on(s, "PATCH /rtstream/rts-1/index/ix-1/alert/al-2/status", "{'status':200,'json':{'success':true}}");
  server_on(
      s, "GET /rtstream/rts-1/index/ix-1/alert",
      "{'status':200,'json':{'success':true,'data':{'alerts':[{'alert_id':'al-1','event_id':'ev-1','status':'disabled'},"
      "{'alert_id':'al-2','event_id':'ev-1','status':'enabled'},{'alert_id':'al-9','event_id':'ev-9','status':'enabled'}]}}}");

  vdbrt_client *client = client_for(s, "{'reconnect.enabled':true,'reconnect.base_ms':5,'rebind.alert_settle_ms':1}");
  vdbrt_events *events = channel_open(client);
  char *id = NULL, *out = NULL;
  OK(vdbrt_events_connection_id(events, &id, &err));
  CHECK_TEXT(id, "conn-1");
  OK(vdbrt_rtstream_start_transcript(client, "rts-1", "{\"ws_connection_id\":\"conn-1\"}", NULL, &out, &err));
  vdbrt_string_free(out);
  OK(vdbrt_alert_create(client, "rts-1", "ix-1", "{\"event_id\":\"ev-1\",\"ws_connection_id\":\"conn-1\"}", NULL, &out, &err));
  CHECK_HAS(out, "al-1");
  vdbrt_string_free(out);
  server_go(s, "bound");
  skip_event(events, VDBRT_EVENT_CONNECTED);
  check_said(events, "one", 0);
  server_go(s, "cut");

  json_t *data = event_data(events, VDBRT_EVENT_DISCONNECTED);
  CHECK(json_is_true(value_at(data, "reconnecting")));
  json_decref(data);
  data = event_data(events, VDBRT_EVENT_RECONNECTING);
  CHECK_INT(json_integer_value(value_at(data, "attempt")), 1);
  json_decref(data);
  data = event_data(events, VDBRT_EVENT_CONNECTED);
  CHECK_TEXT(text_at(data, "connection_id"), "conn-2");
  json_decref(data);
  data = event_data(events, VDBRT_EVENT_GAP);
  CHECK_TEXT(json_string_value(json_array_get(value_at(data, "recovering"), 0)), "transcript");
  CHECK_TEXT(json_string_value(json_array_get(value_at(data, "lost"), 0)), "alert");
  CHECK(json_real_value(value_at(data, "from")) <= json_real_value(value_at(data, "to")));
  json_decref(data);

  /* "two" was never pushed, "three" comes by its record first: once each. "one" was there before the cut. */
  vdbrt_event *e = NULL;
  const char *texts[] = {" two ", "three"};
  for (int i = 0; i < 2;) {
    OK(vdbrt_events_next(events, slow(5000), &e, &err));
    if (vdbrt_event_kind(e) == VDBRT_EVENT_TRANSCRIPT) {
      check_text_of(e, texts[i++]);
      CHECK_INT(vdbrt_event_flags(e), VDBRT_EVENT_FETCHED);
      CHECK_REAL(vdbrt_event_start(e), at + i);
    }
    vdbrt_event_free(e);
  }
  server_go(s, "filled");
  for (bool over = false; !over;) {
    OK(vdbrt_events_next(events, slow(5000), &e, &err));
    if (vdbrt_event_kind(e) == VDBRT_EVENT_TRANSCRIPT) {
      check_text_of(e, "four");
      CHECK_INT(vdbrt_event_flags(e), 0);
      over = true;
    }
    vdbrt_event_free(e);
  }

  /* The transcript was started with the new id, the alert replaced and its first one disabled. */
  server_wait(s, "requests", 9);
  json_t *requests = NULL;
  for (int64_t deadline = now_ms() + slow(5000);; json_decref(requests)) {
    requests = server_requests(s);
    int starts = 0, alerts = 0, disabled = 0;
    size_t i;
    json_t *request;
    json_array_foreach(requests, i, request) {
      const char *path = text_at(request, "path");
      json_t *body = json_object_get(request, "json");
      const char *named = body ? json_string_value(json_object_get(body, "ws_connection_id")) : NULL;
      bool is_new = named && !strcmp(named, "conn-2");
      starts += !strcmp(path, "/rtstream/rts-1/transcription") && is_new;
      alerts += !strcmp(path, "/rtstream/rts-1/index/ix-1/alert") && is_new;
      disabled += !strcmp(path, "/rtstream/rts-1/index/ix-1/alert/al-1/status");
    }
    if (starts == 1 && alerts == 1 && disabled == 1)
      break;
    CHECK(now_ms() < deadline);
  }
  json_decref(requests);

  /* The first connection id stands for the channel, the first alert's id for the alert. */
  OK(vdbrt_events_connection_id(events, &out, &err));
  CHECK_TEXT(out, "conn-2");
  vdbrt_string_free(out);
  OK(vdbrt_rtstream_start_transcript(client, "rts-1", "{\"ws_connection_id\":\"conn-1\"}", NULL, &out, &err));
  vdbrt_string_free(out);
  CHECK_INT(server_count_with(s, "POST /rtstream/rts-1/transcription", "ws_connection_id", "conn-2"), 2);
  OK(vdbrt_alert_list(client, "rts-1", "ix-1", NULL, &out, &err));
  json_t *list = json_taken(out);
  CHECK_INT(json_array_size(value_at(list, "alerts")), 2);
  CHECK_TEXT(text_at(json_array_get(value_at(list, "alerts"), 0), "alert_id"), "al-1");
  CHECK_TEXT(text_at(json_array_get(value_at(list, "alerts"), 0), "status"), "enabled");
  json_decref(list);
  OK(vdbrt_alert_disable(client, "rts-1", "ix-1", "al-1", NULL, &err));
  CHECK_INT(server_count(s, "PATCH /rtstream/rts-1/index/ix-1/alert/al-2/status"), 1);

  OK(vdbrt_events_counters(events, &out, &err));
  json_t *counters = json_taken(out);
  CHECK_INT(json_integer_value(value_at(counters, "connections")), 2);
  CHECK_INT(json_integer_value(value_at(counters, "gaps")), 1);
  CHECK_INT(json_integer_value(value_at(counters, "backfilled")), 2);
  CHECK_INT(json_integer_value(value_at(counters, "restored")), 1);
  CHECK_INT(json_integer_value(value_at(counters, "alerts_created")), 1);
  json_decref(counters);
  vdbrt_string_free(id);
  vdbrt_events_release(events);
  client_end(client);
  return passed();
}
