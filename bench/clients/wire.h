/*
 * The WebSocket that the hand-written clients share: libcurl opens the socket (and TLS), the handshake and the frames are their own, parsed
 * where they lie. No checks beyond what keeps it in step: no UTF-8, no reserved bits, no limits worth the name.
 */
#pragma once
#include <curl/curl.h>
#include <poll.h>
#include "tally.h"

enum { WIRE_SIZE = 64 * 1024, WIRE_PADDING = 128 };

/* The user's: a whole message; WIRE_PADDING bytes after it can be read. true: enough. */
static int on_message(const char *json, size_t length);

static CURL *wire;

static void wire_fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

static void wire_wait(short events) {
  curl_socket_t fd;
  curl_easy_getinfo(wire, CURLINFO_ACTIVESOCKET, &fd);
  struct pollfd wait = {fd, events, 0};
  if (poll(&wait, 1, 60000) <= 0)
    wire_fail("nothing came for a minute");
}

static size_t wire_read(char *bytes, size_t size) {
  size_t got = 0;
  CURLcode code;
  while ((code = curl_easy_recv(wire, bytes, size, &got)) == CURLE_AGAIN)
    wire_wait(POLLIN);
  if (code != CURLE_OK || got == 0)
    wire_fail("the connection ended");
  return got;
}

static void wire_write(const char *bytes, size_t size) {
  while (size > 0) {
    size_t written = 0;
    CURLcode code = curl_easy_send(wire, bytes, size, &written);
    if (code == CURLE_AGAIN)
      wire_wait(POLLOUT);
    else if (code != CURLE_OK)
      wire_fail(curl_easy_strerror(code));
    bytes += written;
    size -= written;
  }
}

/* Connects to `url` (http or https) and asks for a WebSocket at `path`. */
static void wire_open(const char *url, const char *path) {
  char request[512];
  wire = curl_easy_init();
  curl_easy_setopt(wire, CURLOPT_URL, url);
  curl_easy_setopt(wire, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(wire, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(wire, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  if (getenv("BENCH_CA"))
    curl_easy_setopt(wire, CURLOPT_CAINFO, getenv("BENCH_CA"));
  CURLcode code = curl_easy_perform(wire);
  if (code != CURLE_OK)
    wire_fail(curl_easy_strerror(code));
  int length = snprintf(request, sizeof request,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                        path);
  wire_write(request, (size_t)length);
}

struct wire_frame {
  int is_last, opcode;
  const char *payload;
  size_t length, size; /* of the payload, of all of it */
};

/* The frame at the front, whose payload may not have come yet; how many bytes its header needs where even that has not. */
static inline size_t wire_frame(const unsigned char *p, size_t have, struct wire_frame *f) {
  if (have < 2)
    return 2;
  size_t header = p[1] == 127 ? 10 : p[1] == 126 ? 4 : 2;
  if (have < header)
    return header;
  f->length = p[1];
  if (header == 4)
    f->length = (size_t)p[2] << 8 | p[3];
  if (header == 10) {
    f->length = 0;
    for (int i = 2; i < 10; i++)
      f->length = f->length << 8 | p[i];
  }
  f->is_last = p[0] >> 7;
  f->opcode = p[0] & 15;
  f->payload = (const char *)p + header;
  f->size = header + f->length;
  return 0;
}

/* Reads messages until `on_message` has enough. The first is the connection id, which is skipped. */
static void wire_run(void) {
  size_t size = WIRE_SIZE, from = 0, to = 0, joined_length = 0, joined_size = 0;
  char *bytes = (char *)malloc(size + WIRE_PADDING), *joined = NULL, *end = NULL;
  int is_first = 1;
  while (!end) {
    to += wire_read(bytes + to, size - to);
    end = (char *)memmem(bytes, to, "\r\n\r\n", 4);
  }
  if (strncmp(bytes, "HTTP/1.1 101", 12))
    wire_fail("no WebSocket");
  from = (size_t)(end + 4 - bytes);
  for (;;) {
    struct wire_frame f;
    size_t need;
    while ((need = wire_frame((unsigned char *)bytes + from, to - from, &f)) == 0 && (need = f.size) <= to - from) {
      from += f.size;
      if (f.opcode > 2)
        continue; /* nothing that is sent here takes so long that a ping would come */
      const char *message = f.payload;
      size_t length = f.length;
      if (!f.is_last || f.opcode == 0) {
        if (joined_length + length + WIRE_PADDING > joined_size) {
          joined_size = 2 * (joined_length + length + WIRE_PADDING);
          joined = (char *)realloc(joined, joined_size);
        }
        memcpy(joined + joined_length, f.payload, length);
        joined_length += length;
        if (!f.is_last)
          continue;
        message = joined;
        length = joined_length;
        joined_length = 0;
      }
      if (is_first) {
        is_first = 0;
        continue;
      }
      if (tally.events == 0)
        tally_first();
      if (on_message(message, length)) {
        free(bytes);
        free(joined);
        return;
      }
    }
    memmove(bytes, bytes + from, to - from);
    to -= from;
    from = 0;
    if (need > size) {
      size = 2 * need;
      bytes = (char *)realloc(bytes, size + WIRE_PADDING);
    }
    to += wire_read(bytes + to, size - to);
  }
}

static int wire_main(int argc, char **argv) {
  tally_begin(argc, argv);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  wire_open(argv[1], "/ws");
  wire_run();
  curl_easy_cleanup(wire);
  tally_print();
  return 0;
}
