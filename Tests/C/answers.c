/* Answers that are right in unusual ways, and what is handed out of each. */
#include "support.h"

static const struct {
  const char *answer, *out;
} right[] = {
    {"{'status':200,'json':{'success':true,'data':{'id':'r','n':1.50}}}", "{\"id\":\"r\",\"n\":1.5}"},
    {"{'status':201,'json':{'success':true,'data':{'id':'r'}}}", "{\"id\":\"r\"}"},
    {"{'status':200,'json':{'success':true,'data':[1,2]}}", "[1,2]"},
    {"{'status':200,'json':{'success':true,'data':0}}", "0"},
    {"{'status':200,'json':{'success':true,'message':'done'}}", "{\"success\":true,\"message\":\"done\"}"},
    {"{'status':200,'json':{'success':true,'data':null}}", "{\"success\":true,\"data\":null}"},
    {"{'status':200,'json':{'id':'r'}}", "{\"id\":\"r\"}"},
    {"{'status':200,'json':{}}", "{}"},
    {"{'status':200,'chunked':true,'json':{'success':true,'data':{'id':'chunked'}}}", "{\"id\":\"chunked\"}"},
    {"{'status':200,'content_length':null,'json':{'success':true,'data':{'id':'till the end'}}}", "{\"id\":\"till the end\"}"},
    {"{'status':200,'chop':1,'json':{'success':true,'data':{'id':'byte by byte'}}}", "{\"id\":\"byte by byte\"}"},
    {"{'status':200,'version':'HTTP/1.0','keep_alive':false,'json':{'data':{'id':'old'}}}", "{\"id\":\"old\"}"},
    {"{'status':200,'headers':{'Content-Type':'text/plain'},'json':{'data':{'id':'plain'}}}", "{\"id\":\"plain\"}"},
    {"{'status':200,'json':{'data':{'text':'\\u00e4\\ud83d\\ude00\\u0001'}}}", "{\"text\":\"ä😀\\u0001\"}"},
};

int main(void) {
  server *s = server_start();
  vdbrt_client *client = client_for(s, NULL);
  for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
    server_on(s, "GET /rtstream/r", "%s", right[i].answer);
    char *out = NULL;
    OK(vdbrt_rtstream_get(client, "r", NULL, &out, &err));
    CHECK_TEXT(out, right[i].out);
    vdbrt_string_free(out);
  }

  /* The bytes of `data`, white space and number forms included, are those that were received. */
  server_on(s, "GET /rtstream/r",
            "{'status':200,'hex':'7b202264617461223a20207b2261223a20312e353030652b30302c2022c3a4223a205b5d207d207d0a'}");
  char *out = NULL;
  OK(vdbrt_rtstream_get(client, "r", NULL, &out, &err));
  CHECK_TEXT(out, "{\"a\": 1.500e+00, \"ä\": [] }");
  vdbrt_string_free(out);

  /* Informational answers before the real one. */
  server_on(s, "GET /rtstream/r",
            "[[{'send':'HTTP/1.1 103 Early Hints\\r\\nLink: x\\r\\n\\r\\n'},{'status':200,'json':{'data':{'id':'r'}}}]]");
  OK(vdbrt_rtstream_get(client, "r", NULL, &out, &err));
  CHECK_TEXT(out, "{\"id\":\"r\"}");
  vdbrt_string_free(out);
  client_end(client);
  return passed();
}
