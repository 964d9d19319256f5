/* Record by record over all pages: none twice where new ones push old ones on, an end where the service has none, and an error that
 * can be tried again. */
#include "support.h"

static server *s;
static vdbrt_client *client;

#define SCENES "GET /rtstream/r/index/scene/i"
static const char ids[] = "{\"rtstream_id\":\"r\",\"index_id\":\"i\"}";

static vdbrt_records *records_of(const char *operation, const char *args) {
  vdbrt_records *records = NULL;
  OK(vdbrt_records_new(client, operation, args, &records, &err));
  return records;
}

static void gives(vdbrt_records *records, const char *want) {
  char *out = NULL;
  OK(vdbrt_records_next(records, NULL, &out, &err));
  CHECK_TEXT(out, want);
  vdbrt_string_free(out);
}

static void ends(vdbrt_records *records) {
  char *out = (char *)s;
  for (int i = 0; i < 2; i++) {
    FAILS(VDBRT_E_END, vdbrt_records_next(records, NULL, &out, &err));
    CHECK(out == NULL);
  }
  vdbrt_records_release(records);
}

/* The requests to `path` had these queries, separated by blanks; then forgets them. */
static void asked(const char *want) {
  char got[1024] = "";
  json_t *requests = server_requests(s), *request;
  size_t index;
  json_array_foreach(requests, index, request) {
    strcat(got, index ? " " : "");
    strcat(got, text_at(request, "query"));
  }
  CHECK_TEXT(got, want);
  json_decref(requests);
  server_reset(s);
}

static void page(const char *on, const char *answers) { server_on(s, on, "[%s]", answers); }

#define PAGE(records, more)                                                                                                    \
  "{\"status\":200,\"json\":{\"success\":true,\"data\":{\"scene_index_records\":" records ",\"next_page\":" more "}}}"

static void over_several_pages(void) {
  vdbrt_records *records = records_of("scene_index_get_scenes", ids);
  asked("");
  page(SCENES, PAGE("[1,2]", "true") "," PAGE("[{\"start\":3.0}]", "true") "," PAGE("[4]", "false"));
  gives(records, "1");
  gives(records, "2");
  gives(records, "{\"start\":3.0}");
  gives(records, "4");
  ends(records);
  asked("page=1&page_size=100 page=2&page_size=100 page=3&page_size=100");

  /* Where it begins, and what else it asks for. */
  page(SCENES, PAGE("[1]", "true") "," PAGE("[2]", "false"));
  records = records_of("scene_index_get_scenes",
                       "{\"rtstream_id\":\"r\",\"index_id\":\"i\",\"page\":7,\"page_size\":1,\"start\":0,\"x\":\"y\"}");
  gives(records, "1");
  gives(records, "2");
  ends(records);
  asked("start=0&page=7&page_size=1&x=y start=0&page=8&page_size=1&x=y");

  page(SCENES, PAGE("[]", "false"));
  ends(records_of("scene_index_get_scenes", ids));
  asked("page=1&page_size=100");
  /* An empty page is the end, whatever it says. */
  page(SCENES, PAGE("[1]", "true") "," PAGE("[]", "true"));
  records = records_of("scene_index_get_scenes", ids);
  gives(records, "1");
  ends(records);
  asked("page=1&page_size=100 page=2&page_size=100");
  /* Without `next_page` the first page is the only one. */
  server_on(s, SCENES, "{'status':200,'json':{'success':true,'data':{'scene_index_records':[1]}}}");
  records = records_of("scene_index_get_scenes", ids);
  gives(records, "1");
  ends(records);
  asked("page=1&page_size=100");
}

/* Newest first: two new ones arrive after the first page was read, then a whole page of them. */
static void records_move_on(void) {
  page(SCENES, PAGE("[9,8,7]", "true") "," PAGE("[8,7,6]", "true") "," PAGE("[5,4,3]", "false"));
  vdbrt_records *records = records_of("scene_index_get_scenes", ids);
  for (char number[] = "9"; *number >= '3'; --*number)
    gives(records, number);
  ends(records);
  asked("page=1&page_size=100 page=2&page_size=100 page=3&page_size=100");

  page(SCENES, PAGE("[9,8,7]", "true") "," PAGE("[9,8,7]", "true") "," PAGE("[6,5]", "false"));
  records = records_of("scene_index_get_scenes", ids);
  for (char number[] = "9"; *number >= '5'; --*number)
    gives(records, number);
  ends(records);
  asked("page=1&page_size=100 page=2&page_size=100 page=3&page_size=100");

  /* Records that only look alike are records. */
  page(SCENES, PAGE("[1,1,1]", "true") "," PAGE("[2,1,1]", "false"));
  records = records_of("scene_index_get_scenes", ids);
  static const char *const all[] = {"1", "1", "1", "2", "1", "1"};
  for (int i = 0; i < 6; i++)
    gives(records, all[i]);
  ends(records);
  server_reset(s);
}

