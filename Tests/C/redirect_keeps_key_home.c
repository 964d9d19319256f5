/* No redirect is followed, whatever its kind and wherever it leads: the key goes to the host that was configured. */
#include "support.h"

static const int codes[] = {300, 301, 302, 303, 307, 308};

int main(void) {
  server *s = server_start();
  server_listen(s, "{'name':'foreign','address':'127.0.0.2'}");
  json_decref(server_do(
      s, "{'do':'rules','rules':[{'on':'* /*','listener':'foreign','answers':[{'status':200,'json':{'data':{}}}]}]}"));
  vdbrt_client *client = client_for(s, NULL);
  char *out = NULL;
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    static const char *const targets[] = {"http://127.0.0.2:@PORT:foreign@/collection", "http://127.0.0.1:@PORT@/elsewhere",
                                          "/elsewhere", "file:///etc/passwd"};
    for (size_t t = 0; t < sizeof targets / sizeof *targets; t++) {
      server_on(s, "* /*", "{'status':%d,'headers':{'Location':'%s'},'text':'moved'}", codes[i], targets[t]);
      FAILS(VDBRT_E_REDIRECT, vdbrt_collection_list(client, NULL, &out, &err));
      CHECK_INT(vdbrt_error_http_status(err), codes[i]);
      CHECK_INT(vdbrt_error_is_retryable(err), 0);
      MESSAGE_HAS("redirect");
      MESSAGE_HAS("base_url");
      FAILS(VDBRT_E_REDIRECT, vdbrt_rtstream_start(client, "r", NULL, &err));
    }
  }
  /* 304 was not asked for. */
  server_on(s, "* /*", "{'status':304,'text':''}");
  FAILS(VDBRT_E_REDIRECT, vdbrt_collection_list(client, NULL, &out, &err));

  vdbrt_events *events = NULL;
  server_on(s, "* /*", "{'status':302,'headers':{'Location':'http://127.0.0.2:@PORT:foreign@/'},'text':'moved'}");
  FAILS(VDBRT_E_REDIRECT, vdbrt_events_open(client, NULL, NULL, &events, &err));

  json_t *requests = server_requests(s), *request;
  size_t index;
  json_array_foreach(requests, index, request) {
    CHECK_TEXT(text_at(request, "listener"), "main");
    CHECK(strcmp(text_at(request, "path"), "/elsewhere") != 0);
  }
  json_decref(requests);
  client_end(client);
  return passed();
}
