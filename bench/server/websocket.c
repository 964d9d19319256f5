/* The server's end of WebSockets. */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server.h"

bool upgrade(struct connection *c, const char *request, const char *key) {
  char joined[128];
  int length = snprintf(joined, sizeof joined, "%.24s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
  unsigned char digest[EVP_MAX_MD_SIZE], encoded[64];
  EVP_Digest(joined, (size_t)length, digest, NULL, EVP_sha1(), NULL);
  EVP_EncodeBlock(encoded, digest, 20);
  char text[512];
  length = snprintf(
      text, sizeof text,
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
      encoded);
  c->is_websocket = true;
  c->number = server.websockets++;
  if (c->number >= server.sockets_size) {
    server.sockets_size = 2 * server.sockets_size + 16;
    server.sockets = realloc(server.sockets, server.sockets_size * sizeof *server.sockets);
  }
  server.sockets[c->number] = c;
  char id[64];
  int id_length = snprintf(id, sizeof id, "{\"connection_id\":\"conn-%u\"}", c->number);
  length += (int)frame_header(text + length, 0x81, (uint64_t)id_length);
  memcpy(text + length, id, (size_t)id_length);
  if (!connection_send(c, text, (size_t)(length + id_length)))
    return false;
  c->is_held = !strncmp(request, "GET /ws/bound", 13) && server.bindings > 0;
  if (!c->is_held)
    return begin_events(c);
  server.held = c;
  return true;
}

/* The whole frames that a client has sent: pings are answered, a close ends the connection, the rest is ignored. */
bool take_frames(struct connection *c) {
  size_t from = 0;
  while (c->in_count - from >= 6) {
    unsigned char *p = (unsigned char *)c->in + from;
    size_t length = p[1] & 0x7F, header = 6;
    if (length > 125)
      return false; /* clients have nothing to say that is so long */
    if (c->in_count - from < header + length)
      break;
    for (size_t i = 0; i < length; i++)
      p[6 + i] ^= p[2 + (i & 3)];
    int opcode = p[0] & 15;
    if (opcode == 8 || opcode == 9) {
      char reply[140];
      size_t size = frame_header(reply, opcode == 8 ? 0x88 : 0x8A, length);
      memcpy(reply + size, p + 6, length);
      /* Between the frames of events only. */
      if (c->left == 0 && !connection_send(c, reply, size + length))
        return false;
      if (opcode == 8)
        return false;
    }
    from += header + length;
  }
  c->in_count -= from;
  memmove(c->in, c->in + from, c->in_count);
  return true;
}
