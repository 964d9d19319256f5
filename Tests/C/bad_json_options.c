/* Options are one JSON object. A known key is checked by name before anything is sent; an unknown one goes out as it is. */
#include "support_operations.h"

static const char *const no_objects[] = {"{",
                                         "}",
                                         "[]",
                                         "[{}]",
                                         "\"text\"",
                                         "7",
                                         "null",
                                         "true",
                                         "{} x",
                                         "{}{}",
                                         "{'a':1}",
                                         "{\"a\" 1}",
                                         "{\"a\":}",
                                         "{a:1}",
                                         "{\"a\":1,}",
                                         "nonsense",
                                         " ",
                                         "{\"a\":01}",
                                         "{\"a\":+1}",
                                         "{\"a\":NaN}",
                                         "{\"a\":1e}",
                                         "{\"a\":\"\t\"}",
                                         "{\"a\":\"\\x\"}",
                                         "{\"a\":\"\\ud800\"}"};

static const struct {
  const char *operation, *json, *key;
} wrong[] = {
    {"rtstream_connect", "{}", "url"},
    {"rtstream_connect", "{'url':'rtsp://a/b'}", "name"},
    {"rtstream_connect", "{'name':'a'}", "url"},
    {"rtstream_connect", "{'url':null,'name':'a'}", "url"},
    {"rtstream_connect", "{'url':'','name':'a'}", "url"},
    {"rtstream_connect", "{'url':7,'name':'a'}", "url"},
    {"rtstream_connect", "{'url':'rtsp://a/b','name':['a']}", "name"},
    {"rtstream_connect", "{'url':'rtsp://a/b','name':'a','media_types':'video'}", "media_types"},
    {"rtstream_connect", "{'url':'rtsp://a/b','name':'a','media_types':[]}", "media_types"},
    {"rtstream_connect", "{'url':'rtsp://a/b','name':'a','media_types':['pictures']}", "media_types"},
    {"rtstream_connect", "{'url':'rtsp://a/b','name':'a','media_types':['video',7]}", "media_types"},
    {"rtstream_connect", "{'url':'rtsp://a/b','name':'a','sample_rate':'30'}", "sample_rate"},
    {"rtstream_connect", "{'url':'rtsp://a/b','name':'a','sample_rate':1.5}", "sample_rate"},
    {"rtstream_connect", "{'url':'rtsp://a/b','name':'a','store':'yes'}", "store"},
    {"rtstream_connect", "{'url':'rtsp://a/b','name':'a','store':1}", "store"},
    {"rtstream_connect", "{'url':'rtsp://a/b','name':'a','enable_transcript':0}", "enable_transcript"},
    {"rtstream_connect", "{'url':'rtsp://a/b','name':'a','ws_connection_id':7}", "ws_connection_id"},
    {"rtstream_list", "{'limit':'10'}", "limit"},
    {"rtstream_list", "{'limit':1.5}", "limit"},
    {"rtstream_list", "{'offset':true}", "offset"},
    {"rtstream_list", "{'status':'running'}", "status"},
    {"rtstream_list", "{'status':1}", "status"},
    {"rtstream_list", "{'name':{}}", "name"},
    {"rtstream_list", "{'ordering':[]}", "ordering"},
    {"rtstream_index_visuals", "{'prompt':7}", "prompt"},
    {"rtstream_index_visuals", "{'batch_config':5}", "batch_config"},
    {"rtstream_index_visuals", "{'batch_config':{'type':'scene','value':5}}", "batch_config"},
    {"rtstream_index_visuals", "{'batch_config':{'type':'time','value':'5'}}", "value"},
    {"rtstream_index_visuals", "{'batch_config':{'type':'time','value':0}}", "value"},
    {"rtstream_index_visuals", "{'batch_config':{'type':'time','value':-5}}", "value"},
    {"rtstream_index_visuals", "{'batch_config':{'type':'time'}}", "value"},
    {"rtstream_index_visuals", "{'batch_config':{'type':'time','value':5,'frame_count':0}}", "frame_count"},
    {"rtstream_index_visuals", "{'batch_config':{'type':'time','value':5,'frame_count':1.5}}", "frame_count"},
    {"rtstream_index_visuals", "{'model_config':'fast'}", "model_config"},
    {"rtstream_index_visuals", "{'model_name':1}", "model_name"},
    {"rtstream_index_visuals", "{'name':false}", "name"},
    {"rtstream_index_visuals", "{'sandbox_id':1}", "sandbox_id"},
    {"rtstream_index_visuals", "{'ws_connection_id':{}}", "ws_connection_id"},
    {"scene_index_get_scenes", "{'start':'0'}", "start"},
    {"scene_index_get_scenes", "{'end':false}", "end"},
    {"scene_index_get_scenes", "{'page':0}", "page"},
    {"scene_index_get_scenes", "{'page':1.5}", "page"},
    {"scene_index_get_scenes", "{'page_size':'100'}", "page_size"},
    {"scene_index_get_scenes", "{'page_size':0}", "page_size"},
    {"event_rule_create", "{}", "event_prompt"},
    {"event_rule_create", "{'event_prompt':'a'}", "label"},
    {"event_rule_create", "{'label':'a'}", "event_prompt"},
    {"event_rule_create", "{'event_prompt':'','label':'a'}", "event_prompt"},
    {"event_rule_create", "{'event_prompt':'a','label':null}", "label"},
    {"event_rule_create", "{'event_prompt':['a'],'label':'a'}", "event_prompt"},
    {"alert_create", "{}", "event_id"},
    {"alert_create", "{'event_id':null}", "event_id"},
    {"alert_create", "{'event_id':''}", "event_id"},
    {"alert_create", "{'event_id':1}", "event_id"},
    {"alert_create", "{'event_id':'e','callback_url':7}", "callback_url"},
    {"alert_create", "{'event_id':'e','ws_connection_id':7}", "ws_connection_id"},
};

