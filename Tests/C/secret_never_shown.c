/* The API key and the WebSocket URL stay out of errors, bodies, events of ours and log lines, although the server repeats them. */
#include "support.h"

enum { LINES = 4000 };

static char *lines[LINES];
static atomic_int line_count;

static void keep_line(void *user, int32_t level, const char *topic, const char *message) {
  (void)user, (void)level, (void)topic;
  int n = atomic_fetch_add(&line_count, 1);
  if (n < LINES)
    lines[n] = strdup(message);
}

/* What a server could say, with the secret in every place of it. */
static const char *const echoes[] = {
    "{'status':401,'json':{'success':false,'message':'Unknown key %s'}}",
    "{'status':400,'json':{'success':false,'message':'x','deep':[{'headers':{'x-access-token':'%s'}}]}}",
    "{'status':500,'text':'<html>Traceback: headers = {%s}</html>'}",
    "{'status':200,'text':'%s'}",
    "{'status':200,'json':{'success':false,'message':'%s'}}",
    "{'status':200,'json':['%s']}",
    "{'status':404,'reason':'%s','json':{'%s':1}}",
    "{'status':302,'headers':{'Location':'http://127.0.0.1/?key=%s'},'text':''}",
    "{'send':'HTTP/1.1 %s\\r\\n\\r\\n'},{'close':true}",
    "{'status':429,'headers':{'Retry-After':'%s'},'json':{'message':'%s'}}",
};

static void clean(const char *where, const char *text) {
  if (text && (strstr(text, TEST_KEY) || strstr(text, WS_TOKEN)))
    failed(__FILE__, __LINE__, "%s shows a secret: %s", where, text);
}

static void clean_error(void) {
  clean("a message", vdbrt_error_message(err));
  clean("a body", vdbrt_error_body_json(err));
  /* A body that was redacted is JSON still. */
  if (vdbrt_error_body_json(err)) {
    json_t *body = json_loads(vdbrt_error_body_json(err), JSON_DECODE_ANY, NULL);
    CHECK(body);
    json_decref(body);
  }
}

int main(void) {
  server *s = server_start();
  vdbrt_config *config =
      config_for(s, "{'http.max_retries':1,'ws.connect_timeout_ms':%d,'ws.close_timeout_ms':200}", slow(1000));
  OK(vdbrt_config_set_log(config, VDBRT_LOG_DEBUG, keep_line, NULL, &err));
  vdbrt_client *client = client_of(config);
  char *out = NULL;
  for (size_t i = 0; i < sizeof echoes / sizeof *echoes; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
    char answer[1024];
    snprintf(answer, sizeof answer, echoes[i], TEST_KEY, TEST_KEY);
#pragma GCC diagnostic pop
    server_on(s, "* /rtstream/r", "[[%s]]", answer);
    err_clear();
    CHECK(vdbrt_rtstream_get(client, "r", NULL, &out, &err) != VDBRT_OK);
    clean_error();
    server_on(s, "* /collection/default/websocket", "[[%s]]", answer);
    vdbrt_events *events = NULL;
    err_clear();
    CHECK(vdbrt_events_open(client, NULL, NULL, &events, &err) != VDBRT_OK);
    clean_error();
  }

  /* An id that is the key, by mistake: it goes into a path, and paths go into messages. */
  server_on(s, "* /*", "{'status':404,'json':{'message':'no'}}");
  FAILS(VDBRT_E_NOT_FOUND, vdbrt_rtstream_get(client, TEST_KEY, NULL, &out, &err));
  clean_error();
  FAILS(VDBRT_E_OPTION, vdbrt_event_rule_create(client, "{\"event_prompt\":7,\"label\":\"" TEST_KEY "\"}", NULL, &out, &err));
  clean_error();

  /* The WebSocket URL, in what the upgrade answers and in what the socket says. */
  static const char *const steps[] = {
      "{'status':403,'text':'" WS_TOKEN "'}",
      "{'upgrade':{'status_line':'HTTP/1.1 500 " WS_TOKEN "'}}",
      "{'send':'" WS_TOKEN " is no HTTP'},{'close':true}",
      "{'upgrade':true},{'text':'" WS_TOKEN "'}",
      "{'upgrade':true},{'json':{'" WS_TOKEN "':1}}",
      "{'upgrade':true},{'close_frame':{'code':4001,'reason':'token " WS_TOKEN " is used'}}",
  };
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    server_websocket_raw(s, "%s", steps[i]);
    vdbrt_events *events = NULL;
    err_clear();
    CHECK(vdbrt_events_open(client, NULL, NULL, &events, &err) != VDBRT_OK);
    clean_error();
  }
  server_websocket(s, "{'await':'go'},{'close_frame':{'code':4001,'reason':'token " WS_TOKEN " key " TEST_KEY "'}}");
  vdbrt_events *events = channel_open(client);
  server_go(s, "go");
  skip_event(events, VDBRT_EVENT_CONNECTED);
  json_decref(disconnected_data(events));
  vdbrt_event *e = NULL;
  FAILS(VDBRT_E_DISCONNECTED, vdbrt_events_next(events, 0, &e, &err));
  clean_error();
  vdbrt_events_release(events);

  /* URLs that cannot be used are not shown either. */
  server_on(s, "GET /collection/default/websocket",
            "{'status':200,'json':{'data':{'websocket_url':'wss://[" WS_TOKEN "/?token=" WS_TOKEN "'}}}");
  err_clear();
  CHECK(vdbrt_events_open(client, NULL, NULL, &events, &err) != VDBRT_OK);
  clean_error();
  server_on(s, "GET /collection/default/websocket",
            "{'status':200,'json':{'data':{'websocket_url':'ws://127.0.0.1:%d/?token=" WS_TOKEN "'}}}", free_port());
  err_clear();
  CHECK(vdbrt_events_open(client, NULL, NULL, &events, &err) != VDBRT_OK);
  clean_error();
  client_end(client);

  CHECK(atomic_load(&line_count) > 20 && atomic_load(&line_count) <= LINES);
  for (int i = 0; i < atomic_load(&line_count); i++) {
    clean("a log line", lines[i]);
    free(lines[i]);
  }
  return passed();
}
