/* The last subscription's callback gives back everything there is, its own handle, channel and client included. */
#include "support.h"

typedef struct {
  vdbrt_client *client;
  vdbrt_events *events;
  vdbrt_subscription *subscription;
  vdbrt_op *op;
  vdbrt_config *config;
  int order;
  atomic_bool is_ready, destroyed;
} everything;

static void on_event(void *user, const vdbrt_event *e) {
  everything *all = user;
  while (!atomic_load(&all->is_ready))
    usleep(100);
  size_t before = 0, after = 0;
  const char *json = vdbrt_event_json(e, &before);
  char *copy = text_of(json, before);
  if (all->order == 0) {
    vdbrt_subscription_release(all->subscription);
    vdbrt_events_release(all->events);
    vdbrt_client_release(all->client);
  } else {
    vdbrt_client_release(all->client);
    vdbrt_events_release(all->events);
    vdbrt_subscription_cancel(all->subscription);
    vdbrt_subscription_release(all->subscription);
  }
  vdbrt_op_release(all->op);
  vdbrt_config_free(all->config);
  /* The event is borrowed for the call, whatever was released in it. */
  CHECK(vdbrt_event_json(e, &after) == json && before == after && !memcmp(json, copy, before));
  free(copy);
}

static void on_destroy(void *user) { atomic_store(&((everything *)user)->destroyed, true); }

int main(void) {
  server *s = server_start();
  server_websocket(s, "{'flood':{'count':1000,'json':{'channel':'alert','data':{}}}}");
  for (int order = 0; order < 2; order++)
    for (int round = 0; round < 10; round++) {
      everything all = {.order = order, .config = config_for(s, NULL)};
      OK(vdbrt_client_new(all.config, &all.client, &err));
      OK(vdbrt_op_new(-1, &all.op, &err));
      all.events = channel_open(all.client);
      OK(vdbrt_events_subscribe(all.events, NULL, on_event, &all, on_destroy, &all.subscription, &err));
      atomic_store(&all.is_ready, true);
      WAIT_FOR(atomic_load(&all.destroyed), 3000);
    }
  server_wait(s, "closed", 0);
  return passed();
}
