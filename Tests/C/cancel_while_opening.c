/* Cancelling the op of a channel that is opening, at any moment: the cancel and the opening used to take two locks in two orders. */
#include "support.h"

static void *cancels(void *user) {
  vdbrt_op_cancel(user);
  return NULL;
}

int main(void) {
  server *s = server_start();
  server_websocket(s, NULL);
  vdbrt_client *client = client_for(s, NULL);
  for (int i = 0; i < (under_valgrind() ? 30 : 600); i++) {
    vdbrt_op *op = NULL;
    OK(vdbrt_op_new(10000, &op, &err));
    pthread_t canceller;
    CHECK_INT(pthread_create(&canceller, NULL, cancels, op), 0);
    vdbrt_events *events = NULL;
    vdbrt_status status = vdbrt_events_open(client, NULL, op, &events, NULL);
    CHECK(status == VDBRT_OK || status == VDBRT_E_CANCELLED);
    pthread_join(canceller, NULL);
    vdbrt_events_release(events);
    vdbrt_op_release(op);
  }
  client_end(client);
  return passed();
}
