/* The same connections by hand: a libcurl handle each, one epoll, one buffer for all of them, messages told apart and counted. */
#include <curl/curl.h>
#include <poll.h>
#include <sys/epoll.h>
#include "scale.h"

enum { SHARED = 100 }; /* connections of a multi handle */

struct socket {
  CURL *curl;
  curl_socket_t fd;
  char *kept; /* of a frame that has not come whole */
  size_t kept_length;
};

static CURLM **multis;
static struct socket *sockets;
static int channels, epoll;
static uint64_t left;
static char bytes[64 * 1024];

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

static size_t receive(struct socket *s, char *to, size_t size) {
  size_t got = 0;
  CURLcode code = curl_easy_recv(s->curl, to, size, &got);
  if (code != CURLE_OK && code != CURLE_AGAIN)
    fail(curl_easy_strerror(code));
  return got;
}

/* Counts the whole messages; the bytes that they take. */
static size_t take(const unsigned char *p, size_t length) {
  size_t at = 0;
  while (length - at >= 4) {
    size_t size = p[at + 1] == 126 ? 4 + ((size_t)p[at + 2] << 8 | p[at + 3]) : 2 + (size_t)p[at + 1];
    if (length - at < size)
      break;
    at += size;
    left -= left > 0;
  }
  return at;
}

static void read_socket(struct socket *s) {
  size_t length = s->kept_length, got;
  if (length > 0)
    memcpy(bytes, s->kept, length);
  got = receive(s, bytes + length, sizeof bytes - length);
  length += got;
  size_t used = take((unsigned char *)bytes, length);
  s->kept_length = length - used;
  if (s->kept_length > 0) {
    s->kept = realloc(s->kept, s->kept_length);
    memcpy(s->kept, bytes + used, s->kept_length);
  }
}

/* Without a multi handle each would make one of its own, with two more descriptors; and a multi handle looks at all that it has. */
static void connect_socket(CURLM *multi, struct socket *s, const char *url) {
  int left_running = 1, rest;
  s->curl = curl_easy_init();
  curl_easy_setopt(s->curl, CURLOPT_URL, url);
  curl_easy_setopt(s->curl, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(s->curl, CURLOPT_NOSIGNAL, 1L);
  curl_multi_add_handle(multi, s->curl);
  while (left_running) {
    curl_multi_perform(multi, &left_running);
    if (left_running)
      curl_multi_poll(multi, NULL, 0, 1000, NULL);
  }
  CURLMsg *message = curl_multi_info_read(multi, &rest);
  if (!message || message->data.result != CURLE_OK)
    fail("no connection");
  curl_easy_getinfo(s->curl, CURLINFO_ACTIVESOCKET, &s->fd);
}

static void open_socket(CURLM *multi, struct socket *s, const char *url) {
  static const char request[] = "GET /ws/bound HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  size_t sent, length = 0;
  connect_socket(multi, s, url);
  if (curl_easy_send(s->curl, request, sizeof request - 1, &sent) != CURLE_OK)
    fail("no connection");
  /* The upgrade, and the connection id. */
  while (!memmem(bytes, length, "\"}", 2)) {
    struct pollfd wait = {s->fd, POLLIN, 0};
    poll(&wait, 1, 10000);
    length += receive(s, bytes + length, sizeof bytes - length);
  }
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = s};
  epoll_ctl(epoll, EPOLL_CTL_ADD, s->fd, &event);
}

static void run(double until) {
  struct epoll_event ready[256];
  for (;;) {
    double rest = until - seconds(CLOCK_MONOTONIC);
    if (until == 0 ? left == 0 : rest <= 0)
      return;
    int count = epoll_wait(epoll, ready, 256, until == 0 ? -1 : (int)(rest * 1000) + 1);
    for (int i = 0; i < count; i++)
      read_socket(ready[i].data.ptr);
  }
}

static void scale_open(const char *url, int count) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  multis = calloc((size_t)count / SHARED + 1, sizeof *multis);
  epoll = epoll_create1(0);
  channels = count;
  sockets = calloc((size_t)count, sizeof *sockets);
  for (int i = 0; i < count; i++) {
    if (i % SHARED == 0)
      multis[i / SHARED] = curl_multi_init();
    open_socket(multis[i / SHARED], &sockets[i], url);
  }
}

static void scale_expect(uint64_t events) { left = events; }

static void scale_wait(void) { run(0); }

static void scale_idle(double for_seconds) { run(seconds(CLOCK_MONOTONIC) + for_seconds); }

static void scale_close(void) {
  for (int i = 0; i < channels; i++) {
    curl_multi_remove_handle(multis[i / SHARED], sockets[i].curl);
    curl_easy_cleanup(sockets[i].curl);
    free(sockets[i].kept);
  }
  for (int i = 0; i < channels; i += SHARED)
    curl_multi_cleanup(multis[i / SHARED]);
  free(multis);
  free(sockets);
}

int main(int argc, char **argv) { return scale_main(argc, argv); }
