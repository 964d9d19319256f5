/* Each call that does not wait completes exactly once, whatever ends it, on the loop's thread; one that is refused, never. */
#include "support_async.h"

static server *s;

/* Counted as well as checked by on_completion, which sees a second one only while it lives. */
static atomic_int completions;

static void count(void *user, vdbrt_status status, const char *out_json, const vdbrt_error *error) {
  completions++;
  on_completion(user, status, out_json, error);
}

static completion *start(vdbrt_client *client, const char *id, vdbrt_op *op) {
  char json[64];
  snprintf(json, sizeof json, "{\"rtstream_id\":\"%s\"}", id);
  completion *c = completion_new();
  OK(vdbrt_call_async(client, "rtstream_get", json, op, count, c, &err));
  return c;
}

static void ends(completion *c, vdbrt_client *loop, vdbrt_status want) {
  completion_is(c, loop, want);
  completion_free(c);
}

/* The call has arrived at the server, which does not answer. */
static completion *hanging(vdbrt_client *client, vdbrt_client *loop, vdbrt_op *op) {
  int before = server_count(s, "GET /rtstream/hangs");
  completion *c = start(client, "hangs", op);
  WAIT_FOR((loop ? vdbrt_client_step(loop, 0, NULL) : 0, server_count(s, "GET /rtstream/hangs") > before), 5000);
  CHECK(!is_completed(c));
  return c;
}

static void refused(vdbrt_client *client) {
  static const struct {
    const char *operation, *args, *says;
    vdbrt_status status;
  } wrong[] = {
      {"rtstream_get", NULL, "rtstream_id", VDBRT_E_ARGUMENT},
      {"rtstream_get", "{'rtstream_id':''}", "rtstream_id", VDBRT_E_ARGUMENT},
      {"rtstream_get", "{'rtstream_id':7}", "rtstream_id", VDBRT_E_ARGUMENT},
      {"rtstream_get", "{", "args_json", VDBRT_E_JSON},
      {"rtstream_get", "[]", "args_json", VDBRT_E_JSON},
      {"rtstream_connect", "{'name':'n'}", "`url`", VDBRT_E_OPTION},
      {"scene_index_get_scenes", "{'rtstream_id':'r','index_id':'i','page':0}", "`page`", VDBRT_E_OPTION},
      {"call", "{'method':'GET'}", "`path`", VDBRT_E_OPTION},
      {"call", "{'method':'GET','path':'/x','query':[]}", "`query`", VDBRT_E_OPTION},
      {"call", "{'method':'get','path':'/x'}", "method", VDBRT_E_ARGUMENT},
      {"rtstream_fetch", "{}", "rtstream_fetch", VDBRT_E_ARGUMENT},
      {"events_open", "{}", "events_open", VDBRT_E_ARGUMENT},
      {"vdbrt_rtstream_get", "{'rtstream_id':'r'}", "vdbrt_rtstream_get", VDBRT_E_ARGUMENT},
      {"", "{}", "operation", VDBRT_E_ARGUMENT},
      {NULL, "{}", "operation", VDBRT_E_ARGUMENT},
      {"rtstream_get", "{'rtstream_id':'\xff'}", "", VDBRT_E_ENCODING},
  };
  int before = completions;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    char *json = wrong[i].args ? quoted("%s", wrong[i].args) : NULL;
    FAILS(wrong[i].status, vdbrt_call_async(client, wrong[i].operation, json, NULL, count, NULL, &err));
    MESSAGE_HAS(wrong[i].says);
    free(json);
  }
  static const char args[] = "{\"rtstream_id\":\"r\"}";
  FAILS(VDBRT_E_ARGUMENT, vdbrt_call_async(client, "rtstream_get", args, NULL, NULL, NULL, &err));
  FAILS(VDBRT_E_HANDLE, vdbrt_call_async(NULL, "rtstream_get", args, NULL, count, NULL, &err));
  FAILS(VDBRT_E_HANDLE, vdbrt_call_async(client, "rtstream_get", args, (vdbrt_op *)client, count, NULL, &err));
  CHECK_INT(completions, before);
}

