/* A call is repeated only where its work cannot be done twice: reads after a passing failure, others when surely not carried out. */
#include "support.h"

static server *s;

enum { LOST = -1 }; /* no answer: the connection ends */

static void answers(const char *on, const char *list) { server_on(s, on, "%s", list); }

#define BUSY "{\"status\":503,\"json\":{\"message\":\"busy\"}}"
#define LIMITED "{\"status\":429,\"json\":{\"message\":\"slow down\"}}"
#define BROKEN "{\"status\":500,\"json\":{\"message\":\"broken\"}}"
#define FINE "{\"status\":200,\"json\":{\"success\":true,\"data\":{\"event_id\":\"e\"}}}"
#define GONE "{\"close\":true}"
#define HALF "[{\"send\":\"HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\n{\"},{\"reset\":true}]"

static const char rule_options[] = "{\"event_prompt\":\"a\",\"label\":\"b\"}";

static vdbrt_status get(vdbrt_client *client) {
  char *out = NULL;
  err_clear();
  vdbrt_status status = vdbrt_rtstream_get(client, "r", NULL, &out, &err);
  vdbrt_string_free(out);
  return status;
}

static vdbrt_status post(vdbrt_client *client) {
  char *out = NULL;
  err_clear();
  vdbrt_status status = vdbrt_event_rule_create(client, rule_options, NULL, &out, &err);
  vdbrt_string_free(out);
  return status;
}

static vdbrt_status patch(vdbrt_client *client) {
  err_clear();
  return vdbrt_rtstream_start(client, "r", NULL, &err);
}

static void gives(const char *list, const char *on, vdbrt_status (*call)(vdbrt_client *), vdbrt_client *client,
                  vdbrt_status want, int requests) {
  server_reset(s);
  answers(on, list);
  vdbrt_status status = call(client);
  int came = server_count(s, on);
  if (status != want || came != requests)
    failed(__FILE__, __LINE__, "%s with %s gave %s after %d requests, not %s after %d: %s", on, list, vdbrt_status_name(status),
           came, vdbrt_status_name(want), requests, vdbrt_error_message(err));
}

int main(void) {
  s = server_start();
  vdbrt_client *client = client_for(s, "{'http.max_retries':2}");
  static const char read[] = "GET /rtstream/r", make[] = "POST /rtstream/event", change[] = "PATCH /rtstream/r/status";

  gives("[" BUSY "," BUSY "," FINE "]", read, get, client, VDBRT_OK, 3);
  gives("[" BUSY "," BUSY "," BUSY "," FINE "]", read, get, client, VDBRT_E_SERVER, 3);
  gives("[" GONE "," GONE "," FINE "]", read, get, client, VDBRT_OK, 3);
  gives("[" HALF "," FINE "]", read, get, client, VDBRT_OK, 2);
  gives("[" LIMITED "," FINE "]", read, get, client, VDBRT_OK, 2);
  gives("[" BROKEN "," FINE "]", read, get, client, VDBRT_E_SERVER, 1);
  gives("[{\"status\":404,\"json\":{}}," FINE "]", read, get, client, VDBRT_E_NOT_FOUND, 1);
  gives("[{\"status\":200,\"text\":\"<html>\"}," FINE "]", read, get, client, VDBRT_E_NOT_JSON, 1);

  /* What makes or changes something may have been carried out, whatever happened to the answer. */
  gives("[" BUSY "," FINE "]", make, post, client, VDBRT_E_SERVER, 1);
  CHECK_INT(vdbrt_error_is_retryable(err), 0);
  gives("[" GONE "," FINE "]", make, post, client, VDBRT_E_DISCONNECTED, 1);
  CHECK_INT(vdbrt_error_is_retryable(err), 0);
  gives("[" HALF "," FINE "]", make, post, client, VDBRT_E_DISCONNECTED, 1);
  gives("[" BUSY "," FINE "]", change, patch, client, VDBRT_E_SERVER, 1);
  gives("[" GONE "," FINE "]", change, patch, client, VDBRT_E_DISCONNECTED, 1);
  /* 429 says that it was not. */
  gives("[" LIMITED "," FINE "]", make, post, client, VDBRT_OK, 2);

  vdbrt_client *once = client_for(s, "{'http.max_retries':0}");
  gives("[" BUSY "," FINE "]", read, get, once, VDBRT_E_SERVER, 1);
  CHECK_INT(vdbrt_error_is_retryable(err), 1);
  gives("[" LIMITED "," FINE "]", make, post, once, VDBRT_E_RATE_LIMITED, 1);
  CHECK_INT(vdbrt_error_is_retryable(err), 1);
  client_end(once);

  /* Retry-After is honoured up to http.retry_max_ms; one that asks for more is the caller's to wait for. */
  vdbrt_client *patient = client_for(s, "{'http.retry_max_ms':1500}");
  int64_t start = now_ms();
  gives("[{\"status\":429,\"headers\":{\"Retry-After\":\"1\"},\"json\":{}}," FINE "]", read, get, patient, VDBRT_OK, 2);
  CHECK(now_ms() - start >= 990);
  start = now_ms();
  gives("[{\"status\":503,\"headers\":{\"Retry-After\":\"30\"},\"json\":{}}," FINE "]", read, get, patient, VDBRT_E_SERVER, 1);
  CHECK(now_ms() - start < slow(1000));
  CHECK_INT(vdbrt_error_retry_after_ms(err), 30000);
  client_end(patient);

  /* The op's deadline is not spent on a wait that cannot end before it. */
  vdbrt_client *busy = client_for(s, "{'http.retry_max_ms':60000}");
  server_reset(s);
  answers(read, "[{\"status\":503,\"headers\":{\"Retry-After\":\"20\"},\"json\":{}}," FINE "]");
  vdbrt_op *op = NULL;
  char *out = NULL;
  OK(vdbrt_op_new(5000, &op, &err));
  start = now_ms();
  FAILS(VDBRT_E_SERVER, vdbrt_rtstream_get(busy, "r", op, &out, &err));
  CHECK(now_ms() - start < slow(1000));
  vdbrt_op_release(op);
  client_end(busy);
  client_end(client);
  return passed();
}
