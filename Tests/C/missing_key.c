/* Where the credential comes from, in what order, and what is said when there is none. */
#include "support.h"

static server *s;

static char *key_that_arrives(vdbrt_config *config) {
  vdbrt_client *client = NULL;
  OK(vdbrt_client_new(config, &client, &err));
  char *out = NULL;
  OK(vdbrt_collection_list(client, NULL, &out, &err));
  vdbrt_string_free(out);
  client_end(client);
  json_t *requests = server_requests(s);
  const char *key = header_of(json_array_get(requests, json_array_size(requests) - 1), "x-access-token");
  char *copy = key ? strdup(key) : NULL;
  json_decref(requests);
  return copy;
}

static void arrives(vdbrt_config *config, const char *want) {
  char *key = key_that_arrives(config);
  CHECK_TEXT(key, want);
  free(key);
}

int main(void) {
  s = server_start();
  server_on(s, "GET /collection", "{'status':200,'json':{'success':true,'data':{'collections':[]}}}");
  vdbrt_client *client = (vdbrt_client *)&client;
  FAILS(VDBRT_E_CREDENTIAL, vdbrt_client_new(NULL, &client, &err));
  CHECK(client == NULL);
  MESSAGE_HAS("api_key");
  MESSAGE_HAS("VIDEO_DB_API_KEY");
  setenv("VIDEO_DB_API_KEY", "", 1);
  FAILS(VDBRT_E_CREDENTIAL, vdbrt_client_new(NULL, &client, &err));

  /* A key that cannot stand in a header would split the request: it must not be sent, wherever it comes from. */
  setenv("VIDEO_DB_API_KEY", "sk\r\nx-evil: 1", 1);
  FAILS(VDBRT_E_CREDENTIAL, vdbrt_client_new(NULL, &client, &err));
  CHECK_LACKS(vdbrt_error_message(err), "x-evil");

  vdbrt_config *config = NULL;
  OK(vdbrt_config_new(&config, &err));
  char url[64];
  snprintf(url, sizeof url, "http://127.0.0.1:%d", server_port(s));
  OK(vdbrt_config_set(config, "base_url", url, &err));
  setenv("VIDEO_DB_API_KEY", "sk-of-the-environment", 1);
  arrives(config, "sk-of-the-environment");
  OK(vdbrt_config_set(config, "session_token", "st-token", &err));
  arrives(config, "st-token");
  OK(vdbrt_config_set(config, "api_key", "sk-configured", &err));
  arrives(config, "sk-configured");
  OK(vdbrt_config_set(config, "api_key", NULL, &err));
  OK(vdbrt_config_set(config, "session_token", NULL, &err));
  arrives(config, "sk-of-the-environment");
  vdbrt_config_free(config);

  /* No configuration at all: both come from the environment. */
  setenv("VIDEO_DB_API", url, 1);
  arrives(NULL, "sk-of-the-environment");
  return passed();
}
