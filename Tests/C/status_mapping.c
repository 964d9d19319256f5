/* What each answer of the service becomes: status, HTTP code, retry advice, the service's own words, its JSON. */
#include "support.h"

static const struct {
  const char *answer;
  vdbrt_status status;
  int http;
  int retryable;
  const char *says; /* in the message */
  const char *body; /* vdbrt_error_body_json; NULL for none */
} answers[] = {
    {"{'status':401,'json':{'success':false,'message':'Unknown key'}}", VDBRT_E_AUTH, 401, 0, "Unknown key",
     "{\"success\":false,\"message\":\"Unknown key\"}"},
    {"{'status':402,'json':{'success':false,'message':'No credit'}}", VDBRT_E_PAYMENT, 402, 0, "No credit",
     "{\"success\":false,\"message\":\"No credit\"}"},
    {"{'status':403,'json':{'message':'Not you'}}", VDBRT_E_FORBIDDEN, 403, 0, "Not you", "{\"message\":\"Not you\"}"},
    {"{'status':404,'json':{'message':'No such stream'}}", VDBRT_E_NOT_FOUND, 404, 0, "No such stream",
     "{\"message\":\"No such stream\"}"},
    {"{'status':400,'json':{'message':'Bad value'}}", VDBRT_E_INVALID, 400, 0, "Bad value", "{\"message\":\"Bad value\"}"},
    {"{'status':409,'json':{'error':'In use'}}", VDBRT_E_INVALID, 409, 0, "In use", "{\"error\":\"In use\"}"},
    {"{'status':422,'json':{'detail':'What is that'}}", VDBRT_E_INVALID, 422, 0, "What is that",
     "{\"detail\":\"What is that\"}"},
    {"{'status':418,'text':''}", VDBRT_E_INVALID, 418, 0, "418", NULL},
    {"{'status':400,'json':[1]}", VDBRT_E_INVALID, 400, 0, "400", "[1]"},
    {"{'status':400,'json':{'message':{'odd':true}}}", VDBRT_E_INVALID, 400, 0, "400", "{\"message\":{\"odd\":true}}"},
    {"{'status':429,'json':{'message':'Slow down'}}", VDBRT_E_RATE_LIMITED, 429, 1, "Slow down", "{\"message\":\"Slow down\"}"},
    {"{'status':500,'json':{'message':'Broken'}}", VDBRT_E_SERVER, 500, 0, "Broken", "{\"message\":\"Broken\"}"},
    {"{'status':502,'text':'<html><h1>Bad gateway</h1>'}", VDBRT_E_SERVER, 502, 1, "502", NULL},
    {"{'status':503,'json':{'message':'Later'}}", VDBRT_E_SERVER, 503, 1, "Later", "{\"message\":\"Later\"}"},
    {"{'status':504,'text':''}", VDBRT_E_SERVER, 504, 1, "504", NULL},
    {"{'status':599,'text':'odd'}", VDBRT_E_SERVER, 599, 0, "599", NULL},
    {"{'status':200,'text':'<!doctype html><title>Sign in</title>'}", VDBRT_E_NOT_JSON, 200, 0, "doctype html", NULL},
    {"{'status':200,'text':''}", VDBRT_E_NOT_JSON, 200, 0, "empty", NULL},
    {"{'status':204,'content_length':null,'text':''}", VDBRT_E_NOT_JSON, 204, 0, "empty", NULL},
    {"{'status':200,'text':'{\\'success\\':tr'}", VDBRT_E_NOT_JSON, 200, 0, "200", NULL},
    {"{'status':200,'hex':'7b2261223a22ff227d'}", VDBRT_E_NOT_JSON, 200, 0, "200", NULL},
    {"{'status':200,'text':'{\\'a\\':1}{\\'b\\':2}'}", VDBRT_E_NOT_JSON, 200, 0, "200", NULL},
    {"{'status':200,'json':[{'success':true}]}", VDBRT_E_BAD_ANSWER, 200, 0, "object", "[{\"success\":true}]"},
    {"{'status':200,'json':'text'}", VDBRT_E_BAD_ANSWER, 200, 0, "object", "\"text\""},
    {"{'status':200,'json':null}", VDBRT_E_BAD_ANSWER, 200, 0, "object", "null"},
    {"{'status':200,'json':{'success':false,'message':'Cannot'}}", VDBRT_E_REJECTED, 200, 0, "Cannot",
     "{\"success\":false,\"message\":\"Cannot\"}"},
    {"{'status':200,'json':{'success':false,'data':{'a':1}}}", VDBRT_E_REJECTED, 200, 0, "no reason",
     "{\"success\":false,\"data\":{\"a\":1}}"},
};

