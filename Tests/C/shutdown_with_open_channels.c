/* A shutdown closes every channel with a handshake, delivers the end, and returns when the last callback has; then nothing runs. */
#include "support.h"

enum { CHANNELS = 20 };

static atomic_int calls, ends, destroyed, running;
static atomic_bool is_down;

static void on_event(void *user, const vdbrt_event *e) {
  (void)user;
  atomic_fetch_add(&running, 1);
  if (atomic_load(&is_down))
    failed(__FILE__, __LINE__, "a callback ran after the shutdown");
  atomic_fetch_add(&calls, 1);
  if (vdbrt_event_kind(e) == VDBRT_EVENT_DISCONNECTED) {
    json_t *json = event_json(e);
    CHECK_TEXT(text_at(json, "data.status"), "VDBRT_E_CLOSED");
    json_decref(json);
    atomic_fetch_add(&ends, 1);
    usleep(1000); /* a callback takes its time */
  }
  atomic_fetch_sub(&running, 1);
}

static void on_destroy(void *user) {
  (void)user;
  atomic_fetch_add(&destroyed, 1);
}

int main(void) {
  server *s = server_start();
  server_websocket(s, "{'flood':{'count':1000000,'rate':50,'json':{'channel':'alert','data':{}}}}");
  vdbrt_client *client = client_for(s, NULL);
  vdbrt_events *events[CHANNELS];
  for (int i = 0; i < CHANNELS; i++) {
    events[i] = channel_open(client);
    if (i % 2)
      OK(vdbrt_events_subscribe(events[i], NULL, on_event, NULL, on_destroy, NULL, &err));
  }
  WAIT_FOR(atomic_load(&calls) > 50, 5000);
  int64_t start = now_ms();
  OK(vdbrt_client_shutdown(client, slow(5000), &err));
  atomic_store(&is_down, true);
  CHECK(now_ms() - start < slow(1500));
  CHECK_INT(atomic_load(&running), 0);
  CHECK_INT(atomic_load(&ends), CHANNELS / 2);
  CHECK_INT(atomic_load(&destroyed), CHANNELS / 2);
  server_wait(s, "closed", 0);
  json_t *frames = server_frames(s), *frame;
  size_t index;
  int closes = 0;
  json_array_foreach(frames, index, frame) if (!strcmp(text_at(frame, "opcode"), "close")) {
    CHECK_INT(json_integer_value(value_at(frame, "code")), 1000);
    closes++;
  }
  CHECK_INT(closes, CHANNELS);
  json_decref(frames);

  /* What a pulled channel held is there still. */
  vdbrt_event *e = NULL;
  skip_event(events[0], VDBRT_EVENT_CONNECTED);
  vdbrt_status status;
  int taken = 0;
  while ((status = vdbrt_events_next(events[0], 0, &e, NULL)) == VDBRT_OK) {
    taken++;
    vdbrt_event_free(e);
  }
  CHECK_INT(status, VDBRT_E_CLOSED);
  CHECK(taken >= 1);
  for (int i = 0; i < CHANNELS; i++)
    vdbrt_events_release(events[i]);
  vdbrt_client_release(client);

  /* A server that does not answer the close does not hold a shutdown for longer than ws.close_timeout_ms. */
  server_reset(s);
  server_websocket(s, "{'answers_close':false}");
  client = client_for(s, "{'ws.close_timeout_ms':100}");
  events[0] = channel_open(client);
  start = now_ms();
  OK(vdbrt_client_shutdown(client, slow(3000), &err));
  CHECK(now_ms() - start < slow(2000));
  vdbrt_events_release(events[0]);
  vdbrt_client_release(client);

  /* No time to wait: it says so, and ends all the same. */
  client = client_for(s, "{'ws.close_timeout_ms':300}");
  events[0] = channel_open(client);
  FAILS(VDBRT_E_TIMEOUT, vdbrt_client_shutdown(client, 0, &err));
  OK(vdbrt_client_shutdown(client, slow(3000), &err));
  vdbrt_events_release(events[0]);
  vdbrt_client_release(client);
  return passed();
}
