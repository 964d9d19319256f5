/*
 * What a second thread between socket and callback costs: the reason why event callbacks run on the I/O thread.
 *
 * A sender writes an event's worth of bytes (407) to a socket 1,000 times a second; a thread waits on epoll and reads. Either it takes
 * the event itself, or it copies it into a queue and wakes a second thread that takes it. Rounds are interleaved. Printed for each:
 * time from send to take (p50, p99 of all rounds) and CPU of the process per event, and the ratios.
 *
 *   cc -O2 -std=c11 bench/callback_thread.c -o build/callback_thread -pthread && build/callback_thread
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 1000, ROUNDS = 5, SIZE = 407 };

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t cpu_ns(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return ((int64_t)u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000000 +
         ((int64_t)u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1000;
}

static int64_t latency[2][EVENTS * ROUNDS];
static int64_t *slot;
static int taken;

static void take(const char *event) {
  int64_t sent;
  memcpy(&sent, event, sizeof sent);
  slot[taken++] = now_ns() - sent;
}

/* The second thread and its queue. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static char *queue[EVENTS];
static int written, done;

static void *consumer(void *unused) {
  (void)unused;
  int read = 0;
  pthread_mutex_lock(&lock);
  while (1) {
    while (read == written && !done)
      pthread_cond_wait(&filled, &lock);
    if (read == written)
      break;
    char *event = queue[read++];
    pthread_mutex_unlock(&lock);
    take(event);
    free(event);
    pthread_mutex_lock(&lock);
  }
  pthread_mutex_unlock(&lock);
  return NULL;
}

struct reader {
  int fd, hands_over;
};

static void *read_events(void *argument) {
  struct reader *r = argument;
  int poll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN};
  epoll_ctl(poll, EPOLL_CTL_ADD, r->fd, &event);
  for (int i = 0; i < EVENTS;) {
    char bytes[SIZE];
    epoll_wait(poll, &event, 1, -1);
    if (recv(r->fd, bytes, SIZE, MSG_WAITALL) != SIZE)
      exit(1);
    i++;
    if (!r->hands_over) {
      take(bytes);
      continue;
    }
    char *copy = malloc(SIZE);
    memcpy(copy, bytes, SIZE);
    pthread_mutex_lock(&lock);
    queue[written++] = copy;
    pthread_cond_signal(&filled);
    pthread_mutex_unlock(&lock);
  }
  close(poll);
  return NULL;
}

static int64_t round_of(int hands_over, int number) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
    exit(1);
  slot = latency[hands_over] + (size_t)number * EVENTS;
  taken = written = done = 0;
  pthread_t reader, second;
  struct reader r = {pair[0], hands_over};
  int64_t before = cpu_ns();
  pthread_create(&reader, NULL, read_events, &r);
  if (hands_over)
    pthread_create(&second, NULL, consumer, NULL);
  for (int i = 0; i < EVENTS; i++) {
    char bytes[SIZE] = {0};
    int64_t sent = now_ns();
    memcpy(bytes, &sent, sizeof sent);
    if (send(pair[1], bytes, SIZE, 0) != SIZE)
      exit(1);
    nanosleep(&(struct timespec){0, 1000000}, NULL);
  }
  pthread_join(reader, NULL);
  if (hands_over) {
    pthread_mutex_lock(&lock);
    done = 1;
    pthread_cond_signal(&filled);
    pthread_mutex_unlock(&lock);
    pthread_join(second, NULL);
  }
  close(pair[0]);
  close(pair[1]);
  return (cpu_ns() - before) / EVENTS;
}

static int compare(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

int main(void) {
  int64_t least[2] = {INT64_MAX, INT64_MAX};
  for (int i = 0; i < ROUNDS; i++)
    for (int hands_over = 0; hands_over < 2; hands_over++) {
      int64_t cpu = round_of(hands_over, i);
      if (cpu < least[hands_over])
        least[hands_over] = cpu;
    }
  static const char *const names[] = {"taken on the I/O thread", "handed to a second thread"};
  double p50[2], p99[2];
  for (int i = 0; i < 2; i++) {
    qsort(latency[i], EVENTS * ROUNDS, sizeof latency[i][0], compare);
    p50[i] = (double)latency[i][EVENTS * ROUNDS / 2] / 1000;
    p99[i] = (double)latency[i][EVENTS * ROUNDS / 100 * 99] / 1000;
    printf("%-26s p50 %7.1f us   p99 %7.1f us   CPU per event, sender included %6.1f us\n", names[i], p50[i], p99[i],
           (double)least[i] / 1000);
  }
  printf("%-26s p50 %7.2f      p99 %7.2f      CPU %6.2f\n", "ratio", p50[1] / p50[0], p99[1] / p99[0],
         (double)least[1] / (double)least[0]);
  return 0;
}
