/* A refused key is replaced while the client runs: the application is asked once, the call is sent once more with the new key, and
 * nothing else notices. */
#include "support_async.h"

#define NEW_KEY "sk-another-key-that-nobody-may-see"
/* The service repeats the key that it got. */
#define REFUSED_WITH(key) "{\"status\":401,\"json\":{\"success\":false,\"message\":\"Key " key " has ended\"}}"
#define REFUSED REFUSED_WITH(TEST_KEY)
/* When the test says so. */
#define HELD "[{\"await\":\"go\"}," REFUSED "]"
#define FINE "{\"status\":200,\"json\":{\"success\":true,\"data\":{\"id\":\"r\"}}}"

enum { THREADS = 6 };

static server *s;
static vdbrt_client *client;
static atomic_int asked;
static const char *answer; /* what the application sets when it is asked; NULL: nothing */
static pthread_t asked_on;

static void ask(void *user) {
  CHECK(user == s);
  asked++;
  asked_on = pthread_self();
  if (answer)
    OK(vdbrt_client_set_credential(client, answer, &err));
}

static void begin(const char *mode, const char *answers) {
  server_reset(s);
  server_on(s, "* /rtstream*", "[%s]", answers);
  client = client_for(s, "{'loop.mode':'%s','http.max_retries':0}", mode);
  OK(vdbrt_client_on_refused_credential(client, ask, s, &err));
  asked = 0;
  answer = NEW_KEY;
}

/* So many requests came, and only the last ones with the new key. */
static void sent(int with_old, int with_new) {
  json_t *requests = server_requests(s), *request;
  size_t index;
  CHECK_INT(json_array_size(requests), with_old + with_new);
  json_array_foreach(requests, index, request)
      CHECK_TEXT(header_of(request, "x-access-token"), (int)index < with_old ? TEST_KEY : NEW_KEY);
  json_decref(requests);
}

static vdbrt_status get(void) {
  char *out = NULL;
  err_clear();
  vdbrt_status status = vdbrt_rtstream_get(client, "r", NULL, &out, &err);
  vdbrt_string_free(out);
  const char *body = vdbrt_error_body_json(err) ? vdbrt_error_body_json(err) : "";
  CHECK_LACKS(vdbrt_error_message(err), TEST_KEY);
  CHECK_LACKS(vdbrt_error_message(err), NEW_KEY);
  CHECK_LACKS(body, TEST_KEY);
  CHECK_LACKS(body, NEW_KEY);
  return status;
}

static void blocking(void) {
  begin("thread", REFUSED "," FINE);
  CHECK_INT(get(), VDBRT_OK);
  CHECK_INT(asked, 1);
  CHECK(pthread_equal(asked_on, pthread_self()));
  sent(1, 1);
  client_end(client);

  /* What was refused was not carried out: the same for a call that makes something. */
  begin("thread", REFUSED "," FINE);
  char *out = NULL;
  OK(vdbrt_rtstream_connect(client, NULL, "{\"url\":\"u\",\"name\":\"n\"}", NULL, &out, &err));
  vdbrt_string_free(out);
  sent(1, 1);
  client_end(client);

  /* The application has none. */
  begin("thread", REFUSED);
  answer = NULL;
  CHECK_INT(get(), VDBRT_E_AUTH);
  CHECK_INT(asked, 1);
  sent(1, 0);
  client_end(client);

  /* The other one is refused too: once is enough. The next call asks again. */
  begin("thread", REFUSED "," REFUSED_WITH(NEW_KEY));
  CHECK_INT(get(), VDBRT_E_AUTH);
  CHECK_INT(asked, 1);
  sent(1, 1);
  CHECK_INT(get(), VDBRT_E_AUTH);
  CHECK_INT(asked, 2);
  client_end(client);

  /* 403 is about something else. */
  begin("thread", "{\"status\":403,\"json\":{}}");
  CHECK_INT(get(), VDBRT_E_FORBIDDEN);
  CHECK_INT(asked, 0);
  /* Turned off, it is not asked. */
  server_on(s, "* /rtstream*", REFUSED);
  OK(vdbrt_client_on_refused_credential(client, NULL, NULL, &err));
  CHECK_INT(get(), VDBRT_E_AUTH);
  CHECK_INT(asked, 0);
  client_end(client);
}

static void *get_on_a_thread(void *user) {
  (void)user;
  CHECK_INT(get(), VDBRT_OK);
  err_clear();
  return NULL;
}

/* All of them are refused with the old key; the application is asked once. */
static void several_at_once(void) {
  char answers[THREADS * 256] = "";
  for (int i = 0; i < THREADS; i++)
    strcat(answers, HELD ",");
  strcat(answers, FINE);
  begin("thread", answers);
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++)
    pthread_create(&threads[i], NULL, get_on_a_thread, NULL);
  server_wait(s, "requests", THREADS);
  for (int i = 0; i < THREADS; i++)
    server_go(s, "go");
  for (int i = 0; i < THREADS; i++)
    pthread_join(threads[i], NULL);
  CHECK_INT(asked, 1);
  sent(THREADS, THREADS);
  client_end(client);
}

