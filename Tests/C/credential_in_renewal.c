/* A call of the application's own inside the credential callback, which is refused too, fails instead of waiting for the callback; a
 * repeat carries the key that is current by then; and an answer that echoes the key shows it in no error, wherever the error is made. */
#include "support_async.h"
#include <stdatomic.h>

#define NEW_KEY "sk-another-key-that-nobody-may-see"

static vdbrt_client *client;
static atomic_int inner;

static void asks_with_a_call(void *user) {
  (void)user;
  char *out = NULL;
  inner = vdbrt_rtstream_get(client, "r", NULL, &out, NULL);
}

int main(void) {
  server *s = server_start();
  server_on(s, "GET /rtstream/r", "{'status':401,'json':{'success':false,'message':'no'}}");
  client = client_for(s, NULL);
  OK(vdbrt_client_on_refused_credential(client, asks_with_a_call, NULL, &err));
  char *out = NULL;
  FAILS(VDBRT_E_AUTH, vdbrt_rtstream_get(client, "r", NULL, &out, &err));
  CHECK_INT(inner, VDBRT_E_AUTH);
  inner = 0;
  completion *c = started(client, "rtstream_get", NULL, "{'rtstream_id':'r'}");
  completion_is(c, NULL, VDBRT_E_AUTH);
  completion_free(c);
  CHECK_INT(inner, VDBRT_E_AUTH);
  client_end(client);

  /* The service is busy, and while the call waits for its repeat the key is replaced. */
  server_on(s, "GET /rtstream/busy",
            "[{'status':503,'json':{'success':false}},{'status':200,'json':{'success':true,'data':{}}}]");
  client = client_for(s, "{'http.retry_base_ms':400,'http.retry_max_ms':400,'loop.mode':'external'}");
  c = started(client, "rtstream_get", NULL, "{'rtstream_id':'busy'}");
  WAIT_FOR((vdbrt_client_step(client, 0, NULL), server_count(s, "GET /rtstream/busy") == 1), 5000);
  OK(vdbrt_client_set_credential(client, NEW_KEY, &err));
  completion_is(c, client, VDBRT_OK);
  completion_free(c);
  json_t *requests = server_requests(s);
  json_t *last = json_array_get(requests, json_array_size(requests) - 1);
  CHECK_TEXT(header_of(last, "x-access-token"), NEW_KEY);
  json_decref(requests);

  server_on(s, "GET /rtstream/r/indexes/i/records", "{'status':200,'json':{'success':true,'data':{'echo':'" NEW_KEY "'}}}");
  vdbrt_records *records = NULL;
  OK(vdbrt_records_new(client, "index_get_records", "{\"rtstream_id\":\"r\",\"index_id\":\"i\"}", &records, &err));
  vdbrt_error *error = NULL;
  CHECK_INT(vdbrt_records_next(records, NULL, &out, &error), VDBRT_E_BAD_ANSWER);
  CHECK_LACKS(vdbrt_error_body_json(error), NEW_KEY);
  CHECK_LACKS(vdbrt_error_message(error), NEW_KEY);
  vdbrt_error_free(error);
  vdbrt_records_release(records);
  client_end(client);
  return passed();
}
