/* Events: as fast as a WebSocket takes them, or one at each tick of a timer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "server.h"

enum { CHUNK = 256 * 1024, TURN = 250 };

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Sends what the socket takes. */
bool blast(struct connection *c) {
  bool is_over = false;
  if (!connection_flush(c, &is_over)) {
    watch(c, !is_over);
    return !is_over;
  }
  while (c->left > 0) {
    uint64_t in_round = c->left < server.pool.count ? c->left : server.pool.count;
    size_t end = server.pool.ends[in_round - 1];
    size_t size = end - c->sent < CHUNK ? end - c->sent : CHUNK;
    ssize_t written = connection_write(c, server.pool.bytes + c->sent, size);
    if (written < 0)
      return false;
    if (written == 0) {
      watch(c, true);
      return true;
    }
    c->sent += (size_t)written;
    if (c->sent == end) {
      c->sent = 0;
      c->left -= in_round;
      pool_set_round(&server.pool, ++server.round);
    }
  }
  watch(c, false);
  return true;
}

/* One event, with the time of its sending. */
static bool send_stamped(struct connection *c) {
  size_t length;
  const char *json = pool_json(&server.pool, server.next, &length);
  char frame[4096];
  char *payload = frame + 4;
  int stamp = snprintf(payload, 64, "{\"sent_ns\":%llu,", (unsigned long long)now_ns());
  memcpy(payload + stamp, json + 1, length - 1);
  length += (size_t)stamp - 1;
  frame_header(frame, 0x81, length);
  if (++server.next == server.pool.count) {
    server.next = 0;
    pool_set_round(&server.pool, ++server.round);
  }
  return connection_send(c, frame, length + 4);
}

static void begin_paced(uint64_t count, long rate) {
  long interval = 1000000000 / rate;
  struct itimerspec every = {{interval / 1000000000, interval % 1000000000}, {0, 20000000}};
  server.paced = count;
  if (timerfd_settime(server.timer, 0, &every, NULL))
    fail("timerfd_settime");
}

bool begin_events(struct connection *c) {
  c->is_held = false;
  server.cpu_before = cpu_seconds();
  if (server.rate > 0) {
    server.turn = c->number;
    server.turn_length = server.clients > 1 ? TURN : 0;
    if (++server.ready >= server.clients)
      begin_paced(server.events, server.rate);
    return true;
  }
  c->left = server.events;
  return blast(c);
}

void tick(void) {
  uint64_t ticks;
  if (read(server.timer, &ticks, sizeof ticks) != sizeof ticks)
    return;
  for (; ticks > 0 && server.paced > 0; ticks--, server.paced--) {
    struct connection *c = server.sockets[server.turn];
    if (c)
      send_stamped(c); /* the loop learns of its end by itself */
    if (server.turn_length > 0 && ++server.in_turn == server.turn_length) {
      server.in_turn = 0;
      server.turn = (server.turn + 1) % server.websockets;
    }
  }
}

bool obey(void) {
  char line[128];
  unsigned long long count;
  long rate;
  if (!fgets(line, sizeof line, stdin))
    return false;
  if (sscanf(line, "blast %llu", &count) == 1 && server.websockets > 0 && server.sockets[0]) {
    server.sockets[0]->left = count;
    blast(server.sockets[0]);
  } else if (sscanf(line, "spread %llu %ld", &count, &rate) == 2) {
    server.turn_length = 1;
    server.turn = 0;
    begin_paced(count, rate);
  }
  return true;
}
