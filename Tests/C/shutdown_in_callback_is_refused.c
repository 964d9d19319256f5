/* vdbrt_client_shutdown in a callback gives VDBRT_E_REENTRANT and shuts nothing down; in another client's callback it works. */
#include "support.h"

static vdbrt_client *mine, *other;
static atomic_int refused, shut;

static void on_event(void *user, const vdbrt_event *e) {
  (void)user, (void)e;
  FAILS(VDBRT_E_REENTRANT, vdbrt_client_shutdown(mine, 0, &err));
  MESSAGE_HAS("callback");
  if (atomic_fetch_add(&refused, 1) == 0) {
    OK(vdbrt_client_shutdown(other, slow(3000), &err));
    atomic_store(&shut, 1);
  }
  err_clear();
}

int main(void) {
  server *s = server_start();
  server_websocket(s, "{'await':'go'},{'json':[1]}");
  mine = client_for(s, NULL);
  other = client_for(s, NULL);
  vdbrt_events *events = channel_open(mine);
  vdbrt_events *theirs = channel_open(other);
  OK(vdbrt_events_subscribe(events, NULL, on_event, NULL, NULL, NULL, &err));
  WAIT_FOR(atomic_load(&shut), 5000);
  vdbrt_event *e = NULL;
  skip_event(theirs, VDBRT_EVENT_CONNECTED);
  json_decref(disconnected_data(theirs));
  FAILS(VDBRT_E_CLOSED, vdbrt_events_next(theirs, 0, &e, &err));
  /* Events still come. */
  server_go(s, "go");
  server_go(s, "go");
  WAIT_FOR(atomic_load(&refused) >= 2, 5000);
  vdbrt_events_release(theirs);
  vdbrt_events_release(events);
  vdbrt_client_release(other);
  client_end(mine);
  return passed();
}
