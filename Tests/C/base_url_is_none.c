/* A base URL that cannot be one is told apart before anything is sent; those that are odd but right work. */
#include "support.h"

static const char *const none[] = {"nonsense",
                                   "127.0.0.1",
                                   "127.0.0.1:8080",
                                   "//127.0.0.1",
                                   "ftp://127.0.0.1",
                                   "file:///etc/passwd",
                                   "ws://127.0.0.1",
                                   "javascript:alert(1)",
                                   "http:",
                                   "http://",
                                   "http:///path",
                                   "http://:80",
                                   "http://127.0.0.1:99999",
                                   "http://127.0.0.1:0x50",
                                   "http://127.0.0.1:-1",
                                   "http://127.0.0.1:80:80",
                                   "http://[::1",
                                   "http://[127.0.0.1",
                                   "http://user:secret@127.0.0.1",
                                   "http://127.0.0.1?x=1",
                                   "http://127.0.0.1/#part",
                                   "http://127.0.0.1/a b",
                                   "http://127.0.0.1\\path",
                                   "http://a b/"};

static void goes_to(server *s, const char *url, const char *path) {
  vdbrt_config *config = config_for(NULL, NULL);
  OK(vdbrt_config_set(config, "base_url", url, &err));
  vdbrt_client *client = client_of(config);
  char *out = NULL;
  OK(vdbrt_collection_list(client, NULL, &out, &err));
  vdbrt_string_free(out);
  client_end(client);
  json_t *requests = server_requests(s);
  CHECK_TEXT(text_at(json_array_get(requests, json_array_size(requests) - 1), "target"), path);
  json_decref(requests);
}

int main(void) {
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
    vdbrt_config *config = config_for(NULL, NULL);
    OK(vdbrt_config_set(config, "base_url", none[i], &err));
    vdbrt_client *client = (vdbrt_client *)config;
    err_clear();
    vdbrt_status status = vdbrt_client_new(config, &client, &err);
    if (status != VDBRT_E_URL)
      failed(__FILE__, __LINE__, "%s gave %s: %s", none[i], vdbrt_status_name(status), vdbrt_error_message(err));
    CHECK(client == NULL);
    MESSAGE_HAS("base_url");
    CHECK_LACKS(vdbrt_error_message(err), "secret");
    vdbrt_config_free(config);
  }

  server *s = server_start();
  server_on(s, "GET /*", "{'status':200,'json':{'success':true,'data':{'collections':[]}}}");
  char url[128];
  static const char *const right[][2] = {{"http://127.0.0.1:%d", "/collection"},
                                         {"http://127.0.0.1:%d/", "/collection"},
                                         {"HTTP://LocalHost:%d", "/collection"},
                                         {"http://127.0.0.1:%d/api/v1", "/api/v1/collection"},
                                         {"http://127.0.0.1:%d/api/v1/", "/api/v1/collection"}};
  for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(url, sizeof url, right[i][0], server_port(s));
#pragma GCC diagnostic pop
    goes_to(s, url, right[i][1]);
  }
  return passed();
}
