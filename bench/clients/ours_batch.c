/* libvideodb_rt: events pulled in batches by the main thread. */
#include "ours.h"

int main(int argc, char **argv) {
  vdbrt_event *batch[256];
  size_t count;
  int is_over = 0;
  tally_begin(argc, argv);
  ours_open(argv[1]);
  ours_bind();
  while (!is_over) {
    check(vdbrt_events_next_batch(events, 60000, batch, 256, &count, &err));
    for (size_t i = 0; i < count; i++) {
      is_over |= ours_event(batch[i]);
      vdbrt_event_free(batch[i]);
    }
  }
  ours_close();
  tally_print();
  return 0;
}
