/* Defects of the official SDKs that are not ours: one function for each, named by its row in section 6 of the protocol's description.
 * README.md in this folder lists all rows, with those that another test proves. */
#include "support.h"

static server *s;
static vdbrt_client *client;
static char *out;

#define INDEX "{'rtstream_index_id':'ix-1','status':'running'}"

static void answer(const char *on, const char *data) {
  server_reset(s);
  server_on(s, on, "{'status':200,'json':{'success':true,'data':%s}}", data);
}

/* The last request, to be released. */
static json_t *last(void) {
  json_t *requests = server_requests(s), *request = json_incref(json_array_get(requests, json_array_size(requests) - 1));
  json_decref(requests);
  return request;
}

static void took(void) {
  vdbrt_string_free(out);
  out = NULL;
}

#define LAST_QUERY(want) ((request = last()), CHECK_TEXT(text_at(request, "query"), (want)), json_decref(request))
#define BODY_HAS(key, want) ((request = last()), same_value(request, "json." key, want), json_decref(request))

static void same_value(json_t *json, const char *path, const char *want) {
  char *got = json_dumps(value_at(json, path), JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
  CHECK_TEXT(got, want);
  free(got);
}

static void row_1_a_bound_of_0_or_alone_is_sent(void) {
  json_t *request;
  answer("GET /rtstream/r/index/scene/i", "{'scene_index_records':[],'next_page':false}");
  OK(vdbrt_scene_index_get_scenes(client, "r", "i", "{\"start\":0}", NULL, &out, &err));
  took();
  LAST_QUERY("start=0&page=1&page_size=100");
  OK(vdbrt_scene_index_get_scenes(client, "r", "i", "{\"end\":5.5}", NULL, &out, &err));
  took();
  LAST_QUERY("end=5.5&page=1&page_size=100");
  OK(vdbrt_scene_index_get_scenes(client, "r", "i", "{\"start\":0,\"end\":0}", NULL, &out, &err));
  took();
  LAST_QUERY("start=0&end=0&page=1&page_size=100");
}

static void row_7_status_and_body_outlive_the_repeats(void) {
  server_reset(s);
  server_on(s, "GET /rtstream/r", "{'status':503,'json':{'success':false,'message':'Closed for the night','until':6}}");
  vdbrt_client *patient = client_for(s, "{'http.max_retries':2}");
  FAILS(VDBRT_E_SERVER, vdbrt_rtstream_get(patient, "r", NULL, &out, &err));
  CHECK_INT(server_count(s, "GET /rtstream/r"), 3);
  CHECK_INT(vdbrt_error_http_status(err), 503);
  MESSAGE_HAS("Closed for the night");
  CHECK_TEXT(vdbrt_error_body_json(err), "{\"success\":false,\"message\":\"Closed for the night\",\"until\":6}");
  client_end(patient);
}

static void row_7_a_read_that_takes_too_long_is_a_timeout(void) {
  server_reset(s);
  server_on(s, "GET /rtstream/r", "[[{'hang':true}]]");
  vdbrt_op *op = NULL;
  OK(vdbrt_op_new(100, &op, &err));
  FAILS(VDBRT_E_TIMEOUT, vdbrt_rtstream_get(client, "r", op, &out, &err));
  vdbrt_op_release(op);
}

static void row_8_401_keeps_the_words_of_the_service(void) {
  server_reset(s);
  server_on(s, "GET /rtstream/r", "{'status':401,'json':{'success':false,'message':'This key ended in May'}}");
  FAILS(VDBRT_E_AUTH, vdbrt_rtstream_get(client, "r", NULL, &out, &err));
  MESSAGE_HAS("This key ended in May");
}

static void row_9_a_status_is_what_the_service_says(void) {
  server_reset(s);
  server_on(s, "PATCH /rtstream/r/index/scene/i/status", "{'status':200,'json':{'success':true}}");
  server_on(s, "GET /rtstream/r/index/i", "{'status':200,'json':{'success':true,'data':" INDEX "}}");
  OK(vdbrt_scene_index_start(client, "r", "i", NULL, &err));
  OK(vdbrt_scene_index_get(client, "r", "i", NULL, &out, &err));
  CHECK_TEXT(out, "{\"rtstream_index_id\":\"ix-1\",\"status\":\"running\"}");
  took();
}

static void row_10_a_transcript_can_be_stopped_in_either_mode(void) {
  json_t *request;
  answer("POST /rtstream/r/transcription", "{'status':'stopped'}");
  OK(vdbrt_rtstream_stop_transcript(client, "r", "{\"mode\":\"graceful\"}", NULL, &out, &err));
  took();
  BODY_HAS("mode", "\"graceful\"");
  OK(vdbrt_rtstream_stop_transcript(client, "r", "{\"mode\":\"force\"}", NULL, &out, &err));
  took();
  BODY_HAS("mode", "\"force\"");
}

static void row_11_it_says_time_and_keeps_the_connection_id(void) {
  static const char options[] = "{\"ws_connection_id\":\"conn-1\"}";
  json_t *request;
  answer("POST /rtstream/r/index/scene", INDEX);
  OK(vdbrt_rtstream_index_visuals(client, "r", options, NULL, &out, &err));
  took();
  BODY_HAS("extraction_type", "\"time\"");
  BODY_HAS("ws_connection_id", "\"conn-1\"");
  OK(vdbrt_rtstream_index_audio(client, "r", options, NULL, &out, &err));
  took();
  BODY_HAS("ws_connection_id", "\"conn-1\"");
  OK(vdbrt_rtstream_index_scenes(client, "r", options, NULL, &out, &err));
  took();
  BODY_HAS("extraction_type", "\"time\"");
  BODY_HAS("ws_connection_id", "\"conn-1\"");
}

static void row_12_no_engine_is_pinned(void) {
  json_t *request;
  server_reset(s);
  server_on(s, "* /rtstream/*", "{'status':200,'json':{'success':true,'data':{}}}");
  OK(vdbrt_rtstream_start_transcript(client, "r", NULL, NULL, &out, &err));
  took();
  request = last();
  same_value(request, "json", "{\"action\":\"start\"}");
  json_decref(request);
  OK(vdbrt_rtstream_stop_transcript(client, "r", NULL, NULL, &out, &err));
  took();
  request = last();
  same_value(request, "json", "{\"action\":\"stop\"}");
  json_decref(request);
  OK(vdbrt_rtstream_get_transcript(client, "r", NULL, NULL, &out, &err));
  took();
  LAST_QUERY("page=1&page_size=100");
}

static void row_14_keys_of_an_answer_stay_as_they_are(void) {
  static const char data[] = "{\"someKey\":1,\"metadata\":{\"my_key\":{\"Other-Key\":[[1,2],[3]]},\"\":null}}";
  server_reset(s);
  server_on(s, "GET /rtstream/r", "{\"status\":200,\"json\":{\"success\":true,\"data\":%s}}", data);
  OK(vdbrt_rtstream_get(client, "r", NULL, &out, &err));
  json_t *got = json_taken(out), *want = json_loads(data, 0, NULL);
  CHECK(json_equal(got, want));
  json_decref(got);
  json_decref(want);
  out = NULL;
}

static void row_16_what_stands_in_html_or_a_url_is_escaped(void) {
  OK(vdbrt_embed_code("https://p.example/watch?v=\"><script>", "{\"title\":\"<b>\"}", &out, &err));
  CHECK_LACKS(out, "<script>");
  CHECK_LACKS(out, "<b>");
  took();
  OK(vdbrt_play_url("https://s.example/a.m3u8?x=1&y=2", &out, &err));
  CHECK_TEXT(out, "https://console.videodb.io/player?url=https%3A%2F%2Fs.example%2Fa.m3u8%3Fx%3D1%26y%3D2");
  took();
  OK(vdbrt_embed_url("https://console.videodb.io/player?v=abc", &out, &err));
  CHECK_TEXT(out, "https://console.videodb.io/embed?v=abc");
  took();
}

static void row_17_no_part_of_a_shot_is_cut_off(void) {
  json_t *request;
  answer("GET /rtstream/r/stream", "{'stream_url':'u'}");
  OK(vdbrt_shot_generate_stream(client, "r", "{\"start\":1760000000.4,\"end\":1760000000.9}", NULL, &out, &err));
  took();
  LAST_QUERY("start=1760000000&end=1760000001");
}

static void row_18_one_call_leaves_nothing_to_the_next(void) {
  json_t *request;
  answer("POST /rtstream/r/index/scene", INDEX);
  OK(vdbrt_rtstream_index_scenes(client, "r", "{\"model_config\":{\"a\":1},\"extraction_config\":{\"time\":9}}", NULL, &out,
                                 &err));
  took();
  OK(vdbrt_rtstream_index_scenes(client, "r", NULL, NULL, &out, &err));
  took();
  BODY_HAS("model_config", "{}");
  BODY_HAS("extraction_config", "{\"frame_count\":5,\"time\":2}");
}

static void row_19_no_member_of_a_stream_is_lost(void) {
  answer("GET /rtstream/r", "{'id':'r','media_types':['audio'],'store':true}");
  OK(vdbrt_rtstream_get(client, "r", NULL, &out, &err));
  CHECK_TEXT(out, "{\"id\":\"r\",\"media_types\":[\"audio\"],\"store\":true}");
  took();
}

static void row_20_a_list_of_another_shape_is_no_crash(void) {
  static const struct {
    const char *json, *out;
  } odd[] = {{"{'success':true}", "{\"success\":true}"},
             {"{'success':true,'data':null}", "{\"success\":true,\"data\":null}"},
             {"{'success':true,'data':{'count':0}}", "{\"count\":0}"},
             {"{'success':true,'status':'processing','request_type':'async','data':{'id':'x'}}", "{\"id\":\"x\"}"},
             {"[]", NULL},
             {"[{'id':'r'}]", NULL}};
  for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
    server_reset(s);
    server_on(s, "GET /rtstream", "{'status':200,'json':%s}", odd[i].json);
    if (odd[i].out)
      OK(vdbrt_rtstream_list(client, NULL, NULL, &out, &err));
    else
      FAILS(VDBRT_E_BAD_ANSWER, vdbrt_rtstream_list(client, NULL, NULL, &out, &err));
    CHECK_TEXT(out, odd[i].out);
    took();
  }
}

