/* Prints the first ten events of an index on a stream: minimal RTSTREAM_ID. The README shows this program. */
#include <stdio.h>
#include <stdlib.h>
#include <videodb_rt.h>

static vdbrt_error *err;

static void check(vdbrt_status status) {
  if (status == VDBRT_OK)
    return;
  fprintf(stderr, "%s\n", vdbrt_error_message(err)); /* what was attempted, what came back, what to do */
  exit(1);
}

int main(int argc, char **argv) {
  vdbrt_client *client;
  vdbrt_events *events;
  vdbrt_event *event;
  char *id, *index, options[256];

  check(vdbrt_client_new(NULL, &client, &err)); /* the key: VIDEO_DB_API_KEY, the service: VIDEO_DB_API */
  check(vdbrt_events_open(client, NULL, NULL, &events, &err));
  check(vdbrt_events_connection_id(events, &id, &err));
  snprintf(options, sizeof options, "{\"prompt\": \"Describe what moves\", \"ws_connection_id\": \"%s\"}", id);
  check(vdbrt_rtstream_index_visuals(client, argc > 1 ? argv[1] : "", options, NULL, &index, &err));
  for (int i = 0; i < 10; i++) {
    check(vdbrt_events_next(events, -1, &event, &err)); /* or push: vdbrt_events_subscribe */
    size_t channel_length, text_length;
    const char *channel = vdbrt_event_channel(event, &channel_length), *text = vdbrt_event_text(event, &text_length);
    printf("%.*s %.*s\n", (int)channel_length, channel, (int)text_length, text ? text : "");
    vdbrt_event_free(event);
  }
  return 0;
}
