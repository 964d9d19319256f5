/* queue.overflow "drop_oldest": the newest events stay, and what was dropped is counted, to the last one, in order. */
#include "support.h"

enum { EVENTS = 10000, HELD = 100 };

int main(void) {
  server *s = server_start();
  vdbrt_client *client = client_for(s, "{'queue.overflow':'drop_oldest','queue.max_events':%d}", HELD);
  server_websocket(s, "{'flood':{'count':%d,'json':{'channel':'alert','data':'{n}'}}},{'close_frame':1000}", EVENTS);
  int64_t end = now_ms() + slow(10000);
  vdbrt_events *events = channel_open(client);
  /* All of it has come when the channel has ended. */
  char *id = NULL;
  while (vdbrt_events_connection_id(events, &id, NULL) == VDBRT_OK) {
    vdbrt_string_free(id);
    CHECK(now_ms() < end);
    usleep(1000);
  }

  long long dropped = 0, taken = 0, overflows = 0;
  int last = -1;
  bool is_over = false, was_connected = false;
  while (!is_over) {
    vdbrt_event *e = NULL;
    OK(vdbrt_events_next(events, slow(5000), &e, &err));
    size_t len = 0;
    json_t *json;
    switch (vdbrt_event_kind(e)) {
    case VDBRT_EVENT_CONNECTED:
      was_connected = true;
      break;
    case VDBRT_EVENT_OVERFLOW:
      json = event_json(e);
      CHECK_TEXT(text_at(json, "channel"), "vdbrt.overflow");
      CHECK(json_integer_value(value_at(json, "data.dropped")) > 0);
      dropped += json_integer_value(value_at(json, "data.dropped"));
      overflows++;
      json_decref(json);
      break;
    case VDBRT_EVENT_ALERT: {
      int n = atoi(vdbrt_event_data(e, &len) + 1);
      CHECK(n > last);
      last = n;
      taken++;
      break;
    }
    case VDBRT_EVENT_DISCONNECTED:
      is_over = true;
      break;
    default:
      failed(__FILE__, __LINE__, "an event of kind %d", vdbrt_event_kind(e));
    }
    vdbrt_event_free(e);
  }
  /* The newest ones are there. */
  CHECK_INT(last, EVENTS - 1);
  if (taken < HELD - 2 || taken > HELD)
    failed(__FILE__, __LINE__, "%lld events were kept, %lld dropped", taken, dropped);
  CHECK_INT(overflows, 1);
  /* Our own connected event was the oldest: it may have been dropped like any other, and then it counts. */
  CHECK_INT(dropped + taken + was_connected, EVENTS + 1);
  vdbrt_events_release(events);
  client_end(client);
  return passed();
}
