/* A channel is pinged at its interval; answers keep it alive, and silence ends it. */
#include "support.h"

int main(void) {
  server *s = server_start();
  vdbrt_client *client = client_for(s, "{'ws.ping_interval_ms':50,'ws.pong_timeout_ms':%d}", slow(400));

  server_websocket(s, NULL);
  vdbrt_events *events = channel_open(client);
  skip_event(events, VDBRT_EVENT_CONNECTED);
  int64_t start = now_ms();
  server_wait(s, "frames", 6);
  CHECK(now_ms() - start >= 4 * 50);
  json_t *frames = server_frames(s), *frame;
  size_t index;
  json_array_foreach(frames, index, frame) {
    CHECK_TEXT(text_at(frame, "opcode"), "ping");
    CHECK(json_is_true(value_at(frame, "masked")));
  }
  json_decref(frames);
  vdbrt_event *e = NULL;
  FAILS(VDBRT_E_AGAIN, vdbrt_events_next(events, 0, &e, &err));
  vdbrt_events_release(events);

  /* A peer that is there for TCP but not for us: unplugged, hung, behind a router that forgot. */
  server_websocket(s, "{'pongs':false}");
  start = now_ms();
  events = channel_open(client);
  skip_event(events, VDBRT_EVENT_CONNECTED);
  json_t *data = disconnected_data(events);
  CHECK(now_ms() - start >= 440 && now_ms() - start < slow(3000));
  CHECK_TEXT(text_at(data, "status"), "VDBRT_E_DISCONNECTED");
  CHECK_HAS(text_at(data, "reason"), "ping");
  CHECK_INT(json_integer_value(value_at(data, "close_code")), 1006);
  json_decref(data);
  vdbrt_events_release(events);

  /* A server that answers late, but in time, and sends meanwhile. */
  server_reset(s);
  server_websocket(s,
                   "{'pongs':false},{'expect_frame':{'opcode':'ping'}},{'json':[1]},{'frame':{'opcode':'pong'}},{'pongs':true},"
                   "{'await':'never'}");
  events = channel_open(client);
  skip_event(events, VDBRT_EVENT_CONNECTED);
  skip_event(events, VDBRT_EVENT_OTHER);
  server_wait(s, "frames", 5);
  FAILS(VDBRT_E_AGAIN, vdbrt_events_next(events, 0, &e, &err));
  vdbrt_events_release(events);

  /* Events flow, and the pongs are somewhere behind them, as they are when a consumer was slow: that is no dead connection. */
  server_websocket(s, "{'pongs':false},{'flood':{'count':60,'rate':100,'json':[1]}},{'pongs':true},{'frame':{'opcode':'pong'}},"
                      "{'json':{'channel':'alert'}}");
  events = channel_open(client);
  skip_event(events, VDBRT_EVENT_CONNECTED);
  for (int i = 0; i < 60; i++)
    skip_event(events, VDBRT_EVENT_OTHER);
  skip_event(events, VDBRT_EVENT_ALERT);
  vdbrt_events_release(events);
  client_end(client);
  return passed();
}
