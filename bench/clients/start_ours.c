/* From nothing to the first event with libvideodb_rt. */
#include "ours_client.h"
#include "start.h"

int main(void) { /* the service and the key are those of the environment */
  vdbrt_client *client;
  vdbrt_events *events;
  vdbrt_event *event;
  size_t channel_length, text_length;
  check(vdbrt_client_new(NULL, &client, &err));
  check(vdbrt_events_open(client, NULL, NULL, &events, &err));
  for (;;) {
    check(vdbrt_events_next(events, -1, &event, &err));
    const char *channel = vdbrt_event_channel(event, &channel_length);
    vdbrt_event_text(event, &text_length);
    if (vdbrt_event_kind(event) < VDBRT_EVENT_CONNECTED)
      started(channel, channel_length, text_length);
    vdbrt_event_free(event);
  }
}
