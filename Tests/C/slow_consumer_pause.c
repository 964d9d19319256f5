/* queue.overflow "pause": a channel that nobody pulls stops reading; memory stays, nothing is lost, and it goes on when pulled. */
#include "support.h"

enum { EVENTS = 20000, HELD = 64 };

int main(void) {
  server *s = server_start();
  vdbrt_client *client =
      client_for(s, "{'queue.max_events':%d,'ws.ping_interval_ms':50,'ws.pong_timeout_ms':%d}", HELD, slow(1000));
  server_websocket(s, "{'flood':{'count':%d,'json':{'n':'{n}','pad':'%0400d'}}},{'close_frame':1000}", EVENTS, 0);
  vdbrt_events *events = channel_open(client);
  int32_t fd = -1;
  OK(vdbrt_events_fd(events, &fd, &err));

  /* Other channels of the client are served meanwhile, although this one is full. */
  server *other = server_start();
  server_on(s, "GET /collection/other/websocket", "{'status':200,'json':{'data':{'websocket_url':'ws://127.0.0.1:%d/ws'}}}",
            server_port(other));
  server_websocket(other, "{'flood':{'count':500,'json':[1]}}");
  vdbrt_events *quick = NULL;
  OK(vdbrt_events_open(client, "{\"collection_id\":\"other\"}", NULL, &quick, &err));
  skip_event(quick, VDBRT_EVENT_CONNECTED);
  for (int i = 0; i < 500; i++)
    skip_event(quick, VDBRT_EVENT_OTHER);
  /* Long enough for pings that a paused channel could not answer for. */
  server_wait(other, "frames", 4);
  vdbrt_events_release(quick);

  skip_event(events, VDBRT_EVENT_CONNECTED);
  char want[16];
  for (int i = 0; i < EVENTS; i++) {
    vdbrt_event *e = NULL;
    OK(vdbrt_events_next(events, slow(5000), &e, &err));
    json_t *json = i % 500 ? NULL : event_json(e);
    if (json) {
      snprintf(want, sizeof want, "%d", i);
      CHECK_TEXT(text_at(json, "n"), want);
      json_decref(json);
    }
    if (vdbrt_event_kind(e) != VDBRT_EVENT_OTHER) {
      char *text = json_dumps(event_json(e), 0);
      failed(__FILE__, __LINE__, "instead of event %d came %s", i, text);
    }
    vdbrt_event_free(e);
  }
  json_t *data = disconnected_data(events);
  CHECK_INT(json_integer_value(value_at(data, "close_code")), 1000);
  json_decref(data);
  vdbrt_events_release(events);

  /* The bound in bytes holds as well: of ten messages of 3,000 bytes a queue of 4,096 holds at most two. */
  vdbrt_client *narrow = client_for(s, "{'queue.max_bytes':4096}");
  server_reset(s);
  server_websocket(s, "{'flood':{'count':10,'json':{'n':'{n}','pad':'%03000d'}}},{'json':'last'}", 0);
  events = channel_open(narrow);
  skip_event(events, VDBRT_EVENT_CONNECTED);
  for (int i = 0; i < 11; i++)
    skip_event(events, VDBRT_EVENT_OTHER);
  vdbrt_events_release(events);
  client_end(narrow);
  client_end(client);
  return passed();
}
