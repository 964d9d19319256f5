/* Calls of one client from many threads run side by side, each over a kept connection, and none waits for a slow other one. */
#include "support.h"

enum { THREADS = 8, CALLS = 25 };

static vdbrt_client *client;

static void *quick(void *user) {
  (void)user;
  for (int i = 0; i < CALLS; i++) {
    char *out = NULL;
    OK(vdbrt_rtstream_get(client, "quick", NULL, &out, &err));
    CHECK_TEXT(out, "{\"id\":\"quick\"}");
    vdbrt_string_free(out);
  }
  return NULL;
}

static void *stuck(void *user) {
  char *out = NULL;
  FAILS(VDBRT_E_CANCELLED, vdbrt_rtstream_get(client, "stuck", user, &out, &err));
  err_clear();
  return NULL;
}

int main(void) {
  server *s = server_start();
  server_on(s, "GET /rtstream/quick", "{'status':200,'json':{'data':{'id':'quick'}}}");
  server_on(s, "GET /rtstream/stuck", "[[{'hang':true}]]");
  client = client_for(s, NULL);
  vdbrt_op *op = NULL;
  OK(vdbrt_op_new(-1, &op, &err));
  pthread_t slow_threads[3], threads[THREADS];
  for (int i = 0; i < 3; i++)
    pthread_create(&slow_threads[i], NULL, stuck, op);
  server_wait(s, "requests", 3);
  for (int i = 0; i < THREADS; i++)
    pthread_create(&threads[i], NULL, quick, NULL);
  for (int i = 0; i < THREADS; i++)
    pthread_join(threads[i], NULL);
  /* One op ends them all. */
  vdbrt_op_cancel(op);
  for (int i = 0; i < 3; i++)
    pthread_join(slow_threads[i], NULL);
  CHECK_INT(server_count(s, "GET /rtstream/quick"), THREADS * CALLS);
  json_t *status = server_do(s, "{'do':'status'}");
  CHECK(json_integer_value(value_at(status, "accepted")) <= THREADS + 3);
  json_decref(status);
  vdbrt_op_release(op);
  client_end(client);
  return passed();
}
