/* The network is another one, and nobody says so: what was connected stays open, and no byte comes over it any more. When a ping is
 * found unanswered, calls that only read and wait over such a connection are sent again over a new one, and it is not used again; a call
 * that may have been carried out is not sent twice. */
#include "support_async.h"

static server *s;
static vdbrt_client *client;

typedef struct {
  vdbrt_op *op;
  pthread_t thread;
  vdbrt_status status;
} blocking;

static void *read_stream(void *user) {
  char *out = NULL;
  ((blocking *)user)->status = vdbrt_rtstream_get(client, "r", NULL, &out, NULL);
  vdbrt_string_free(out);
  return NULL;
}

static void *make_rule(void *user) {
  blocking *b = user;
  char *out = NULL;
  b->status = vdbrt_event_rule_create(client, "{\"event_prompt\":\"a\",\"label\":\"b\"}", b->op, &out, NULL);
  vdbrt_string_free(out);
  return NULL;
}

/* The connections of requests for this from the n-th on, all of which are newer than `oldest`; the newest. */
static int newest_of(const char *path, int from, int oldest) {
  json_t *requests = server_requests(s), *request;
  size_t i;
  int count = 0, newest = 0;
  json_array_foreach(requests, i, request) {
    int connection = (int)json_integer_value(value_at(request, "connection"));
    if (strcmp(text_at(request, "path"), path) || count++ < from)
      continue;
    CHECK(connection > oldest);
    if (connection > newest)
      newest = connection;
  }
  CHECK(count > from);
  json_decref(requests);
  return newest;
}

static void switch_network(bool is_external) {
  server_reset(s);
  server_on(s, "GET /collection/default/websocket",
            "{'status':200,'json':{'success':true,'data':{'websocket_url':'ws://127.0.0.1:%d/ws'}}}", server_port(s));
  server_on(s, "GET /ws",
            "[[{'upgrade':true},{'json':{'connection_id':'conn-1'}},{'await':'switch'},{'pongs':false},{'await':'never'}],"
            "[{'upgrade':true},{'json':{'connection_id':'conn-2'}},{'await':'never'}]]");
  /* One of each kind over a new connection, one of each that gets no answer, and then all is well. */
  server_on(s, "GET /rtstream/r",
            "[{'status':200,'json':{'data':{}}},{'status':200,'json':{'data':{}}},{'hang':true},{'hang':true},"
            "{'status':200,'json':{'data':{}}}]");
  server_on(s, "POST /rtstream/event", "[{'hang':true},{'hang':true},{'status':200,'json':{'data':{'event_id':'e'}}}]");
  client = client_for(s,
                      "{'reconnect.enabled':true,'reconnect.base_ms':5,'http.max_retries':0,'http.timeout_ms':%d,"
                      "'ws.ping_interval_ms':100,'ws.pong_timeout_ms':%d,'loop.mode':'%s'}",
                      slow(20000), slow(300), is_external ? "external" : "thread");
  vdbrt_client *loop = is_external ? client : NULL;
  vdbrt_events *events = channel_open(client);
  char *out = NULL;
  OK(vdbrt_rtstream_get(client, "r", NULL, &out, &err));
  vdbrt_string_free(out);
  completion *first = started(client, "rtstream_get", NULL, "{'rtstream_id':'r'}");
  completion_is(first, loop, VDBRT_OK);
  completion_free(first);
  int old = newest_of("/rtstream/r", 0, 0);

  blocking reads = {0}, writes = {0};
  vdbrt_op *op = NULL;
  OK(vdbrt_op_new(-1, &writes.op, &err));
  OK(vdbrt_op_new(-1, &op, &err));
  pthread_create(&reads.thread, NULL, read_stream, &reads);
  pthread_create(&writes.thread, NULL, make_rule, &writes);
  completion *read = started(client, "rtstream_get", NULL, "{'rtstream_id':'r'}");
  completion *write = started(client, "event_rule_create", op, "{'event_prompt':'a','label':'b'}");
  WAIT_FOR((loop ? vdbrt_client_step(loop, 0, NULL) : 0,
            server_count(s, "GET /rtstream/r") == 4 && server_count(s, "POST /rtstream/event") == 2),
           5000);
  server_go(s, "switch");
  int64_t began = now_ms();
  completion_is(read, loop, VDBRT_OK);
  completion_free(read);
  pthread_join(reads.thread, NULL);
  CHECK_INT(reads.status, VDBRT_OK);
  CHECK(now_ms() - began < slow(5000));
  CHECK_INT(server_count(s, "GET /rtstream/r"), 6);
  newest_of("/rtstream/r", 4, old);
  json_decref(event_data(events, VDBRT_EVENT_DISCONNECTED));
  json_t *data = event_data(events, VDBRT_EVENT_CONNECTED);
  CHECK_TEXT(text_at(data, "connection_id"), "conn-2");
  json_decref(data);

  /* The two that write still wait, and were sent once. */
  CHECK(!is_completed(write));
  CHECK_INT(server_count(s, "POST /rtstream/event"), 2);
  /* One more of each: over connections of the new network. */
  OK(vdbrt_rtstream_get(client, "r", NULL, &out, &err));
  vdbrt_string_free(out);
  OK(vdbrt_event_rule_create(client, "{\"event_prompt\":\"a\",\"label\":\"b\"}", NULL, &out, &err));
  vdbrt_string_free(out);
  read = started(client, "rtstream_get", NULL, "{'rtstream_id':'r'}");
  completion_is(read, loop, VDBRT_OK);
  completion_free(read);
  newest_of("/rtstream/r", 4, old);
  vdbrt_op_cancel(writes.op);
  vdbrt_op_cancel(op);
  completion_is(write, loop, VDBRT_E_CANCELLED);
  completion_free(write);
  pthread_join(writes.thread, NULL);
  CHECK_INT(writes.status, VDBRT_E_CANCELLED);
  CHECK_INT(server_count(s, "POST /rtstream/event"), 3);
  vdbrt_op_release(op);
  vdbrt_op_release(writes.op);
  vdbrt_events_release(events);
  client_end(client);
}

int main(void) {
  s = server_start();
  switch_network(false);
  switch_network(true);
  return passed();
}
