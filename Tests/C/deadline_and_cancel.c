/* A call ends at its deadline, and at once when its op is cancelled, wherever it hangs: connecting, waiting, reading, between tries. */
#include "support.h"

static server *s;

typedef struct {
  vdbrt_op *op;
  int requests;
  _Atomic int64_t cancelled_at;
} cancelling;

static void *cancel_later(void *user) {
  cancelling *c = user;
  server_wait(s, "requests", c->requests);
  atomic_store(&c->cancelled_at, now_ms());
  vdbrt_op_cancel(c->op);
  return NULL;
}

static const char *const hangs[] = {
    "[[{'hang':true}]]",
    "[[{'send':'HTTP/1.1 200 OK\\r\\nContent-Le'},{'hang':true}]]",
    "[[{'status':200,'content_length':50,'text':'x'},{'hang':true}]]",
    "[[{'send':'HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n'},{'hang':true}]]",
    "{'status':200,'repeat':{'text':'x','times':1000},'chop':1,'pause_ms':20}",
    "{'status':429,'headers':{'Retry-After':'30'},'json':{}}",
};

static void script(const char *answer) {
  server_reset(s);
  server_on(s, "GET /rtstream/r", "%s", answer);
}

int main(void) {
  s = server_start();
  vdbrt_client *client = client_for(s, "{'http.retry_max_ms':60000}");
  char *out = NULL;
  vdbrt_op *op = NULL;
  for (size_t i = 0; i < sizeof hangs / sizeof *hangs; i++) {
    /* The op's deadline. The last one is given up at once: its wait would end behind the deadline. */
    bool waits = strstr(hangs[i], "Retry-After") == NULL;
    script(hangs[i]);
    OK(vdbrt_op_new(waits ? 150 : slow(2000), &op, &err));
    int64_t start = now_ms();
    FAILS(waits ? VDBRT_E_TIMEOUT : VDBRT_E_RATE_LIMITED, vdbrt_rtstream_get(client, "r", op, &out, &err));
    int64_t took = now_ms() - start;
    CHECK(took < slow(1500));
    CHECK(!waits || took >= 140);
    MESSAGE_HAS("GET /rtstream/r");
    vdbrt_op_release(op);

    /* From another thread. */
    script(hangs[i]);
    cancelling c = {.requests = 1};
    OK(vdbrt_op_new(-1, &c.op, &err));
    pthread_t thread;
    pthread_create(&thread, NULL, cancel_later, &c);
    FAILS(VDBRT_E_CANCELLED, vdbrt_rtstream_get(client, "r", c.op, &out, &err));
    pthread_join(thread, NULL);
    CHECK(now_ms() - atomic_load(&c.cancelled_at) < slow(1000));
    CHECK_INT(vdbrt_error_is_retryable(err), 0);
    /* It stays so for calls to come, and these send nothing. */
    FAILS(VDBRT_E_CANCELLED, vdbrt_rtstream_get(client, "r", c.op, &out, &err));
    vdbrt_events *events = NULL;
    FAILS(VDBRT_E_CANCELLED, vdbrt_events_open(client, NULL, c.op, &events, &err));
    CHECK_INT(server_count(s, "GET /rtstream/r"), 1);
    vdbrt_op_release(c.op);
  }

  /* One op spans several calls: its time runs from its making. */
  script("{'status':200,'body_pause_ms':120,'json':{'data':{}}}");
  OK(vdbrt_op_new(300, &op, &err));
  int64_t start = now_ms();
  int calls = 0;
  vdbrt_status status;
  for (err_clear(); (status = vdbrt_rtstream_get(client, "r", op, &out, &err)) == VDBRT_OK; calls++) {
    vdbrt_string_free(out);
    CHECK(now_ms() - start < slow(2000));
  }
  CHECK_INT(status, VDBRT_E_TIMEOUT);
  CHECK(calls <= 2);
  CHECK(now_ms() - start >= 290);
  /* And it is over: the next call does not even begin. */
  int came = server_count(s, "GET /rtstream/r");
  FAILS(VDBRT_E_TIMEOUT, vdbrt_rtstream_get(client, "r", op, &out, &err));
  CHECK_INT(server_count(s, "GET /rtstream/r"), came);
  vdbrt_op_release(op);

  /* No time at all. */
  OK(vdbrt_op_new(0, &op, &err));
  FAILS(VDBRT_E_TIMEOUT, vdbrt_rtstream_get(client, "r", op, &out, &err));
  vdbrt_op_release(op);

  /* Without an op: http.timeout_ms, for all tries together. */
  vdbrt_client *hasty =
      client_for(s, "{'http.timeout_ms':200,'http.max_retries':50,'http.retry_base_ms':50,'http.retry_max_ms':50}");
  script("[[{'hang':true}]]");
  start = now_ms();
  FAILS(VDBRT_E_TIMEOUT, vdbrt_rtstream_get(hasty, "r", NULL, &out, &err));
  CHECK(now_ms() - start >= 190 && now_ms() - start < slow(1500));
  script("{'status':503,'json':{}}");
  start = now_ms();
  /* The last answer, unless the time runs out in the middle of a try, as it does on a slow machine. */
  vdbrt_status last = vdbrt_rtstream_get(hasty, "r", NULL, &out, NULL);
  CHECK(last == VDBRT_E_SERVER || last == VDBRT_E_TIMEOUT);
  CHECK(now_ms() - start < slow(1500));
  client_end(hasty);

  /* A release is no cancel: the call goes on to its end. */
  script("{'status':200,'body_pause_ms':100,'json':{'data':{'id':'r'}}}");
  OK(vdbrt_op_new(-1, &op, &err));
  OK(vdbrt_rtstream_get(client, "r", op, &out, &err));
  vdbrt_string_free(out);
  vdbrt_op_release(op);
  client_end(client);
  return passed();
}
