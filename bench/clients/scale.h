/*
 * What the two clients with many channels share: CLIENT URL CHANNELS opens them, prints a line of JSON, and then does what it reads, a
 * command a line, each answered by a line:
 *
 *   expect N     from here on N events are waited for; answered once at the start and once at the end
 *   idle S       stays as it is for S seconds
 *   close        closes all channels in order, and ends
 *
 * A line has the seconds that it took ("wall"), those of CPU ("cpu"), the resident bytes ("rss"), open descriptors and threads.
 */
#pragma once
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../server/descriptors.h"
#include "clock.h"

/* The client's own. */
static void scale_open(const char *url, int channels);
static void scale_expect(uint64_t events);
static void scale_wait(void); /* until they have come */
static void scale_idle(double for_seconds);
static void scale_close(void);

static double since_cpu, since_wall;

static void scale_begin(void) {
  since_cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
  since_wall = seconds(CLOCK_MONOTONIC);
}

static long resident_bytes(void) {
  long size = 0, resident = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file || fscanf(file, "%ld %ld", &size, &resident) != 2)
    exit(1);
  fclose(file);
  return resident * sysconf(_SC_PAGESIZE);
}

static int entries(const char *path) {
  int count = -2; /* . and .. */
  DIR *folder = opendir(path);
  while (readdir(folder))
    count++;
  closedir(folder);
  return count;
}

static void scale_print(const char *what) {
  double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - since_cpu, wall = seconds(CLOCK_MONOTONIC) - since_wall;
  printf("{\"what\":\"%s\",\"wall\":%.6f,\"cpu\":%.6f,\"rss\":%ld,\"descriptors\":%d,\"threads\":%d}\n", what, wall, cpu,
         resident_bytes(), entries("/proc/self/fd"), entries("/proc/self/task"));
  fflush(stdout);
}

static int scale_main(int argc, char **argv) {
  char line[64];
  if (argc < 3)
    return 2;
  raise_descriptors();
  scale_begin();
  scale_print("start");
  scale_open(argv[1], atoi(argv[2]));
  scale_print("open");
  while (fgets(line, sizeof line, stdin)) {
    unsigned long long count;
    double duration;
    if (sscanf(line, "expect %llu", &count) == 1) {
      scale_expect(count);
      scale_begin(); /* now: events can come as soon as the line is out */
      puts("{}");
      fflush(stdout);
      scale_wait();
      scale_print("events");
    } else if (sscanf(line, "idle %lf", &duration) == 1) {
      scale_begin();
      scale_idle(duration);
      scale_print("idle");
    } else {
      scale_begin();
      scale_close();
      scale_print("close");
      return 0;
    }
  }
  return 1;
}
