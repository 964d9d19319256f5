/*
 * poll: the client in an application's own loop, without a thread of the library's.
 *
 *   cc -std=c11 poll.c -o poll $(pkg-config --cflags --libs videodb_rt)
 *   poll RTSTREAM_ID      prints what is seen until a line, or the end of the input, comes on stdin
 *
 * Nothing here waits but poll(): the channel opens, the index is made and events arrive while the loop goes on.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <videodb_rt.h>

struct application {
  vdbrt_client *client;
  vdbrt_events *events;
  const char *stream;
};

static vdbrt_error *err;

static void check(vdbrt_status status) {
  if (status == VDBRT_OK)
    return;
  fprintf(stderr, "%s\n", vdbrt_error_message(err));
  exit(1);
}

static void index_made(void *user, vdbrt_status status, const char *out_json, const vdbrt_error *err) {
  (void)user;
  printf("index: %s\n", status == VDBRT_OK ? out_json : vdbrt_error_message(err));
}

/* The channel is open: have the stream described, and the descriptions sent here. */
static void connected(struct application *app) {
  char *id, args[512];
  check(vdbrt_events_connection_id(app->events, &id, &err));
  snprintf(args, sizeof args, "{\"rtstream_id\": \"%s\", \"prompt\": \"Describe what moves\", \"ws_connection_id\": \"%s\"}",
           app->stream, id);
  vdbrt_string_free(id);
  check(vdbrt_call_async(app->client, "rtstream_index_visuals", args, NULL, index_made, app, &err));
}

static void on_event(void *user, const vdbrt_event *event) {
  size_t length;
  const char *text = vdbrt_event_json(event, &length);
  if (vdbrt_event_kind(event) == VDBRT_EVENT_CONNECTED)
    connected(user);
  else if (vdbrt_event_text(event, &length))
    text = vdbrt_event_text(event, &length);
  printf("%.*s\n", (int)length, text);
}

int main(int argc, char **argv) {
  struct application app = {.stream = argc > 1 ? argv[1] : ""};
  vdbrt_config *config;
  int32_t fd;

  check(vdbrt_config_new(&config, &err));
  check(vdbrt_config_set(config, "loop.mode", "external", &err));
  check(vdbrt_client_new(config, &app.client, &err));
  vdbrt_config_free(config);
  check(vdbrt_events_open(app.client, "{\"wait\": false}", NULL, &app.events, &err));
  check(vdbrt_events_subscribe(app.events, NULL, on_event, &app, NULL, NULL, &err));

  check(vdbrt_client_loop_fd(app.client, &fd, &err));
  struct pollfd watched[] = {{.fd = fd, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
  while (!watched[1].revents) {
    poll(watched, 2, -1);
    if (watched[0].revents)
      check(vdbrt_client_step(app.client, 0, &err));
  }

  vdbrt_events_release(app.events);
  check(vdbrt_client_shutdown(app.client, 2000, &err)); /* runs the loop until the channel has said goodbye */
  vdbrt_client_release(app.client);
  return 0;
}
