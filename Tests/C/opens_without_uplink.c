/* A camera that boots without an uplink: with `retry`, the default without `wait`, a first attempt that fails for a reason that may pass is
 * repeated within the bounds of reconnecting. One that cannot pass ends the channel, and leaves its state file to the next. */
#include "support.h"

#define URL "GET /collection/default/websocket"
#define RECONNECTS                                                                                                             \
  "'reconnect.enabled':true,'reconnect.base_ms':2,'reconnect.max_ms':8,'http.max_retries':0,'ws.connect_timeout_ms':5000"

static server *s;

static vdbrt_events *opened(vdbrt_client *client, const char *options) {
  vdbrt_events *events = NULL;
  OK(vdbrt_events_open(client, options, NULL, &events, &err));
  return events;
}

/* The next attempt is this one, because of that. */
static void attempt(vdbrt_events *events, int number, const char *status) {
  vdbrt_event *e = next_event(events, VDBRT_EVENT_RECONNECTING);
  json_t *json = event_json(e);
  CHECK_INT(json_integer_value(value_at(json, "data.attempt")), number);
  CHECK_TEXT(text_at(json, "data.status"), status);
  json_decref(json);
  vdbrt_event_free(e);
}

static void ends(vdbrt_events *events, const char *status) {
  json_t *data = disconnected_data(events);
  CHECK(json_is_false(value_at(data, "reconnecting")));
  CHECK_TEXT(text_at(data, "status"), status);
  json_decref(data);
  vdbrt_events_release(events);
}

/* Nothing there, then a service that is not up yet, then a WebSocket that is not, then all of it. */
static void goes_on_until_it_is_open(void) {
  const char *steps[] = {"", NULL};
  server_websockets(s, steps);
  server_on(s, URL,
            "[[{'close':true}],{'status':503,'json':{'message':'starting'}},"
            "{'status':200,'json':{'data':{'websocket_url':'ws://127.0.0.1:%d/ws'}}},"
            "{'status':429,'headers':{'Retry-After':'0'},'json':{'message':'slowly'}},"
            "{'status':200,'json':{'data':{'websocket_url':'ws://nobody.invalid/ws'}}},"
            "{'status':200,'json':{'data':{'websocket_url':'ws://127.0.0.1:%d/ws'}}}]",
            free_port(), server_port(s));
  vdbrt_client *client = client_for(s, "{" RECONNECTS ",'http.allow_cleartext':true}");
  vdbrt_events *events = opened(client, "{\"wait\":false}");
  attempt(events, 1, "VDBRT_E_DISCONNECTED");
  attempt(events, 2, "VDBRT_E_SERVER");
  attempt(events, 3, "VDBRT_E_CONNECT");
  attempt(events, 4, "VDBRT_E_RATE_LIMITED");
  vdbrt_event *e = NULL;
  OK(vdbrt_events_next(events, slow(20000), &e, &err)); /* a resolver takes what time it takes */
  json_t *json = event_json(e);
  CHECK_HAS(text_at(json, "data.status"), "VDBRT_E_"); /* resolving, or a timeout of it */
  json_decref(json);
  vdbrt_event_free(e);
  json = event_data(events, VDBRT_EVENT_CONNECTED);
  CHECK_TEXT(text_at(json, "connection_id"), "conn-1");
  CHECK_INT(json_integer_value(value_at(json, "reconnects")), 0);
  CHECK_INT(json_integer_value(value_at(json, "attempts")), 5);
  json_decref(json);
  vdbrt_events_release(events);
  client_end(client);
}

