/* http.proxy: calls and channels go through it; its word for no is told apart from the service's; the key is not its business. */
#include "support.h"

int main(void) {
  server *origin = server_start_tls("good"), *proxy = server_start();
  server_on(origin, "GET /collection", "{'status':200,'json':{'data':{'collections':[]}}}");
  server_websocket(origin, NULL);
  server_on(proxy, "CONNECT *", "{'tunnel':true}");
  vdbrt_client *client =
      client_for(origin, "{'tls.ca_file':'%s/ca.pem','http.proxy':'http://127.0.0.1:%d'}", certificates(), server_port(proxy));
  char *out = NULL;
  OK(vdbrt_collection_list(client, NULL, &out, &err));
  vdbrt_string_free(out);
  vdbrt_events *events = channel_open(client);
  skip_event(events, VDBRT_EVENT_CONNECTED);
  vdbrt_events_release(events);
  client_end(client);

  json_t *requests = server_requests(proxy), *request;
  size_t index;
  CHECK(json_array_size(requests) >= 2);
  json_array_foreach(requests, index, request) {
    CHECK_TEXT(text_at(request, "method"), "CONNECT");
    CHECK(header_of(request, "x-access-token") == NULL);
    CHECK_LACKS(text_at(request, "target"), WS_TOKEN);
  }
  json_decref(requests);

  /* The environment's proxy is used where none is configured, and not where "" is. */
  char url[64];
  snprintf(url, sizeof url, "http://127.0.0.1:%d", server_port(proxy));
  setenv("https_proxy", url, 1);
  server_reset(proxy);
  server_on(proxy, "CONNECT *", "{'tunnel':true}");
  client = client_for(origin, "{'tls.ca_file':'%s/ca.pem'}", certificates());
  OK(vdbrt_collection_list(client, NULL, &out, &err));
  vdbrt_string_free(out);
  client_end(client);
  requests = server_requests(proxy);
  CHECK_INT(json_array_size(requests), 1);
  json_decref(requests);
  client = client_for(origin, "{'tls.ca_file':'%s/ca.pem','http.proxy':''}", certificates());
  OK(vdbrt_collection_list(client, NULL, &out, &err));
  vdbrt_string_free(out);
  client_end(client);
  requests = server_requests(proxy);
  CHECK_INT(json_array_size(requests), 1);
  json_decref(requests);
  unsetenv("https_proxy");

  /* A proxy that refuses, and one that is not there. */
  server_reset(proxy);
  server_on(proxy, "CONNECT *", "{'status':407,'text':'who are you'}");
  client = client_for(origin, "{'tls.ca_file':'%s/ca.pem','http.proxy':'http://user:proxy-password@127.0.0.1:%d'}",
                      certificates(), server_port(proxy));
  FAILS(VDBRT_E_CONNECT, vdbrt_collection_list(client, NULL, &out, &err));
  MESSAGE_HAS("proxy");
  CHECK_LACKS(vdbrt_error_message(err), "proxy-password");
  FAILS(VDBRT_E_CONNECT, vdbrt_events_open(client, NULL, NULL, &events, &err));
  client_end(client);
  client = client_for(origin, "{'tls.ca_file':'%s/ca.pem','http.proxy':'http://127.0.0.1:%d'}", certificates(), free_port());
  FAILS(VDBRT_E_CONNECT, vdbrt_collection_list(client, NULL, &out, &err));
  client_end(client);
  return passed();
}
