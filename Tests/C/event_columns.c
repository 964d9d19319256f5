/* Columns: what one accessor gives of each event of a batch, as JSON; and freeing many with one call. */
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

int main(void) {
  server *s = server_start();
  vdbrt_client *client = client_for(s, NULL);
  server_websocket(s, "{'text':'{\\'channel\\':\\'visual_index\\',\\'rtstream_id\\':\\'r-1\\',\\'data\\':{\\'text\\':"
                      "\\'a \\\\u00e9 \\\\\\'b\\\\\\' \\\\ud83d\\\\ude00\\',\\'is_final\\':false}}'},{'text':'no JSON'},"
                      "{'json':{'channel':'alert','data':{'label':'','triggered':true}}},{'json':[1]},"
                      "{'json':{'channel':'odd \\'one\\'','data':null}},{'close_frame':1000}");
  vdbrt_events *events = channel_open(client);
  skip_event(events, VDBRT_EVENT_CONNECTED);
  vdbrt_event *batch[7] = {0};
  for (size_t have = 0, more; have < 6; have += more)
    OK(vdbrt_events_next_batch(events, slow(5000), batch + have, 6 - have, &more, &err));
  CHECK_INT(vdbrt_event_kind(batch[5]), VDBRT_EVENT_DISCONNECTED);

  column_is(batch, 0, VDBRT_COLUMN_TEXT, "[]");
  column_is(batch, 7, VDBRT_COLUMN_KIND, "[2,0,4,0,0,101,null]");
  column_is(batch, 5, VDBRT_COLUMN_FLAGS, "[1,8,2,0,0]");
  column_is(batch, 5, VDBRT_COLUMN_CHANNEL, "['scene_index',null,'alert',null,'odd \\'one\\'']");
  column_is(batch, 5, VDBRT_COLUMN_RTSTREAM_ID, "['r-1',null,null,null,null]");
  column_is(batch, 5, VDBRT_COLUMN_TEXT, "['a \xc3\xa9 \\'b\\' \xf0\x9f\x98\x80',null,null,null,null]");
  column_is(batch, 5, VDBRT_COLUMN_LABEL, "[null,null,'',null,null]");
  column_is(batch + 1, 4, VDBRT_COLUMN_DATA, "[null,{'label':'','triggered':true},null,null]");
  column_is(batch + 1, 4, VDBRT_COLUMN_MESSAGE,
            "[null,{'channel':'alert','data':{'label':'','triggered':true}},[1],{'channel':'odd \\'one\\'','data':null}]");

  char *json = (char *)s;
  FAILS(VDBRT_E_ARGUMENT, vdbrt_event_column(batch, 5, 8, &json, &err));
  CHECK(json == NULL);
  FAILS(VDBRT_E_ARGUMENT, vdbrt_event_column(batch, 5, -1, &json, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_event_column(NULL, 5, VDBRT_COLUMN_TEXT, &json, &err));
  FAILS(VDBRT_E_ARGUMENT, vdbrt_event_column(batch, 5, VDBRT_COLUMN_TEXT, NULL, &err));

  vdbrt_event_free_many(batch, 7);
  vdbrt_event_free_many(NULL, 0);
  vdbrt_events_release(events);
  client_end(client);
  return passed();
}
