/* A key that is none and a value that is none are refused when they are set, by name, and change nothing. */
#include "support.h"

static const struct {
  const char *key, *value;
} bad[] = {
    {"api_key", ""},
    {"api_key", "two\r\nlines"},
    {"api_key", "bell\a"},
    {"session_token", ""},
    {"base_url", ""},
    {"base_url", "http://a\nb"},
    {"http.timeout_ms", ""},
    {"http.timeout_ms", "soon"},
    {"http.timeout_ms", "0"},
    {"http.timeout_ms", "-1"},
    {"http.timeout_ms", "10.5"},
    {"http.timeout_ms", "1e3"},
    {"http.timeout_ms", " 10"},
    {"http.timeout_ms", "10 "},
    {"http.timeout_ms", "0x10"},
    {"http.timeout_ms", "+10"},
    {"http.timeout_ms", "99999999999999999999999999"},
    {"http.timeout_ms", "18446744073709551617"},
    {"http.max_retries", "-1"},
    {"http.max_response_bytes", "0"},
    {"http.allow_cleartext", "yes"},
    {"http.allow_cleartext", "TRUE"},
    {"tls.verify", "1"},
    {"tls.verify", ""},
    {"tls.ca_file", ""},
    {"ws.ping_interval_ms", "0"},
    {"ws.max_message_bytes", "1"},
    {"queue.max_events", "0"},
    {"queue.max_bytes", "0"},
    {"queue.overflow", "drop_newest"},
    {"queue.overflow", "Pause"},
};

static const char *const no_keys[] = {"nope", "API_KEY", "http", "http.", "timeout_ms", "api_key ", " api_key", "base_url\n"};

static const char *const no_json[] = {"",      "{",     "[]",       "\"text\"",           "7",    "null",
                                      "{} {}", "{'a'}", "{\"a\":}", "{\"api_key\":\"x\"", "true", "{\"a\":1,}"};

int main(void) {
  vdbrt_config *config = NULL;
  OK(vdbrt_config_new(&config, &err));
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    FAILS(VDBRT_E_CONFIG_VALUE, vdbrt_config_set(config, bad[i].key, bad[i].value, &err));
    MESSAGE_HAS(bad[i].key);
    CHECK_INT(vdbrt_config_set(config, bad[i].key, bad[i].value, NULL), VDBRT_E_CONFIG_VALUE);
  }
  /* A credential is not repeated, even where it is wrong. */
  FAILS(VDBRT_E_CONFIG_VALUE, vdbrt_config_set(config, "api_key", TEST_KEY "\n", &err));

  for (size_t i = 0; i < sizeof no_keys / sizeof *no_keys; i++) {
    FAILS(VDBRT_E_CONFIG_KEY, vdbrt_config_set(config, no_keys[i], "x", &err));
    MESSAGE_HAS("description of the configuration");
  }
  for (size_t i = 0; i < sizeof no_json / sizeof *no_json; i++)
    FAILS(VDBRT_E_JSON, vdbrt_config_set_json(config, no_json[i], &err));
  FAILS(VDBRT_E_CONFIG_VALUE, vdbrt_config_set_json(config, "{\"http.timeout_ms\":[5]}", &err));
  FAILS(VDBRT_E_CONFIG_VALUE, vdbrt_config_set_json(config, "{\"base_url\":{\"host\":\"a\"}}", &err));
  FAILS(VDBRT_E_CONFIG_VALUE, vdbrt_config_set_json(config, "{\"http.timeout_ms\":1.5}", &err));
  FAILS(VDBRT_E_CONFIG_VALUE, vdbrt_config_set_json(config, "{\"http.timeout_ms\":true}", &err));
  FAILS(VDBRT_E_CONFIG_VALUE, vdbrt_config_set_json(config, "{\"api_key\":\"a\\u0000b\"}", &err));
  /* No key has a NUL in its name, and no JSON library needs to take one. */
  err_clear();
  CHECK(vdbrt_config_set_json(config, "{\"api_key\\u0000\":\"a\"}", &err) != VDBRT_OK);

  FAILS(VDBRT_E_ARGUMENT, vdbrt_config_set(config, NULL, "x", &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_config_set(config, "", "x", &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_config_set_json(config, NULL, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_config_describe(NULL, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_config_new(NULL, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_config_set_log(config, -1, NULL, NULL, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_config_set_log(config, 4, NULL, NULL, &err));

  FAILS(VDBRT_E_ENCODING, vdbrt_config_set(config, "base_url", "http://\xff", &err));
  FAILS(VDBRT_E_ENCODING, vdbrt_config_set(config, "b\xc3", "x", &err));
  FAILS(VDBRT_E_ENCODING, vdbrt_config_set_json(config, "{\"api_key\":\"\xc0\x80\"}", &err));

  /* None of it left a key behind. */
  vdbrt_client *client = NULL;
  FAILS(VDBRT_E_CREDENTIAL, vdbrt_client_new(config, &client, &err));
  vdbrt_config_free(config);
  return passed();
}
