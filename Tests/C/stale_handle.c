/* Every function with a handle that was released: VDBRT_E_HANDLE, also after many others have come and gone, and twice. */
#include "support_operations.h"

static void on_event(void *user, const vdbrt_event *e) { (void)user, (void)e; }

static void never(void *user, vdbrt_status status, const char *out_json, const vdbrt_error *error) {
  (void)user, (void)status, (void)out_json, (void)error;
  failed(__FILE__, __LINE__, "a call that was not taken completed");
}

int main(void) {
  server *s = server_start();
  server_websocket(s, NULL);
  vdbrt_config *config = config_for(s, NULL);
  vdbrt_client *client = NULL, *live = NULL;
  OK(vdbrt_client_new(config, &client, &err));
  OK(vdbrt_client_new(config, &live, &err));
  vdbrt_op *op = NULL;
  OK(vdbrt_op_new(-1, &op, &err));
  vdbrt_events *events = channel_open(client);
  vdbrt_subscription *subscription = NULL;
  OK(vdbrt_events_subscribe(events, NULL, on_event, NULL, NULL, &subscription, &err));
  vdbrt_records *records = NULL, *live_records = NULL;
  OK(vdbrt_records_new(client, "rtstream_list", NULL, &records, &err));
  OK(vdbrt_records_new(live, "rtstream_list", NULL, &live_records, &err));

  OK(vdbrt_client_shutdown(client, slow(5000), &err));
  vdbrt_config_free(config);
  vdbrt_client_release(client);
  vdbrt_op_release(op);
  vdbrt_events_release(events);
  vdbrt_subscription_release(subscription);
  vdbrt_records_release(records);

  for (int round = 0; round < 2; round++) {
    char *text = NULL;
    vdbrt_event *e = NULL;
    size_t count = 0;
    int32_t fd = -1;
    vdbrt_client *fresh = NULL;
    vdbrt_events *channel = NULL;
    vdbrt_subscription *other = NULL;
    FAILS(VDBRT_E_HANDLE, vdbrt_config_set(config, "api_key", "x", &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_config_set_json(config, "{}", &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_config_set_log(config, 0, NULL, NULL, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_client_new(config, &fresh, &err));
    for (const operation *o = operations; o->name; o++) {
      FAILS(VDBRT_E_HANDLE, o->run(client, o->valid, NULL, &text, &err));
      FAILS(VDBRT_E_HANDLE, o->run(live, o->valid, op, &text, &err));
    }
    FAILS(VDBRT_E_HANDLE, vdbrt_client_shutdown(client, 0, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_call_async(client, "rtstream_list", NULL, NULL, never, NULL, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_call_async(live, "rtstream_list", NULL, op, never, NULL, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_client_step(client, 0, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_client_loop_fd(client, &fd, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_client_set_credential(client, "x", &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_client_on_refused_credential(client, NULL, NULL, &err));
    vdbrt_records *none = NULL;
    FAILS(VDBRT_E_HANDLE, vdbrt_records_new(client, "rtstream_list", NULL, &none, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_records_next(records, NULL, &text, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_records_next(live_records, op, &text, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_events_open(client, NULL, NULL, &channel, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_events_open(live, NULL, op, &channel, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_events_connection_id(events, &text, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_events_close(events, 0, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_events_next(events, 0, &e, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_events_next_batch(events, 0, &e, 1, &count, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_events_fd(events, &fd, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_events_subscribe(events, NULL, on_event, NULL, NULL, &other, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_subscription_wait(subscription, 0, &err));
    /* Again, and harmless. */
    vdbrt_config_free(config);
    vdbrt_client_release(client);
    vdbrt_op_cancel(op);
    vdbrt_op_release(op);
    vdbrt_events_release(events);
    vdbrt_subscription_cancel(subscription);
    vdbrt_subscription_release(subscription);
    vdbrt_records_release(records);

    /* A new handle may get memory of an old one, but not at once its identity. */
    for (int i = 0; i < 200; i++) {
      vdbrt_op *next = NULL;
      OK(vdbrt_op_new(-1, &next, &err));
      CHECK(next != op && (void *)next != (void *)client && (void *)next != (void *)events);
      vdbrt_op_release(next);
    }
  }
  vdbrt_records_release(live_records);
  client_end(live);
  return passed();
}
