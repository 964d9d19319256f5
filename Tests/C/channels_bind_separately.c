/* Two channels of one client: what was bound to one is bound again to that one, and a cut of one leaves the other alone. */
#include "support.h"

static void records(server *s, const char *stream, const char *text, long at) {
  char on[64];
  snprintf(on, sizeof on, "GET /rtstream/%s/transcription", stream);
  server_on(s, on, "{'status':200,'json':{'data':{'transcription_records':[{'start':%ld,'end':%ld,'text':'%s'}]}}}", at, at + 1,
            text);
}

static vdbrt_events *opened(vdbrt_client *client, const char *collection, char **id) {
  char options[64];
  snprintf(options, sizeof options, "{\"collection_id\":\"%s\"}", collection);
  vdbrt_events *events = NULL;
  OK(vdbrt_events_open(client, options, NULL, &events, &err));
  skip_event(events, VDBRT_EVENT_CONNECTED);
  OK(vdbrt_events_connection_id(events, id, &err));
  return events;
}

static void start(vdbrt_client *client, const char *stream, const char *id) {
  char options[64], *out = NULL;
  snprintf(options, sizeof options, "{\"ws_connection_id\":\"%s\"}", id);
  OK(vdbrt_rtstream_start_transcript(client, stream, options, NULL, &out, &err));
  vdbrt_string_free(out);
}

int main(void) {
  long at = (long)time(NULL) - 4;
  server *s = server_start();
  const char *names[] = {"a", "b"};
  for (int i = 0; i < 2; i++) {
    char on[64];
    snprintf(on, sizeof on, "GET /collection/%s/websocket", names[i]);
    server_on(s, on, "{'status':200,'json':{'data':{'websocket_url':'ws://127.0.0.1:%d/ws/%s'}}}", server_port(s), names[i]);
    snprintf(on, sizeof on, "GET /ws/%s", names[i]);
    server_on(s, on,
              "[[{'upgrade':true},{'json':{'connection_id':'%s-1'}},{'await':'cut %s'},{'reset':true}],"
              "[{'upgrade':true},{'json':{'connection_id':'%s-2'}},{'hang':true}]]",
              names[i], names[i], names[i]);
  }
  server_on(s, "POST /rtstream/*", "{'status':200,'json':{'data':{'status':'running'}}}");
  records(s, "ra", "of a", at);
  records(s, "rb", "of b", at);
  vdbrt_client *client = client_for(s, "{'reconnect.enabled':true,'reconnect.base_ms':5}");
  char *ids[2];
  vdbrt_events *a = opened(client, "a", &ids[0]), *b = opened(client, "b", &ids[1]);
  start(client, "ra", ids[0]);
  start(client, "rb", ids[1]);

  server_go(s, "cut a");
  vdbrt_event *e = NULL;
  json_t *data = event_data(a, VDBRT_EVENT_TRANSCRIPT);
  CHECK_TEXT(text_at(data, "text"), "of a");
  json_decref(data);
  WAIT_FOR(server_count_with(s, "POST /rtstream/ra/transcription", "ws_connection_id", "a-2") == 1, 5000);
  CHECK_INT(server_count(s, "POST /rtstream/rb/transcription"), 1);
  CHECK_INT(server_count(s, "GET /rtstream/rb/transcription"), 0);
  FAILS(VDBRT_E_AGAIN, vdbrt_events_next(b, 0, &e, &err));

  server_go(s, "cut b");
  data = event_data(b, VDBRT_EVENT_TRANSCRIPT);
  CHECK_TEXT(text_at(data, "text"), "of b");
  json_decref(data);
  WAIT_FOR(server_count_with(s, "POST /rtstream/rb/transcription", "ws_connection_id", "b-2") == 1, 5000);
  CHECK_INT(server_count(s, "POST /rtstream/ra/transcription"), 2);

  /* Each first id stands for its own channel; one that is nobody's is sent as it is. */
  start(client, "rc", ids[0]);
  start(client, "rc", ids[1]);
  start(client, "rc", "of another process");
  CHECK_INT(server_count_with(s, "POST /rtstream/rc/transcription", "ws_connection_id", "a-2"), 1);
  CHECK_INT(server_count_with(s, "POST /rtstream/rc/transcription", "ws_connection_id", "b-2"), 1);
  CHECK_INT(server_count_with(s, "POST /rtstream/rc/transcription", "ws_connection_id", "of another process"), 1);
  for (int i = 0; i < 2; i++)
    vdbrt_string_free(ids[i]);
  vdbrt_events_release(a);
  vdbrt_events_release(b);
  client_end(client);
  return passed();
}
