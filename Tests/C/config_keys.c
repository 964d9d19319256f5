/* Every key is described, takes its own default back, and arrives in the client; a client copies its configuration. */
#include "support.h"

static json_t *describe(void) {
  char *out = NULL;
  OK(vdbrt_config_describe(&out, &err));
  return json_taken(out);
}

static const char *const documented[] = {"api_key",
                                         "session_token",
                                         "base_url",
                                         "http.timeout_ms",
                                         "http.connect_timeout_ms",
                                         "http.max_response_bytes",
                                         "http.max_retries",
                                         "http.retry_base_ms",
                                         "http.retry_max_ms",
                                         "http.proxy",
                                         "http.allow_cleartext",
                                         "tls.ca_file",
                                         "tls.verify",
                                         "ws.connect_timeout_ms",
                                         "ws.first_message_timeout_ms",
                                         "ws.ping_interval_ms",
                                         "ws.pong_timeout_ms",
                                         "ws.close_timeout_ms",
                                         "ws.max_message_bytes",
                                         "queue.max_events",
                                         "queue.max_bytes",
                                         "queue.overflow"};

static void description(void) {
  setenv("VIDEO_DB_API_KEY", TEST_KEY, 1);
  json_t *keys = describe(), *key;
  size_t index;
  char *text = json_dumps(keys, 0);
  CHECK_LACKS(text, TEST_KEY);
  CHECK_LACKS(text, "vdbrt_"); /* other languages have other names for the functions */
  free(text);
  unsetenv("VIDEO_DB_API_KEY");

  const char *before = "";
  int found = 0;
  vdbrt_config *config = NULL;
  OK(vdbrt_config_new(&config, &err));
  json_array_foreach(keys, index, key) {
    const char *name = text_at(key, "key");
    CHECK(strcmp(before, name) < 0);
    before = name;
    CHECK(strlen(text_at(key, "type")) > 0);
    CHECK(strlen(text_at(key, "description")) > 10);
    CHECK(json_object_size(key) >= 5);
    CHECK(json_object_get(key, "unit"));
    for (size_t i = 0; i < sizeof documented / sizeof *documented; i++)
      found += !strcmp(documented[i], name);

    json_t *standard = value_at(key, "default");
    if (!json_is_null(standard)) {
      char *value = json_is_string(standard) ? strdup(json_string_value(standard)) : json_dumps(standard, JSON_ENCODE_ANY);
      OK(vdbrt_config_set(config, name, value, &err));
      free(value);
    }
    OK(vdbrt_config_set(config, name, NULL, &err));
  }
  CHECK_INT(found, sizeof documented / sizeof *documented);
  vdbrt_config_free(config);
  json_decref(keys);
}

/* Whether a client of this configuration talks to this server. */
static bool reaches(vdbrt_config *config, server *s) {
  vdbrt_client *client = NULL;
  OK(vdbrt_client_new(config, &client, &err));
  int before = server_count(s, "GET /collection");
  char *out = NULL;
  err_clear();
  vdbrt_collection_list(client, NULL, &out, &err);
  vdbrt_string_free(out);
  client_end(client);
  return server_count(s, "GET /collection") > before;
}

static void values(void) {
  server *a = server_start(), *b = server_start();
  server_on(a, "GET /collection", "{'status':200,'json':{'success':true,'data':{'collections':[]}}}");
  server_on(b, "GET /collection", "{'status':200,'json':{'success':true,'data':{'collections':[]}}}");
  vdbrt_config *config = config_for(a, "{'http.timeout_ms':4000,'tls.verify':true,'queue.overflow':'pause','http.proxy':null}");
  CHECK(reaches(config, a));

  /* All or nothing: the good member does not count when another is wrong, wherever it stands. */
  char *json = quoted("{'base_url':'http://127.0.0.1:%d','http.timeout_ms':'many'}", server_port(b));
  FAILS(VDBRT_E_CONFIG_VALUE, vdbrt_config_set_json(config, json, &err));
  MESSAGE_HAS("http.timeout_ms");
  free(json);
  json = quoted("{'http.timeout':1,'base_url':'http://127.0.0.1:%d'}", server_port(b));
  FAILS(VDBRT_E_CONFIG_KEY, vdbrt_config_set_json(config, json, &err));
  MESSAGE_HAS("http.timeout");
  free(json);
  CHECK(!reaches(config, b));

  /* NULL, as null in JSON, returns a key to its default: here, what the environment says. */
  char url[64];
  snprintf(url, sizeof url, "http://127.0.0.1:%d", server_port(b));
  setenv("VIDEO_DB_API", url, 1);
  OK(vdbrt_config_set_json(config, "{\"base_url\":null}", &err));
  CHECK(reaches(config, b));
  unsetenv("VIDEO_DB_API");

  /* What is set later does not reach a client that is there. */
  OK(vdbrt_config_set(config, "base_url", url, &err));
  vdbrt_client *client = NULL;
  OK(vdbrt_client_new(config, &client, &err));
  snprintf(url, sizeof url, "http://127.0.0.1:%d", server_port(a));
  OK(vdbrt_config_set(config, "base_url", url, &err));
  vdbrt_config_free(config);
  int before = server_count(b, "GET /collection");
  char *out = NULL;
  OK(vdbrt_collection_list(client, NULL, &out, &err));
  vdbrt_string_free(out);
  CHECK_INT(server_count(b, "GET /collection"), before + 1);
  client_end(client);
}

int main(void) {
  description();
  values();
  return passed();
}
