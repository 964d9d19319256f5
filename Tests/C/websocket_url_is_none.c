/* The service's answer has no WebSocket URL, or one that is none. */
#include "support.h"

static const struct {
  const char *data;
  vdbrt_status status;
} answers[] = {
    {"{}", VDBRT_E_BAD_ANSWER},
    {"{'websocket_url':null}", VDBRT_E_BAD_ANSWER},
    {"{'websocket_url':7}", VDBRT_E_BAD_ANSWER},
    {"{'websocket_url':['ws://127.0.0.1/']}", VDBRT_E_BAD_ANSWER},
    {"[]", VDBRT_E_BAD_ANSWER},
    {"'ws://127.0.0.1/'", VDBRT_E_BAD_ANSWER},
    {"{'websocket_url':''}", VDBRT_E_URL},
    {"{'websocket_url':'nonsense'}", VDBRT_E_URL},
    {"{'websocket_url':'ftp://127.0.0.1/'}", VDBRT_E_URL},
    {"{'websocket_url':'ws://127.0.0.1:99999/'}", VDBRT_E_URL},
    {"{'websocket_url':'ws://'}", VDBRT_E_URL},
    {"{'websocket_url':'ws://127.0.0.1/a b'}", VDBRT_E_URL},
    {"{'websocket_url':'ws://127.0.0.1/\\r\\nx-y: z'}", VDBRT_E_URL},
    {"{'websocket_url':'ws://127.0.0.1/\\u0000'}", VDBRT_E_URL},
};

int main(void) {
  server *s = server_start();
  vdbrt_client *client = client_for(s, NULL);
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    server_on(s, "GET /collection/default/websocket", "{'status':200,'json':{'success':true,'data':%s}}", answers[i].data);
    vdbrt_events *events = NULL;
    err_clear();
    vdbrt_status status = vdbrt_events_open(client, NULL, NULL, &events, &err);
    if (status != answers[i].status)
      failed(__FILE__, __LINE__, "%s gave %s: %s", answers[i].data, vdbrt_status_name(status), vdbrt_error_message(err));
    MESSAGE_HAS("websocket_url");
    CHECK(events == NULL);
  }
  /* The collection of the options is asked, as one path segment. */
  server_on(s, "GET /collection/*", "{'status':404,'json':{'success':false,'message':'no such collection'}}");
  vdbrt_events *events = NULL;
  FAILS(VDBRT_E_NOT_FOUND, vdbrt_events_open(client, "{\"collection_id\":\"c/1\"}", NULL, &events, &err));
  CHECK_INT(server_count(s, "GET /collection/c%2F1/websocket"), 1);
  client_end(client);
  return passed();
}
