/*
 * The service of the benchmarks: REST and WebSockets on one port of loopback, in one thread, as cheap as can be.
 *
 *   server [--events N] [--fragmented] [--unlike] [--numbered] [--seconds] [--rate R [--clients C]] [--bindings B] [--tls CERT KEY]
 *
 * A WebSocket at /ws gets its connection id and then N events (1,000,000), as fast as it takes them, or R a second, each with the time of
 * its sending in front: {"sent_ns":...,"channel":... With C clients the N events begin when all have come, and go to each in turns of 250.
 * The WebSocket whose URL REST gave out (/ws/bound) gets them once B calls (2) have bound something to it. Every event has new times; REST
 * gives the same answer to every call of one path.
 *
 * Prints a line of JSON when it listens: its port and what a client has to find in N events. What it reads are commands, one a line:
 *
 *   blast N      the oldest WebSocket gets N events as fast as it takes them
 *   spread N R   N events at R a second, one to each WebSocket in turn
 *
 * Ends when its standard input does, and then prints the CPU seconds that it used from the first event on.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "descriptors.h"
#include "server.h"

enum { POOL = 10000 };

struct server server = {.events = 1000000, .bindings = 2};

void fail(const char *what) {
  perror(what);
  exit(1);
}

double cpu_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void watch(struct connection *c, bool wants_out) {
  if (c->wants_out == wants_out)
    return;
  c->wants_out = wants_out;
  struct epoll_event event = {.events = EPOLLIN | (wants_out ? (uint32_t)EPOLLOUT : 0), .data.ptr = c};
  epoll_ctl(server.epoll, EPOLL_CTL_MOD, c->fd, &event);
}

/* The whole requests that a client has sent. */
static bool take_requests(struct connection *c) {
  while (!c->is_websocket) {
    c->in[c->in_count] = 0;
    char *end = strstr(c->in, "\r\n\r\n");
    if (!end)
      return c->in_count + 1 < c->in_size;
    size_t size = (size_t)(end + 4 - c->in);
    const char *length = strcasestr(c->in, "\r\nContent-Length:");
    size_t body = length && length < end ? strtoul(length + 17, NULL, 10) : 0;
    if (size + body >= c->in_size)
      return false;
    if (c->in_count < size + body)
      return true;
    end[2] = 0;
    char after = c->in[size + body];
    c->in[size + body] = 0;
    const char *key = strcasestr(c->in, "\r\nSec-WebSocket-Key: ");
    bool goes_on = key ? upgrade(c, c->in, key + 21) : answer_call(c, c->in, c->in + size);
    if (!goes_on)
      return false;
    c->in[size + body] = after;
    c->in_count -= size + body;
    memmove(c->in, c->in + size + body, c->in_count);
  }
  if (c->in_count < FRAMES) { /* thousands of them should not take much */
    c->in_size = FRAMES;
    c->in = realloc(c->in, c->in_size);
  }
  return take_frames(c);
}

static void accept_all(void) {
  int fd, one = 1;
  while ((fd = accept4(server.listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct connection *c = calloc(1, sizeof *c);
    c->fd = fd;
    if (server.tls) {
      c->ssl = SSL_new(server.tls);
      SSL_set_fd(c->ssl, fd);
      SSL_set_accept_state(c->ssl);
    }
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    if (epoll_ctl(server.epoll, EPOLL_CTL_ADD, fd, &event))
      fail("epoll_ctl");
  }
}

static bool readable(struct connection *c) {
  if (!c->in) {
    c->in_size = HEADERS;
    c->in = malloc(c->in_size);
  }
  for (;;) {
    if (c->in_count + 1 >= c->in_size)
      return false;
    ssize_t got = connection_read(c, c->in + c->in_count, c->in_size - 1 - c->in_count);
    if (got <= 0)
      return got == 0;
    c->in_count += (size_t)got;
    if (!(c->is_websocket ? take_frames(c) : take_requests(c)))
      return false;
  }
}

static void serve(struct connection *c, uint32_t events) {
  bool goes_on = true;
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
    goes_on = readable(c);
  if (goes_on && (events & EPOLLOUT))
    goes_on = blast(c);
  if (goes_on && c->out_count > 0)
    watch(c, true);
  if (goes_on)
    return;
  if (server.held == c)
    server.held = NULL;
  if (c->is_websocket)
    server.sockets[c->number] = NULL;
  connection_free(c);
}

static void add(int fd, void *tag) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = tag};
  if (epoll_ctl(server.epoll, EPOLL_CTL_ADD, fd, &event))
    fail("epoll_ctl");
}