static void go(bool is_external) {
  char mode[32];
  snprintf(mode, sizeof mode, "{'loop.mode':'%s'}", is_external ? "external" : "thread");
  vdbrt_client *client = client_for(s, "%s", mode), *loop = is_external ? client : NULL;
  int expected = 0;
  completions = 0;
  refused(client);

  completion *c = start(client, "fine", NULL);
  CHECK_TEXT(completion_is(c, loop, VDBRT_OK)->out, "{\"id\":\"fine\"}");
  CHECK(!pthread_equal(completion_thread(c), pthread_self()) == !is_external);
  completion_free(c);
  c = start(client, "gone", NULL);
  CHECK_HAS(completion_is(c, loop, VDBRT_E_NOT_FOUND)->message, "No such stream");
  completion_free(c);
  expected += 2;

  /* Cancelled before: nothing is sent. */
  vdbrt_op *op = NULL;
  OK(vdbrt_op_new(-1, &op, &err));
  vdbrt_op_cancel(op);
  int sent = server_count(s, "GET /rtstream/fine");
  ends(start(client, "fine", op), loop, VDBRT_E_CANCELLED);
  CHECK_INT(server_count(s, "GET /rtstream/fine"), sent);
  vdbrt_op_release(op);
  /* While, several with one op; it may be released at once. */
  OK(vdbrt_op_new(-1, &op, &err));
  completion *several[3];
  for (int i = 0; i < 3; i++)
    several[i] = hanging(client, loop, op);
  vdbrt_op_cancel(op);
  vdbrt_op_release(op);
  for (int i = 0; i < 3; i++)
    ends(several[i], loop, VDBRT_E_CANCELLED);
  /* After: too late. */
  OK(vdbrt_op_new(-1, &op, &err));
  ends(start(client, "fine", op), loop, VDBRT_OK);
  vdbrt_op_cancel(op);
  vdbrt_op_release(op);
  expected += 5;

  /* Deadlines: of the op, which counts from its making, and of the configuration. */
  OK(vdbrt_op_new(150, &op, &err));
  int64_t began = now_ms();
  ends(start(client, "hangs", op), loop, VDBRT_E_TIMEOUT);
  CHECK(now_ms() - began >= 140 && now_ms() - began < slow(2000));
  ends(start(client, "hangs", op), loop, VDBRT_E_TIMEOUT);
  vdbrt_op_release(op);
  vdbrt_client *hasty = client_for(s, "{'loop.mode':'%s','http.timeout_ms':100}", is_external ? "external" : "thread");
  ends(start(hasty, "hangs", NULL), is_external ? hasty : NULL, VDBRT_E_TIMEOUT);
  client_end(hasty);
  expected += 3;

  /* The op is released while the call runs. */
  OK(vdbrt_op_new(-1, &op, &err));
  c = start(client, "fine", op);
  vdbrt_op_release(op);
  ends(c, loop, VDBRT_OK);
  expected++;

  /* A shutdown ends those under way, and refuses those to come. */
  several[0] = hanging(client, loop, NULL);
  several[1] = hanging(client, loop, NULL);
  OK(vdbrt_client_shutdown(client, slow(3000), &err));
  for (int i = 0; i < 2; i++) {
    CHECK(is_completed(several[i]));
    ends(several[i], NULL, VDBRT_E_CLOSED);
  }
  FAILS(VDBRT_E_CLOSED, vdbrt_call_async(client, "rtstream_list", NULL, NULL, count, NULL, &err));
  vdbrt_client_release(client);
  expected += 2;

  /* So does a release, which does not wait; without a thread, it completes what there is by itself. */
  client = client_for(s, "%s", mode);
  several[0] = hanging(client, is_external ? client : NULL, NULL);
  several[1] = start(client, "fine", NULL);
  vdbrt_client_release(client);
  completion_is(several[0], NULL, VDBRT_E_CLOSED);
  completion_wait(several[1], NULL);
  completion_free(several[0]);
  completion_free(several[1]);
  expected += 2;
  CHECK_INT(completions, expected);
}

int main(void) {
  s = server_start();
  server_on(s, "GET /rtstream/fine", "{'status':200,'json':{'success':true,'data':{'id':'fine'}}}");
  server_on(s, "GET /rtstream/gone", "{'status':404,'json':{'success':false,'message':'No such stream'}}");
  server_on(s, "GET /rtstream/hangs", "[[{'hang':true}]]");
  go(false);
  go(true);
  return passed();
}
