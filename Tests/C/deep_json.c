/* JSON that is nested until a careless parser has no stack left: in options, answers, first messages and events. */
#include "support.h"

enum { DEPTH = 100000 };

static char *nested(const char *before, const char *open, const char *middle, const char *close, const char *after) {
  char *text = malloc(strlen(before) + DEPTH * (strlen(open) + strlen(close)) + strlen(middle) + strlen(after) + 1);
  char *at = stpcpy(text, before);
  for (int i = 0; i < DEPTH; i++)
    at = stpcpy(at, open);
  at = stpcpy(at, middle);
  for (int i = 0; i < DEPTH; i++)
    at = stpcpy(at, close);
  strcpy(at, after);
  return text;
}

static char *hex_of(const char *text) {
  char *hex = malloc(strlen(text) * 2 + 1);
  for (size_t i = 0; text[i]; i++)
    sprintf(hex + 2 * i, "%02x", (unsigned char)text[i]);
  return hex;
}

int main(void) {
  server *s = server_start();
  vdbrt_client *client = client_for(s, NULL);
  char *out = NULL,
       *texts[] = {nested("{\"x\":", "{\"x\":", "1", "}", "}"), nested("{\"success\":true,\"data\":", "[", "", "]", "}"),
                   nested("{\"channel\":\"alert\",\"data\":", "[", "", "", ""), nested("", "[", "", "]", "")};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    char *hex = hex_of(texts[i]);
    FAILS(VDBRT_E_JSON, vdbrt_rtstream_list(client, texts[i], NULL, &out, &err));
    FAILS(VDBRT_E_JSON, vdbrt_call(client, "POST", "/x", NULL, texts[i], NULL, &out, &err));
    server_on(s, "GET /rtstream/r", "{'status':200,'hex':'%s'}", hex);
    FAILS(VDBRT_E_NOT_JSON, vdbrt_rtstream_get(client, "r", NULL, &out, &err));
    CHECK(vdbrt_error_body_json(err) == NULL);
    server_on(s, "GET /rtstream/r", "{'status':400,'hex':'%s'}", hex);
    FAILS(VDBRT_E_INVALID, vdbrt_rtstream_get(client, "r", NULL, &out, &err));

    server_websocket(s, "{'hex':'%s'},{'json':[1]}", hex);
    vdbrt_events *events = channel_open(client);
    skip_event(events, VDBRT_EVENT_CONNECTED);
    vdbrt_event *e = next_event(events, VDBRT_EVENT_OTHER);
    CHECK_INT(vdbrt_event_flags(e), VDBRT_EVENT_NOT_JSON);
    size_t len = 0;
    CHECK(!memcmp(vdbrt_event_json(e, &len), texts[i], strlen(texts[i])));
    CHECK_INT(len, strlen(texts[i]));
    vdbrt_event_free(e);
    skip_event(events, VDBRT_EVENT_OTHER);
    vdbrt_events_release(events);

    server_websocket_raw(s, "{'upgrade':true},{'hex':'%s'}", hex);
    FAILS(VDBRT_E_FIRST_MESSAGE, vdbrt_events_open(client, NULL, NULL, &events, &err));
    free(hex);
    free(texts[i]);
  }
  client_end(client);
  return passed();
}