static void row_22_an_alert_needs_no_callback(void) {
  answer("POST /rtstream/r/index/i/alert", "{'alert_id':'a'}");
  OK(vdbrt_alert_create(client, "r", "i", "{\"event_id\":\"e\"}", NULL, &out, &err));
  took();
  CHECK_INT(server_count(s, "POST /rtstream/r/index/i/alert"), 1);
}

static void row_23_what_the_sdks_have_no_method_for(void) {
  server_reset(s);
  server_on(s, "* /rtstream/*", "{'status':200,'json':{'success':true,'data':{}}}");
  OK(vdbrt_rtstream_transcript_status(client, "r", NULL, NULL, &out, &err));
  took();
  OK(vdbrt_rtstream_update(client, "r", "{\"name\":\"n\"}", NULL, &out, &err));
  took();
  OK(vdbrt_scene_index_update(client, "r", "i", "{\"prompt\":\"p\"}", NULL, &err));
  CHECK_INT(server_count(s, "GET /rtstream/r/transcription/status"), 1);
  CHECK_INT(server_count(s, "PATCH /rtstream/r"), 1);
  CHECK_INT(server_count(s, "PATCH /rtstream/r/index/scene/i"), 1);
}

enum { POLLERS = 6 };

static void *poll_one(void *number) {
  char id[8], want[32], *mine = NULL;
  snprintf(id, sizeof id, "%d", *(int *)number);
  snprintf(want, sizeof want, "{\"id\":\"%s\"}", id);
  OK(vdbrt_rtstream_get(client, id, NULL, &mine, &err));
  CHECK_TEXT(mine, want);
  vdbrt_string_free(mine);
  return NULL;
}

