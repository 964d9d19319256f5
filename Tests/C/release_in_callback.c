/* A callback ends its own subscription or another one: no call of the ended one starts afterwards, the others go on. */
#include "support.h"

typedef struct {
  atomic_int calls, destroyed;
  _Atomic(vdbrt_subscription *) other; /* read by the callback */
  vdbrt_subscription *mine;
  int after;
  bool releases;
} listener;

static void on_event(void *user, const vdbrt_event *e) {
  (void)e;
  listener *l = user;
  int n = atomic_fetch_add(&l->calls, 1) + 1;
  if (n != l->after)
    return;
  vdbrt_subscription *which = atomic_load(&l->other);
  if (l->releases)
    vdbrt_subscription_release(which);
  else
    vdbrt_subscription_cancel(which);
}

static void on_destroy(void *user) { atomic_fetch_add(&((listener *)user)->destroyed, 1); }

int main(void) {
  server *s = server_start();
  vdbrt_client *client = client_for(s, NULL);
  for (int releases = 0; releases < 2; releases++) {
    server_reset(s); /* the first round's "go" has been given */
    server_websocket(s, "{'await':'go'},{'flood':{'count':100,'json':{'channel':'alert','data':{}}}},{'close_frame':1000}");
    vdbrt_events *events = channel_open(client);
    listener self = {.after = 5, .releases = releases}, killer = {.after = 10, .releases = releases}, victim = {0},
             witness = {0};
    OK(vdbrt_events_subscribe(events, "alert", on_event, &self, on_destroy, &self.mine, &err));
    OK(vdbrt_events_subscribe(events, "alert", on_event, &killer, on_destroy, &killer.mine, &err));
    OK(vdbrt_events_subscribe(events, "alert", on_event, &victim, on_destroy, &victim.mine, &err));
    OK(vdbrt_events_subscribe(events, "alert", on_event, &witness, on_destroy, &witness.mine, &err));
    atomic_store(&self.other, self.mine);
    atomic_store(&killer.other, victim.mine);
    server_go(s, "go");
    WAIT_FOR(atomic_load(&witness.destroyed) == 1, 5000);
    CHECK_INT(atomic_load(&self.calls), 5);
    CHECK_INT(atomic_load(&killer.calls), 100);
    /* Its turn in the tenth event had not come. */
    CHECK_INT(atomic_load(&victim.calls), 9);
    CHECK_INT(atomic_load(&witness.calls), 100);
    CHECK_INT(atomic_load(&self.destroyed), 1);
    CHECK_INT(atomic_load(&victim.destroyed), 1);
    WAIT_FOR(atomic_load(&killer.destroyed) == 1, 1000);
    if (!releases) {
      OK(vdbrt_subscription_wait(self.mine, slow(1000), &err));
      vdbrt_subscription_release(self.mine);
      vdbrt_subscription_release(victim.mine);
    }
    vdbrt_subscription_release(killer.mine);
    vdbrt_subscription_release(witness.mine);
    vdbrt_events_release(events);
  }
  client_end(client);
  return passed();
}