static void use_certificate(const char *certificate, const char *key) {
  server.tls = SSL_CTX_new(TLS_server_method());
  SSL_CTX_set_mode(server.tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (SSL_CTX_use_certificate_chain_file(server.tls, certificate) != 1 ||
      SSL_CTX_use_PrivateKey_file(server.tls, key, SSL_FILETYPE_PEM) != 1) {
    fprintf(stderr, "the certificate or its key cannot be used\n");
    exit(1);
  }
}

static void listen_anywhere(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  server.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (bind(server.listener, (struct sockaddr *)&address, size) || listen(server.listener, 4096) ||
      getsockname(server.listener, (struct sockaddr *)&address, &size))
    fail("listen");
  server.port = ntohs(address.sin_port);
}

int main(int argc, char **argv) {
  struct forms forms = {0};
  for (int i = 1; i < argc; i++) {
    const char *value = i + 1 < argc ? argv[i + 1] : "";
    if (!strcmp(argv[i], "--fragmented"))
      forms.fragmented = true;
    else if (!strcmp(argv[i], "--unlike"))
      forms.unlike = true;
    else if (!strcmp(argv[i], "--numbered"))
      forms.numbered = true;
    else if (!strcmp(argv[i], "--seconds"))
      forms.seconds = true;
    else if (!strcmp(argv[i], "--events"))
      server.events = strtoull(value, NULL, 10), i++;
    else if (!strcmp(argv[i], "--rate"))
      server.rate = atol(value), i++;
    else if (!strcmp(argv[i], "--clients"))
      server.clients = (uint32_t)atol(value), i++;
    else if (!strcmp(argv[i], "--bindings"))
      server.bindings = atol(value), i++;
    else if (!strcmp(argv[i], "--tls") && i + 2 < argc)
      use_certificate(value, argv[i + 2]), i += 2;
    else {
      fprintf(stderr, "unknown option %s\n", argv[i]);
      return 2;
    }
  }
  signal(SIGPIPE, SIG_IGN);
  raise_descriptors();
  setvbuf(stdin, NULL, _IONBF, 0); /* what it has read and not given would be lost on epoll */
  pool_make(&server.pool, POOL, forms);
  listen_anywhere();
  server.epoll = epoll_create1(EPOLL_CLOEXEC);
  server.timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  add(server.listener, &server.listener);
  add(server.timer, &server.timer);
  add(STDIN_FILENO, NULL);

  struct totals all = pool_totals(&server.pool, server.events);
  printf("{\"port\":%d,\"events\":%llu,\"bytes\":%llu,\"characters\":%llu,\"utf16\":%llu,\"payload\":%llu}\n", server.port,
         (unsigned long long)all.events, (unsigned long long)all.bytes, (unsigned long long)all.characters,
         (unsigned long long)all.utf16, (unsigned long long)all.payload);
  fflush(stdout);

  for (;;) {
    struct epoll_event ready[256];
    int count = epoll_wait(server.epoll, ready, 256, -1);
    for (int i = 0; i < count; i++) {
      void *tag = ready[i].data.ptr;
      if (tag == NULL && !obey()) {
        printf("{\"cpu\":%.6f}\n", server.cpu_before > 0 ? cpu_seconds() - server.cpu_before : 0);
        return 0;
      }
      if (tag == &server.listener)
        accept_all();
      else if (tag == NULL)
        continue;
      else if (tag == &server.timer)
        tick();
      else
        serve(tag, ready[i].events);
    }
  }
}
