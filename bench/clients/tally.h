/* What each client in C and C++ counts, measures and prints. */
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "clock.h"

enum { STAMP_AT = sizeof "{\"sent_ns\":" - 1 };

static struct {
  uint64_t expected, events, text, transcripts;
  double cpu, wall;
  uint32_t *latency; /* ns of each event, where events carry the time of their sending */
} tally;

/* Before the first event, from the command line: URL EVENTS [latency]. */
static void tally_begin(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: %s URL EVENTS [latency]\n", argv[0]);
    exit(2);
  }
  tally.expected = strtoull(argv[2], NULL, 10);
  if (argc > 3)
    tally.latency = (uint32_t *)calloc(tally.expected, sizeof *tally.latency);
}

static inline void tally_first(void) {
  tally.cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
  tally.wall = seconds(CLOCK_MONOTONIC);
}

/* Ends the measurement with the last event. true: this was it. */
static inline int tally_event(const char *json, const char *channel, size_t channel_length, size_t text_length) {
  if (tally.latency && tally.events < tally.expected)
    tally.latency[tally.events] = (uint32_t)(clock_ns(CLOCK_MONOTONIC) - strtoull(json + STAMP_AT, NULL, 10));
  tally.text += text_length;
  tally.transcripts += channel_length == 10 && !memcmp(channel, "transcript", 10);
  if (++tally.events != tally.expected)
    return 0;
  tally.cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - tally.cpu;
  tally.wall = seconds(CLOCK_MONOTONIC) - tally.wall;
  return 1;
}

static int compare_latency(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

static void tally_print(void) {
  printf("{\"events\":%llu,\"text\":%llu,\"unit\":\"bytes\",\"transcripts\":%llu,\"cpu\":%.6f,\"wall\":%.6f",
         (unsigned long long)tally.events, (unsigned long long)tally.text, (unsigned long long)tally.transcripts, tally.cpu,
         tally.wall);
  if (tally.latency && tally.events > 0) {
    qsort(tally.latency, tally.events, sizeof *tally.latency, compare_latency);
    printf(",\"p50\":%.1f,\"p99\":%.1f", tally.latency[tally.events / 2] / 1e3, tally.latency[tally.events * 99 / 100] / 1e3);
  }
  puts("}");
}
