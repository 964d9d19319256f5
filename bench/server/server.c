/*
 * The service of the benchmarks: REST and WebSockets on one port of loopback, in one thread, as cheap as can be.
 *
 *   server [--events N] [--fragmented] [--rate R] [--bindings B] [--tls CERT KEY]
 *
 * A WebSocket at /ws gets its connection id and then N events (1,000,000), as fast as it takes them, or R a second, each with the time of
 * its sending in front: {"sent_ns":...,"channel":... The WebSocket whose URL REST gave out (/ws/bound) gets them once B calls (2) have
 * bound something to it. Every event has new times; REST gives the same answer to every call of one path.
 *
 * Prints a line of JSON when it listens: its port and what a client has to find in N events. What it reads are commands, one a line:
 *
 *   blast N      the oldest WebSocket gets N events as fast as it takes them
 *   spread N R   N events at R a second, one to each WebSocket in turn
 *
 * Ends when its standard input does, and then prints the CPU seconds that it used from the first event on.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "connection.h"
#include "descriptors.h"
#include "pool.h"

enum { POOL = 10000, CHUNK = 256 * 1024, HEADERS = 16384, FRAMES = 1024 };

static struct {
  int epoll, listener, timer, port;
  SSL_CTX *tls;
  uint64_t events;
  long rate, bindings;
  uint32_t websockets, round;
  struct pool pool;
  struct connection **sockets; /* the WebSockets by number; NULL: it has gone */
  uint32_t sockets_size;
  uint64_t paced; /* events that go out with the ticks of the timer, to sockets[turn] */
  uint32_t turn;
  bool is_spread;
  struct connection *held;
  uint32_t bound, next;
  double cpu_before;
} server = {.events = 1000000, .bindings = 2};

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static double cpu_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ---- Events ------------------------------------------------------------------------------------------------------- */

static void watch(struct connection *c, bool wants_out) {
  if (c->wants_out == wants_out)
    return;
  c->wants_out = wants_out;
  struct epoll_event event = {.events = EPOLLIN | (wants_out ? (uint32_t)EPOLLOUT : 0), .data.ptr = c};
  epoll_ctl(server.epoll, EPOLL_CTL_MOD, c->fd, &event);
}

/* Sends what the socket takes. false: the connection is over. */
static bool blast(struct connection *c) {
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

static bool begin_events(struct connection *c) {
  c->is_held = false;
  server.cpu_before = cpu_seconds();
  if (server.rate > 0) {
    server.turn = c->number;
    begin_paced(server.events, server.rate);
    return true;
  }
  c->left = server.events;
  return blast(c);
}

static void tick(void) {
  uint64_t ticks;
  if (read(server.timer, &ticks, sizeof ticks) != sizeof ticks)
    return;
  for (; ticks > 0 && server.paced > 0; ticks--, server.paced--) {
    struct connection *c = server.sockets[server.turn];
    if (c)
      send_stamped(c); /* the loop learns of its end by itself */
    if (server.is_spread && ++server.turn == server.websockets)
      server.turn = 0;
  }
}

/* What the standard input says; false at its end. */
static bool obey(void) {
  char line[128];
  unsigned long long count;
  long rate;
  if (!fgets(line, sizeof line, stdin))
    return false;
  if (sscanf(line, "blast %llu", &count) == 1 && server.websockets > 0 && server.sockets[0]) {
    server.sockets[0]->left = count;
    blast(server.sockets[0]);
  } else if (sscanf(line, "spread %llu %ld", &count, &rate) == 2) {
    server.is_spread = true;
    server.turn = 0;
    begin_paced(count, rate);
  }
  return true;
}

/* ---- REST --------------------------------------------------------------------------------------------------------- */

static bool answer(struct connection *c, const char *data) {
  char text[4096];
  int length = snprintf(text, sizeof text, "{\"success\":true,\"data\":%s}", data);
  char whole[8192];
  int size = snprintf(whole, sizeof whole, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
                      length, text);
  return connection_send(c, whole, (size_t)size);
}

static bool has(const char *text, const char *part) { return strstr(text, part) != NULL; }

static bool answer_call(struct connection *c, const char *request, const char *body) {
  char data[512];
  if (has(request, "/websocket ")) {
    snprintf(data, sizeof data, "{\"websocket_url\":\"ws%s://127.0.0.1:%d/ws/bound\"}", server.tls ? "s" : "", server.port);
    return answer(c, data);
  }
  if (!strncmp(request, "POST", 4) && has(body, "\"ws_connection_id\"")) {
    bool is_index = has(request, "/index/scene ");
    bool sent = answer(
        c, is_index ? "{\"rtstream_index_id\":\"5b1f9a6c0d3e4f27\",\"extraction_type\":\"time\",\"extraction_config\":"
                      "{\"time\":5,\"frame_count\":2},\"prompt\":\"What moves?\",\"name\":\"yard\",\"status\":\"running\"}"
                    : "{\"status\":\"running\",\"engine\":\"default\"}");
    if (++server.bound == server.bindings && server.held && !begin_events(server.held))
      server.held = NULL;
    return sent;
  }
  if (!strncmp(request, "GET /rtstream/" STREAM_ID " ", sizeof "GET /rtstream/" STREAM_ID))
    return answer(c, "{\"id\":\"" STREAM_ID "\",\"name\":\"yard: north camera\",\"status\":\"connected\",\"sample_rate\":30,"
                     "\"media_types\":[\"video\",\"audio\"],\"collection_id\":\"c-0b1f2a3c\",\"store\":true,"
                     "\"created_at\":\"2026-01-02T03:04:05Z\"}");
  if (has(request, "GET /collection/default "))
    return answer(c, "{\"id\":\"default\",\"name\":\"Default\",\"description\":\"\",\"is_public\":false}");
  return answer(c, "{}");
}

/* ---- WebSocket ---------------------------------------------------------------------------------------------------- */

static bool upgrade(struct connection *c, const char *request, const char *key) {
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
static bool take_frames(struct connection *c) {
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

/* ---- Loop --------------------------------------------------------------------------------------------------------- */

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
  bool fragmented = false;
  for (int i = 1; i < argc; i++) {
    const char *value = i + 1 < argc ? argv[i + 1] : "";
    if (!strcmp(argv[i], "--fragmented"))
      fragmented = true;
    else if (!strcmp(argv[i], "--events"))
      server.events = strtoull(value, NULL, 10), i++;
    else if (!strcmp(argv[i], "--rate"))
      server.rate = atol(value), i++;
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
  pool_make(&server.pool, POOL, fragmented);
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