static vdbrt_status run(vdbrt_client *client, const operation *o, const char *json, char **out, vdbrt_error **error) {
  const char *texts[MAX_TEXTS];
  memcpy(texts, o->valid, sizeof texts);
  for (int i = 0; i < MAX_TEXTS && o->texts[i]; i++)
    if (is_json(o, i))
      texts[i] = json;
  return o->run(client, texts, NULL, out, error);
}

int main(void) {
  server *s = server_start();
  vdbrt_client *client = client_for(s, NULL);
  char *out = NULL;
  for (const operation *o = operations; o->name; o++)
    for (int i = 0; i < MAX_TEXTS && o->texts[i]; i++)
      for (size_t n = 0; is_json(o, i) && n < sizeof no_objects / sizeof *no_objects; n++) {
        const char *texts[MAX_TEXTS];
        memcpy(texts, o->valid, sizeof texts);
        texts[i] = no_objects[n];
        FAILS(VDBRT_E_JSON, o->run(client, texts, NULL, &out, &err));
        MESSAGE_HAS(o->texts[i]);
        CHECK(out == NULL);
      }

  /* Nested until a careless parser has no stack left. */
  const int depth = 200000;
  char *deep = malloc((size_t)depth * 6 + 8);
  char *end = deep;
  for (int i = 0; i < depth; i++)
    end = stpcpy(end, "{\"a\":");
  strcpy(end, "1");
  FAILS(VDBRT_E_JSON, run(client, operation_named("rtstream_list"), deep, &out, &err));
  free(deep);

  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    char *json = quoted("%s", wrong[i].json);
    err_clear();
    vdbrt_status status = run(client, operation_named(wrong[i].operation), json, &out, &err);
    if (status != VDBRT_E_OPTION || !strstr(vdbrt_error_message(err), wrong[i].key))
      failed(__FILE__, __LINE__, "%s with %s gave %s: %s", wrong[i].operation, json, vdbrt_status_name(status),
             vdbrt_error_message(err));
    free(json);
  }
  json_t *requests = server_requests(s);
  CHECK_INT(json_array_size(requests), 0);
  json_decref(requests);

  /* Keys of tomorrow's service, of any type, reach it. */
  server_on(s, "POST /rtstream/event", "{'status':200,'json':{'success':true,'data':{'event_id':'e'}}}");
  json_t *sent =
      json_of("{'event_prompt':'a \\u0000 b \\ud83d\\ude00','label':'l','new_key':{'deep':[1,2.5,null,{'x':'y'}]},'n':1e300}");
  char *json = json_dumps(sent, JSON_COMPACT);
  OK(vdbrt_event_rule_create(client, json, NULL, &out, &err));
  vdbrt_string_free(out);
  free(json);
  requests = server_requests(s);
  json_t *body = value_at(json_array_get(requests, 0), "json");
  if (!json_equal(body, sent))
    failed(__FILE__, __LINE__, "sent %s", text_at(json_array_get(requests, 0), "body"));
  json_decref(requests);
  json_decref(sent);
  client_end(client);
  return passed();
}
