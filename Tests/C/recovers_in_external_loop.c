/* loop.mode external: the application's own poll() drives the waits between attempts, binding again and fetching; nobody steps without
 * being told to. */
#include "support.h"

#include <poll.h>

static vdbrt_client *client;
static int fd;

static void turn(void) {
  struct pollfd p = {fd, POLLIN, 0};
  if (poll(&p, 1, slow(5000)) != 1)
    failed(__FILE__, __LINE__, "nothing to do for 5 s");
  OK(vdbrt_client_step(client, 0, &err));
}

typedef struct seen {
  int connected, gaps, backfilled, ended;
  char texts[64];
} seen;

static void on_event(void *user, const vdbrt_event *e) {
  seen *all = user;
  size_t len;
  const char *text = vdbrt_event_text(e, &len);
  int32_t kind = vdbrt_event_kind(e);
  all->connected += kind == VDBRT_EVENT_CONNECTED;
  all->gaps += kind == VDBRT_EVENT_GAP;
  all->backfilled += kind == VDBRT_EVENT_BACKFILLED;
  if (kind == VDBRT_EVENT_TRANSCRIPT)
    snprintf(all->texts + strlen(all->texts), sizeof all->texts - strlen(all->texts), "%.*s ", (int)len, text);
}

static void on_end(void *user) { ((seen *)user)->ended++; }

int main(void) {
  long at = (long)time(NULL) - 4;
  server *s = server_start();
  const char *steps[] = {"{'await':'cut'},{'reset':true}", "", NULL};
  server_websockets(s, steps);
  server_on(s, "POST /rtstream/r/transcription", "{'status':200,'json':{'data':{'status':'running'}}}");
  server_on(s, "GET /rtstream/r/transcription",
            "{'status':200,'json':{'data':{'transcription_records':[{'start':%ld,'end':%ld,'text':'one'},"
            "{'start':%ld,'end':%ld,'text':'two'}]}}}",
            at, at + 1, at + 1, at + 2);
  client = client_for(s, "{'loop.mode':'external','reconnect.enabled':true,'reconnect.base_ms':20}");
  OK(vdbrt_client_loop_fd(client, &fd, &err));
  vdbrt_events *events = NULL;
  OK(vdbrt_events_open(client, "{\"wait\":false}", NULL, &events, &err));
  seen all = {0};
  vdbrt_subscription *subscription = NULL;
  OK(vdbrt_events_subscribe(events, NULL, on_event, &all, on_end, &subscription, &err));
  while (!all.connected)
    turn();
  /* A call that waits drives the loop itself. */
  char *out = NULL;
  OK(vdbrt_rtstream_start_transcript(client, "r", "{\"ws_connection_id\":\"conn-1\"}", NULL, &out, &err));
  vdbrt_string_free(out);
  server_go(s, "cut");
  while (!all.backfilled || server_count(s, "POST /rtstream/r/transcription") < 2)
    turn();
  CHECK_INT(all.connected, 2);
  CHECK_INT(all.gaps, 1);
  CHECK_TEXT(all.texts, "one two ");
  CHECK(has_no_new_thread());
  vdbrt_subscription_release(subscription);
  vdbrt_events_release(events);
  while (!all.ended)
    turn();
  client_end(client);
  return passed();
}
