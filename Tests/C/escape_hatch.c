/* vdbrt_call: any method, path, query and body, as they are given. */
#include "support.h"

static server *s;
static vdbrt_client *client;

static json_t *request_of(const char *method, const char *path, const char *query, const char *body) {
  char *out = NULL;
  OK(vdbrt_call(client, method, path, query, body, NULL, &out, &err));
  CHECK_TEXT(out, "{\"fine\":true}");
  vdbrt_string_free(out);
  json_t *requests = server_requests(s), *last = json_incref(json_array_get(requests, json_array_size(requests) - 1));
  json_decref(requests);
  CHECK_TEXT(text_at(last, "method"), method);
  CHECK_TEXT(text_at(last, "path"), path);
  return last;
}

int main(void) {
  s = server_start();
  server_on(s, "* /*", "{'status':200,'json':{'success':true,'data':{'fine':true}}}");
  client = client_for(s, NULL);
  static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
  for (int i = 0; i < 5; i++) {
    json_t *request = request_of(methods[i], "/new/thing%20here/", "{\"q\":\"a b\",\"n\":1.5,\"yes\":true,\"no\":null,\"z\":0}",
                                 i ? "{\"a\": [1, {\"b\": null}]}" : NULL);
    CHECK_TEXT(text_at(request, "query"), "q=a%20b&n=1.5&yes=true&z=0");
    /* Byte for byte. */
    CHECK_TEXT(text_at(request, "body"), i ? "{\"a\": [1, {\"b\": null}]}" : "");
    json_decref(request);
  }
  /* Without a body there is none, but a length that says so where the method has one by nature. */
  json_t *request = request_of("POST", "/x", NULL, NULL);
  CHECK_TEXT(text_at(request, "body"), "");
  CHECK_TEXT(header_of(request, "Content-Length"), "0");
  CHECK(json_is_null(value_at(request, "query")));
  json_decref(request);
  request = request_of("POST", "/x", "{}", "{}");
  CHECK_TEXT(text_at(request, "body"), "{}");
  CHECK(json_is_null(value_at(request, "query")));
  json_decref(request);

  /* A query has no place for a list or an object. */
  char *out = NULL;
  FAILS(VDBRT_E_OPTION, vdbrt_call(client, "GET", "/x", "{\"list\":[1]}", NULL, NULL, &out, &err));
  MESSAGE_HAS("list");
  FAILS(VDBRT_E_OPTION, vdbrt_call(client, "GET", "/x", "{\"deep\":{}}", NULL, NULL, &out, &err));

  /* A large body goes out whole, on the first try and on the next connection. */
  size_t size = 1200000; /* above the size from which libcurl would ask with Expect: 100-continue */
  char *large = malloc(size + 16);
  memcpy(large, "{\"x\":\"", 6);
  memset(large + 6, 'y', size);
  memcpy(large + 6 + size, "\"}", 3);
  request = request_of("PUT", "/large", NULL, large);
  CHECK_INT(strlen(text_at(request, "body")), strlen(large));
  CHECK_TEXT(text_at(request, "body"), large);
  json_decref(request);
  free(large);
  client_end(client);
  return passed();
}
