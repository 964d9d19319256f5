/* The network is another one, nobody says so, and there is no channel whose ping would tell: what is sent over a kept connection is not
 * acknowledged. Calls that only read are sent again over a new one, and none of the connections from before is used again; a call that is
 * not sent twice goes over a new one when the kept one has not been used for a while. A server that takes its time to answer is not
 * mistaken for that, nor is one that lets no connection come up. */
#include "support_async.h"

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

enum { KEPT = 3, PATIENCE = 500 };

static server *s;
static atomic_int found, mistaken;

static void on_line(void *user, int32_t level, const char *topic, const char *message) {
  (void)level, (void)topic;
  if (strstr(message, "network was silent"))
    atomic_fetch_add((atomic_int *)user, 1);
}

static vdbrt_client *client_with(const char *loop_mode, int retries) {
  vdbrt_config *config = config_for(
      s, "{'http.max_retries':%d,'http.retry_max_ms':200,'http.timeout_ms':%d,'ws.pong_timeout_ms':%d,'loop.mode':'%s'}",
      retries, slow(20000), PATIENCE, loop_mode);
  OK(vdbrt_config_set_log(config, VDBRT_LOG_INFO, on_line, &found, &err));
  found = 0;
  return client_of(config);
}

static int accepted(void) {
  json_t *status = server_do(s, "{'do':'status'}");
  int count = (int)json_integer_value(value_at(status, "accepted"));
  json_decref(status);
  return count;
}

#define DONE "{'status':200,'json':{'data':{'event_id':'e'}}}"

static void read_stream(vdbrt_client *client) {
  char *out = NULL;
  OK(vdbrt_rtstream_get(client, "r", NULL, &out, &err));
  vdbrt_string_free(out);
}

static void make_rule(vdbrt_client *client) {
  char *out = NULL;
  OK(vdbrt_event_rule_create(client, "{\"event_prompt\":\"a\",\"label\":\"b\"}", NULL, &out, &err));
  vdbrt_string_free(out);
}

static void reads_that_wait(void) {
  server_on(s, "GET /rtstream/r", "[[{'deaf':true}," DONE "]," DONE ",[{'sleep_ms':%d}," DONE "]]", PATIENCE + 100);
  vdbrt_client *client = client_with("thread", 0);
  int before = accepted();
  read_stream(client);
  read_stream(client); /* over the same connection, then over another */
  CHECK_INT(found, 1);
  CHECK_INT(accepted(), before + 2);
  read_stream(client); /* the server works on it */
  CHECK_INT(found, 1);
  CHECK_INT(accepted(), before + 2);
  CHECK_INT(server_count(s, "GET /rtstream/r"), 3);
  client_end(client);
}

static void writes_that_wait(void) {
  server_on(s, "POST /rtstream/event", "[" DONE ",[{'deaf':true}," DONE "]," DONE "]");
  vdbrt_client *client = client_with("thread", 0);
  int before = accepted();
  make_rule(client);
  make_rule(client); /* at once: over the same connection */
  int64_t used = now_ms();
  CHECK_INT(accepted(), before + 1);
  WAIT_FOR(now_ms() > used + PATIENCE, 5000);
  make_rule(client);
  CHECK_INT(accepted(), before + 2);
  CHECK_INT(server_count(s, "POST /rtstream/event"), 3);
  client_end(client);
}

