/* The key leaves the machine encrypted or not at all. What counts is the host itself, not how its name begins or ends. */
#include "support.h"

static const char *const elsewhere[] = {"http://example.com",         "http://10.1.2.3",
                                        "http://192.168.0.1:8080",    "http://127.0.0.1.example.com",
                                        "http://localhost.example",   "http://example.localhost.example",
                                        "http://128.0.0.1",           "http://1.127.0.0",
                                        "http://[2001:db8::1]",       "http://[::ffff:10.0.0.1]",
                                        "http://[fe80::1]",           "http://0.0.0.0",
                                        "http://127.0.0.1@10.0.0.1x", "http://127"};
static const char *const here[] = {"http://127.0.0.1", "http://127.8.9.10:1", "http://localhost:8080",
                                   "http://LOCALHOST", "http://[::1]:80",     "https://example.com"};

int main(void) {
  for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
    vdbrt_config *config = config_for(NULL, NULL);
    OK(vdbrt_config_set(config, "base_url", elsewhere[i], &err));
    vdbrt_client *client = NULL;
    err_clear();
    vdbrt_status status = vdbrt_client_new(config, &client, &err);
    /* An address that is written oddly may also be no URL. */
    if (status != VDBRT_E_CLEARTEXT && status != VDBRT_E_URL)
      failed(__FILE__, __LINE__, "%s gave %s", elsewhere[i], vdbrt_status_name(status));
    CHECK(client == NULL);
    if (i < 3) {
      CHECK_INT(status, VDBRT_E_CLEARTEXT);
      MESSAGE_HAS("https://");
      MESSAGE_HAS("http.allow_cleartext");
      OK(vdbrt_config_set(config, "http.allow_cleartext", "true", &err));
      OK(vdbrt_client_new(config, &client, &err));
      client_end(client);
    }
    vdbrt_config_free(config);
  }
  for (size_t i = 0; i < sizeof here / sizeof *here; i++) {
    vdbrt_config *config = config_for(NULL, NULL);
    OK(vdbrt_config_set(config, "base_url", here[i], &err));
    client_end(client_of(config));
  }

  /* The WebSocket URL is a secret too: it is not opened in clear on another machine. */
  server *s = server_start();
  server_on(s, "GET /collection/default/websocket",
            "{'status':200,'json':{'success':true,'data':{'websocket_url':'ws://192.0.2.1:9/ws?token=" WS_TOKEN "'}}}");
  vdbrt_client *client = client_for(s, "{'http.timeout_ms':3000}");
  vdbrt_events *events = NULL;
  FAILS(VDBRT_E_CLEARTEXT, vdbrt_events_open(client, NULL, NULL, &events, &err));
  CHECK(events == NULL);
  client_end(client);
  return passed();
}
