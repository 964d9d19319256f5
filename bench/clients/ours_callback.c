/* libvideodb_rt: a callback for every event. */
#include <semaphore.h>
#include "ours.h"

static sem_t over;

static void on_event(void *user, const vdbrt_event *e) {
  (void)user;
  if (ours_event(e))
    sem_post(&over);
}

int main(int argc, char **argv) {
  tally_begin(argc, argv);
  sem_init(&over, 0, 0);
  ours_open(argv[1]);
  check(vdbrt_events_subscribe(events, NULL, on_event, NULL, NULL, NULL, &err));
  ours_bind();
  while (sem_wait(&over))
    ;
  ours_close();
  tally_print();
  return 0;
}
