/* TLS: each certificate that is wrong in one way is refused with VDBRT_E_TLS, for calls and for channels; the right one works. */
#include "support.h"

static const char *const wrong[] = {"expired", "future", "wrong_name", "self_signed", "stranger"};

static const char *ca_file(void) {
  static char path[128];
  snprintf(path, sizeof path, "%s/ca.pem", certificates());
  return path;
}

static const char collections[] = "{'status':200,'json':{'success':true,'data':{'collections':[]}}}";

int main(void) {
  char *out = NULL;
  vdbrt_events *events = NULL;
  server *good = server_start_tls("good");
  server_on(good, "GET /collection", "%s", collections);
  server_websocket(good, NULL);

  vdbrt_client *trusting = client_for(good, "{'tls.ca_file':'%s'}", ca_file());
  OK(vdbrt_collection_list(trusting, NULL, &out, &err));
  vdbrt_string_free(out);
  events = channel_open(trusting);
  skip_event(events, VDBRT_EVENT_CONNECTED);
  OK(vdbrt_events_close(events, slow(2000), &err));
  vdbrt_events_release(events);

  /* The system's authorities do not know ours. */
  vdbrt_client *strict = client_for(good, NULL);
  FAILS(VDBRT_E_TLS, vdbrt_collection_list(strict, NULL, &out, &err));
  MESSAGE_HAS("tls.ca_file");
  CHECK_INT(vdbrt_error_is_retryable(err), 0);
  client_end(strict);

  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    server *bad = server_start_tls(wrong[i]);
    server_on(bad, "GET /collection", "%s", collections);
    server_websocket(bad, NULL);
    vdbrt_client *client = client_for(bad, "{'tls.ca_file':'%s'}", ca_file());
    FAILS(VDBRT_E_TLS, vdbrt_collection_list(client, NULL, &out, &err));
    MESSAGE_HAS("certificate");
    CHECK_INT(vdbrt_error_is_retryable(err), 0);
    client_end(client);

    /* A right service that names a WebSocket with a wrong certificate. */
    server_on(good, "GET /collection/default/websocket",
              "{'status':200,'json':{'success':true,'data':{'websocket_url':'wss://localhost:%d/ws'}}}", server_port(bad));
    events = NULL;
    FAILS(VDBRT_E_TLS, vdbrt_events_open(trusting, NULL, NULL, &events, &err));
    CHECK(events == NULL);

    /* Nothing reached the wrong server, so far. */
    json_t *requests = server_requests(bad);
    CHECK_INT(json_array_size(requests), 0);
    json_decref(requests);

    vdbrt_client *careless = client_for(bad, "{'tls.verify':false}");
    OK(vdbrt_collection_list(careless, NULL, &out, &err));
    vdbrt_string_free(out);
    events = channel_open(careless);
    vdbrt_events_release(events);
    client_end(careless);
  }
  client_end(trusting);

  /* A file that is not there, and one that is no PEM. */
  vdbrt_client *client = client_for(good, "{'tls.ca_file':'%s/nowhere.pem'}", temp_folder());
  FAILS(VDBRT_E_TLS, vdbrt_collection_list(client, NULL, &out, &err));
  MESSAGE_HAS("tls.ca_file");
  client_end(client);
  client = client_for(good, "{'tls.ca_file':'%s'}", support_file("make_certs.sh"));
  FAILS(VDBRT_E_TLS, vdbrt_collection_list(client, NULL, &out, &err));
  client_end(client);

  /* https:// to a server that speaks no TLS. */
  server *plain = server_start();
  vdbrt_config *config = config_for(NULL, NULL);
  char url[64];
  snprintf(url, sizeof url, "https://127.0.0.1:%d", server_port(plain));
  OK(vdbrt_config_set(config, "base_url", url, &err));
  OK(vdbrt_config_set(config, "http.timeout_ms", "2000", &err));
  server_on(plain, "CONNECTION", "{'send':'no TLS here\\r\\n'}");
  client = client_of(config);
  FAILS(VDBRT_E_TLS, vdbrt_collection_list(client, NULL, &out, &err));
  client_end(client);
  return passed();
}
