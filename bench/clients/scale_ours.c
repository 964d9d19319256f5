/* Many channels of libvideodb_rt in one client, opened without waiting, with a callback each. */
#include <semaphore.h>
#include "ours_client.h"
#include "scale.h"

static vdbrt_client *client;
static vdbrt_events **events;
static int channels, connected;
static uint64_t left;
static sem_t done;

static void on_event(void *user, const vdbrt_event *e) {
  size_t channel_length, text_length, length;
  int32_t kind = vdbrt_event_kind(e);
  (void)user;
  if (kind == VDBRT_EVENT_CONNECTED) {
    if (++connected == channels)
      sem_post(&done);
  } else if (kind < VDBRT_EVENT_CONNECTED) {
    vdbrt_event_channel(e, &channel_length);
    vdbrt_event_text(e, &text_length);
    if (--left == 0)
      sem_post(&done);
  } else if (kind == VDBRT_EVENT_DISCONNECTED && left != UINT64_MAX) {
    const char *why = vdbrt_event_json(e, &length);
    fprintf(stderr, "%.*s\n", (int)length, why);
    exit(1);
  }
}

static void scale_wait(void) {
  while (sem_wait(&done))
    ;
}

static void scale_open(const char *url, int count) {
  sem_init(&done, 0, 0);
  channels = count;
  events = calloc((size_t)count, sizeof(vdbrt_events *));
  client = client_for(url);
  for (int i = 0; i < count; i++) {
    vdbrt_op *op;
    check(vdbrt_op_new(300000, &op, &err));
    check(vdbrt_events_open(client, "{\"wait\":false}", op, &events[i], &err));
    check(vdbrt_events_subscribe(events[i], NULL, on_event, NULL, NULL, NULL, &err));
    vdbrt_op_release(op);
  }
  scale_wait();
}

static void scale_expect(uint64_t count) { left = count; }

static void scale_idle(double for_seconds) { usleep((useconds_t)(for_seconds * 1e6)); }

static void scale_close(void) {
  left = UINT64_MAX;
  for (int i = 0; i < channels; i++)
    vdbrt_events_release(events[i]);
  check(vdbrt_client_shutdown(client, 60000, &err));
  vdbrt_client_release(client);
  free(events);
}

int main(int argc, char **argv) { return scale_main(argc, argv); }