/* A service that does not know pages repeats the first one. That is told, and does not go on for ever. */
static void a_page_that_repeats(void) {
  page(SCENES, PAGE("[1,2]", "true"));
  vdbrt_records *records = records_of("scene_index_get_scenes", ids);
  gives(records, "1");
  gives(records, "2");
  char *out = NULL;
  FAILS(VDBRT_E_BAD_ANSWER, vdbrt_records_next(records, NULL, &out, &err));
  MESSAGE_HAS("repeats");
  CHECK(server_count(s, SCENES) <= 5);
  vdbrt_records_release(records);
  server_reset(s);
}

static void other_ways_to_page(void) {
  page("GET /rtstream", "{\"status\":200,\"json\":{\"data\":{\"results\":[1,2],\"count\":5,\"next\":\"/rtstream?offset=2\"}}},"
                        "{\"status\":200,\"json\":{\"data\":{\"results\":[3,4],\"count\":5,\"next\":\"/rtstream?offset=4\"}}},"
                        "{\"status\":200,\"json\":{\"data\":{\"results\":[5],\"count\":5,\"next\":null}}}");
  vdbrt_records *records = records_of("rtstream_list", "{\"limit\":2}");
  for (char number[] = "1"; *number <= '5'; ++*number)
    gives(records, number);
  ends(records);
  asked("limit=2&offset=0 limit=2&offset=2 limit=2&offset=4");

  /* Only a count. */
  page("GET /rtstream", "{\"status\":200,\"json\":{\"data\":{\"results\":[1,2],\"count\":3}}},"
                        "{\"status\":200,\"json\":{\"data\":{\"results\":[3],\"count\":3}}}");
  records = records_of("rtstream_list", NULL);
  for (char number[] = "1"; *number <= '3'; ++*number)
    gives(records, number);
  ends(records);
  asked("offset=0 offset=2");

  page("GET /collection/default/capture/session",
       "{\"status\":200,\"json\":{\"data\":{\"sessions\":[1],\"next_page\":\"a+b\"}}},"
       "{\"status\":200,\"json\":{\"data\":{\"sessions\":[2],\"next_page\":null}}}");
  records = records_of("capture_session_list", "{\"status\":\"active\"}");
  gives(records, "1");
  gives(records, "2");
  ends(records);
  asked("status=active status=active&cursor=a%2Bb");

  static const struct {
    const char *operation, *on, *args, *key;
  } numbered[] = {{"rtstream_get_transcript", "GET /rtstream/r/transcription", "{'rtstream_id':'r'}", "transcription_records"},
                  {"index_get_records", "GET /rtstream/r/indexes/i/records", "{'rtstream_id':'r','index_id':'i'}", "records"},
                  {"understanding_get_records", "GET /rtstream/r/understand/u/records",
                   "{'rtstream_id':'r','understanding_id':'u','start':0,'end':1}", "records"}};
  for (size_t i = 0; i < sizeof numbered / sizeof *numbered; i++) {
    server_on(s, numbered[i].on,
              "[{'status':200,'json':{'data':{'%s':['a'],'next_page':true}}},{'status':200,'json':{'data':{'%s':['b'],'next_"
              "page':false}}}]",
              numbered[i].key, numbered[i].key);
    char *args = quoted("%s", numbered[i].args);
    records = records_of(numbered[i].operation, args);
    free(args);
    gives(records, "\"a\"");
    gives(records, "\"b\"");
    ends(records);
    CHECK_INT(server_count(s, numbered[i].on), 2);
    server_reset(s);
  }
}

