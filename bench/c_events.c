/* The row of C in bench/python_events.py: pulls all events of a channel in batches and reads what the others read.
 *
 *   c_events 0|1    1: reads the channel of each event and the text of transcripts
 *
 * Prints {"count", "texts", "cpu", "wall"}; the service is that of VIDEO_DB_API. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <videodb_rt.h>

static vdbrt_error *err;

static void check(vdbrt_status status) {
  if (status == VDBRT_OK)
    return;
  fprintf(stderr, "%s\n", vdbrt_error_message(err));
  exit(1);
}

static double cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Characters of UTF-8, as Python counts them. */
static size_t characters(const char *text, size_t length) {
  size_t count = 0;
  for (size_t i = 0; i < length; i++)
    count += (text[i] & 0xC0) != 0x80;
  return count;
}

int main(int argc, char **argv) {
  vdbrt_config *config;
  vdbrt_client *client;
  vdbrt_events *events;
  vdbrt_event *batch[256];
  size_t taken, length, count = 0, texts = 0;
  int reads = argc > 1 && atoi(argv[1]);

  check(vdbrt_config_new(&config, &err));
  check(vdbrt_config_set(config, "reconnect.enabled", "false", &err)); /* the end of the events is the end */
  check(vdbrt_client_new(config, &client, &err));
  vdbrt_config_free(config);
  check(vdbrt_events_open(client, NULL, NULL, &events, &err));
  double cpu = cpu_seconds(), wall = seconds();
  while (vdbrt_events_next_batch(events, -1, batch, 256, &taken, NULL) == VDBRT_OK)
    for (size_t i = 0; i < taken; i++) {
      if (reads && vdbrt_event_kind(batch[i]) == VDBRT_EVENT_TRANSCRIPT) {
        const char *text = vdbrt_event_text(batch[i], &length);
        texts += characters(text, length);
      }
      count += vdbrt_event_kind(batch[i]) < VDBRT_EVENT_CONNECTED;
      vdbrt_event_free(batch[i]);
    }
  printf("{\"count\": %zu, \"texts\": %zu, \"cpu\": %f, \"wall\": %f}\n", count, texts, cpu_seconds() - cpu, seconds() - wall);
  vdbrt_events_release(events);
  vdbrt_client_release(client);
  return 0;
}
