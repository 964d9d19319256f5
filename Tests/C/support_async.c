#include "support_async.h"

static char *copied(const char *text) { return text ? strdup(text) : NULL; }

void outcome_set(outcome *o, vdbrt_status status, const char *out, const vdbrt_error *error) {
  *o = (outcome){.status = status,
                 .out = copied(out),
                 .has_error = error != NULL,
                 .code = vdbrt_error_code(error),
                 .message = copied(vdbrt_error_message(error)),
                 .body = copied(vdbrt_error_body_json(error)),
                 .http_status = vdbrt_error_http_status(error),
                 .is_retryable = vdbrt_error_is_retryable(error),
                 .retry_after_ms = vdbrt_error_retry_after_ms(error)};
}

void outcome_free(outcome *o) {
  free(o->out);
  free(o->message);
  free(o->body);
}

struct completion {
  pthread_mutex_t lock;
  pthread_cond_t came;
  bool is_done;
  pthread_t thread;
  outcome outcome;
};

completion *completion_new(void) {
  completion *c = calloc(1, sizeof *c);
  pthread_mutex_init(&c->lock, NULL);
  pthread_cond_init(&c->came, NULL);
  return c;
}

void on_completion(void *user, vdbrt_status status, const char *out_json, const vdbrt_error *error) {
  completion *c = user;
  pthread_mutex_lock(&c->lock);
  CHECK(!c->is_done);
  CHECK((status == VDBRT_OK) == (out_json != NULL));
  CHECK((status == VDBRT_OK) == (error == NULL));
  outcome_set(&c->outcome, status, out_json, error);
  c->thread = pthread_self();
  c->is_done = true;
  pthread_cond_broadcast(&c->came);
  pthread_mutex_unlock(&c->lock);
}

bool is_completed(completion *c) {
  pthread_mutex_lock(&c->lock);
  bool is_done = c->is_done;
  pthread_mutex_unlock(&c->lock);
  return is_done;
}

pthread_t completion_thread(completion *c) { return c->thread; }

const outcome *completion_wait(completion *c, vdbrt_client *external) {
  int64_t end = now_ms() + slow(10000);
  if (external)
    while (!is_completed(c)) {
      OK(vdbrt_client_step(external, 1000, &err));
      if (now_ms() > end)
        failed(__FILE__, __LINE__, "no completion");
    }
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += slow(10000) / 1000;
  pthread_mutex_lock(&c->lock);
  while (!c->is_done)
    if (pthread_cond_timedwait(&c->came, &c->lock, &until))
      failed(__FILE__, __LINE__, "no completion");
  pthread_mutex_unlock(&c->lock);
  return &c->outcome;
}

const outcome *completion_is(completion *c, vdbrt_client *external, vdbrt_status want) {
  const outcome *o = completion_wait(c, external);
  if (o->status != want)
    failed(__FILE__, __LINE__, "it completed with %s, not %s: %s", vdbrt_status_name(o->status), vdbrt_status_name(want),
           o->message);
  CHECK_INT(o->code, want);
  return o;
}

void completion_free(completion *c) {
  outcome_free(&c->outcome);
  pthread_cond_destroy(&c->came);
  pthread_mutex_destroy(&c->lock);
  free(c);
}

completion *started(vdbrt_client *client, const char *operation, vdbrt_op *op, const char *args, ...) {
  char *json = NULL;
  if (args) {
    va_list list;
    va_start(list, args);
    json = vquoted(args, list);
    va_end(list);
  }
  completion *c = completion_new();
  OK(vdbrt_call_async(client, operation, json, op, on_completion, c, &err));
  free(json);
  return c;
}
