/* NULL for every parameter of every function, one at a time: a status that says so, an out that is NULL, no crash. */
#include "support_operations.h"

static void on_event(void *user, const vdbrt_event *e) { (void)user, (void)e; }

static void *const garbage = &(char){0};

static void calls(vdbrt_client *client) {
  for (const operation *o = operations; o->name; o++) {
    char *out = garbage;
    FAILS(VDBRT_E_HANDLE, o->run(NULL, o->valid, NULL, &out, &err));
    CHECK(!o->has_out || out == NULL);
    CHECK_INT(o->run(NULL, o->valid, NULL, &out, NULL), VDBRT_E_HANDLE);
    if (o->has_out)
      FAILS(VDBRT_E_ARGUMENT, o->run(client, o->valid, NULL, NULL, &err));
    for (int i = 0; i < MAX_TEXTS && o->texts[i]; i++) {
      if (may_be_null(o, i))
        continue;
      const char *texts[MAX_TEXTS];
      memcpy(texts, o->valid, sizeof texts);
      texts[i] = NULL;
      out = garbage;
      FAILS(VDBRT_E_ARGUMENT, o->run(client, texts, NULL, &out, &err));
      MESSAGE_HAS(o->texts[i]);
      CHECK(!o->has_out || out == NULL);
    }
    /* Required options are missed, not the pointer to them. */
    if (has_required_option(o)) {
      const char *texts[MAX_TEXTS];
      memcpy(texts, o->valid, sizeof texts);
      for (int i = 0; i < MAX_TEXTS && o->texts[i]; i++)
        if (is_json(o, i))
          texts[i] = NULL;
      out = garbage;
      FAILS(VDBRT_E_OPTION, o->run(client, texts, NULL, &out, &err));
      CHECK(!o->has_out || out == NULL);
    }
  }
}

static void channel(vdbrt_client *client, vdbrt_events *events) {
  vdbrt_events *other = garbage;
  FAILS(VDBRT_E_HANDLE, vdbrt_events_open(NULL, NULL, NULL, &other, &err));
  CHECK(other == NULL);
  FAILS(VDBRT_E_ARGUMENT, vdbrt_events_open(client, NULL, NULL, NULL, &err));

  char *text = garbage;
  FAILS(VDBRT_E_HANDLE, vdbrt_events_connection_id(NULL, &text, &err));
  CHECK(text == NULL);
  FAILS(VDBRT_E_ARGUMENT, vdbrt_events_connection_id(events, NULL, &err));
  FAILS(VDBRT_E_HANDLE, vdbrt_events_close(NULL, 0, &err));

  vdbrt_event *e = garbage;
  FAILS(VDBRT_E_HANDLE, vdbrt_events_next(NULL, 0, &e, &err));
  CHECK(e == NULL);
  FAILS(VDBRT_E_ARGUMENT, vdbrt_events_next(events, 0, NULL, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_events_next(events, -2, &e, &err));
  size_t count = 7;
  FAILS(VDBRT_E_HANDLE, vdbrt_events_next_batch(NULL, 0, &e, 1, &count, &err));
  CHECK_INT(count, 0);
  FAILS(VDBRT_E_ARGUMENT, vdbrt_events_next_batch(events, 0, NULL, 1, &count, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_events_next_batch(events, 0, &e, 0, &count, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_events_next_batch(events, 0, &e, 1, NULL, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_events_next_batch(events, -5, &e, 1, &count, &err));
  int32_t fd = 7;
  FAILS(VDBRT_E_HANDLE, vdbrt_events_fd(NULL, &fd, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_events_fd(events, NULL, &err));

  vdbrt_subscription *subscription = garbage;
  FAILS(VDBRT_E_HANDLE, vdbrt_events_subscribe(NULL, NULL, on_event, NULL, NULL, &subscription, &err));
  CHECK(subscription == NULL);
  FAILS(VDBRT_E_ARGUMENT, vdbrt_events_subscribe(events, NULL, NULL, NULL, NULL, &subscription, &err));
  FAILS(VDBRT_E_HANDLE, vdbrt_subscription_wait(NULL, 0, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_events_close(events, -2, &err));
}

static void helpers(void) {
  static const char url[] = "https://p.example/watch?v=1";
  char *out = garbage;
  FAILS(VDBRT_E_ARGUMENT, vdbrt_embed_url(NULL, &out, &err));
  CHECK(out == NULL);
  FAILS(VDBRT_E_ARGUMENT, vdbrt_embed_url(url, NULL, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_embed_code(NULL, NULL, &out, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_embed_code(url, NULL, NULL, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_play_url(NULL, &out, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_play_url(url, NULL, &err));
}

int main(void) {
  vdbrt_config *config = NULL;
  vdbrt_client *client = garbage;
  FAILS(VDBRT_E_ARGUMENT, vdbrt_config_new(NULL, &err));
  FAILS(VDBRT_E_HANDLE, vdbrt_config_set(NULL, "api_key", "x", &err));
  FAILS(VDBRT_E_HANDLE, vdbrt_config_set_json(NULL, "{}", &err));
  FAILS(VDBRT_E_HANDLE, vdbrt_config_set_log(NULL, 0, NULL, NULL, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_config_describe(NULL, &err));
  OK(vdbrt_config_new(&config, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_client_new(config, NULL, &err));
  vdbrt_config_free(config);
  FAILS(VDBRT_E_HANDLE, vdbrt_client_shutdown(NULL, 0, &err));
  vdbrt_op *op = garbage;
  FAILS(VDBRT_E_ARGUMENT, vdbrt_op_new(0, NULL, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_op_new(-2, &op, &err));
  CHECK(op == NULL);

  helpers();
  server *s = server_start();
  server_websocket(s, NULL);
  client = client_for(s, NULL);
  calls(client);
  vdbrt_events *events = channel_open(client);
  server_on(s, "GET /collection", "{'status':200,'json':{'success':true}}");
  int requests = server_count(s, "GET /collection/default/websocket");
  channel(client, events);
  CHECK_INT(server_count(s, "GET /collection/default/websocket"), requests);
  CHECK_INT(server_count(s, "GET /ws"), 1);

  /* Giving back nothing does nothing. */
  vdbrt_config_free(NULL);
  vdbrt_client_release(NULL);
  vdbrt_op_cancel(NULL);
  vdbrt_op_release(NULL);
  vdbrt_events_release(NULL);
  vdbrt_event_free(NULL);
  vdbrt_subscription_cancel(NULL);
  vdbrt_subscription_release(NULL);
  vdbrt_error_free(NULL);
  vdbrt_string_free(NULL);

  vdbrt_events_release(events);
  client_end(client);
  return passed();
}
