/* What arrives together with the end is delivered before it: a close frame, a violation, an end of the stream, a reset. */
#include "support.h"

static const struct {
  const char *end; /* frames that follow in the same segment */
  const char *then;
  const char *status;
} ends[] = {
    {",{'opcode':'close','code':1001}", "", "VDBRT_E_DISCONNECTED"},
    {",{'opcode':3}", "", "VDBRT_E_PROTOCOL"},
    {",{'hex':'ff'}", "", "VDBRT_E_PROTOCOL"},
    {"", ",{'close':true}", "VDBRT_E_DISCONNECTED"},
};

static atomic_int pushed, destroyed;

static void on_event(void *user, const vdbrt_event *e) {
  (void)user;
  int n = atomic_fetch_add(&pushed, 1);
  CHECK_INT(vdbrt_event_kind(e), n == 0 ? VDBRT_EVENT_CONNECTED : n <= 3 ? VDBRT_EVENT_OTHER : VDBRT_EVENT_DISCONNECTED);
}

static void on_destroy(void *user) {
  (void)user;
  atomic_fetch_add(&destroyed, 1);
}

int main(void) {
  server *s = server_start();
  vdbrt_client *client = client_for(s, "{'ws.close_timeout_ms':300}");
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
    for (int mode = 0; mode < 2; mode++) {
      server_websocket(s, "{'await':'go'},{'frames':[{'text':'[1]'},{'text':'[2]'},{'text':'[3]'}%s]}%s", ends[i].end,
                       ends[i].then);
      vdbrt_events *events = channel_open(client);
      if (mode == 0) {
        server_go(s, "go");
        skip_event(events, VDBRT_EVENT_CONNECTED);
        for (int n = 0; n < 3; n++)
          skip_event(events, VDBRT_EVENT_OTHER);
        json_t *data = disconnected_data(events);
        CHECK_TEXT(text_at(data, "status"), ends[i].status);
        json_decref(data);
      } else {
        atomic_store(&pushed, 0);
        atomic_store(&destroyed, 0);
        OK(vdbrt_events_subscribe(events, NULL, on_event, NULL, on_destroy, NULL, &err));
        server_go(s, "go");
        WAIT_FOR(atomic_load(&destroyed) == 1, 5000);
        CHECK_INT(atomic_load(&pushed), 5);
      }
      vdbrt_events_release(events);
    }
  client_end(client);
  return passed();
}