/* Another thread replaced it before the refusal came: nobody is asked. */
static void replaced_meanwhile(void) {
  begin("thread", HELD "," FINE);
  pthread_t thread;
  pthread_create(&thread, NULL, get_on_a_thread, NULL);
  server_wait(s, "requests", 1);
  OK(vdbrt_client_set_credential(client, NEW_KEY, &err));
  server_go(s, "go");
  pthread_join(thread, NULL);
  CHECK_INT(asked, 0);
  sent(1, 1);
  client_end(client);
}

static void without_waiting(bool is_external) {
  begin(is_external ? "external" : "thread", REFUSED "," FINE);
  vdbrt_client *loop = is_external ? client : NULL;
  completion *c = started(client, "rtstream_get", NULL, "{'rtstream_id':'r'}");
  completion_is(c, loop, VDBRT_OK);
  CHECK(pthread_equal(asked_on, completion_thread(c)));
  completion_free(c);
  CHECK_INT(asked, 1);
  sent(1, 1);
  client_end(client);

  begin(is_external ? "external" : "thread", REFUSED);
  loop = is_external ? client : NULL;
  answer = NULL;
  c = started(client, "rtstream_get", NULL, "{'rtstream_id':'r'}");
  CHECK_LACKS(completion_is(c, loop, VDBRT_E_AUTH)->message, TEST_KEY);
  completion_free(c);
  CHECK_INT(asked, 1);
  client_end(client);

  /* Several that are refused with the old key: one asks, the others find the new one. */
  begin(is_external ? "external" : "thread", HELD "," HELD "," HELD "," FINE);
  loop = is_external ? client : NULL;
  completion *calls[3];
  for (int i = 0; i < 3; i++)
    calls[i] = started(client, "rtstream_get", NULL, "{'rtstream_id':'r'}");
  WAIT_FOR((loop ? vdbrt_client_step(loop, 0, NULL) : 0, server_count(s, "GET /rtstream/r") == 3), 5000);
  for (int i = 0; i < 3; i++)
    server_go(s, "go");
  for (int i = 0; i < 3; i++) {
    completion_is(calls[i], loop, VDBRT_OK);
    completion_free(calls[i]);
  }
  CHECK_INT(asked, 1);
  sent(3, 3);
  client_end(client);
}

/* An open channel does not notice; the next one opens with the new key. */
static void channels(void) {
  server_reset(s);
  server_websocket(s, "{'await':'go'},{'json':{'channel':'alert'}}");
  client = client_for(s, NULL);
  OK(vdbrt_client_on_refused_credential(client, ask, s, &err));
  asked = 0;
  answer = NEW_KEY;
  vdbrt_events *events = channel_open(client);
  skip_event(events, VDBRT_EVENT_CONNECTED);
  OK(vdbrt_client_set_credential(client, NEW_KEY, &err));
  server_go(s, "go");
  skip_event(events, VDBRT_EVENT_ALERT);
  vdbrt_events *second = channel_open(client);
  json_t *requests = server_requests(s);
  CHECK_TEXT(header_of(json_array_get(requests, 0), "x-access-token"), TEST_KEY);
  CHECK_TEXT(header_of(json_array_get(requests, 2), "x-access-token"), NEW_KEY);
  json_decref(requests);
  CHECK_INT(asked, 0);
  vdbrt_events_release(second);
  vdbrt_events_release(events);
  client_end(client);

  /* Refused while it opens. */
  server_reset(s);
  server_websocket(s, NULL);
  server_on(s, "GET /collection/default/websocket",
            "[" REFUSED ",{\"status\":200,\"json\":{\"data\":{\"websocket_url\":\"ws://127.0.0.1:@PORT@/ws\"}}}]");
  client = client_for(s, NULL);
  OK(vdbrt_client_on_refused_credential(client, ask, s, &err));
  events = channel_open(client);
  CHECK_INT(asked, 1);
  vdbrt_events_release(events);
  client_end(client);
}

static void refused(void) {
  static const char *const none[] = {"", " ", "a b", "sk-1\n", "sk-\x7f", "sk-\xc3\xbc"};
  begin("thread", FINE);
  FAILS(VDBRT_E_ARGUMENT, vdbrt_client_set_credential(client, NULL, &err));
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
    FAILS(VDBRT_E_CREDENTIAL, vdbrt_client_set_credential(client, none[i], &err));
    CHECK(i < 2 || !strstr(vdbrt_error_message(err), none[i]));
  }
  FAILS(VDBRT_E_HANDLE, vdbrt_client_set_credential(NULL, NEW_KEY, &err));
  FAILS(VDBRT_E_HANDLE, vdbrt_client_on_refused_credential(NULL, ask, s, &err));
  /* The one before holds. */
  CHECK_INT(get(), VDBRT_OK);
  sent(1, 0);
  client_end(client);
}

int main(void) {
  s = server_start();
  blocking();
  several_at_once();
  replaced_meanwhile();
  without_waiting(false);
  without_waiting(true);
  channels();
  refused();
  return passed();
}
