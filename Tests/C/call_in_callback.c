/* Everything of the header works in a callback, but for the calls that would wait for themselves: VDBRT_E_REENTRANT. */
#include "support.h"

static server *s;
static vdbrt_client *client;
static vdbrt_events *events, *second;
static vdbrt_subscription *subscription;
static atomic_int done, late;

static void on_late(void *user, const vdbrt_event *e) {
  (void)user, (void)e;
  atomic_fetch_add(&late, 1);
}

static void on_event(void *user, const vdbrt_event *e) {
  (void)user;
  if (vdbrt_event_kind(e) != VDBRT_EVENT_ALERT || atomic_load(&done))
    return;
  /* err is this thread's own here. */
  char *out = NULL;
  OK(vdbrt_collection_list(client, NULL, &out, &err));
  vdbrt_string_free(out);
  FAILS(VDBRT_E_NOT_FOUND, vdbrt_rtstream_get(client, "none", NULL, &out, &err));
  OK(vdbrt_events_connection_id(events, &out, &err));
  CHECK_TEXT(out, "conn-1");
  vdbrt_string_free(out);

  vdbrt_op *op = NULL;
  OK(vdbrt_op_new(50, &op, &err));
  FAILS(VDBRT_E_TIMEOUT, vdbrt_rtstream_get(client, "hangs", op, &out, &err));
  vdbrt_op_cancel(op);
  FAILS(VDBRT_E_CANCELLED, vdbrt_collection_list(client, op, &out, &err));
  vdbrt_op_release(op);

  vdbrt_events *another = NULL;
  FAILS(VDBRT_E_REENTRANT, vdbrt_client_shutdown(client, -1, &err));
  FAILS(VDBRT_E_REENTRANT, vdbrt_subscription_wait(subscription, -1, &err));
  FAILS(VDBRT_E_REENTRANT, vdbrt_events_open(client, NULL, NULL, &another, &err));
  CHECK(another == NULL);
  FAILS(VDBRT_E_REENTRANT, vdbrt_events_close(events, -1, &err));
  /* Another channel of the same client is on the same thread. */
  FAILS(VDBRT_E_REENTRANT, vdbrt_events_close(second, -1, &err));

  /* Waiting for events here would be waiting for this very thread; looking is allowed. */
  vdbrt_event *pulled = NULL;
  OK(vdbrt_events_next(second, 0, &pulled, &err));
  CHECK_INT(vdbrt_event_kind(pulled), VDBRT_EVENT_CONNECTED);
  vdbrt_event_free(pulled);
  FAILS(VDBRT_E_AGAIN, vdbrt_events_next(second, 0, &pulled, &err));
  FAILS(VDBRT_E_REENTRANT, vdbrt_events_next(second, -1, &pulled, &err));
  size_t count = 0;
  FAILS(VDBRT_E_REENTRANT, vdbrt_events_next_batch(second, 10, &pulled, 1, &count, &err));

  OK(vdbrt_events_subscribe(events, NULL, on_late, NULL, NULL, NULL, &err));
  vdbrt_config *config = config_for(s, NULL);
  vdbrt_client *own = NULL;
  OK(vdbrt_client_new(config, &own, &err));
  vdbrt_config_free(config);
  /* Another client's calls wait for another thread. */
  vdbrt_events *channel = NULL;
  OK(vdbrt_events_open(own, NULL, NULL, &channel, &err));
  OK(vdbrt_events_close(channel, slow(2000), &err));
  vdbrt_events_release(channel);
  OK(vdbrt_client_shutdown(own, slow(2000), &err));
  vdbrt_client_release(own);
  err_clear();
  atomic_store(&done, 1);
}

int main(void) {
  s = server_start();
  server_on(s, "GET /collection", "{'status':200,'json':{'data':{'collections':[]}}}");
  server_on(s, "GET /rtstream/hangs", "[[{'hang':true}]]");
  server_websocket(s, NULL);
  /* The first channel gets two alerts, the others nothing. */
  server_on(s, "GET /ws",
            "[[{'upgrade':true},{'json':{'connection_id':'conn-1'}},{'await':'go'},{'json':{'channel':'alert','data':{}}},"
            "{'await':'go'},{'json':{'channel':'alert','data':{}}}],[{'upgrade':true},{'json':{'connection_id':'conn-2'}}]]");
  client = client_for(s, NULL);
  events = channel_open(client);
  second = channel_open(client);
  OK(vdbrt_events_subscribe(events, NULL, on_event, NULL, NULL, &subscription, &err));
  server_go(s, "go");
  WAIT_FOR(atomic_load(&done), 10000);
  server_go(s, "go");
  WAIT_FOR(atomic_load(&late) >= 1, 5000);
  vdbrt_subscription_release(subscription);
  vdbrt_events_release(second);
  vdbrt_events_release(events);
  client_end(client);
  return passed();
}
