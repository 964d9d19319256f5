/* The headers of a call are those of the protocol: the key, the client's name, JSON. And nothing that a proxy could trip over. */
#include "support_operations.h"

int main(void) {
  server *s = server_start();
  server_on(s, "* /*", "{'status':200,'json':{'success':true,'data':{}}}");
  vdbrt_client *client = client_for(s, NULL);
  for (const operation *o = operations; o->name; o++) {
    char *out = NULL;
    OK(o->run(client, o->valid, NULL, &out, &err));
    vdbrt_string_free(out);
  }
  json_t *requests = server_requests(s), *request;
  size_t index;
  json_array_foreach(requests, index, request) {
    const operation *o = &operations[index];
    char line[128];
    snprintf(line, sizeof line, "%s %s", text_at(request, "method"), text_at(request, "path"));
    CHECK_TEXT(line, o->request);
    CHECK_TEXT(header_of(request, "x-access-token"), TEST_KEY);
    CHECK_HAS(header_of(request, "x-videodb-client"), VDBRT_VERSION_STRING);
    CHECK_TEXT(header_of(request, "Content-Type"), "application/json");
    CHECK(header_of(request, "Expect") == NULL);
    CHECK(header_of(request, "Authorization") == NULL);
    CHECK(header_of(request, "Cookie") == NULL);
    char host[32];
    snprintf(host, sizeof host, "127.0.0.1:%d", server_port(s));
    CHECK_TEXT(header_of(request, "Host"), host);
    /* One connection serves them all. */
    CHECK_INT(json_integer_value(value_at(request, "connection")), 1);
  }
  CHECK(operations[index].name == NULL);
  json_decref(requests);
  client_end(client);
  return passed();
}
