/* What the accessors make of a message: names in both spellings, units by magnitude, escapes, what is missing or of a wrong type.
 * The vectors in Conformance/events hold the breadth; this pins how the accessors behave. */
#include "support.h"

static char *text(const char *(*accessor)(const vdbrt_event *, size_t *), const vdbrt_event *e) {
  size_t len = 99;
  const char *bytes = accessor(e, &len);
  if (!bytes)
    CHECK_INT(len, 0);
  return text_of(bytes, len);
}

#define TEXT_IS(accessor, want)                                                                                                \
  do {                                                                                                                         \
    char *got_ = text(accessor, e);                                                                                            \
    CHECK_TEXT(got_, want);                                                                                                    \
    free(got_);                                                                                                                \
  } while (0)

int main(void) {
  server *s = server_start();
  vdbrt_client *client = client_for(s, NULL);
  server_websocket(s, NULL);
  server_on(
      s, "GET /ws",
      "[[{'upgrade':true},{'json':{'connection_id':'c'}},"
      "{'hex':'%s'},{'text':'no JSON at all'},{'hex':'%s'},{'json':[1,2]}]]",
      /* { "channel":"alert", "rtstream_id" : "rts-\u00e4" , "data": {"label":"a\"b\u0000c\ud83d\ude00\/","triggered":true,
               "confidence":0.91,"start":1760000000250,"end":1760000005000, "text":"plain"} } */
      "7b20226368616e6e656c223a22616c657274222c2022727473747265616d5f696422203a20227274732d5c75303065342220"
      "2c202264617461223a207b226c6162656c223a22615c22625c7530303030635c75643833645c75646530305c2f222c227472"
      "69676765726564223a747275652c22636f6e666964656e6365223a302e39312c227374617274223a31373630303030303030"
      "3235302c22656e64223a313736303030303030353030302c202274657874223a22706c61696e227d207d",
      /* 7 */
      "37");
  vdbrt_events *events = channel_open(client);
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  int64_t before = (int64_t)now.tv_sec * 1000 - 5000;

  vdbrt_event *e = next_event(events, VDBRT_EVENT_CONNECTED);
  TEXT_IS(vdbrt_event_channel, "vdbrt.connected");
  TEXT_IS(vdbrt_event_data, "{\"connection_id\":\"c\",\"reconnects\":0,\"attempts\":0}");
  TEXT_IS(vdbrt_event_rtstream_id, NULL);
  CHECK_INT(vdbrt_event_flags(e), 0);
  vdbrt_event_free(e);

  e = next_event(events, VDBRT_EVENT_ALERT);
  CHECK_INT(vdbrt_event_flags(e), VDBRT_EVENT_TRIGGERED);
  TEXT_IS(vdbrt_event_channel, "alert");
  TEXT_IS(vdbrt_event_rtstream_id, "rts-ä");
  TEXT_IS(vdbrt_event_text, "plain");
  /* Decoded text may hold a NUL: the length counts it. */
  size_t len = 0;
  const char *label = vdbrt_event_label(e, &len);
  CHECK_INT(len, 10);
  CHECK(!memcmp(label, "a\"b\0c\xf0\x9f\x98\x80/", 10));
  /* The same bytes each time, for as long as the event lives. */
  CHECK(vdbrt_event_label(e, &len) == label);
  TEXT_IS(vdbrt_event_rtstream_id, "rts-ä");
  CHECK(!memcmp(label, "a\"b\0c\xf0\x9f\x98\x80/", 10));
  CHECK_REAL(vdbrt_event_start(e), 1760000000.25);
  CHECK_REAL(vdbrt_event_end(e), 1760000005.0);
  CHECK_REAL(vdbrt_event_confidence(e), 0.91);
  CHECK(vdbrt_event_received_ms(e) > before && vdbrt_event_received_ms(e) < before + 65000);
  /* Raw as received, white space and escapes included. */
  char *json = text(vdbrt_event_json, e);
  CHECK_HAS(json, "{ \"channel\":\"alert\", \"rtstream_id\" : \"rts-\\u00e4\" , \"data\": {\"label\":\"a\\\"b\\u0000c");
  char *data = text(vdbrt_event_data, e);
  CHECK(strstr(json, data));
  CHECK_INT(data[0], '{');
  free(json);
  free(data);
  vdbrt_event_free(e);

  e = next_event(events, VDBRT_EVENT_OTHER);
  CHECK_INT(vdbrt_event_flags(e), VDBRT_EVENT_NOT_JSON);
  TEXT_IS(vdbrt_event_json, "no JSON at all");
  TEXT_IS(vdbrt_event_channel, NULL);
  TEXT_IS(vdbrt_event_data, NULL);
  TEXT_IS(vdbrt_event_text, NULL);
  TEXT_IS(vdbrt_event_label, NULL);
  CHECK_REAL(vdbrt_event_start(e), NAN);
  CHECK_REAL(vdbrt_event_end(e), NAN);
  CHECK_REAL(vdbrt_event_confidence(e), NAN);
  vdbrt_event_free(e);

  e = next_event(events, VDBRT_EVENT_OTHER);
  CHECK_INT(vdbrt_event_flags(e), 0);
  TEXT_IS(vdbrt_event_json, "7");
  vdbrt_event_free(e);
  e = next_event(events, VDBRT_EVENT_OTHER);
  TEXT_IS(vdbrt_event_json, "[1,2]");
  TEXT_IS(vdbrt_event_data, NULL);
  vdbrt_event_free(e);

  /* An event outlives its channel and its client. */
  vdbrt_events_release(events);
  server_websocket(s, "{'json':{'channel':'transcript','data':{'text':'still here'}}}");
  events = channel_open(client);
  skip_event(events, VDBRT_EVENT_CONNECTED);
  e = next_event(events, VDBRT_EVENT_TRANSCRIPT);
  vdbrt_events_release(events);
  client_end(client);
  TEXT_IS(vdbrt_event_text, "still here");
  vdbrt_event_free(e);

  /* None. */
  e = NULL;
  CHECK_INT(vdbrt_event_kind(e), VDBRT_EVENT_OTHER);
  CHECK_INT(vdbrt_event_flags(e), 0);
  TEXT_IS(vdbrt_event_json, NULL);
  TEXT_IS(vdbrt_event_channel, NULL);
  CHECK_REAL(vdbrt_event_start(e), NAN);
  CHECK_INT(vdbrt_event_received_ms(e), 0);
  return passed();
}
