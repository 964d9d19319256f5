/* Pulling: order, batches up to their capacity, waiting, polling, several threads on one channel, each event once. */
#include "support.h"

enum { EVENTS = 5000, THREADS = 4 };

static int number_of(const vdbrt_event *e) {
  size_t len = 0;
  const char *data = vdbrt_event_data(e, &len);
  CHECK(data && len < 16);
  return atoi(data);
}

static vdbrt_events *shared;
static atomic_int seen[EVENTS];
static atomic_int taken;

static void *pull(void *user) {
  bool one_by_one = user != NULL;
  int last = -1;
  for (;;) {
    vdbrt_event *batch[64];
    size_t count = 0;
    vdbrt_status status = one_by_one ? vdbrt_events_next(shared, slow(5000), &batch[0], NULL)
                                     : vdbrt_events_next_batch(shared, slow(5000), batch, 64, &count, NULL);
    if (status == VDBRT_E_DISCONNECTED)
      return NULL;
    CHECK_INT(status, VDBRT_OK);
    if (one_by_one)
      count = 1;
    for (size_t i = 0; i < count; i++) {
      if (vdbrt_event_kind(batch[i]) == VDBRT_EVENT_SCENE_INDEX) {
        int n = number_of(batch[i]);
        /* What one thread takes is in order. */
        CHECK(n > last);
        last = n;
        atomic_fetch_add(&seen[n], 1);
        atomic_fetch_add(&taken, 1);
      }
      vdbrt_event_free(batch[i]);
    }
  }
}

int main(void) {
  server *s = server_start();
  vdbrt_client *client = client_for(s, NULL);
  server_websocket(s, "{'await':'go'},{'flood':{'count':1000,'json':{'channel':'scene_index','data':'{n}'}}},{'await':'more'},"
                      "{'json':[1]}");
  vdbrt_events *events = channel_open(client);
  vdbrt_event *batch[300], *e = (vdbrt_event *)s;
  size_t count = 7;
  skip_event(events, VDBRT_EVENT_CONNECTED);

  /* Nothing there. */
  int64_t start = now_ms();
  FAILS(VDBRT_E_AGAIN, vdbrt_events_next(events, 0, &e, &err));
  CHECK(e == NULL);
  CHECK(now_ms() - start < slow(1000));
  start = now_ms();
  FAILS(VDBRT_E_AGAIN, vdbrt_events_next_batch(events, 60, batch, 300, &count, &err));
  CHECK_INT(count, 0);
  CHECK(now_ms() - start >= 55 && now_ms() - start < slow(1500));

  /* All of them, in order, no batch larger than its room. */
  server_go(s, "go");
  for (int next = 0; next < 1000;) {
    OK(vdbrt_events_next_batch(events, -1, batch, 300, &count, &err));
    CHECK(count >= 1 && count <= 300);
    for (size_t i = 0; i < count; i++) {
      size_t len = 0;
      const char *bytes = vdbrt_event_data(batch[i], &len);
      CHECK(bytes && len >= 3);
      CHECK_INT(atoi(bytes + 1), next++);
      vdbrt_event_free(batch[i]);
    }
  }
  /* One that comes while the wait is on. */
  server_go(s, "more");
  OK(vdbrt_events_next(events, -1, &e, &err));
  vdbrt_event_free(e);
  vdbrt_events_release(events);

  /* Several threads, and an end that all of them see. */
  server_websocket(s,
                   "{'await':'go'},{'flood':{'count':%d,'text':'{\\'channel\\':\\'scene_index\\',\\'data\\':{n}}'}},{'"
                   "close_frame':1001}",
                   EVENTS);
  shared = channel_open(client);
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++)
    pthread_create(&threads[i], NULL, pull, i % 2 ? (void *)shared : NULL);
  server_go(s, "go");
  for (int i = 0; i < THREADS; i++)
    pthread_join(threads[i], NULL);
  CHECK_INT(atomic_load(&taken), EVENTS);
  for (int i = 0; i < EVENTS; i++)
    CHECK_INT(atomic_load(&seen[i]), 1);
  vdbrt_events_release(shared);

  client_end(client);
  return passed();
}
