/* Clients are independent and come and go: one hundred at once, calls and channels on several threads, one released without a
 * shutdown, and as many descriptors and threads afterwards as before. */
#include "support.h"

enum { CLIENTS = 100, THREADS = 4 };

static server *s;

static void *work(void *user) {
  vdbrt_config *config = user;
  int clients = under_valgrind() ? 3 : CLIENTS / THREADS;
  vdbrt_client **client = calloc((size_t)clients, sizeof *client);
  vdbrt_events **events = calloc((size_t)clients, sizeof *events);
  for (int i = 0; i < clients; i++) {
    OK(vdbrt_client_new(config, &client[i], &err));
    char *out = NULL;
    OK(vdbrt_collection_list(client[i], NULL, &out, &err));
    vdbrt_string_free(out);
    if (i % 3)
      events[i] = channel_open(client[i]);
  }
  for (int i = 0; i < clients; i++) {
    if (events[i]) {
      skip_event(events[i], VDBRT_EVENT_CONNECTED);
      skip_event(events[i], VDBRT_EVENT_ALERT);
    }
    if (i % 2)
      OK(vdbrt_client_shutdown(client[i], slow(5000), &err));
    /* Either may go first. */
    if (i % 4 < 2) {
      vdbrt_client_release(client[i]);
      vdbrt_events_release(events[i]);
    } else {
      vdbrt_events_release(events[i]);
      vdbrt_client_release(client[i]);
    }
  }
  free(client);
  free(events);
  return NULL;
}

int main(void) {
  s = server_start();
  server_on(s, "GET /collection", "{'status':200,'json':{'data':{'collections':[]}}}");
  server_websocket(s, "{'json':{'channel':'alert','data':{}}}");
  /* A configuration belongs to one thread at a time; client_new only reads it, but that is not promised. */
  vdbrt_config *configs[THREADS];
  for (int i = 0; i < THREADS; i++)
    configs[i] = config_for(s, NULL);
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++)
    pthread_create(&threads[i], NULL, work, configs[i]);
  for (int i = 0; i < THREADS; i++)
    pthread_join(threads[i], NULL);
  for (int i = 0; i < THREADS; i++)
    vdbrt_config_free(configs[i]);
  server_wait(s, "closed", 0);
  return passed();
}
