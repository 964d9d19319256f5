/* Columns: what one accessor gives of each event of a batch, as JSON and as a pickle; and freeing many with one call. */
#include "support.h"

/* What a column of these is, as compact JSON, has to be `expected` (with ' for "). */
static void column_is(vdbrt_event **events, size_t count, int32_t column, const char *expected) {
  char *json;
  OK(vdbrt_event_column(events, count, column, &json, &err));
  json_t *value = json_loads(json, 0, NULL), *wish = json_of("%s", expected);
  CHECK(value && wish);
  if (!json_equal(value, wish))
    fprintf(stderr, "column %d: %s\n", column, json);
  CHECK(json_equal(value, wish));
  json_decref(value);
  json_decref(wish);
  vdbrt_string_free(json);
}

static void pickle_is(vdbrt_event **events, size_t count, int32_t column, const char *expected, size_t length) {
  char *pickle;
  size_t found;
  OK(vdbrt_event_pickle(events, count, column, &pickle, &found, &err));
  CHECK_INT(found, length);
  CHECK(memcmp(pickle, expected, length) == 0);
  vdbrt_string_free(pickle);
}
#define PICKLE_IS(events, count, column, expected) pickle_is(events, count, column, expected, sizeof expected - 1)

int main(void) {
  server *s = server_start();
  vdbrt_client *client = client_for(s, NULL);
  server_websocket(s,
                   "{'text':'{\\'channel\\':\\'visual_index\\',\\'rtstream_id\\':\\'r-1\\',\\'data\\':{\\'text\\':"
                   "\\'a \\\\u00e9 \\\\\\'b\\\\\\' \\\\ud83d\\\\ude00\\',\\'is_final\\':false}}'},{'text':'no JSON'},"
                   "{'json':{'channel':'alert','data':{'label':'','triggered':true,'start':1700000000250,'confidence':0.5}}},"
                   "{'json':[1]},"
                   "{'json':{'channel':'odd \\'one\\'','data':null}},"
                   "{'text':'{\\'a\\':{\\'b\\':true,\\'c\\':[1.5,-1,70000,5000000000,null,\\'x\\',\\'x\\']},\\'a\\':false}'},"
                   "{'text':'{\\'y\\':\\'\\\\ud83d\\'}'},{'text':' {\\'a\\' : [{},[]]} '},{'close_frame':1000}");
  vdbrt_events *events = channel_open(client);
  skip_event(events, VDBRT_EVENT_CONNECTED);
  vdbrt_event *batch[10] = {0};
  for (size_t have = 0, more; have < 9; have += more)
    OK(vdbrt_events_next_batch(events, slow(5000), batch + have, 9 - have, &more, &err));
  CHECK_INT(vdbrt_event_kind(batch[8]), VDBRT_EVENT_DISCONNECTED);

  column_is(batch, 0, VDBRT_COLUMN_TEXT, "[]");
  column_is(batch, 10, VDBRT_COLUMN_KIND, "[2,0,4,0,0,0,0,0,101,null]");
  column_is(batch, 5, VDBRT_COLUMN_FLAGS, "[1,8,2,0,0]");
  column_is(batch, 5, VDBRT_COLUMN_CHANNEL, "['scene_index',null,'alert',null,'odd \\'one\\'']");
  column_is(batch, 5, VDBRT_COLUMN_RTSTREAM_ID, "['r-1',null,null,null,null]");
  column_is(batch, 5, VDBRT_COLUMN_TEXT, "['a \xc3\xa9 \\'b\\' \xf0\x9f\x98\x80',null,null,null,null]");
  column_is(batch, 5, VDBRT_COLUMN_LABEL, "[null,null,'',null,null]");
  column_is(batch + 1, 4, VDBRT_COLUMN_DATA,
            "[null,{'label':'','triggered':true,'start':1700000000250,'confidence':0.5},null,null]");
  column_is(batch + 1, 4, VDBRT_COLUMN_MESSAGE,
            "[null,{'channel':'alert','data':{'label':'','triggered':true,'start':1700000000250,'confidence':0.5}},[1],"
            "{'channel':'odd \\'one\\'','data':null}]");
  column_is(batch + 1, 2, VDBRT_COLUMN_START, "[null,1700000000.25]");
  column_is(batch + 1, 2, VDBRT_COLUMN_END, "[null,null]");
  column_is(batch + 1, 2, VDBRT_COLUMN_CONFIDENCE, "[null,0.5]");
  char received[64];
  snprintf(received, sizeof received, "[%lld]", (long long)vdbrt_event_received_ms(batch[0]));
  column_is(batch, 1, VDBRT_COLUMN_RECEIVED_MS, received);

  PICKLE_IS(batch, 0, VDBRT_COLUMN_TEXT, "\x80\2(t.");
  PICKLE_IS(batch, 10, VDBRT_COLUMN_KIND, "\x80\2(K\2K\0K\4K\0K\0K\0K\0K\0KeNt.");
  PICKLE_IS(batch, 3, VDBRT_COLUMN_TEXT,
            "\x80\2(X\xd\0\0\0"
            "a \xc3\xa9 \"b\" \xf0\x9f\x98\x80NNt.");
  PICKLE_IS(batch + 2, 1, VDBRT_COLUMN_CONFIDENCE, "\x80\2(G\x3f\xe0\0\0\0\0\0\0t.");
  /* What comes again is referred to; after a message that is left to json.loads, what it may have introduced is not. */
  PICKLE_IS(batch + 5, 3, VDBRT_COLUMN_MESSAGE,
            "\x80\2(}(X\1\0\0\0"
            "aq\0}(X\1\0\0\0"
            "bq\1\x88X\1\0\0\0"
            "cq\2](G\x3f\xf8\0\0\0\0\0\0J\xff\xff\xff\xffJ\x70\x11\1\0"
            "\x8a\x8\0\xf2\5\x2a\1\0\0\0NX\1\0\0\0xq\3h\3euh\0\x89uN}(X\1\0\0\0"
            "aq\0](}]eut.");
  PICKLE_IS(batch + 3, 1, VDBRT_COLUMN_MESSAGE, "\x80\2(](K\1et.");

  char *json = (char *)s;
  FAILS(VDBRT_E_ARGUMENT, vdbrt_event_column(batch, 5, 12, &json, &err));
  CHECK(json == NULL);
  FAILS(VDBRT_E_ARGUMENT, vdbrt_event_column(batch, 5, -1, &json, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_event_column(NULL, 5, VDBRT_COLUMN_TEXT, &json, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_event_column(batch, 5, VDBRT_COLUMN_TEXT, NULL, &err));

  size_t length = 1;
  FAILS(VDBRT_E_ARGUMENT, vdbrt_event_pickle(batch, 5, 12, &json, &length, &err));
  CHECK_INT(length, 0);
  FAILS(VDBRT_E_ARGUMENT, vdbrt_event_pickle(NULL, 5, VDBRT_COLUMN_TEXT, &json, &length, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_event_pickle(batch, 5, VDBRT_COLUMN_TEXT, NULL, &length, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_event_pickle(batch, 5, VDBRT_COLUMN_TEXT, &json, NULL, &err));

  vdbrt_event_free_many(batch, 10);
  vdbrt_event_free_many(NULL, 0);
  vdbrt_events_release(events);
  client_end(client);
  return passed();
}
