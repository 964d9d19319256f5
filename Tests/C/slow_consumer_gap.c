/* A consumer that takes nothing for queue.pause_max_ms: the connection is closed, a gap with the reason slow_consumer, and what the
 * service went on to make is fetched when there is room, as much at a time as there is room for. */
#include "support.h"

enum { HELD = 16, PUSHED = 30, MADE = 400 };

int main(void) {
  server *s = server_start();
  long at = (long)time(NULL);
  char said[PUSHED * 160] = "";
  for (int i = 0; i < PUSHED; i++)
    snprintf(said + strlen(said), sizeof said - strlen(said),
             "{'json':{'channel':'transcript','rtstream_id':'r','data':{'text':'t%d','start':%ld,'end':%ld}}},", i, at + i,
             at + i + 1);
  char *first = NULL;
  CHECK(asprintf(&first, "{'await':'bound'},%s{'hang':true}", said) > 0);
  const char *steps[] = {first, "", NULL};
  server_websockets(s, steps);
  free(first);
  server_on(s, "POST /rtstream/r/transcription", "{'status':200,'json':{'data':{'status':'running'}}}");
  char *list = calloc(1, (size_t)MADE * 80);
  for (int i = 0; i < MADE; i++)
    sprintf(list + strlen(list), "%s{'start':%ld,'end':%ld,'text':'t%d'}", i ? "," : "", at + i, at + i + 1, i);
  server_on(s, "GET /rtstream/r/transcription", "{'status':200,'json':{'data':{'transcription_records':[%s]}}}", list);
  free(list);

  vdbrt_client *client =
      client_for(s, "{'reconnect.enabled':true,'queue.max_events':%d,'queue.pause_max_ms':200,'poll.interval_ms':50}", HELD);
  vdbrt_events *events = channel_open(client);
  char *out = NULL;
  OK(vdbrt_rtstream_start_transcript(client, "r", "{\"ws_connection_id\":\"conn-1\"}", NULL, &out, &err));
  vdbrt_string_free(out);
  server_go(s, "bound");

  /* Nobody takes anything: the connection ends, and no other is asked for while there is no room. */
  server_wait(s, "frames", 1);
  json_t *frames = server_frames(s);
  CHECK_TEXT(text_at(json_array_get(frames, json_array_size(frames) - 1), "opcode"), "close");
  json_decref(frames);
  usleep(300000);
  CHECK_INT(server_count(s, "GET /ws"), 1);
  CHECK_INT(server_count(s, "GET /rtstream/r/transcription"), 0);
  OK(vdbrt_events_counters(events, &out, &err));
  json_t *counters = json_taken(out);
  CHECK(json_integer_value(value_at(counters, "queued")) <= HELD + 2);
  json_decref(counters);

  /* With room everything comes: once each, in order, and never more than the bound at a time. */
  int next = 0, told = 0;
  while (next < MADE) {
    vdbrt_event *e = NULL;
    OK(vdbrt_events_next(events, slow(5000), &e, &err));
    if (vdbrt_event_kind(e) == VDBRT_EVENT_TRANSCRIPT) {
      size_t len;
      char want[16];
      const char *text = vdbrt_event_text(e, &len);
      char *got = text_of(text, len);
      snprintf(want, sizeof want, "t%d", next++);
      CHECK_TEXT(got, want);
      free(got);
      if (next % 20 == 0) {
        OK(vdbrt_events_counters(events, &out, &err));
        counters = json_taken(out);
        CHECK(json_integer_value(value_at(counters, "queued")) <= HELD + 8);
        json_decref(counters);
      }
    } else if (vdbrt_event_kind(e) == VDBRT_EVENT_GAP || vdbrt_event_kind(e) == VDBRT_EVENT_DISCONNECTED) {
      json_t *json = event_json(e);
      CHECK_TEXT(text_at(json, "data.reason"), "slow_consumer");
      json_decref(json);
      told++;
    }
    CHECK(vdbrt_event_kind(e) != VDBRT_EVENT_RECONNECTING);
    vdbrt_event_free(e);
  }
  CHECK_INT(told, 2);
  vdbrt_events_release(events);
  client_end(client);
  return passed();
}