static void an_error_can_be_tried_again(void) {
  page(SCENES,
       PAGE("[1]", "true") ",{\"status\":500,\"json\":{\"message\":\"broken\"}}," PAGE("{}", "true") "," PAGE("[2]", "false"));
  vdbrt_records *records = records_of("scene_index_get_scenes", ids);
  gives(records, "1");
  char *out = (char *)s;
  FAILS(VDBRT_E_SERVER, vdbrt_records_next(records, NULL, &out, &err));
  CHECK(out == NULL);
  MESSAGE_HAS("broken");
  FAILS(VDBRT_E_BAD_ANSWER, vdbrt_records_next(records, NULL, &out, &err));
  MESSAGE_HAS("scene_index_records");
  vdbrt_op *op = NULL;
  OK(vdbrt_op_new(-1, &op, &err));
  vdbrt_op_cancel(op);
  FAILS(VDBRT_E_CANCELLED, vdbrt_records_next(records, op, &out, &err));
  vdbrt_op_release(op);
  gives(records, "2");
  ends(records);
  asked("page=1&page_size=100 page=2&page_size=100 page=2&page_size=100 page=2&page_size=100");
}

static void *wait_for_record(void *records) {
  gives(records, "1");
  return NULL;
}

static void one_thread_at_a_time(void) {
  server_on(s, SCENES, "[[{'await':'go'},{'status':200,'json':{'data':{'scene_index_records':[1],'next_page':false}}}]]");
  vdbrt_records *records = records_of("scene_index_get_scenes", ids);
  pthread_t other;
  pthread_create(&other, NULL, wait_for_record, records);
  server_wait(s, "requests", 1);
  char *out = NULL;
  FAILS(VDBRT_E_STATE, vdbrt_records_next(records, NULL, &out, &err));
  server_go(s, "go");
  pthread_join(other, NULL);
  ends(records);
  server_reset(s);
}

static void refused(void) {
  vdbrt_records *records = (vdbrt_records *)s;
  char *out = NULL;
  FAILS(VDBRT_E_ARGUMENT, vdbrt_records_new(client, "rtstream_get", "{\"rtstream_id\":\"r\"}", &records, &err));
  CHECK(records == NULL);
  MESSAGE_HAS("rtstream_get");
  FAILS(VDBRT_E_ARGUMENT, vdbrt_records_new(client, "call", "{\"method\":\"GET\",\"path\":\"/x\"}", &records, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_records_new(client, "nonsense", NULL, &records, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_records_new(client, NULL, NULL, &records, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_records_new(client, "rtstream_list", NULL, NULL, &err));
  FAILS(VDBRT_E_HANDLE, vdbrt_records_new(NULL, "rtstream_list", NULL, &records, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_records_new(client, "scene_index_get_scenes", "{\"rtstream_id\":\"r\"}", &records, &err));
  MESSAGE_HAS("index_id");
  FAILS(VDBRT_E_OPTION, vdbrt_records_new(client, "rtstream_list", "{\"limit\":\"2\"}", &records, &err));
  MESSAGE_HAS("`limit`");
  FAILS(VDBRT_E_JSON, vdbrt_records_new(client, "rtstream_list", "[]", &records, &err));
  FAILS(VDBRT_E_HANDLE, vdbrt_records_next(NULL, NULL, &out, &err));
  FAILS(VDBRT_E_HANDLE, vdbrt_records_next((vdbrt_records *)client, NULL, &out, &err));
  records = records_of("rtstream_list", NULL);
  FAILS(VDBRT_E_ARGUMENT, vdbrt_records_next(records, NULL, NULL, &err));
  vdbrt_records_release(records);
  FAILS(VDBRT_E_HANDLE, vdbrt_records_next(records, NULL, &out, &err));
  vdbrt_records_release(records);
  vdbrt_records_release(NULL);
  json_t *requests = server_requests(s);
  CHECK_INT(json_array_size(requests), 0);
  json_decref(requests);
}

int main(void) {
  s = server_start();
  client = client_for(s, "{'http.max_retries':0}");
  refused();
  over_several_pages();
  records_move_on();
  a_page_that_repeats();
  other_ways_to_page();
  an_error_can_be_tried_again();
  one_thread_at_a_time();
  /* It keeps what it needs of the client. */
  page(SCENES, PAGE("[1]", "false"));
  vdbrt_records *records = records_of("scene_index_get_scenes", ids);
  vdbrt_client_release(client);
  gives(records, "1");
  ends(records);
  return passed();
}
