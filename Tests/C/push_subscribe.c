/* Pushing: every event in order, those of before the subscription first, all on one thread that is not ours, one at a time. */
#include "support.h"

enum { EVENTS = 2000 };

static atomic_int running, destroyed, count;
static atomic_bool is_wrong;
static pthread_t thread;
static int user_data;

static void on_event(void *user, const vdbrt_event *e) {
  if (user != &user_data || atomic_fetch_add(&running, 1) != 0)
    atomic_store(&is_wrong, true);
  int n = atomic_fetch_add(&count, 1);
  if (n == 0)
    thread = pthread_self();
  else if (!pthread_equal(thread, pthread_self()))
    atomic_store(&is_wrong, true);
  int32_t kind = vdbrt_event_kind(e);
  size_t len = 0;
  const char *data = vdbrt_event_data(e, &len);
  if (n == 0        ? kind != VDBRT_EVENT_CONNECTED
      : n <= EVENTS ? kind != VDBRT_EVENT_TRANSCRIPT || atoi(data + 1) != n - 1
                    : kind != VDBRT_EVENT_DISCONNECTED)
    atomic_store(&is_wrong, true);
  atomic_fetch_sub(&running, 1);
}

static void on_destroy(void *user) {
  if (user != &user_data || atomic_load(&running) != 0)
    atomic_store(&is_wrong, true);
  atomic_fetch_add(&destroyed, 1);
}

int main(void) {
  server *s = server_start();
  vdbrt_client *client = client_for(s, NULL);
  server_websocket(s, "{'flood':{'count':%d,'json':{'channel':'transcript','data':'{n}'}}},{'close_frame':1000}", EVENTS);
  vdbrt_events *events = channel_open(client);
  vdbrt_subscription *subscription = NULL;
  OK(vdbrt_events_subscribe(events, NULL, on_event, &user_data, on_destroy, &subscription, &err));
  CHECK(subscription);
  /* Its end is the channel's. */
  OK(vdbrt_subscription_wait(subscription, slow(10000), &err));
  CHECK_INT(atomic_load(&destroyed), 1);
  CHECK_INT(atomic_load(&count), EVENTS + 2);
  CHECK(!atomic_load(&is_wrong));
  CHECK(!pthread_equal(thread, pthread_self()));
  OK(vdbrt_subscription_wait(subscription, 0, &err));

  /* Pushed is not pulled. */
  vdbrt_event *e = NULL, *batch[2];
  size_t got = 0;
  FAILS(VDBRT_E_STATE, vdbrt_events_next(events, 0, &e, &err));
  FAILS(VDBRT_E_STATE, vdbrt_events_next_batch(events, 0, batch, 2, &got, &err));
  int32_t fd = -1;
  FAILS(VDBRT_E_STATE, vdbrt_events_fd(events, &fd, &err));
  vdbrt_subscription_release(subscription);
  vdbrt_events_release(events);

  /* Pulled is not pushed, and user is given back all the same. */
  server_websocket(s, NULL);
  events = channel_open(client);
  skip_event(events, VDBRT_EVENT_CONNECTED);
  FAILS(VDBRT_E_STATE, vdbrt_events_subscribe(events, NULL, on_event, &user_data, on_destroy, &subscription, &err));
  CHECK(subscription == NULL);
  CHECK_INT(atomic_load(&destroyed), 2);
  vdbrt_events_release(events);
  client_end(client);
  return passed();
}
