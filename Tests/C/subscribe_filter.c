/* Several subscriptions on one channel: each gets its own channel name's events, by canonical name, and NULL gets all. */
#include "support.h"

typedef struct {
  const char *channel;
  atomic_int count, destroyed;
  char order[64];
} listener;

static void on_event(void *user, const vdbrt_event *e) {
  listener *l = user;
  size_t len = 0;
  const char *channel = vdbrt_event_channel(e, &len);
  char *name = text_of(channel, len);
  if (l->channel)
    CHECK_TEXT(name, l->channel);
  free(name);
  int n = atomic_fetch_add(&l->count, 1);
  l->order[n] = (char)('a' + vdbrt_event_kind(e) % 100);
}

static void on_destroy(void *user) { atomic_fetch_add(&((listener *)user)->destroyed, 1); }

int main(void) {
  server *s = server_start();
  vdbrt_client *client = client_for(s, NULL);
  server_websocket(
      s, "{'await':'go'},{'json':{'channel':'visual_index','data':{'text':'a'}}},{'json':{'channel':'scene_index'}},"
         "{'json':{'channel':'alert','data':{'label':'x'}}},{'json':{'channel':'spoken_index'}},{'json':{'channel':'odd one'}},"
         "{'json':{'no':'channel'}},{'json':[]},{'close_frame':1000}");
  listener listeners[] = {{.channel = NULL},           {.channel = "scene_index"},
                          {.channel = "alert"},        {.channel = "audio_index"},
                          {.channel = "odd one"},      {.channel = "vdbrt.disconnected"},
                          {.channel = "visual_index"}, {.channel = "nothing of that name"}};
  enum { LISTENERS = sizeof listeners / sizeof *listeners };
  vdbrt_events *events = channel_open(client);
  for (int i = 0; i < LISTENERS; i++)
    OK(vdbrt_events_subscribe(events, listeners[i].channel, on_event, &listeners[i], on_destroy, NULL, &err));

  vdbrt_subscription *subscription = NULL;
  listener refused = {.channel = ""};
  FAILS(VDBRT_E_ARGUMENT, vdbrt_events_subscribe(events, "", on_event, &refused, on_destroy, &subscription, &err));
  FAILS(VDBRT_E_ENCODING, vdbrt_events_subscribe(events, "\xff", on_event, &refused, on_destroy, &subscription, &err));
  CHECK_INT(atomic_load(&refused.destroyed), 2);

  server_go(s, "go");
  for (int i = 0; i < LISTENERS; i++)
    WAIT_FOR(atomic_load(&listeners[i].destroyed) == 1, 5000);
  /* connected, two scenes, alert, audio, three others, disconnected. */
  CHECK_TEXT(listeners[0].order, "accedaaab");
  CHECK_INT(atomic_load(&listeners[1].count), 2);
  CHECK_INT(atomic_load(&listeners[2].count), 1);
  CHECK_INT(atomic_load(&listeners[3].count), 1);
  CHECK_INT(atomic_load(&listeners[4].count), 1);
  CHECK_INT(atomic_load(&listeners[5].count), 1);
  CHECK_INT(atomic_load(&listeners[7].count), 0);
  CHECK_INT(atomic_load(&refused.count), 0);
  vdbrt_events_release(events);
  client_end(client);
  return passed();
}
