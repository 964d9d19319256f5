/* A child gets VDBRT_E_FORKED from its parent's handles, can release them, and can make its own; the parent notices nothing. */
#include "support_async.h"

#include <sys/wait.h>

static void on_event(void *user, const vdbrt_event *e) { (void)user, (void)e; }

/* In the child: `err` and FAILS work there as well, but the server is the parent's to talk to. */
static void in_child(vdbrt_client *client, vdbrt_events *events, vdbrt_events *pushed, vdbrt_subscription *subscription,
                     vdbrt_op *op, vdbrt_client *external, vdbrt_records *records, const char *url) {
  char *out = NULL;
  vdbrt_event *e = NULL;
  vdbrt_events *other = NULL;
  vdbrt_subscription *another = NULL;
  size_t count = 0;
  int32_t fd = -1;
  FAILS(VDBRT_E_FORKED, vdbrt_collection_list(client, NULL, &out, &err));
  MESSAGE_HAS("fork");
  FAILS(VDBRT_E_FORKED, vdbrt_rtstream_start(client, "r", NULL, &err));
  FAILS(VDBRT_E_FORKED, vdbrt_events_open(client, NULL, NULL, &other, &err));
  FAILS(VDBRT_E_FORKED, vdbrt_events_next(events, -1, &e, &err));
  FAILS(VDBRT_E_FORKED, vdbrt_events_next_batch(events, -1, &e, 1, &count, &err));
  FAILS(VDBRT_E_FORKED, vdbrt_events_fd(events, &fd, &err));
  FAILS(VDBRT_E_FORKED, vdbrt_events_connection_id(events, &out, &err));
  FAILS(VDBRT_E_FORKED, vdbrt_events_close(events, -1, &err));
  FAILS(VDBRT_E_FORKED, vdbrt_events_subscribe(events, NULL, on_event, NULL, NULL, &another, &err));
  FAILS(VDBRT_E_FORKED, vdbrt_subscription_wait(subscription, -1, &err));
  FAILS(VDBRT_E_FORKED, vdbrt_client_shutdown(client, -1, &err));
  vdbrt_subscription_cancel(subscription);
  vdbrt_subscription_release(subscription);
  vdbrt_events_release(events);
  vdbrt_events_release(pushed);
  vdbrt_op_cancel(op);
  vdbrt_op_release(op);
  int32_t loop_fd = -1;
  FAILS(VDBRT_E_FORKED, vdbrt_call_async(client, "collection_list", NULL, NULL, on_completion, NULL, &err));
  FAILS(VDBRT_E_FORKED, vdbrt_client_set_credential(client, "x", &err));
  FAILS(VDBRT_E_FORKED, vdbrt_client_step(external, 0, &err));
  FAILS(VDBRT_E_FORKED, vdbrt_client_loop_fd(external, &loop_fd, &err));
  FAILS(VDBRT_E_FORKED, vdbrt_records_next(records, NULL, &out, &err));
  vdbrt_records_release(records);
  vdbrt_client_release(external);
  vdbrt_client_release(client);

  /* Its own. */
  vdbrt_config *config = NULL;
  OK(vdbrt_config_new(&config, &err));
  OK(vdbrt_config_set(config, "api_key", TEST_KEY, &err));
  OK(vdbrt_config_set(config, "base_url", url, &err));
  OK(vdbrt_client_new(config, &client, &err));
  vdbrt_config_free(config);
  OK(vdbrt_collection_list(client, NULL, &out, &err));
  vdbrt_string_free(out);
  events = channel_open(client);
  skip_event(events, VDBRT_EVENT_CONNECTED);
  OK(vdbrt_events_close(events, slow(2000), &err));
  vdbrt_events_release(events);
  client_end(client);
  err_clear();
}

int main(void) {
  server *s = server_start();
  server_on(s, "GET /collection", "{'status':200,'json':{'data':{'collections':[]}}}");
  server_websocket(s, NULL);
  server_on(s, "GET /ws",
            "[[{'upgrade':true},{'json':{'connection_id':'c1'}},{'await':'go'},{'json':[1]}],"
            "[{'upgrade':true},{'json':{'connection_id':'c2'}}]]");
  vdbrt_client *client = client_for(s, NULL);
  char *out = NULL, url[64];
  snprintf(url, sizeof url, "http://127.0.0.1:%d", server_port(s));
  OK(vdbrt_collection_list(client, NULL, &out, &err));
  vdbrt_string_free(out);
  vdbrt_events *events = channel_open(client), *pushed = channel_open(client);
  vdbrt_subscription *subscription = NULL;
  OK(vdbrt_events_subscribe(pushed, NULL, on_event, NULL, NULL, &subscription, &err));
  vdbrt_op *op = NULL;
  OK(vdbrt_op_new(-1, &op, &err));
  skip_event(events, VDBRT_EVENT_CONNECTED);
  /* One whose loop a release would run, and a call of it that is on its way. */
  vdbrt_client *external = client_for(s, "{'loop.mode':'external'}");
  vdbrt_events *unstepped = channel_open(external);
  completion *c = started(external, "collection_list", NULL, NULL);
  vdbrt_records *records = NULL;
  OK(vdbrt_records_new(client, "rtstream_list", NULL, &records, &err));

  pid_t pid = fork();
  CHECK(pid >= 0);
  if (pid == 0) {
    in_child(client, events, pushed, subscription, op, external, records, url);
    /* Valgrind would take for lost what the parent's threads hold. It does not follow into another program. */
    if (under_valgrind())
      execl("/bin/true", "true", (char *)NULL);
    _exit(0);
  }
  int status = 0;
  CHECK_INT(waitpid(pid, &status, 0), pid);
  CHECK(WIFEXITED(status));
  CHECK_INT(WEXITSTATUS(status), 0);

  /* The connections are as they were: no byte of the child's, no close frame. */
  CHECK_INT(server_count_frames(s, "close"), 1); /* that of the child's own channel */
  server_go(s, "go");
  skip_event(events, VDBRT_EVENT_OTHER);
  OK(vdbrt_collection_list(client, op, &out, &err));
  vdbrt_string_free(out);
  completion_is(c, external, VDBRT_OK);
  completion_free(c);
  vdbrt_events_release(unstepped);
  client_end(external);
  vdbrt_records_release(records);
  vdbrt_op_release(op);
  vdbrt_subscription_release(subscription);
  vdbrt_events_release(pushed);
  vdbrt_events_release(events);
  client_end(client);
  return passed();
}