static void on_the_loop(const char *mode) {
  server_reset(s);
#define KEPT_ONE "[{'await':'all'},{'deaf':true}," DONE "]"
  server_on(s, "GET /rtstream/r", "[" KEPT_ONE "," KEPT_ONE "," KEPT_ONE "," DONE "," DONE ",[{'sleep_ms':%d}," DONE "]]",
            PATIENCE + 100);
  vdbrt_client *client = client_with(mode, 0), *loop = strcmp(mode, "external") ? NULL : client;
  int before = accepted();
  completion *reads[KEPT];
  for (int i = 0; i < KEPT; i++)
    reads[i] = started(client, "rtstream_get", NULL, "{'rtstream_id':'r'}");
  WAIT_FOR((loop ? vdbrt_client_step(loop, 0, NULL) : 0, server_count(s, "GET /rtstream/r") == KEPT), 5000);
  for (int i = 0; i < KEPT; i++)
    server_go(s, "all");
  for (int i = 0; i < KEPT; i++) {
    completion_is(reads[i], loop, VDBRT_OK);
    completion_free(reads[i]);
  }
  /* Two over two of the three; what is found over one holds for all. */
  for (int i = 0; i < 2; i++)
    reads[i] = started(client, "rtstream_get", NULL, "{'rtstream_id':'r'}");
  for (int i = 0; i < 2; i++) {
    completion_is(reads[i], loop, VDBRT_OK);
    completion_free(reads[i]);
  }
  CHECK_INT(found, 1);
  int now = accepted();
  CHECK(now <= before + KEPT + 2);
  reads[0] = started(client, "rtstream_get", NULL, "{'rtstream_id':'r'}");
  completion_is(reads[0], loop, VDBRT_OK);
  completion_free(reads[0]);
  CHECK_INT(found, 1);
  CHECK_INT(accepted(), now);
  CHECK_INT(server_count(s, "GET /rtstream/r"), KEPT + 3);
  client_end(client);
}

static void loopback(bool is_up) {
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = is_up ? IFF_UP : 0};
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  CHECK(fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0);
  close(fd);
}

static void *read_later(void *client) {
  read_stream(client);
  err_clear();
  return NULL;
}

/* In a network of its own, which has no interface for a while: nothing is sent at all. */
static void without_interface(void) {
  if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
    printf("skip silent_connection without an interface: there is no network namespace to be had\n");
    return;
  }
  loopback(true);
  s = server_start();
  server_on(s, "GET /rtstream/r", DONE);
  vdbrt_client *client = client_with("thread", 100);
  read_stream(client);
  completion *read = started(client, "rtstream_get", NULL, "{'rtstream_id':'r'}");
  completion_is(read, NULL, VDBRT_OK);
  completion_free(read);
  loopback(false);
  pthread_t thread;
  pthread_create(&thread, NULL, read_later, client);
  read = started(client, "rtstream_get", NULL, "{'rtstream_id':'r'}");
  WAIT_FOR(found == 2, 5000);
  loopback(true);
  completion_is(read, NULL, VDBRT_OK);
  completion_free(read);
  pthread_join(thread, NULL);
  CHECK_INT(accepted(), 4);
  client_end(client);
}

int main(void) {
  s = server_start();
  /* Meanwhile: connecting has a limit of its own. The first call makes what the second one finds. */
  vdbrt_config *config = config_for(
      s, "{'base_url':'http://127.0.0.1:%d','http.max_retries':0,'http.connect_timeout_ms':2200,'ws.pong_timeout_ms':%d}",
      server_listen(s, "{'name':'full','kind':'full'}"), PATIENCE);
  OK(vdbrt_config_set_log(config, VDBRT_LOG_INFO, on_line, &mistaken, &err));
  vdbrt_client *connecting = client_of(config);
  vdbrt_op *op = NULL;
  OK(vdbrt_op_new(20, &op, &err));
  completion *never = started(connecting, "rtstream_get", op, "{'rtstream_id':'r'}");
  completion_is(never, NULL, VDBRT_E_TIMEOUT);
  completion_free(never);
  vdbrt_op_release(op);
  never = started(connecting, "rtstream_get", NULL, "{'rtstream_id':'r'}");

  reads_that_wait();
  writes_that_wait();
  on_the_loop("thread");
  on_the_loop("external");
  CHECK_HAS(completion_is(never, NULL, VDBRT_E_TIMEOUT)->message, "no connection");
  completion_free(never);
  CHECK_INT(mistaken, 0);
  client_end(connecting);
  without_interface();
  return passed();
}
