/* What the parts of the server share: sending.c has the events, rest.c the answers, websocket.c upgrades and frames, server.c the loop. */
#pragma once
#include "connection.h"
#include "pool.h"

enum { HEADERS = 16384, FRAMES = 1024 }; /* bytes that are read of a connection: of HTTP, of a WebSocket */

struct server {
  int epoll, listener, timer, port;
  SSL_CTX *tls;
  /* As the command line has it. */
  uint64_t events;
  long rate, bindings;
  uint32_t clients; /* so many WebSockets are waited for, and get the events in turns */
  struct pool pool;
  uint32_t round, next;        /* of the pool's events; the next one of those that go out singly */
  struct connection **sockets; /* the WebSockets by number; NULL: it has gone */
  uint32_t websockets, sockets_size;
  uint64_t paced; /* events that go out with the ticks of the timer, to sockets[turn] */
  uint32_t turn;
  uint32_t turn_length, in_turn; /* events; 0: all go to one */
  uint32_t ready;                /* WebSockets that events could be sent to */
  struct connection *held;       /* gets its events when `bindings` calls have bound something */
  uint32_t bound;
  double cpu_before; /* the first event */
};
extern struct server server;

void fail(const char *what);
double cpu_seconds(void);
void watch(struct connection *c, bool wants_out);

/* Each gives false when the connection is over. */
bool blast(struct connection *c);
bool begin_events(struct connection *c);
bool answer_call(struct connection *c, const char *request, const char *body);
bool upgrade(struct connection *c, const char *request, const char *key);
bool take_frames(struct connection *c);

/* A tick of the timer. */
void tick(void);
/* A command of the standard input; false at its end. */
bool obey(void);
