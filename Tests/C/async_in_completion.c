/* What a completion may do: start calls, make blocking ones, cancel and release what it wants. What would wait for itself is told. */
#include "support_async.h"

static server *s;

typedef struct chain {
  vdbrt_client *client;
  vdbrt_op *op;
  int left;
  atomic_int ended;
  char *out;
} chain;

/* Starts the next of its kind until none is left. */
static void next(void *user, vdbrt_status status, const char *out_json, const vdbrt_error *error) {
  (void)error;
  chain *c = user;
  CHECK_INT(status, VDBRT_OK);
  CHECK_TEXT(out_json, "{\"id\":\"r\"}");
  if (--c->left > 0)
    OK(vdbrt_call_async(c->client, "rtstream_get", "{\"rtstream_id\":\"r\"}", NULL, next, c, &err));
  else
    c->ended = 1;
}

static void block(void *user, vdbrt_status status, const char *out_json, const vdbrt_error *error) {
  (void)out_json, (void)error;
  chain *c = user;
  CHECK_INT(status, VDBRT_OK);
  OK(vdbrt_rtstream_get(c->client, "r", NULL, &c->out, &err));
  FAILS(VDBRT_E_REENTRANT, vdbrt_client_shutdown(c->client, 1000, &err));
  vdbrt_events *events = NULL;
  FAILS(VDBRT_E_REENTRANT, vdbrt_events_open(c->client, NULL, NULL, &events, &err));
  err_clear();
  c->ended = 1;
}

static void step_inside(void *user, vdbrt_status status, const char *out_json, const vdbrt_error *error) {
  (void)status, (void)out_json, (void)error;
  chain *c = user;
  FAILS(VDBRT_E_REENTRANT, vdbrt_client_step(c->client, 0, &err));
  err_clear();
  c->ended = 1;
}

/* Cancels the others of its op. */
static void cancel(void *user, vdbrt_status status, const char *out_json, const vdbrt_error *error) {
  (void)out_json, (void)error;
  chain *c = user;
  CHECK_INT(status, VDBRT_OK);
  vdbrt_op_cancel(c->op);
  vdbrt_op_release(c->op);
  c->ended = 1;
}

static void release(void *user, vdbrt_status status, const char *out_json, const vdbrt_error *error) {
  (void)out_json, (void)error;
  chain *c = user;
  CHECK_INT(status, VDBRT_OK);
  vdbrt_client_release(c->client);
  c->ended = 1;
}

static void run(chain *c, vdbrt_completion_fn fn, bool is_external) {
  OK(vdbrt_call_async(c->client, "rtstream_get", "{\"rtstream_id\":\"r\"}", NULL, fn, c, &err));
  WAIT_FOR((is_external ? vdbrt_client_step(c->client, 0, NULL) : 0, c->ended), 5000);
  c->ended = 0;
}

static void go(bool is_external) {
  vdbrt_client *client = client_for(s, "{'loop.mode':'%s'}", is_external ? "external" : "thread");
  chain c = {.client = client, .left = 50};
  run(&c, next, is_external);
  CHECK_INT(c.left, 0);
  run(&c, block, is_external);
  CHECK_TEXT(c.out, "{\"id\":\"r\"}");
  vdbrt_string_free(c.out);
  if (is_external)
    run(&c, step_inside, true);

  OK(vdbrt_op_new(-1, &c.op, &err));
  completion *others[3];
  for (int i = 0; i < 3; i++)
    others[i] = started(client, "rtstream_get", c.op, "{'rtstream_id':'hangs'}");
  run(&c, cancel, is_external);
  for (int i = 0; i < 3; i++) {
    completion_is(others[i], is_external ? client : NULL, VDBRT_E_CANCELLED);
    completion_free(others[i]);
  }

  /* The handle goes; the other call of the client completes all the same. */
  completion *other = started(client, "rtstream_get", NULL, "{'rtstream_id':'hangs'}");
  run(&c, release, is_external);
  completion_is(other, NULL, VDBRT_E_CLOSED);
  completion_free(other);
}

int main(void) {
  s = server_start();
  server_on(s, "GET /rtstream/r", "{'status':200,'json':{'success':true,'data':{'id':'r'}}}");
  server_on(s, "GET /rtstream/hangs", "[[{'hang':true}]]");
  go(false);
  go(true);
  return passed();
}