static void row_24_calls_that_wait_for_their_result_do_not_mix(void) {
  server_reset(s);
  pthread_t threads[POLLERS];
  int numbers[POLLERS];
  for (int i = 0; i < POLLERS; i++) {
    char on[64];
    snprintf(on, sizeof on, "GET /rtstream/%d", i);
    server_on(
        s, on,
        "{'status':200,'json':{'success':true,'status':'processing','data':{'output_url':'http://127.0.0.1:@PORT@/later/%d'}}}",
        i);
    snprintf(on, sizeof on, "GET /later/%d", i);
    server_on(s, on,
              "[{'status':200,'json':{'success':true,'status':'in progress','data':{'percentage':50}}},"
              "{'status':200,'json':{'success':true,'status':'done','response':{'success':true,'data':{'id':'%d'}}}}]",
              i);
    numbers[i] = i;
  }
  for (int i = 0; i < POLLERS; i++)
    pthread_create(&threads[i], NULL, poll_one, &numbers[i]);
  for (int i = 0; i < POLLERS; i++)
    pthread_join(threads[i], NULL);
}

static void row_25_a_stream_is_connected_once_or_not_at_all(void) {
  static const char options[] = "{\"url\":\"rtsp://camera/1\",\"name\":\"n\"}";
  static const char *const answers[] = {"[{'close':true}]", "{'status':503,'json':{}}", "{'status':504,'text':''}"};
  vdbrt_client *patient = client_for(s, "{'http.max_retries':3}");
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    server_reset(s);
    server_on(s, "POST /rtstream", i == 0 ? "[%s]" : "%s", answers[i]);
    CHECK(vdbrt_rtstream_connect(patient, NULL, options, NULL, &out, NULL) != VDBRT_OK);
    CHECK_INT(server_count(s, "POST /rtstream"), 1);
  }
  client_end(patient);
}

