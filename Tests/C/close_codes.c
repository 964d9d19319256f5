/* How each end of a connection shows: in the last event, in later calls, and to the server. */
#include "support.h"

static const struct {
  const char *step;
  int code;   /* in the event */
  int echoed; /* what the server got back; -1: no close frame */
  const char *reason;
} ends[] = {
    {"{'close_frame':1000}", 1000, 1000, "1000"},
    {"{'close_frame':{'code':1001,'reason':'restart at noon'}}", 1001, 1001, "restart at noon"},
    {"{'close_frame':1011}", 1011, 1011, "1011"},
    {"{'close_frame':{'code':4000,'reason':'your time is over'}}", 4000, 4000, "your time is over"},
    {"{'close_frame':3000}", 3000, 3000, "3000"},
    {"{'close_frame':null}", 1005, 0, "without a code"},
    {"{'close':true}", 1006, -1, "WebSocket"},
    {"{'reset':true}", 1006, -1, "WebSocket"},
    {"{'send_hex':'81'},{'close':true}", 1006, -1, "WebSocket"},
    {"{'send_hex':'8105616263'},{'reset':true}", 1006, -1, "WebSocket"},
    {"{'frame':{'fin':false,'text':'['}},{'close':true}", 1006, -1, "WebSocket"},
};

int main(void) {
  server *s = server_start();
  vdbrt_client *client = client_for(s, NULL);
  vdbrt_event *e = NULL;
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    server_reset(s);
    server_websocket(s, "%s", ends[i].step);
    vdbrt_events *events = channel_open(client);
    skip_event(events, VDBRT_EVENT_CONNECTED);
    json_t *data = disconnected_data(events);
    CHECK_INT(json_integer_value(value_at(data, "close_code")), ends[i].code);
    CHECK_TEXT(text_at(data, "status"), "VDBRT_E_DISCONNECTED");
    CHECK_HAS(text_at(data, "reason"), ends[i].reason);
    json_decref(data);
    FAILS(VDBRT_E_DISCONNECTED, vdbrt_events_next(events, -1, &e, &err));
    FAILS(VDBRT_E_DISCONNECTED, vdbrt_events_next(events, 0, &e, &err));
    char *id = NULL;
    FAILS(VDBRT_E_DISCONNECTED, vdbrt_events_connection_id(events, &id, &err));
    CHECK(id == NULL);
    OK(vdbrt_events_close(events, slow(1000), &err));
    server_wait(s, "closed", 1); /* the kept connection of the calls stays */
    json_t *frames = server_frames(s);
    CHECK_INT(json_array_size(frames), ends[i].echoed >= 0);
    if (ends[i].echoed >= 0) {
      json_t *frame = json_array_get(frames, 0);
      CHECK_TEXT(text_at(frame, "opcode"), "close");
      CHECK(json_is_true(value_at(frame, "masked")));
      CHECK_INT(json_integer_value(value_at(frame, "code")), ends[i].echoed);
    }
    json_decref(frames);
    vdbrt_events_release(events);
  }

  /* The application's own end: code 1000; what waits can still be pulled; then VDBRT_E_CLOSED. */
  server_reset(s);
  server_websocket(s, "{'json':[1]},{'json':[2]},{'await':'never'}");
  vdbrt_events *events = channel_open(client);
  skip_event(events, VDBRT_EVENT_CONNECTED);
  skip_event(events, VDBRT_EVENT_OTHER);
  OK(vdbrt_events_close(events, slow(2000), &err));
  OK(vdbrt_events_close(events, 0, &err));
  skip_event(events, VDBRT_EVENT_OTHER);
  json_t *data = disconnected_data(events);
  CHECK_TEXT(text_at(data, "status"), "VDBRT_E_CLOSED");
  json_decref(data);
  FAILS(VDBRT_E_CLOSED, vdbrt_events_next(events, -1, &e, &err));
  vdbrt_events_release(events);
  json_t *frames = server_frames(s);
  CHECK_INT(json_array_size(frames), 1);
  CHECK_TEXT(text_at(json_array_get(frames, 0), "opcode"), "close");
  CHECK_INT(json_integer_value(value_at(json_array_get(frames, 0), "code")), 1000);
  json_decref(frames);

  /* A server that does not answer the close: the wait is the caller's, the end comes by ws.close_timeout_ms. */
  vdbrt_client *hasty = client_for(s, "{'ws.close_timeout_ms':600}");
  server_websocket(s, "{'answers_close':false}");
  events = channel_open(hasty);
  int64_t start = now_ms();
  FAILS(VDBRT_E_TIMEOUT, vdbrt_events_close(events, 20, &err));
  CHECK(now_ms() - start < slow(500));
  OK(vdbrt_events_close(events, slow(2000), &err));
  CHECK(now_ms() - start >= 550 && now_ms() - start < slow(2500));
  vdbrt_events_release(events);

  /* One that goes on sending instead: no reason to wait any longer. */
  server_websocket(s, "{'answers_close':false},{'flood':{'count':1000000,'rate':500,'json':[1]}}");
  events = channel_open(hasty);
  start = now_ms();
  OK(vdbrt_events_close(events, slow(4000), &err));
  CHECK(now_ms() - start < slow(2500));
  vdbrt_events_release(events);
  client_end(hasty);
  client_end(client);
  return passed();
}
