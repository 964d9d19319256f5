/* The upgrade request: the URL's own path and query, the headers of RFC 6455, a fresh key each time, and no secret of ours. */
#include "support.h"

int main(void) {
  server *s = server_start();
  server_websocket(s, NULL);
  vdbrt_client *client = client_for(s, NULL);
  char keys[2][64];
  for (int i = 0; i < 2; i++) {
    vdbrt_events *events = channel_open(client);
    vdbrt_events_release(events);
    json_t *requests = server_requests(s), *request = json_array_get(requests, json_array_size(requests) - 1);
    CHECK_TEXT(text_at(request, "method"), "GET");
    CHECK_TEXT(text_at(request, "target"), "/ws?token=" WS_TOKEN);
    CHECK_TEXT(text_at(request, "version"), "HTTP/1.1");
    CHECK_TEXT(header_of(request, "Upgrade"), "websocket");
    CHECK_TEXT(header_of(request, "Connection"), "Upgrade");
    CHECK_TEXT(header_of(request, "Sec-WebSocket-Version"), "13");
    CHECK(header_of(request, "x-access-token") == NULL);
    CHECK(header_of(request, "Origin") == NULL);
    CHECK(header_of(request, "Sec-WebSocket-Extensions") == NULL);
    CHECK(header_of(request, "Sec-WebSocket-Protocol") == NULL);
    char host[32];
    snprintf(host, sizeof host, "127.0.0.1:%d", server_port(s));
    CHECK_TEXT(header_of(request, "Host"), host);
    snprintf(keys[i], sizeof keys[i], "%s", header_of(request, "Sec-WebSocket-Key"));
    /* 16 bytes in base64. */
    CHECK_INT(strlen(keys[i]), 24);
    CHECK_TEXT(keys[i] + 22, "==");
    json_decref(requests);
  }
  CHECK(strcmp(keys[0], keys[1]) != 0);

  /* URLs whose path is short or missing, and schemes that mean the same. */
  static const struct {
    const char *url, *target;
  } urls[] = {{"ws://127.0.0.1:@PORT@", "/"},
              {"ws://127.0.0.1:@PORT@/", "/"},
              {"ws://127.0.0.1:@PORT@?a=b", "/?a=b"},
              {"WS://localhost:@PORT@/a//b/../c%20?x=%2F&y", "/a//b/../c%20?x=%2F&y"}};
  for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
    server_on(s, "GET /collection/default/websocket", "{'status':200,'json':{'data':{'websocket_url':'%s'}}}", urls[i].url);
    server_on(s, "GET /*", "[[{'upgrade':true},{'json':{'connection_id':'c'}}]]");
    server_on(s, "GET /collection/default/websocket", "{'status':200,'json':{'data':{'websocket_url':'%s'}}}", urls[i].url);
    vdbrt_events *events = channel_open(client);
    vdbrt_events_release(events);
    json_t *requests = server_requests(s);
    CHECK_TEXT(text_at(json_array_get(requests, json_array_size(requests) - 1), "target"), urls[i].target);
    json_decref(requests);
  }
  client_end(client);
  return passed();
}
