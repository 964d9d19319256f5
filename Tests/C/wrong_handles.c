/* A handle of another kind, and a pointer that never was one, are found out by every function without being followed. */
#include "support_operations.h"

static void on_event(void *user, const vdbrt_event *e) { (void)user, (void)e; }

static void never(void *user, vdbrt_status status, const char *out_json, const vdbrt_error *error) {
  (void)user, (void)status, (void)out_json, (void)error;
  failed(__FILE__, __LINE__, "a call that was not taken completed");
}

enum { NONE, CONFIG, CLIENT, OP, EVENTS, SUBSCRIPTION, RECORDS };

static void refused(void *handle, int kind) {
  char *text = NULL;
  vdbrt_event *e = NULL;
  size_t count = 0;
  int32_t fd = -1;
  if (kind != CONFIG) {
    vdbrt_client *client = NULL;
    FAILS(VDBRT_E_HANDLE, vdbrt_config_set(handle, "api_key", "x", &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_config_set_json(handle, "{}", &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_config_set_log(handle, 0, NULL, NULL, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_client_new(handle, &client, &err));
    CHECK(client == NULL);
    vdbrt_config_free(handle);
  }
  if (kind != CLIENT) {
    for (const operation *o = operations; o->name; o++) {
      FAILS(VDBRT_E_HANDLE, o->run(handle, o->valid, NULL, &text, &err));
      CHECK(text == NULL);
    }
    vdbrt_events *events = NULL;
    FAILS(VDBRT_E_HANDLE, vdbrt_events_open(handle, NULL, NULL, &events, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_client_shutdown(handle, 0, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_call_async(handle, "rtstream_list", NULL, NULL, never, NULL, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_client_step(handle, 0, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_client_loop_fd(handle, &fd, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_client_set_credential(handle, "x", &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_client_on_refused_credential(handle, NULL, NULL, &err));
    vdbrt_records *records = NULL;
    FAILS(VDBRT_E_HANDLE, vdbrt_records_new(handle, "rtstream_list", NULL, &records, &err));
    vdbrt_client_release(handle);
  }
  if (kind != OP) {
    vdbrt_op_cancel(handle);
    vdbrt_op_release(handle);
  }
  if (kind != EVENTS) {
    FAILS(VDBRT_E_HANDLE, vdbrt_events_connection_id(handle, &text, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_events_close(handle, 0, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_events_next(handle, 0, &e, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_events_next_batch(handle, 0, &e, 1, &count, &err));
    FAILS(VDBRT_E_HANDLE, vdbrt_events_fd(handle, &fd, &err));
    vdbrt_subscription *subscription = NULL;
    FAILS(VDBRT_E_HANDLE, vdbrt_events_subscribe(handle, NULL, on_event, NULL, NULL, &subscription, &err));
    vdbrt_events_release(handle);
  }
  if (kind != SUBSCRIPTION) {
    FAILS(VDBRT_E_HANDLE, vdbrt_subscription_wait(handle, 0, &err));
    vdbrt_subscription_cancel(handle);
    vdbrt_subscription_release(handle);
  }
  if (kind != RECORDS) {
    FAILS(VDBRT_E_HANDLE, vdbrt_records_next(handle, NULL, &text, &err));
    vdbrt_records_release(handle);
  }
}

/* Calls that name an op which is none. */
static void wrong_op(vdbrt_client *client, vdbrt_records *records, void *op) {
  for (const operation *o = operations; o->name; o++) {
    char *text = NULL;
    FAILS(VDBRT_E_HANDLE, o->run(client, o->valid, op, &text, &err));
    CHECK(text == NULL);
  }
  vdbrt_events *events = NULL;
  FAILS(VDBRT_E_HANDLE, vdbrt_events_open(client, NULL, op, &events, &err));
  FAILS(VDBRT_E_HANDLE, vdbrt_call_async(client, "rtstream_list", NULL, op, never, NULL, &err));
  char *text = NULL;
  FAILS(VDBRT_E_HANDLE, vdbrt_records_next(records, op, &text, &err));
}

int main(void) {
  server *s = server_start();
  server_websocket(s, NULL);
  vdbrt_config *config = config_for(s, NULL);
  vdbrt_client *client = NULL;
  OK(vdbrt_client_new(config, &client, &err));
  vdbrt_op *op = NULL;
  OK(vdbrt_op_new(10000, &op, &err));
  vdbrt_events *events = channel_open(client);
  vdbrt_subscription *subscription = NULL;
  OK(vdbrt_events_subscribe(events, NULL, on_event, NULL, NULL, &subscription, &err));
  vdbrt_records *records = NULL;
  OK(vdbrt_records_new(client, "rtstream_list", NULL, &records, &err));
  int requests = server_count(s, "GET /rtstream");

  refused(config, CONFIG);
  refused(client, CLIENT);
  refused(op, OP);
  refused(events, EVENTS);
  refused(subscription, SUBSCRIPTION);
  refused(records, RECORDS);
  wrong_op(client, records, client);
  wrong_op(client, records, events);

  /* Never handles: small numbers, the ends of the address space, odd addresses, memory of ours, code. */
  char *heap = calloc(1, 256);
  char stack[64] = {0};
  void *const no_handles[] = {(void *)1,
                              (void *)7,
                              (void *)4096,
                              (void *)UINTPTR_MAX,
                              (void *)(UINTPTR_MAX / 2),
                              (void *)(uintptr_t)0xdeadbeefdeadbeef,
                              heap,
                              heap + 1,
                              stack,
                              (void *)(uintptr_t)&refused,
                              (char *)client + 1,
                              (char *)client + 8,
                              (char *)client - 8};
  for (size_t i = 0; i < sizeof no_handles / sizeof *no_handles; i++) {
    refused(no_handles[i], NONE);
    wrong_op(client, records, no_handles[i]);
  }
  free(heap);

  /* What was right is right still. */
  CHECK_INT(server_count(s, "GET /rtstream"), requests);
  OK(vdbrt_config_set(config, "api_key", "x", &err));
  char *id = NULL;
  OK(vdbrt_events_connection_id(events, &id, &err));
  CHECK_TEXT(id, "conn-1");
  vdbrt_string_free(id);
  vdbrt_records_release(records);
  vdbrt_subscription_release(subscription);
  vdbrt_events_release(events);
  vdbrt_op_release(op);
  vdbrt_config_free(config);
  client_end(client);
  return passed();
}