static void row_29_an_answer_with_both_ids_is_handed_out(void) {
  answer("POST /collection/default/capture/session", "{'id':'cap-1','session_id':'cap-1'}");
  OK(vdbrt_capture_session_create(client, NULL, "{\"end_user_id\":\"u\"}", NULL, &out, &err));
  CHECK_TEXT(out, "{\"id\":\"cap-1\",\"session_id\":\"cap-1\"}");
  took();
}

int main(void) {
  s = server_start();
  client = client_for(s, "{'http.max_retries':0}");
  row_1_a_bound_of_0_or_alone_is_sent();
  row_7_status_and_body_outlive_the_repeats();
  row_7_a_read_that_takes_too_long_is_a_timeout();
  row_8_401_keeps_the_words_of_the_service();
  row_9_a_status_is_what_the_service_says();
  row_10_a_transcript_can_be_stopped_in_either_mode();
  row_11_it_says_time_and_keeps_the_connection_id();
  row_12_no_engine_is_pinned();
  row_14_keys_of_an_answer_stay_as_they_are();
  row_16_what_stands_in_html_or_a_url_is_escaped();
  row_17_no_part_of_a_shot_is_cut_off();
  row_18_one_call_leaves_nothing_to_the_next();
  row_19_no_member_of_a_stream_is_lost();
  row_20_a_list_of_another_shape_is_no_crash();
  row_22_an_alert_needs_no_callback();
  row_23_what_the_sdks_have_no_method_for();
  row_24_calls_that_wait_for_their_result_do_not_mix();
  row_25_a_stream_is_connected_once_or_not_at_all();
  row_29_an_answer_with_both_ids_is_handed_out();
  client_end(client);
  return passed();
}
