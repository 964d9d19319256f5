/* Many calls at a time: no more than 16 connections, every call completes, and a deadline or a cancel holds also for one that waits
 * for a connection. A read goes over a connection that is kept. */
#include "support_async.h"

enum { CALLS = 200, CONNECTIONS = 16 };

static server *s;

static int accepted(void) {
  json_t *status = server_do(s, "{'do':'status'}");
  int count = (int)json_integer_value(value_at(status, "accepted"));
  json_decref(status);
  return count;
}

static void go(bool is_external) {
  vdbrt_client *client = client_for(s, "{'loop.mode':'%s'}", is_external ? "external" : "thread");
  vdbrt_client *loop = is_external ? client : NULL;
  completion *calls[CALLS];
  int before = accepted();
  for (int i = 0; i < CALLS; i++)
    calls[i] = started(client, "call", NULL, "{'method':'GET','path':'/rtstream/%d','query':{'n':%d}}", i, i);
  for (int i = 0; i < CALLS; i++) {
    completion_is(calls[i], loop, VDBRT_OK);
    completion_free(calls[i]);
  }
  /* One burst after another: over those that are kept. */
  for (int round = 0; round < 5; round++) {
    for (int i = 0; i < CONNECTIONS; i++)
      calls[i] = started(client, "rtstream_get", NULL, "{'rtstream_id':'r'}");
    for (int i = 0; i < CONNECTIONS; i++) {
      completion_is(calls[i], loop, VDBRT_OK);
      completion_free(calls[i]);
    }
  }
  CHECK(accepted() - before <= CONNECTIONS);
  /* One after the other: over the same one. */
  before = accepted();
  for (int i = 0; i < 20; i++) {
    completion *c = started(client, "rtstream_get", NULL, "{'rtstream_id':'r'}");
    completion_is(c, loop, VDBRT_OK);
    completion_free(c);
  }
  CHECK_INT(accepted(), before);

  /* All connections are taken by calls that hang. */
  vdbrt_op *all = NULL, *short_time = NULL, *cancelled = NULL;
  OK(vdbrt_op_new(-1, &all, &err));
  int arrived = server_count(s, "GET /hangs");
  for (int i = 0; i < CONNECTIONS; i++)
    calls[i] = started(client, "call", all, "{'method':'GET','path':'/hangs'}");
  WAIT_FOR((loop ? vdbrt_client_step(loop, 0, NULL) : 0, server_count(s, "GET /hangs") == arrived + CONNECTIONS), 5000);
  OK(vdbrt_op_new(100, &short_time, &err));
  OK(vdbrt_op_new(-1, &cancelled, &err));
  completion *late = started(client, "rtstream_get", short_time, "{'rtstream_id':'waits'}");
  completion *unwanted = started(client, "rtstream_get", cancelled, "{'rtstream_id':'waits'}");
  completion *patient = started(client, "rtstream_get", NULL, "{'rtstream_id':'patient'}");
  completion_is(late, loop, VDBRT_E_TIMEOUT);
  vdbrt_op_cancel(cancelled);
  completion_is(unwanted, loop, VDBRT_E_CANCELLED);
  CHECK(!is_completed(patient));
  /* Blocking calls have connections of their own. */
  char *out = NULL;
  OK(vdbrt_rtstream_get(client, "r", NULL, &out, &err));
  vdbrt_string_free(out);
  vdbrt_op_cancel(all);
  completion_is(patient, loop, VDBRT_OK);
  for (int i = 0; i < CONNECTIONS; i++) {
    completion_is(calls[i], loop, VDBRT_E_CANCELLED);
    completion_free(calls[i]);
  }
  CHECK_INT(server_count(s, "GET /rtstream/waits"), 0);
  completion_free(late);
  completion_free(unwanted);
  completion_free(patient);
  vdbrt_op_release(all);
  vdbrt_op_release(short_time);
  vdbrt_op_release(cancelled);
  client_end(client);
}

int main(void) {
  s = server_start();
  server_on(s, "GET /rtstream/*", "{'status':200,'json':{'success':true,'data':{}}}");
  server_on(s, "GET /hangs", "[[{'hang':true}]]");
  go(false);
  go(true);
  return passed();
}
