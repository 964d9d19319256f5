/* Threads start calls while the client is shut down or released: what was taken completes once, what was not never does. */
#include "support_async.h"

enum { ROUNDS = 10, THREADS = 4, MAX_CALLS = 100 };

static vdbrt_client *client;
static atomic_int taken, completed, wrong;
static atomic_bool is_over;

static void count(void *user, vdbrt_status status, const char *out_json, const vdbrt_error *error) {
  atomic_int *times = user;
  if (++*times != 1 || (status != VDBRT_OK && status != VDBRT_E_CLOSED) || (status == VDBRT_OK) != (out_json != NULL) ||
      (status == VDBRT_OK) != (error == NULL))
    wrong++;
  completed++;
}

static void *start_calls(void *user) {
  atomic_int *times = user;
  for (int i = 0; i < MAX_CALLS && !is_over; i++) {
    vdbrt_status status = vdbrt_call_async(client, "rtstream_get", "{\"rtstream_id\":\"r\"}", NULL, count, &times[i], NULL);
    if (status != VDBRT_OK) {
      CHECK(status == VDBRT_E_CLOSED || status == VDBRT_E_HANDLE);
      break;
    }
    taken++;
  }
  return NULL;
}

static void round_of(server *s, bool is_external, bool by_release, int after) {
  taken = completed = 0;
  is_over = false;
  atomic_int *times[THREADS];
  client = client_for(s, "{'loop.mode':'%s'}", is_external ? "external" : "thread");
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++) {
    times[i] = calloc(MAX_CALLS, sizeof *times[i]);
    pthread_create(&threads[i], NULL, start_calls, times[i]);
  }
  WAIT_FOR((is_external ? vdbrt_client_step(client, 0, NULL) : 0, completed >= after), 10000);
  if (by_release)
    vdbrt_client_release(client);
  else
    OK(vdbrt_client_shutdown(client, slow(5000), &err));
  is_over = true;
  for (int i = 0; i < THREADS; i++)
    pthread_join(threads[i], NULL);
  WAIT_FOR(completed == taken, 5000);
  if (!by_release)
    vdbrt_client_release(client);
  CHECK_INT(wrong, 0);
  CHECK_INT(completed, taken);
  for (int i = 0; i < THREADS; i++)
    free(times[i]);
}

int main(void) {
  server *s = server_start();
  server_on(s, "GET /rtstream/r", "{'status':200,'json':{'success':true,'data':{}}}");
  int rounds = under_valgrind() ? 2 : ROUNDS;
  for (int i = 0; i < rounds; i++) {
    round_of(s, false, false, i);
    round_of(s, false, true, i);
    round_of(s, true, false, i);
    round_of(s, true, true, i);
    server_reset(s);
    server_on(s, "GET /rtstream/r", "{'status':200,'json':{'success':true,'data':{}}}");
  }
  return passed();
}
