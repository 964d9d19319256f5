/* loop.mode external: one poll() of the application drives channel, calls and timers, and the process has no thread of ours. */
#include "support_async.h"

#include <fcntl.h>
#include <poll.h>

enum { MESSAGES = 300 };

static server *s;
static vdbrt_client *client;
static int fd, turns;

static bool is_readable(int ms) {
  struct pollfd p = {fd, POLLIN, 0};
  int ready = poll(&p, 1, ms);
  CHECK(ready >= 0 && !(p.revents & (POLLERR | POLLNVAL | POLLHUP)));
  return ready == 1;
}

/* What an application's loop does. It never steps without being told, so that a missing wake-up is a test that does not end. */
static void turn(void) {
  if (!is_readable(slow(5000)))
    failed(__FILE__, __LINE__, "nothing to do for 5 s");
  OK(vdbrt_client_step(client, 0, &err));
  turns++;
}

static void settle(void) {
  while (is_readable(20))
    turn();
}

static void make_client(const char *more) {
  client = client_for(s, "{'loop.mode':'external'%s}", more);
  int32_t again = -1;
  OK(vdbrt_client_loop_fd(client, &fd, &err));
  OK(vdbrt_client_loop_fd(client, &again, &err));
  CHECK_INT(fd, again);
  CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

typedef struct seen {
  pthread_t thread;
  int connected, messages, ended;
} seen;

static void on_event(void *user, const vdbrt_event *e) {
  seen *all = user;
  CHECK(pthread_equal(all->thread, pthread_self()));
  all->connected += vdbrt_event_kind(e) == VDBRT_EVENT_CONNECTED;
  all->messages += vdbrt_event_kind(e) == VDBRT_EVENT_SCENE_INDEX;
  all->ended += vdbrt_event_kind(e) == VDBRT_EVENT_DISCONNECTED;
}

/* A channel and calls side by side. */
static void one_poll_for_everything(void) {
  server_reset(s);
  server_on(s, "GET /rtstream/*", "{'status':200,'json':{'success':true,'data':{'id':'r'}}}");
  server_websocket(
      s, "{'await':'go'},{'flood':{'count':%d,'json':{'channel':'scene_index','data':{'text':'{n}'}}}},{'close_frame':1001}",
      MESSAGES);
  make_client("");
  vdbrt_events *events = NULL;
  OK(vdbrt_events_open(client, "{\"wait\":false}", NULL, &events, &err));
  seen all = {.thread = pthread_self()};
  OK(vdbrt_events_subscribe(events, NULL, on_event, &all, NULL, NULL, &err));
  while (!all.connected)
    turn();
  char *id = NULL;
  OK(vdbrt_events_connection_id(events, &id, &err));
  CHECK_TEXT(id, "conn-1");
  vdbrt_string_free(id);
  CHECK(has_no_new_thread());

  completion *calls[20];
  for (int i = 0; i < 20; i++)
    calls[i] = started(client, "rtstream_get", NULL, "{'rtstream_id':'%d'}", i);
  server_go(s, "go");
  for (bool is_done = false; !is_done;) {
    turn();
    CHECK(has_no_new_thread());
    is_done = all.messages == MESSAGES && all.ended;
    for (int i = 0; i < 20; i++)
      is_done = is_done && is_completed(calls[i]);
  }
  for (int i = 0; i < 20; i++) {
    CHECK_TEXT(completion_is(calls[i], NULL, VDBRT_OK)->out, "{\"id\":\"r\"}");
    CHECK(pthread_equal(completion_thread(calls[i]), pthread_self()));
    completion_free(calls[i]);
  }
  /* Asleep when there is nothing to do: a leftover timer of libcurl's may come, and no more. */
  settle();
  turns = 0;
  for (int64_t end = now_ms() + 300, left = 300; left > 0; left = end - now_ms())
    if (is_readable((int)left))
      turn();
  CHECK(turns < 5);
  vdbrt_events_release(events);
  settle();
  client_end(client);
}

/* While the other thread polls, or just before: either has to wake it. */
static void *cancels(void *op) {
  vdbrt_op_cancel(op);
  return NULL;
}

static void *calls(void *user) {
  completion **c = user;
  *c = started(client, "rtstream_get", NULL, "{'rtstream_id':'r'}");
  return NULL;
}

/* What wakes the poll beside a socket. */
static void timers_and_other_threads(void) {
  server_reset(s);
  server_on(s, "GET /rtstream/r", "{'status':200,'json':{'success':true,'data':{}}}");
  server_on(s, "GET /rtstream/hangs", "[[{'hang':true}]]");
  server_on(s, "GET /rtstream/busy", "[{'status':503,'json':{}},{'status':200,'json':{'success':true}}]");
  server_websocket(s, NULL);
  char more[64];
  snprintf(more, sizeof more, ",'ws.ping_interval_ms':50,'ws.pong_timeout_ms':%d", slow(1000));
  make_client(more);

  vdbrt_op *op = NULL;
  OK(vdbrt_op_new(120, &op, &err));
  int64_t began = now_ms();
  completion *c = started(client, "rtstream_get", op, "{'rtstream_id':'hangs'}");
  while (!is_completed(c))
    turn();
  completion_is(c, NULL, VDBRT_E_TIMEOUT);
  CHECK(now_ms() - began >= 110 && now_ms() - began < slow(1000));
  completion_free(c);
  vdbrt_op_release(op);

  /* The wait before a repeat. */
  c = started(client, "rtstream_get", NULL, "{'rtstream_id':'busy'}");
  while (!is_completed(c))
    turn();
  completion_is(c, NULL, VDBRT_OK);
  completion_free(c);

  pthread_t other;
  OK(vdbrt_op_new(-1, &op, &err));
  c = started(client, "rtstream_get", op, "{'rtstream_id':'hangs'}");
  settle();
  pthread_create(&other, NULL, cancels, op);
  while (!is_completed(c))
    turn();
  pthread_join(other, NULL);
  completion_is(c, NULL, VDBRT_E_CANCELLED);
  completion_free(c);
  vdbrt_op_release(op);

  c = NULL;
  settle();
  pthread_create(&other, NULL, calls, &c);
  turn();
  pthread_join(other, NULL);
  while (!is_completed(c))
    turn();
  CHECK(pthread_equal(completion_thread(c), pthread_self()));
  completion_is(c, NULL, VDBRT_OK);
  completion_free(c);

  /* Pings. */
  vdbrt_events *events = channel_open(client);
  while (server_count_frames(s, "ping") < 3)
    turn();
  vdbrt_events_release(events);
  settle();
  client_end(client);
}

static void *pull(void *events) {
  skip_event(events, VDBRT_EVENT_SCENE_INDEX);
  return NULL;
}

/* Functions that wait run the loop themselves, in turn where several do. */
static void waits_run_the_loop(void) {
  server_reset(s);
  server_on(s, "GET /rtstream/r", "{'status':200,'json':{'success':true,'data':{}}}");
  server_websocket(s, "{'await':'one'},{'json':{'channel':'scene_index'}},{'await':'two'},{'json':{'channel':'scene_index'}}");
  make_client("");
  vdbrt_events *events = channel_open(client);
  skip_event(events, VDBRT_EVENT_CONNECTED);
  /* A call that is on its way completes while the next event is waited for. */
  completion *c = started(client, "rtstream_get", NULL, "{'rtstream_id':'r'}");
  vdbrt_event *e = NULL;
  int64_t began = now_ms();
  FAILS(VDBRT_E_AGAIN, vdbrt_events_next(events, slow(200), &e, &err));
  CHECK(now_ms() - began >= 190);
  CHECK(is_completed(c));
  completion_free(c);
  server_go(s, "one");
  skip_event(events, VDBRT_EVENT_SCENE_INDEX);

  pthread_t other;
  pthread_create(&other, NULL, pull, events);
  c = started(client, "rtstream_get", NULL, "{'rtstream_id':'r'}");
  completion_is(c, client, VDBRT_OK);
  completion_free(c);
  server_go(s, "two");
  pthread_join(other, NULL);
  WAIT_FOR(has_no_new_thread(), 3000);
  /* A call that blocks needs no loop. */
  char *out = NULL;
  OK(vdbrt_rtstream_get(client, "r", NULL, &out, &err));
  vdbrt_string_free(out);

  began = now_ms();
  settle();
  OK(vdbrt_client_step(client, 60, &err));
  CHECK(now_ms() - began >= 55);
  OK(vdbrt_events_close(events, slow(2000), &err));
  vdbrt_events_release(events);
  OK(vdbrt_client_shutdown(client, slow(2000), &err));
  FAILS(VDBRT_E_CLOSED, vdbrt_client_step(client, 0, &err));
  FAILS(VDBRT_E_CLOSED, vdbrt_client_step(client, slow(1000), &err));
  vdbrt_client_release(client);
}

/* Released under an open channel and a call: nothing is left, and nobody has to step. */
static void a_release_leaves_nothing(void) {
  server_reset(s);
  server_on(s, "GET /rtstream/hangs", "[[{'hang':true}]]");
  server_websocket(s, NULL);
  make_client("");
  vdbrt_events *events = channel_open(client);
  completion *c = started(client, "rtstream_get", NULL, "{'rtstream_id':'hangs'}");
  settle();
  vdbrt_client_release(client);
  vdbrt_events_release(events);
  completion_is(c, NULL, VDBRT_E_CLOSED);
  completion_free(c);
  server_wait(s, "closed", 0);
}

static void refused(void) {
  int32_t out = 7;
  vdbrt_client *threaded = client_for(s, NULL);
  FAILS(VDBRT_E_STATE, vdbrt_client_loop_fd(threaded, &out, &err));
  MESSAGE_HAS("loop.mode");
  FAILS(VDBRT_E_STATE, vdbrt_client_step(threaded, 0, &err));
  client_end(threaded);
  FAILS(VDBRT_E_HANDLE, vdbrt_client_loop_fd(NULL, &out, &err));
  FAILS(VDBRT_E_HANDLE, vdbrt_client_step(NULL, 0, &err));
  make_client("");
  FAILS(VDBRT_E_ARGUMENT, vdbrt_client_loop_fd(client, NULL, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_client_step(client, -2, &err));
  client_end(client);
}

int main(void) {
  s = server_start();
  refused();
  one_poll_for_everything();
  timers_and_other_threads();
  waits_run_the_loop();
  a_release_leaves_nothing();
  return passed();
}
