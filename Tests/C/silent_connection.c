/* The network is another one, nobody says so, and there is no channel whose ping would tell: what is sent over a kept connection is not
 * acknowledged. Calls that only read are sent again over a new one, and none of the connections from before is used again; a call that is
 * not sent twice goes over a new one when the kept one has not been used for a while. A server that takes its time to answer is not
 * mistaken for that. */
#include "support_async.h"

enum { KEPT = 3, PATIENCE = 500 };

static server *s;
static atomic_int found;

static void on_line(void *user, int32_t level, const char *topic, const char *message) {
  (void)user, (void)level, (void)topic;
  found += strstr(message, "network was silent") != NULL;
}

static vdbrt_client *client_with(const char *loop_mode) {
  vdbrt_config *config = config_for(s, "{'http.max_retries':0,'http.timeout_ms':%d,'ws.pong_timeout_ms':%d,'loop.mode':'%s'}",
                                    slow(20000), PATIENCE, loop_mode);
  OK(vdbrt_config_set_log(config, VDBRT_LOG_INFO, on_line, NULL, &err));
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
  vdbrt_client *client = client_with("thread");
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
  vdbrt_client *client = client_with("thread");
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
  vdbrt_client *client = client_with(mode), *loop = strcmp(mode, "external") ? NULL : client;
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

int main(void) {
  s = server_start();
  reads_that_wait();
  writes_that_wait();
  on_the_loop("thread");
  on_the_loop("external");
  return passed();
}