static void what_cannot_pass_ends_it(void) {
  static const struct {
    const char *answer, *status;
  } final[] = {
      {"{'status':401,'json':{'message':'who?'}}", "VDBRT_E_AUTH"},
      {"{'status':402,'json':{'message':'no credit'}}", "VDBRT_E_PAYMENT"},
      {"{'status':403,'json':{'message':'not you'}}", "VDBRT_E_FORBIDDEN"},
      {"{'status':404,'json':{'message':'no such collection'}}", "VDBRT_E_NOT_FOUND"},
      {"{'status':200,'json':{'data':{}}}", "VDBRT_E_BAD_ANSWER"},
      {"{'status':200,'json':{'data':{'websocket_url':'http://127.0.0.1/'}}}", "VDBRT_E_URL"},
      {"{'status':200,'json':{'data':{'websocket_url':'ws://127.0.0.1:@PORT@/refused'}}}", "VDBRT_E_UPGRADE"},
      {"{'status':200,'json':{'data':{'websocket_url':'ws://127.0.0.1:@PORT@/other'}}}", "VDBRT_E_FIRST_MESSAGE"},
  };
  server_on(s, "GET /refused", "{'status':403,'text':'no'}");
  server_on(s, "GET /other", "[[{'upgrade':true},{'text':'hello'}]]");
  vdbrt_client *client = client_for(s, "{" RECONNECTS "}");
  for (size_t i = 0; i < sizeof final / sizeof *final; i++) {
    /* After one that may pass, it is the same. */
    server_on(s, URL, "[{'status':500,'json':{'message':'oh'}},%s]", final[i].answer);
    vdbrt_events *events = opened(client, "{\"wait\":false}");
    attempt(events, 1, "VDBRT_E_SERVER");
    ends(events, final[i].status);
  }
  /* One attempt where that is wanted, or allowed. */
  server_on(s, URL, "{'status':503,'json':{'message':'not now'}}");
  ends(opened(client, "{\"wait\":false,\"retry\":false}"), "VDBRT_E_SERVER");
  client_end(client);
  client = client_for(s, "{" RECONNECTS ",'reconnect.enabled':false}");
  ends(opened(client, "{\"wait\":false}"), "VDBRT_E_SERVER");
  client_end(client);
  client = client_for(s, "{" RECONNECTS ",'reconnect.max_attempts':2}");
  vdbrt_events *events = opened(client, "{\"wait\":false}");
  attempt(events, 1, "VDBRT_E_SERVER");
  attempt(events, 2, "VDBRT_E_SERVER");
  ends(events, "VDBRT_E_SERVER");
  client_end(client);
}

static void waiting_goes_on_until_the_deadline(void) {
  vdbrt_client *client = client_for(s, "{" RECONNECTS "}");
  vdbrt_op *op = NULL;
  vdbrt_events *events = NULL;
  server_on(s, URL, "{'status':503,'json':{'message':'not now'}}");
  FAILS(VDBRT_E_SERVER, vdbrt_events_open(client, NULL, NULL, &events, &err));
  OK(vdbrt_op_new(100, &op, &err));
  int before = server_count(s, URL);
  FAILS(VDBRT_E_TIMEOUT, vdbrt_events_open(client, "{\"retry\":true}", op, &events, &err));
  CHECK(server_count(s, URL) > before + 2);
  vdbrt_op_release(op);
  server_on(s, URL, "[{'status':503,'json':{}},{'status':200,'json':{'data':{'websocket_url':'ws://127.0.0.1:%d/ws'}}}]",
            server_port(s));
  events = opened(client, "{\"retry\":true}");
  attempt(events, 1, "VDBRT_E_SERVER");
  skip_event(events, VDBRT_EVENT_CONNECTED);
  vdbrt_events_release(events);
  client_end(client);
}

