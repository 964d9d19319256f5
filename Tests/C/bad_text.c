/* Text that is not UTF-8, and empty text where a value is needed, in each text parameter of each call: refused, nothing sent. */
#include "support_operations.h"

static const char *const not_utf8[] = {
    "\x80",             /* a continuation alone */
    "abc\xc3",          /* cut off */
    "\xc0\x80",         /* overlong NUL */
    "\xe0\x80\xaf",     /* overlong slash */
    "\xf0\x80\x80\xaf", /* overlong slash */
    "\xed\xa0\x80",     /* half of a surrogate pair */
    "\xf4\x90\x80\x80", /* above U+10FFFF */
    "\xff\xfe",
};

int main(void) {
  server *s = server_start();
  vdbrt_client *client = client_for(s, NULL);
  for (const operation *o = operations; o->name; o++)
    for (int i = 0; i < MAX_TEXTS && o->texts[i]; i++) {
      const char *texts[MAX_TEXTS];
      memcpy(texts, o->valid, sizeof texts);
      for (size_t n = 0; n < sizeof not_utf8 / sizeof *not_utf8; n++) {
        char json[64];
        snprintf(json, sizeof json, "{\"name\":\"%s\"}", not_utf8[n]);
        texts[i] = is_json(o, i) ? json : not_utf8[n];
        char *out = NULL;
        FAILS(VDBRT_E_ENCODING, o->run(client, texts, NULL, &out, &err));
        MESSAGE_HAS(o->texts[i]);
        CHECK(out == NULL);
      }
      texts[i] = "";
      char *out = NULL;
      FAILS(is_json(o, i) ? VDBRT_E_JSON : VDBRT_E_ARGUMENT, o->run(client, texts, NULL, &out, &err));
      MESSAGE_HAS(o->texts[i]);
    }

  vdbrt_events *events = NULL;
  FAILS(VDBRT_E_ENCODING, vdbrt_events_open(client, "{\"collection_id\":\"\xff\"}", NULL, &events, &err));
  FAILS(VDBRT_E_OPTION, vdbrt_events_open(client, "{\"collection_id\":\"\"}", NULL, &events, &err));
  FAILS(VDBRT_E_OPTION, vdbrt_events_open(client, "{\"collection_id\":7}", NULL, &events, &err));
  FAILS(VDBRT_E_JSON, vdbrt_events_open(client, "", NULL, &events, &err));

  for (size_t n = 0; n < sizeof not_utf8 / sizeof *not_utf8; n++) {
    char json[64], *out = NULL;
    snprintf(json, sizeof json, "{\"title\":\"%s\"}", not_utf8[n]);
    FAILS(VDBRT_E_ENCODING, vdbrt_embed_url(not_utf8[n], &out, &err));
    FAILS(VDBRT_E_ENCODING, vdbrt_embed_code(not_utf8[n], NULL, &out, &err));
    FAILS(VDBRT_E_ENCODING, vdbrt_embed_code("https://p.example/watch?v=1", json, &out, &err));
    FAILS(VDBRT_E_ENCODING, vdbrt_play_url(not_utf8[n], &out, &err));
    CHECK(out == NULL);
  }

  /* The escape hatch takes a method and a path that cannot be misread. */
  static const char *const methods[] = {"get", "HEAD", "GET ", "GET /x HTTP/1.1\r\nx-y: z", "CONNECT", "BREW"};
  static const char *const paths[] = {"rtstream",           "//elsewhere/x", "/a/../b", "/./a",
                                      "http://elsewhere/x", "/a b",          "/a?x=1",  "/a#fragment",
                                      "/a\r\nx-y: z",       "/a\tb",         "/a\x7f",  "?x"};
  char *out = NULL;
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
    FAILS(VDBRT_E_ARGUMENT, vdbrt_call(client, methods[i], "/rtstream", NULL, NULL, NULL, &out, &err));
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
    FAILS(VDBRT_E_ARGUMENT, vdbrt_call(client, "GET", paths[i], NULL, NULL, NULL, &out, &err));

  json_t *requests = server_requests(s);
  CHECK_INT(json_array_size(requests), 0);
  json_decref(requests);
  client_end(client);
  return passed();
}
