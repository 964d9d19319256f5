/* destroy runs exactly once, after the last call of fn, whatever ends the subscription, and when it never began. */
#include "support.h"

typedef struct {
  atomic_int calls, destroyed;
  atomic_bool called_after;
} listener;

static void on_event(void *user, const vdbrt_event *e) {
  (void)e;
  listener *l = user;
  if (atomic_load(&l->destroyed))
    atomic_store(&l->called_after, true);
  atomic_fetch_add(&l->calls, 1);
}

static void on_destroy(void *user) { atomic_fetch_add(&((listener *)user)->destroyed, 1); }

enum { CANCEL, RELEASE, CANCEL_AND_RELEASE, CHANNEL_RELEASE, CHANNEL_CLOSE, SERVER_CLOSE, SHUTDOWN, CLIENT_RELEASE, WAYS };

int main(void) {
  server *s = server_start();
  static const char flood[] = "{'flood':{'count':100000,'rate':2000,'json':{'channel':'alert','data':{}}}}";
  for (int way = 0; way < WAYS; way++)
    for (int with_handle = 0; with_handle < 2; with_handle++) {
      if (!with_handle && way <= CANCEL_AND_RELEASE)
        continue;
      server_reset(s);
      if (way == SERVER_CLOSE)
        server_websocket(s, "{'json':[1]},{'await':'go'},{'reset':true}");
      else
        server_websocket(s, flood);
      vdbrt_client *client = client_for(s, NULL);
      vdbrt_events *events = channel_open(client);
      vdbrt_subscription *subscription = NULL;
      listener l = {0};
      OK(vdbrt_events_subscribe(events, NULL, on_event, &l, on_destroy, with_handle ? &subscription : NULL, &err));
      WAIT_FOR(atomic_load(&l.calls) >= 2, 5000);
      CHECK_INT(atomic_load(&l.destroyed), 0);
      if (way == CANCEL || way == CANCEL_AND_RELEASE) {
        vdbrt_subscription_cancel(subscription);
        vdbrt_subscription_cancel(subscription);
        OK(vdbrt_subscription_wait(subscription, slow(2000), &err));
        CHECK_INT(atomic_load(&l.destroyed), 1);
      }
      if (way == RELEASE || way == CANCEL_AND_RELEASE) {
        vdbrt_subscription_release(subscription);
        subscription = NULL;
      }
      if (way == CHANNEL_RELEASE)
        vdbrt_events_release(events);
      if (way == CHANNEL_CLOSE)
        OK(vdbrt_events_close(events, slow(2000), &err));
      if (way == SERVER_CLOSE)
        server_go(s, "go");
      if (way == SHUTDOWN) {
        OK(vdbrt_client_shutdown(client, slow(2000), &err));
        CHECK_INT(atomic_load(&l.destroyed), 1);
      }
      if (way == CLIENT_RELEASE) {
        vdbrt_client_release(client);
        vdbrt_events_release(events);
      }
      WAIT_FOR(atomic_load(&l.destroyed) == 1, 3000);
      int calls = atomic_load(&l.calls);
      if (subscription)
        OK(vdbrt_subscription_wait(subscription, slow(1000), &err));
      vdbrt_subscription_release(subscription);
      if (way != CHANNEL_RELEASE && way != CLIENT_RELEASE)
        vdbrt_events_release(events);
      if (way != CLIENT_RELEASE)
        client_end(client);
      CHECK_INT(atomic_load(&l.destroyed), 1);
      CHECK_INT(atomic_load(&l.calls), calls);
      CHECK(!atomic_load(&l.called_after));
    }

  /* Calls that fail: destroy all the same, also with a handle that is none. */
  listener l = {0};
  vdbrt_subscription *subscription = NULL;
  FAILS(VDBRT_E_HANDLE, vdbrt_events_subscribe(NULL, NULL, on_event, &l, on_destroy, &subscription, &err));
  CHECK_INT(atomic_load(&l.destroyed), 1);
  server_reset(s);
  server_websocket(s, NULL);
  vdbrt_client *client = client_for(s, NULL);
  vdbrt_events *events = channel_open(client);
  FAILS(VDBRT_E_ARGUMENT, vdbrt_events_subscribe(events, NULL, NULL, &l, on_destroy, &subscription, &err));
  CHECK_INT(atomic_load(&l.destroyed), 2);
  OK(vdbrt_client_shutdown(client, slow(2000), &err));
  FAILS(VDBRT_E_CLOSED, vdbrt_events_subscribe(events, NULL, on_event, &l, on_destroy, &subscription, &err));
  CHECK_INT(atomic_load(&l.destroyed), 3);
  CHECK_INT(atomic_load(&l.calls), 0);
  vdbrt_events_release(events);
  client_end(client);
  return passed();
}
