/* Threads use, cancel and release the same handles at once: every call gets a status, nothing is used after it was freed. */
#include "support.h"

enum { ROUNDS = 60, THREADS = 4 };

static server *s;
static vdbrt_client *client;
static vdbrt_events *events;
static vdbrt_op *op;
static vdbrt_subscription *subscription;
static atomic_int destroyed, late;
static pthread_barrier_t start;

static void allowed(vdbrt_status status) {
  switch (status) {
  case VDBRT_OK:
  case VDBRT_E_HANDLE:
  case VDBRT_E_CLOSED:
  case VDBRT_E_CANCELLED:
  case VDBRT_E_AGAIN:
  case VDBRT_E_DISCONNECTED:
  case VDBRT_E_STATE:
  case VDBRT_E_TIMEOUT:
    break;
  default:
    failed(__FILE__, __LINE__, "a race gave %s", vdbrt_status_name(status));
  }
}

static void on_event(void *user, const vdbrt_event *e) {
  (void)user;
  if (atomic_load(&destroyed))
    atomic_fetch_add(&late, 1);
  CHECK(vdbrt_event_kind(e) >= 0);
}

static void on_destroy(void *user) {
  (void)user;
  atomic_fetch_add(&destroyed, 1);
}

static void *use(void *user) {
  int which = (int)(intptr_t)user;
  char *out = NULL;
  vdbrt_event *e = NULL;
  pthread_barrier_wait(&start);
  for (int i = 0; i < 3; i++) {
    allowed(vdbrt_collection_list(client, which % 2 ? op : NULL, &out, NULL));
    vdbrt_string_free(out);
    allowed(vdbrt_events_connection_id(events, &out, NULL));
    vdbrt_string_free(out);
    allowed(vdbrt_events_next(events, 0, &e, NULL));
    vdbrt_event_free(e);
    allowed(vdbrt_subscription_wait(subscription, 0, NULL));
  }
  return NULL;
}

static void *release(void *user) {
  int which = (int)(intptr_t)user;
  pthread_barrier_wait(&start);
  /* A different order each round, each handle by two threads. */
  for (int i = 0; i < 5; i++)
    switch ((which + i) % 5) {
    case 0:
      vdbrt_op_cancel(op);
      break;
    case 1:
      vdbrt_subscription_release(subscription);
      break;
    case 2:
      vdbrt_events_release(events);
      break;
    case 3:
      vdbrt_op_release(op);
      break;
    default:
      if (which % 3 == 0)
        allowed(vdbrt_client_shutdown(client, slow(3000), NULL));
      vdbrt_client_release(client);
    }
  return NULL;
}

int main(void) {
  s = server_start();
  server_on(s, "GET /collection", "{'status':200,'json':{'data':{'collections':[]}}}");
  server_websocket(s, "{'flood':{'count':2000,'rate':5000,'json':{'channel':'alert','data':{}}}}");
  vdbrt_config *config = config_for(s, "{'ws.close_timeout_ms':200}");
  int rounds = under_valgrind() ? ROUNDS / 6 : ROUNDS;
  for (int round = 0; round < rounds; round++) {
    OK(vdbrt_client_new(config, &client, &err));
    OK(vdbrt_op_new(-1, &op, &err));
    events = channel_open(client);
    atomic_store(&destroyed, 0);
    OK(vdbrt_events_subscribe(events, NULL, on_event, NULL, on_destroy, &subscription, &err));
    pthread_barrier_init(&start, NULL, 2 * THREADS);
    pthread_t threads[2 * THREADS];
    for (intptr_t i = 0; i < THREADS; i++) {
      pthread_create(&threads[2 * i], NULL, use, (void *)i);
      pthread_create(&threads[2 * i + 1], NULL, release, (void *)(i + round));
    }
    for (int i = 0; i < 2 * THREADS; i++)
      pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&start);
    WAIT_FOR(atomic_load(&destroyed) == 1, 3000);
  }
  CHECK_INT(atomic_load(&late), 0);
  vdbrt_config_free(config);
  server_wait(s, "closed", 0);
  return passed();
}
