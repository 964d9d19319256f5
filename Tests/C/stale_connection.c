/* A kept connection that the server closed in between: the next call, of whatever kind, arrives once, on a fresh one. */
#include "support.h"

int main(void) {
  server *s = server_start();
  server_on(s, "POST /rtstream/event", "[[{'status':200,'json':{'data':{'event_id':'e'}}},{'close':true}]]");
  server_on(s, "PATCH /rtstream/r/status", "[[{'status':200,'json':{'success':true}},{'reset':true}]]");
  vdbrt_client *client = client_for(s, "{'http.max_retries':0}");
  const int rounds = 20;
  for (int i = 0; i < rounds; i++) {
    char *out = NULL;
    OK(vdbrt_event_rule_create(client, "{\"event_prompt\":\"a\",\"label\":\"b\"}", NULL, &out, &err));
    vdbrt_string_free(out);
    /* Only when the end is on its way is the race that real servers lose against their own timeouts a fair one. */
    server_wait(s, "closed", 0);
    OK(vdbrt_rtstream_start(client, "r", NULL, &err));
    server_wait(s, "closed", 0);
  }
  CHECK_INT(server_count(s, "POST /rtstream/event"), rounds);
  CHECK_INT(server_count(s, "PATCH /rtstream/r/status"), rounds);
  client_end(client);
  return passed();
}