/* Answers whose bytes are broken. */
static const struct {
  const char *steps;
  vdbrt_status status;
} broken[] = {
    {"{'close':true}", VDBRT_E_DISCONNECTED},
    {"{'reset':true}", VDBRT_E_DISCONNECTED},
    {"{'send':'HTTP/1.1 200 OK\\r\\nContent-Le'},{'close':true}", VDBRT_E_DISCONNECTED},
    {"{'send':'HTTP/1.1 200 OK\\r\\nContent-Le'},{'reset':true}", VDBRT_E_DISCONNECTED},
    {"{'status':200,'content_length':100,'text':'{}'},{'close':true}", VDBRT_E_DISCONNECTED},
    {"{'status':200,'content_length':100,'text':'{}'},{'reset':true}", VDBRT_E_DISCONNECTED},
    {"{'send':'HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n5\\r\\n{}'},{'close':true}", VDBRT_E_DISCONNECTED},
    {"{'send':'HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nzz\\r\\n{}'}", VDBRT_E_PROTOCOL},
    {"{'send':'220 mail.example ESMTP\\r\\n'},{'close':true}", VDBRT_E_PROTOCOL},
    {"{'send':'\\u0000\\u0001\\u0002'},{'close':true}", VDBRT_E_PROTOCOL},
    {"{'send':'HTTP/9.9 200 OK\\r\\n\\r\\n'},{'close':true}", VDBRT_E_PROTOCOL},
    {"{'send':'HTTP/1.1 200 OK\\r\\nContent-Length: many\\r\\n\\r\\n{}'}", VDBRT_E_PROTOCOL},
    {"{'send':'HTTP/1.1 200 OK\\r\\nContent-Length: -5\\r\\n\\r\\n{}'}", VDBRT_E_PROTOCOL},
};

int main(void) {
  server *s = server_start();
  vdbrt_client *client = client_for(s, "{'http.max_retries':0,'http.timeout_ms':%d}", slow(3000));
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    const char *rule = answers[i].answer;
    server_on(s, "GET /rtstream/rts-1", "%s", rule);
    char *out = (char *)s;
    err_clear();
    vdbrt_status status = vdbrt_rtstream_get(client, "rts-1", NULL, &out, &err);
    if (status != answers[i].status || vdbrt_error_http_status(err) != answers[i].http)
      failed(__FILE__, __LINE__, "%s gave %s, HTTP %d: %s", rule, vdbrt_status_name(status), vdbrt_error_http_status(err),
             vdbrt_error_message(err));
    CHECK(out == NULL);
    MESSAGE_HAS("GET /rtstream/rts-1");
    MESSAGE_HAS(answers[i].says);
    if (vdbrt_error_is_retryable(err) != answers[i].retryable)
      failed(__FILE__, __LINE__, "%s is retryable: %d", rule, vdbrt_error_is_retryable(err));
    CHECK_INT(vdbrt_error_retry_after_ms(err), -1);
    CHECK_TEXT(vdbrt_error_body_json(err), answers[i].body);
  }

  server_on(s, "GET /rtstream/rts-1", "{'status':429,'headers':{'Retry-After':'7'},'json':{'message':'Slow down'}}");
  char *out = NULL;
  FAILS(VDBRT_E_RATE_LIMITED, vdbrt_rtstream_get(client, "rts-1", NULL, &out, &err));
  CHECK_INT(vdbrt_error_retry_after_ms(err), 7000);
  server_on(s, "GET /rtstream/rts-1", "{'status':503,'headers':{'retry-after':' 120 '},'text':'x'}");
  FAILS(VDBRT_E_SERVER, vdbrt_rtstream_get(client, "rts-1", NULL, &out, &err));
  CHECK_INT(vdbrt_error_retry_after_ms(err), 120000);
  static const char *const odd[] = {"-1", "soon", "", "1e9", "99999999999999999999", "7 8"};
  for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
    server_on(s, "GET /rtstream/rts-1", "{'status':429,'headers':{'Retry-After':'%s'},'json':{}}", odd[i]);
    FAILS(VDBRT_E_RATE_LIMITED, vdbrt_rtstream_get(client, "rts-1", NULL, &out, &err));
    CHECK_INT(vdbrt_error_retry_after_ms(err), -1);
  }

  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
    server_on(s, "GET /rtstream/rts-1", "[[%s]]", broken[i].steps);
    err_clear();
    vdbrt_status status = vdbrt_rtstream_get(client, "rts-1", NULL, &out, &err);
    if (status != broken[i].status)
      failed(__FILE__, __LINE__, "%s gave %s: %s", broken[i].steps, vdbrt_status_name(status), vdbrt_error_message(err));
    MESSAGE_HAS("GET /rtstream/rts-1");
    CHECK_INT(vdbrt_error_http_status(err), 0);
  }
  client_end(client);
  return passed();
}