/* The next life of a process with a state file starts without a network. */
static void a_state_file_is_not_in_the_way(void) {
  server_reset(s);
  char path[200];
  snprintf(path, sizeof path, "%s/state", temp_folder());
  char *waiting = quoted("{'state_file':'%s'}", path), *not_waiting = quoted("{'state_file':'%s','wait':false}", path);
  const char *steps[] = {"{'json':{'channel':'alert','rtstream_id':'r','data':{'label':'L','text':'seen'}}}", "", NULL};
  server_websockets(s, steps);
  vdbrt_client *client = client_for(s, "{" RECONNECTS ",'state.ack':'manual'}");
  vdbrt_events *events = opened(client, waiting);
  skip_event(events, VDBRT_EVENT_CONNECTED);
  skip_event(events, VDBRT_EVENT_ALERT);
  vdbrt_events_release(events);
  client_end(client);

  client = client_for(s, "{" RECONNECTS ",'state.ack':'manual'}");
  server_on(s, URL, "{'status':503,'json':{'message':'not now'}}");
  /* Each finds the file free, which the one before it had. */
  for (int i = 0; i < 50; i++) {
    events = NULL;
    FAILS(VDBRT_E_SERVER, vdbrt_events_open(client, waiting, NULL, &events, &err));
  }
  server_on(s, URL, "[{'status':503,'json':{}},{'status':200,'json':{'data':{'websocket_url':'ws://127.0.0.1:%d/ws'}}}]",
            server_port(s));
  events = opened(client, not_waiting);
  attempt(events, 1, "VDBRT_E_SERVER");
  skip_event(events, VDBRT_EVENT_CONNECTED);
  vdbrt_event *e = next_event(events, VDBRT_EVENT_ALERT);
  CHECK_INT(vdbrt_event_flags(e), VDBRT_EVENT_REDELIVERED);
  vdbrt_event_free(e);
  json_t *data = event_data(events, VDBRT_EVENT_GAP);
  CHECK_HAS(text_at(data, "reason"), "started again");
  json_decref(data);
  vdbrt_events_release(events);
  client_end(client);
  free(waiting);
  free(not_waiting);
}

static int64_t counter(vdbrt_events *events, const char *name) {
  char *out = NULL;
  OK(vdbrt_events_counters(events, &out, &err));
  json_t *json = json_taken(out);
  int64_t value = json_integer_value(value_at(json, name));
  json_decref(json);
  return value;
}

#define PAUSES "GET /collection/pauses/websocket"
#define DROPS "GET /collection/drops/websocket"

static void take_five(vdbrt_events *events) {
  for (int i = 0; i < 5; i++)
    skip_event(events, VDBRT_EVENT_RECONNECTING);
}

/* Months without an uplink, and nobody who takes what is told of it: the memory that costs is bounded, also with drop_oldest. */
static void attempts_that_nobody_takes_are_bounded(void) {
  server_on(s, PAUSES, "{'status':503,'json':{'message':'not now'}}");
  server_on(s, DROPS, "{'status':503,'json':{'message':'not now'}}");
#define SMALL "{" RECONNECTS ",'reconnect.max_ms':2,'queue.max_events':8,'queue.overflow':'%s'}"
  vdbrt_client *pausing = client_for(s, SMALL, "pause"), *dropping = client_for(s, SMALL, "drop_oldest");
  vdbrt_events *pauses = opened(pausing, "{\"wait\":false,\"collection_id\":\"pauses\"}");
  WAIT_FOR(counter(pauses, "queued") >= 8, 5000);
  int attempts = server_count(s, PAUSES);
  /* While the one goes on and on, the other waits for room. */
  vdbrt_events *drops = opened(dropping, "{\"wait\":false,\"collection_id\":\"drops\"}");
  WAIT_FOR(server_count(s, DROPS) > 24, 5000);
  CHECK(counter(drops, "queued") <= 9);
  CHECK(counter(pauses, "queued") <= 9);
  CHECK_INT(server_count(s, PAUSES), attempts);
  take_five(pauses);
  WAIT_FOR(server_count(s, PAUSES) > attempts, 5000);
  attempts = server_count(s, DROPS);
  skip_event(drops, VDBRT_EVENT_OVERFLOW);
  take_five(drops);
  WAIT_FOR(server_count(s, DROPS) > attempts, 5000);
  vdbrt_events_release(pauses);
  vdbrt_events_release(drops);
  client_end(pausing);
  client_end(dropping);
}

int main(void) {
  s = server_start();
  goes_on_until_it_is_open();
  what_cannot_pass_ends_it();
  waiting_goes_on_until_the_deadline();
  a_state_file_is_not_in_the_way();
  attempts_that_nobody_takes_are_bounded();
  return passed();
}
