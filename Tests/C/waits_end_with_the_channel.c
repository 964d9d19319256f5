/* A thread that waits for an event is let go when another one closes the channel, releases it, or shuts the client down. */
#include "support.h"

static vdbrt_client *client;
static vdbrt_events *events;

static void *wait_for_event(void *user) {
  vdbrt_event *e = NULL;
  do {
    vdbrt_event_free(e);
    *(vdbrt_status *)user = vdbrt_events_next(events, -1, &e, NULL);
  } while (*(vdbrt_status *)user == VDBRT_OK);
  return NULL;
}

int main(void) {
  server *s = server_start();
  for (int how = 0; how < 3; how++) {
    server_reset(s);
    server_websocket(s, NULL);
    client = client_for(s, NULL);
    events = channel_open(client);
    vdbrt_status status[2] = {VDBRT_E_INTERNAL, VDBRT_E_INTERNAL};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
      pthread_create(&threads[i], NULL, wait_for_event, &status[i]);
    server_wait(s, "requests", 2);
    if (how == 0)
      OK(vdbrt_events_close(events, slow(2000), &err));
    else if (how == 1)
      vdbrt_events_release(events);
    else
      OK(vdbrt_client_shutdown(client, slow(2000), &err));
    for (int i = 0; i < 2; i++) {
      pthread_join(threads[i], NULL);
      CHECK(status[i] == VDBRT_E_CLOSED || (how == 1 && status[i] == VDBRT_E_HANDLE));
    }
    if (how != 1)
      vdbrt_events_release(events);
    client_end(client);
  }
  return passed();
}
