/* External mode: a thread that waits for an event is not starved by one that steps, a shutdown that was not waited for is carried out
 * by stepping, and a release ends the step of another thread. */
#include "support.h"
#include <stdatomic.h>

static vdbrt_client *client;
static atomic_bool is_over;

static void *steps(void *user) {
  (void)user;
  while (!is_over)
    vdbrt_client_step(client, 20000, NULL);
  return NULL;
}

/* Until the client is gone. */
static void *steps_on(void *user) {
  vdbrt_status status;
  do
    status = vdbrt_client_step(client, -1, NULL);
  while (status == VDBRT_OK);
  *(vdbrt_status *)user = status;
  return NULL;
}

static void on_answer(void *user, vdbrt_status status, const char *out_json, const vdbrt_error *error) {
  (void)status, (void)out_json, (void)error;
  *(atomic_bool *)user = true;
}

int main(void) {
  server *s = server_start();
  server_websocket(s, "{'await':'go'}, {'json':{'channel':'transcript'}}, {'json':{'channel':'alert'}}");
  client = client_for(s, "{'loop.mode':'external'}");
  vdbrt_events *events = channel_open(client);
  skip_event(events, VDBRT_EVENT_CONNECTED);

  pthread_t stepper;
  CHECK_INT(pthread_create(&stepper, NULL, steps, NULL), 0);
  int64_t before = now_ms();
  server_go(s, "go");
  skip_event(events, VDBRT_EVENT_TRANSCRIPT);
  skip_event(events, VDBRT_EVENT_ALERT);
  CHECK(now_ms() - before < slow(2000));
  /* A deadline holds beside it. */
  vdbrt_event *none = NULL;
  FAILS(VDBRT_E_AGAIN, vdbrt_events_next(events, 50, &none, &err));
  vdbrt_events_release(events);

  /* Nobody waits for the end; the stepper brings it about. */
  vdbrt_status status = vdbrt_client_shutdown(client, 0, NULL);
  CHECK(status == VDBRT_E_TIMEOUT || status == VDBRT_OK);
  WAIT_FOR(vdbrt_client_step(client, 100, NULL) == VDBRT_E_CLOSED, 5000);
  is_over = true;
  pthread_join(stepper, NULL);
  vdbrt_client_release(client);

  /* The release comes while the other thread is in its step, or just before. */
  for (int i = 0; i < 50; i++) {
    client = client_for(s, "{'loop.mode':'external'}");
    vdbrt_status outcome = VDBRT_OK;
    atomic_bool has_answered = false;
    OK(vdbrt_call_async(client, "collection_list", NULL, NULL, on_answer, &has_answered, &err));
    CHECK_INT(pthread_create(&stepper, NULL, steps_on, &outcome), 0);
    WAIT_FOR(has_answered, 5000);
    vdbrt_client_release(client);
    pthread_join(stepper, NULL);
    CHECK_INT(outcome, VDBRT_E_HANDLE);
  }
  return passed();
}
