/* An id is one path segment, whatever it holds: it neither climbs, nor adds a query, nor ends the request line. */
#include "support_operations.h"

static const struct {
  const char *id, *segment;
} ids[] = {
    {"rts-0192f", "rts-0192f"},
    {"a~b_c.d-e", "a~b_c.d-e"},
    {"a/b", "a%2Fb"},
    {"a?x=1", "a%3Fx%3D1"},
    {"a#b", "a%23b"},
    {"a b+c", "a%20b%2Bc"},
    {"100%", "100%25"},
    {"%2e%2e", "%252e%252e"},
    {"ü€😀", "%C3%BC%E2%82%AC%F0%9F%98%80"},
    {"x HTTP/1.1\r\nx-evil: 1", "x%20HTTP%2F1.1%0D%0Ax-evil%3A%201"},
    {"\x01\x7f", "%01%7F"},
    {"{}[]<>\"\\^`|@:;,&=!*'()$", "%7B%7D%5B%5D%3C%3E%22%5C%5E%60%7C%40%3A%3B%2C%26%3D%21%2A%27%28%29%24"},
    {"...", "..."},
};

static bool is_in_body(const operation *o, int text) {
  return (!strcmp(o->name, "rtstream_connect") && !strcmp(o->texts[text], "collection_id")) ||
         (!strcmp(o->name, "capture_session_start") && !strcmp(o->texts[text], "session_id"));
}

int main(void) {
  server *s = server_start();
  server_on(s, "* /*", "{'status':200,'json':{'success':true,'data':{}}}");
  vdbrt_client *client = client_for(s, NULL);
  for (const operation *o = operations; o->name; o++)
    for (int i = 0; i < MAX_TEXTS && o->texts[i]; i++) {
      size_t length = strlen(o->texts[i]);
      if (length < 3 || strcmp(o->texts[i] + length - 3, "_id") || is_in_body(o, i))
        continue;
      /* The request as it is for a plain id, with the segment in its place. */
      char want[512], plain[32];
      snprintf(plain, sizeof plain, "/%s", o->valid[i]);
      const char *at = strstr(o->request, plain);
      CHECK(at);
      for (size_t n = 0; n < sizeof ids / sizeof *ids; n++) {
        const char *texts[MAX_TEXTS];
        memcpy(texts, o->valid, sizeof texts);
        texts[i] = ids[n].id;
        snprintf(want, sizeof want, "%.*s/%s%s", (int)(at - o->request), o->request, ids[n].segment, at + strlen(plain));
        char *out = NULL;
        OK(o->run(client, texts, NULL, &out, &err));
        vdbrt_string_free(out);
        json_t *requests = server_requests(s), *last = json_array_get(requests, json_array_size(requests) - 1);
        char got[512];
        snprintf(got, sizeof got, "%s %s", text_at(last, "method"), text_at(last, "path"));
        CHECK_TEXT(got, want);
        CHECK(header_of(last, "x-evil") == NULL);
        json_decref(requests);
      }
      server_reset(s);
      server_on(s, "* /*", "{'status':200,'json':{'success':true,'data':{}}}");
    }

  /* Dots alone would climb, encoded or not: no id. */
  char *out = NULL;
  FAILS(VDBRT_E_ARGUMENT, vdbrt_rtstream_get(client, "..", NULL, &out, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_rtstream_get(client, ".", NULL, &out, &err));

  /* Where an id goes into the body, it is text there. */
  server_reset(s);
  server_on(s, "* /*", "{'status':200,'json':{'success':true,'data':{}}}");
  OK(vdbrt_rtstream_connect(client, "a/b \"c\"", "{\"url\":\"rtsp://a/b?c=d&e\",\"name\":\"n\"}", NULL, &out, &err));
  vdbrt_string_free(out);
  json_t *requests = server_requests(s), *body = value_at(json_array_get(requests, 0), "json");
  CHECK_TEXT(text_at(body, "collection_id"), "a/b \"c\"");
  CHECK_TEXT(text_at(body, "url"), "rtsp://a/b?c=d&e");
  json_decref(requests);
  OK(vdbrt_capture_session_start(client, "a/b \"c\"", "{\"channels\":[]}", NULL, &out, &err));
  vdbrt_string_free(out);
  requests = server_requests(s);
  CHECK_TEXT(text_at(json_array_get(requests, 1), "json.session_id"), "a/b \"c\"");
  json_decref(requests);

  /* Values of a query. */
  OK(vdbrt_rtstream_list(client, "{\"name\":\"a b&c=d#ü+\",\"limit\":0}", NULL, &out, &err));
  vdbrt_string_free(out);
  requests = server_requests(s);
  const char *query = text_at(json_array_get(requests, 2), "query");
  CHECK_HAS(query, "name=a%20b%26c%3Dd%23%C3%BC%2B");
  CHECK_HAS(query, "limit=0");
  json_decref(requests);
  client_end(client);
  return passed();
}
