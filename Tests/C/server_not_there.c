/* No server: refused, no such name, a listener that lets nobody in, one that never speaks. Each says what it tried. */
#include "support.h"

static vdbrt_client *client_at(const char *url, const char *settings) {
  vdbrt_config *config = config_for(NULL, NULL);
  OK(vdbrt_config_set(config, "base_url", url, &err));
  OK(vdbrt_config_set_json(config, settings, &err));
  return client_of(config);
}

static void call_fails(const char *url, const char *settings, vdbrt_status want, int at_most_ms) {
  vdbrt_client *client = client_at(url, settings);
  char *out = NULL;
  int64_t start = now_ms();
  FAILS(want, vdbrt_collection_list(client, NULL, &out, &err));
  CHECK(now_ms() - start < slow(at_most_ms));
  MESSAGE_HAS("GET /collection");
  CHECK_INT(vdbrt_error_http_status(err), 0);
  CHECK(vdbrt_error_body_json(err) == NULL);
  CHECK_INT(vdbrt_error_is_retryable(err), 1);
  CHECK_INT(vdbrt_error_retry_after_ms(err), -1);
  vdbrt_events *events = NULL;
  FAILS(want, vdbrt_events_open(client, NULL, NULL, &events, &err));
  /* Nothing was sent: even a call that makes something may be repeated. */
  FAILS(want, vdbrt_event_rule_create(client, "{\"event_prompt\":\"a\",\"label\":\"b\"}", NULL, &out, &err));
  CHECK_INT(vdbrt_error_is_retryable(err), want != VDBRT_E_TIMEOUT || strstr(url, ":1/") == NULL);
  client_end(client);
}

int main(void) {
  char url[64];
  snprintf(url, sizeof url, "http://127.0.0.1:%d", free_port());
  call_fails(url, "{}", VDBRT_E_CONNECT, 2000);
  snprintf(url, sizeof url, "https://localhost:%d", free_port());
  call_fails(url, "{}", VDBRT_E_CONNECT, 2000);
  /* .invalid has no addresses, by RFC 6761. */
  call_fails("https://nobody.invalid", "{\"http.timeout_ms\":20000}", VDBRT_E_RESOLVE, 20000);

  server *s = server_start();
  int full = server_listen(s, "{'name':'full','kind':'full'}");
  snprintf(url, sizeof url, "http://127.0.0.1:%d", full);
  call_fails(url, "{\"http.connect_timeout_ms\":100,\"http.max_retries\":0}", VDBRT_E_TIMEOUT, 2000);

  /* A channel whose WebSocket is not there, on a service that is. */
  server_on(s, "GET /collection/default/websocket",
            "{'status':200,'json':{'success':true,'data':{'websocket_url':'ws://127.0.0.1:%d/ws?token=" WS_TOKEN "'}}}",
            free_port());
  vdbrt_client *client = client_for(s, NULL);
  vdbrt_events *events = NULL;
  FAILS(VDBRT_E_CONNECT, vdbrt_events_open(client, NULL, NULL, &events, &err));
  CHECK(events == NULL);
  MESSAGE_HAS("WebSocket");
  CHECK_INT(vdbrt_error_is_retryable(err), 1);
  server_on(s, "GET /collection/default/websocket",
            "{'status':200,'json':{'success':true,'data':{'websocket_url':'ws://127.0.0.1:%d/ws'}}}", full);
  vdbrt_client *hasty = client_for(s, "{'ws.connect_timeout_ms':100}");
  int64_t start = now_ms();
  FAILS(VDBRT_E_TIMEOUT, vdbrt_events_open(hasty, NULL, NULL, &events, &err));
  CHECK(now_ms() - start < slow(2000));
  client_end(hasty);
  client_end(client);
  return passed();
}
