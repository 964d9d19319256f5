/* "processing": the result is fetched from output_url until it is there, within the deadline, and the key stays at home. */
#include "support.h"

static server *s;
static vdbrt_client *client;

static void pending(const char *output_url) {
  server_on(
      s, "GET /rtstream/r",
      "{'status':200,'json':{'success':true,'status':'processing','request_type':'sync','data':{'id':'x','output_url':'%s'}}}",
      output_url);
}

static void result_of_polling(const char *final, const char *want) {
  server_on(s, "GET /async-response/x",
            "[{'status':200,'json':{'success':true,'status':'in "
            "progress','data':{'output_url':'http://127.0.0.1:@PORT@/async-response/"
            "x','percentage':50}}},"
            "{'status':200,'json':%s}]",
            final);
  char *out = NULL;
  OK(vdbrt_rtstream_get(client, "r", NULL, &out, &err));
  CHECK_TEXT(out, want);
  vdbrt_string_free(out);
}

static void *cancel_when_asked(void *op) {
  server_wait(s, "requests", 2);
  vdbrt_op_cancel(op);
  return NULL;
}

int main(void) {
  s = server_start();
  server_listen(s, "{'name':'foreign','address':'127.0.0.2'}");
  client = client_for(s, NULL);
  char *out = NULL;

  pending("http://127.0.0.1:@PORT@/async-response/x");
  result_of_polling("{\"success\":true,\"status\":\"done\",\"response\":{\"success\":true,\"data\":{\"id\":\"r\"}}}",
                    "{\"id\":\"r\"}");
  result_of_polling("{\"success\":true,\"status\":\"done\",\"data\":{\"id\":\"r2\"}}", "{\"id\":\"r2\"}");
  json_t *requests = server_requests(s);
  CHECK_TEXT(header_of(json_array_get(requests, 1), "x-access-token"), TEST_KEY);
  CHECK_TEXT(text_at(json_array_get(requests, 1), "path"), "/async-response/x");
  json_decref(requests);

  server_on(s, "GET /async-response/x",
            "{'status':200,'json':{'success':true,'status':'failed','response':{'success':false,'message':'It broke'}}}");
  FAILS(VDBRT_E_REJECTED, vdbrt_rtstream_get(client, "r", NULL, &out, &err));
  MESSAGE_HAS("It broke");
  server_on(s, "GET /async-response/x", "{'status':404,'json':{'message':'Gone'}}");
  FAILS(VDBRT_E_NOT_FOUND, vdbrt_rtstream_get(client, "r", NULL, &out, &err));

  /* request_type async: the caller wants what there is. */
  server_on(s, "GET /rtstream/r",
            "{'status':200,'json':{'success':true,'status':'processing','request_type':'async','data':{'id':'x'}}}");
  OK(vdbrt_rtstream_get(client, "r", NULL, &out, &err));
  CHECK_TEXT(out, "{\"id\":\"x\"}");
  vdbrt_string_free(out);

  static const char *const none[] = {"", "nonsense", "file:///etc/passwd", "ws://127.0.0.1/", "http://"};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
    pending(none[i]);
    FAILS(VDBRT_E_BAD_ANSWER, vdbrt_rtstream_get(client, "r", NULL, &out, &err));
    MESSAGE_HAS("output_url");
  }

  /* Elsewhere it is fetched without the key. */
  json_decref(
      server_do(s, "{'do':'rules','rules':[{'on':'GET /async-response/x','listener':'foreign','answers':[{'status':200,'json':"
                   "{'status':'done','response':{'success':true,'data':{'id':'from elsewhere'}}}}]}]}"));
  pending("http://127.0.0.2:@PORT:foreign@/async-response/x?signed=1");
  OK(vdbrt_rtstream_get(client, "r", NULL, &out, &err));
  CHECK_TEXT(out, "{\"id\":\"from elsewhere\"}");
  vdbrt_string_free(out);
  requests = server_requests(s);
  json_t *last = json_array_get(requests, json_array_size(requests) - 1);
  CHECK_TEXT(text_at(last, "listener"), "foreign");
  CHECK_TEXT(text_at(last, "target"), "/async-response/x?signed=1");
  CHECK(header_of(last, "x-access-token") == NULL);
  CHECK_LACKS(text_at(last, "target"), TEST_KEY);
  json_decref(requests);
  /* The same machine by another name, and another port of it, are elsewhere too. */
  pending("http://localhost:@PORT@/async-response/x");
  server_on(s, "GET /async-response/x", "{'status':200,'json':{'status':'done','response':{'data':{'id':'r'}}}}");
  OK(vdbrt_rtstream_get(client, "r", NULL, &out, &err));
  vdbrt_string_free(out);
  requests = server_requests(s);
  CHECK(header_of(json_array_get(requests, json_array_size(requests) - 1), "x-access-token") == NULL);
  json_decref(requests);

  /* Never done: the deadline of the op holds for all of it, and cancelling ends the wait between two polls. */
  pending("http://127.0.0.1:@PORT@/async-response/x");
  server_on(s, "GET /async-response/x",
            "{'status':200,'json':{'success':true,'status':'processing','data':{'output_url':'http://127.0.0.1:@PORT@/"
            "async-response/x'}}}");
  vdbrt_op *op = NULL;
  OK(vdbrt_op_new(400, &op, &err));
  int64_t start = now_ms();
  FAILS(VDBRT_E_TIMEOUT, vdbrt_rtstream_get(client, "r", op, &out, &err));
  CHECK(now_ms() - start >= 390 && now_ms() - start < slow(1500));
  vdbrt_op_release(op);
  json_decref(server_do(s, "{'do':'reset'}"));
  pending("http://127.0.0.1:@PORT@/async-response/x");
  server_on(s, "GET /async-response/x",
            "{'status':200,'json':{'success':true,'status':'processing','data':{'output_url':'http://127.0.0.1:@PORT@/"
            "async-response/x'}}}");
  OK(vdbrt_op_new(-1, &op, &err));
  pthread_t thread;
  pthread_create(&thread, NULL, cancel_when_asked, op);
  FAILS(VDBRT_E_CANCELLED, vdbrt_rtstream_get(client, "r", op, &out, &err));
  pthread_join(thread, NULL);
  vdbrt_op_release(op);
  client_end(client);
  return passed();
}
