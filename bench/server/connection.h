/* One connection of the server: its socket, with TLS or without, and what waits to be read or written. */
#pragma once
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct connection {
  int fd;
  SSL *ssl;
  bool is_websocket, is_held; /* held: its events wait for what has to be bound to it */
  bool wants_out;             /* epoll waits for room */
  uint32_t number;            /* of the WebSockets, from 0 */
  char *in;
  size_t in_count, in_size;
  char *out; /* answers that did not fit into the socket */
  size_t out_count;
  /* Events that are to be sent as fast as they are taken. */
  uint64_t left;
  size_t sent; /* bytes of the pool's current round */
};

/* Bytes; 0: none for now; -1: the connection is over. */
ssize_t connection_read(struct connection *c, char *bytes, size_t size);
ssize_t connection_write(struct connection *c, const char *bytes, size_t size);
/* Writes all of it, now or when there is room. false: the connection is over. */
bool connection_send(struct connection *c, const char *bytes, size_t size);
/* What waits from before. true: all of it is out. */
bool connection_flush(struct connection *c, bool *is_over);
void connection_free(struct connection *c);
