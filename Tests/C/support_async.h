/* How a call ended, whichever way it was made, and completions to wait for. */
#ifndef SUPPORT_ASYNC_H
#define SUPPORT_ASYNC_H

#include "support.h"

typedef struct outcome {
  vdbrt_status status;
  char *out; /* a copy */
  bool has_error;
  vdbrt_status code;
  char *message;
  char *body;
  int32_t http_status;
  bool is_retryable;
  int64_t retry_after_ms;
} outcome;

void outcome_set(outcome *o, vdbrt_status status, const char *out, const vdbrt_error *error);
void outcome_free(outcome *o);

typedef struct completion completion;

completion *completion_new(void);
/* A vdbrt_completion_fn; user is a completion. The test fails when it comes twice, or with what does not fit the status. */
void on_completion(void *user, vdbrt_status status, const char *out_json, const vdbrt_error *error);
bool is_completed(completion *c);
/* The thread that it came on. */
pthread_t completion_thread(completion *c);
/* Waits for it, at most 10 s, and runs the loop of `external` meanwhile where there is one. */
const outcome *completion_wait(completion *c, vdbrt_client *external);
/* The same, with the status that it must have. */
const outcome *completion_is(completion *c, vdbrt_client *external, vdbrt_status want);
void completion_free(completion *c);

/* Starts a call that must be taken. args is JSON with single quotes, or NULL. */
completion *started(vdbrt_client *client, const char *operation, vdbrt_op *op, const char *args, ...)
    __attribute__((format(printf, 4, 5)));

#endif
