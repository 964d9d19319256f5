/*
 * What the clients of REST in C share: CLIENT URL CALLS THREADS asks for one stream again and again, on one kept connection for each thread,
 * and makes a string of each answer's data. Prints the CPU that a call took, all threads together, after one call of each to warm up.
 */
#pragma once
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../server/stream.h"
#include "clock.h"

/* The client's own. */
static void rest_begin(const char *url);
static void *rest_thread(void);
static size_t rest_call(void *thread); /* length of the string */
static void rest_end(void *thread);

static pthread_barrier_t rest_barrier;
static long rest_calls;

static void rest_wait(void) { pthread_barrier_wait(&rest_barrier); }

static void *rest_run(void *length) {
  void *thread = rest_thread();
  rest_call(thread);
  rest_wait();
  rest_wait();
  for (long i = 0; i < rest_calls; i++)
    *(size_t *)length += rest_call(thread);
  rest_wait();
  rest_wait();
  rest_end(thread);
  return NULL;
}

static int rest_main(int argc, char **argv) {
  if (argc < 4)
    return 2;
  rest_calls = atol(argv[2]);
  int threads = atoi(argv[3]);
  pthread_t ids[64];
  size_t lengths[64] = {0}, length = 0;
  pthread_barrier_init(&rest_barrier, NULL, (unsigned)threads + 1);
  rest_begin(argv[1]);
  for (int i = 0; i < threads; i++)
    pthread_create(&ids[i], NULL, rest_run, &lengths[i]);
  rest_wait(); /* all have warmed up */
  double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID), wall = seconds(CLOCK_MONOTONIC);
  rest_wait();
  rest_wait(); /* all have ended */
  cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  wall = seconds(CLOCK_MONOTONIC) - wall;
  rest_wait();
  for (int i = 0; i < threads; i++) {
    pthread_join(ids[i], NULL);
    length += lengths[i];
  }
  printf("{\"calls\":%ld,\"length\":%zu,\"cpu\":%.6f,\"wall\":%.6f}\n", rest_calls * threads, length, cpu, wall);
  return 0;
}
