/* How reconnecting ends: after reconnect.max_attempts with the last reason; at once with a new credential; and promptly when the channel or
 * its client is ended in any phase. */
#include "support.h"

static server *s;

#define URL "GET /collection/default/websocket"

static void attempts_are_bounded(void) {
  const char *steps[] = {"{'await':'cut'},{'reset':true}", NULL};
  server_websockets(s, steps);
  vdbrt_client *client = client_for(s, "{'reconnect.enabled':true,'reconnect.base_ms':2,'reconnect.max_attempts':3,'http.max_"
                                       "retries':0,'ws.connect_timeout_ms':5000}");
  vdbrt_events *events = channel_open(client);
  server_on(s, URL,
            "[{'status':503,'json':{'message':'not now'}},{'status':503,'json':{'message':'not now'}},"
            "{'status':402,'json':{'message':'no credit'}}]");
  server_go(s, "cut");
  skip_event(events, VDBRT_EVENT_CONNECTED);
  json_t *data = disconnected_data(events);
  CHECK(json_is_true(value_at(data, "reconnecting")));
  json_decref(data);
  for (int i = 1; i <= 3; i++) {
    data = event_data(events, VDBRT_EVENT_RECONNECTING);
    CHECK_INT(json_integer_value(value_at(data, "attempt")), i);
    CHECK_TEXT(text_at(data, "status"), i == 1 ? "VDBRT_E_DISCONNECTED" : "VDBRT_E_SERVER");
    json_decref(data);
  }
  data = disconnected_data(events);
  CHECK(json_is_false(value_at(data, "reconnecting")));
  CHECK_TEXT(text_at(data, "status"), "VDBRT_E_PAYMENT");
  CHECK_HAS(text_at(data, "reason"), "no credit");
  json_decref(data);
  vdbrt_event *e = NULL;
  FAILS(VDBRT_E_PAYMENT, vdbrt_events_next(events, slow(5000), &e, &err));
  char *id = NULL;
  FAILS(VDBRT_E_PAYMENT, vdbrt_events_connection_id(events, &id, &err));
  CHECK_INT(server_count(s, URL), 4);
  vdbrt_events_release(events);
  client_end(client);
}

/* The credential is refused, the wait for the next attempt is an hour: the new one is used now. */
static void a_new_credential_is_used_at_once(void) {
  server_reset(s);
  const char *steps[] = {"{'await':'cut'},{'reset':true}", "", NULL};
  server_websockets(s, steps);
  vdbrt_client *client = client_for(s, "{'reconnect.enabled':true,'reconnect.base_ms':1,'reconnect.max_ms':1}");
  vdbrt_events *events = channel_open(client);
  server_on(s, URL,
            "[{'status':401,'headers':{'Retry-After':'3000'},'json':{'message':'who?'}},{'status':200,'json':{'data':{"
            "'websocket_url':'ws://127.0.0.1:%d/ws'}}}]",
            server_port(s));
  server_go(s, "cut");
  json_decref(event_data(events, VDBRT_EVENT_RECONNECTING));
  json_t *data = event_data(events, VDBRT_EVENT_RECONNECTING);
  CHECK_TEXT(text_at(data, "status"), "VDBRT_E_AUTH");
  CHECK_INT(json_integer_value(value_at(data, "delay_ms")), 3000000);
  json_decref(data);
  OK(vdbrt_client_set_credential(client, "another-key-that-nobody-may-see", &err));
  data = event_data(events, VDBRT_EVENT_CONNECTED);
  CHECK_TEXT(text_at(data, "connection_id"), "conn-2");
  json_decref(data);
  json_t *requests = server_requests(s);
  CHECK_HAS(header_of(json_array_get(requests, json_array_size(requests) - 2), "x-access-token"), "another-key");
  json_decref(requests);
  vdbrt_events_release(events);
  client_end(client);
}

/* ---- Ends in every phase -------------------------------------------------------------------------------------------- */

enum { WAITING, ASKING, CONNECTING, UPGRADING, BINDING, FETCHING, PHASES };
enum { CLOSE, RELEASE, SHUT_DOWN, RELEASE_BOTH, WAYS };

static void end_in(int phase, int way) {
  server_reset(s);
  const char *steps[] = {"{'await':'cut'},{'reset':true}", phase == UPGRADING ? "{'hang':true}" : "", NULL};
  server_websockets(s, steps);
  server_on(s, "POST /rtstream/r/transcription", "{'status':200,'json':{'data':{'status':'running'}}}");
  server_on(s, "GET /rtstream/r/transcription", "{'hang':true}");
  vdbrt_client *client =
      client_for(s, "{'reconnect.enabled':true,'reconnect.base_ms':1,'reconnect.max_ms':1,'http.max_retries':0}");
  vdbrt_events *events = channel_open(client);
  char *out = NULL;
  OK(vdbrt_rtstream_start_transcript(client, "r", "{\"ws_connection_id\":\"conn-1\"}", NULL, &out, &err));
  vdbrt_string_free(out);
  if (phase == WAITING)
    server_on(s, URL, "{'status':503,'headers':{'Retry-After':'3000'},'json':{}}");
  if (phase == ASKING)
    server_on(s, URL, "{'hang':true}");
  if (phase == CONNECTING)
    server_on(s, "GET /ws", "{'hang':true}");
  if (phase == BINDING)
    server_on(s, "POST /rtstream/r/transcription", "{'hang':true}");
  server_go(s, "cut");
  switch (phase) {
  case WAITING:
    for (json_t *data = NULL;; json_decref(data)) {
      data = event_data(events, VDBRT_EVENT_RECONNECTING);
      if (json_integer_value(value_at(data, "delay_ms")) > 1000) {
        json_decref(data);
        break;
      }
    }
    break;
  case ASKING:
    WAIT_FOR(server_count(s, URL) == 2, 5000);
    break;
  case CONNECTING:
  case UPGRADING:
    WAIT_FOR(server_count(s, "GET /ws") == 2, 5000);
    break;
  case BINDING:
    WAIT_FOR(server_count(s, "POST /rtstream/r/transcription") == 2, 5000);
    break;
  default:
    WAIT_FOR(server_count(s, "GET /rtstream/r/transcription") >= 1, 5000);
  }
  int64_t start = now_ms();
  if (way == CLOSE) {
    OK(vdbrt_events_close(events, slow(5000), &err));
    for (;;) {
      json_t *data = event_data(events, VDBRT_EVENT_DISCONNECTED);
      bool is_last = json_is_false(value_at(data, "reconnecting"));
      if (is_last)
        CHECK_TEXT(text_at(data, "status"), "VDBRT_E_CLOSED");
      json_decref(data);
      if (is_last)
        break;
    }
  }
  if (way == SHUT_DOWN)
    OK(vdbrt_client_shutdown(client, slow(5000), &err));
  vdbrt_events_release(events);
  if (way == RELEASE_BOTH)
    vdbrt_client_release(client);
  else
    client_end(client);
  CHECK(now_ms() - start < slow(2000));
  WAIT_FOR(has_no_new_thread(), 5000);
}

int main(void) {
  s = server_start();
  attempts_are_bounded();
  a_new_credential_is_used_at_once();
  for (int phase = 0; phase < PHASES; phase++)
    for (int way = 0; way < WAYS; way++)
      end_in(phase, way);
  return passed();
}
