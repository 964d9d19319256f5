/* minimal URL: connects a camera and prints the first ten descriptions of what it shows. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <videodb_rt.h>

static vdbrt_error *err;

static void check(vdbrt_status status) {
  if (status == VDBRT_OK)
    return;
  fprintf(stderr, "%s\n", vdbrt_error_message(err));
  exit(1);
}

int main(int argc, char **argv) {
  vdbrt_client *client;
  vdbrt_events *events;
  vdbrt_event *event;
  char *channel, *stream, *index;

  check(vdbrt_client_new(NULL, &client, &err)); /* the key: VIDEO_DB_API_KEY */
  check(vdbrt_events_open(client, NULL, NULL, &events, &err));
  check(vdbrt_events_connection_id(events, &channel, &err));

  json_t *camera = json_pack("{s:s, s:s}", "name", "minimal", "url", argc > 1 ? argv[1] : "");
  check(vdbrt_rtstream_connect(client, NULL, json_dumps(camera, 0), NULL, &stream, &err));
  const char *id = json_string_value(json_object_get(json_loads(stream, 0, NULL), "id"));

  json_t *options = json_pack("{s:s, s:s}", "prompt", "Describe what happens.", "ws_connection_id", channel);
  check(vdbrt_rtstream_index_visuals(client, id, json_dumps(options, 0), NULL, &index, &err));

  for (int seen = 0; seen < 10; vdbrt_event_free(event)) {
    check(vdbrt_events_next(events, -1, &event, &err));
    size_t length;
    const char *text = vdbrt_event_text(event, &length);
    if (text)
      seen += printf("%.*s\n", (int)length, text) > 0;
  }
  check(vdbrt_rtstream_stop(client, id, NULL, &err));
  return 0; /* what is still held ends with the process; watch.c gives everything back */
}
