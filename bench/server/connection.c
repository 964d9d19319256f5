#include "connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static ssize_t tls_result(struct connection *c, int result) {
  if (result > 0)
    return result;
  int why = SSL_get_error(c->ssl, result);
  return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

static ssize_t socket_result(ssize_t result) {
  if (result < 0)
    return errno == EAGAIN || errno == EINTR ? 0 : -1;
  return result;
}

ssize_t connection_read(struct connection *c, char *bytes, size_t size) {
  if (c->ssl)
    return tls_result(c, SSL_read(c->ssl, bytes, (int)size));
  ssize_t got = recv(c->fd, bytes, size, 0);
  return got == 0 ? -1 : socket_result(got);
}

ssize_t connection_write(struct connection *c, const char *bytes, size_t size) {
  if (c->ssl)
    return tls_result(c, SSL_write(c->ssl, bytes, size > INT32_MAX ? INT32_MAX : (int)size));
  return socket_result(send(c->fd, bytes, size, MSG_NOSIGNAL));
}

bool connection_send(struct connection *c, const char *bytes, size_t size) {
  if (c->out_count == 0) {
    ssize_t written = connection_write(c, bytes, size);
    if (written < 0)
      return false;
    bytes += written;
    size -= (size_t)written;
  }
  if (size > 0) {
    c->out = realloc(c->out, c->out_count + size);
    memcpy(c->out + c->out_count, bytes, size);
    c->out_count += size;
  }
  return true;
}

bool connection_flush(struct connection *c, bool *is_over) {
  while (c->out_count > 0) {
    ssize_t written = connection_write(c, c->out, c->out_count);
    *is_over = written < 0;
    if (written <= 0)
      return false;
    c->out_count -= (size_t)written;
    memmove(c->out, c->out + written, c->out_count);
  }
  return true;
}

void connection_free(struct connection *c) {
  if (c->ssl)
    SSL_free(c->ssl);
  close(c->fd);
  free(c->in);
  free(c->out);
  free(c);
}
