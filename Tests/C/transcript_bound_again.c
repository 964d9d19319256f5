/* How a transcript gets to the new connection: a start that is refused is one after a stop; a start that is taken and changes nothing
 * shows by records that no event brings, and is followed by a stop and a start. */
#include "support.h"

#define TRANSCRIPTION "POST /rtstream/rts-1/transcription"
#define RUNS "{'status':200,'json':{'success':true,'data':{'status':'running'}}}"
#define REFUSED "{'status':400,'json':{'success':false,'message':'it runs already'}}"

static server *s;
static vdbrt_client *client;
static vdbrt_events *events;

static void bind_and_cut(const char *more) {
  const char *steps[] = {"{'await':'cut'},{'reset':true}", "", NULL};
  server_websockets(s, steps);
  client = client_for(s, "{'reconnect.enabled':true,'reconnect.base_ms':5,'poll.interval_ms':20%s}", more);
  events = channel_open(client);
  char *out = NULL;
  OK(vdbrt_rtstream_start_transcript(client, "rts-1", "{\"ws_connection_id\":\"conn-1\",\"engine\":\"e\"}", NULL, &out, &err));
  vdbrt_string_free(out);
  server_go(s, "cut");
}

static void end(void) {
  vdbrt_events_release(events);
  client_end(client);
  server_reset(s);
}

static int actions(const char *action) { return server_count_with(s, TRANSCRIPTION, "action", action); }

static void refused(void) {
  server_on(s, TRANSCRIPTION, "[" RUNS "," REFUSED "," RUNS "]");
  server_on(s, "GET /rtstream/rts-1/transcription", "{'status':200,'json':{'data':{'transcription_records':[]}}}");
  bind_and_cut("");
  WAIT_FOR(server_count(s, TRANSCRIPTION) == 4, 5000);
  json_t *requests = server_requests(s), *request;
  const char *want[] = {"start", "start", "stop", "start"}, *ids[] = {"conn-1", "conn-2", NULL, "conn-2"};
  size_t i;
  int n = 0;
  json_array_foreach(requests, i, request) {
    if (strcmp(text_at(request, "path"), "/rtstream/rts-1/transcription") || strcmp(text_at(request, "method"), "POST"))
      continue;
    CHECK_TEXT(text_at(request, "json.action"), want[n]);
    CHECK_TEXT(text_at(request, "json.engine"), "e");
    json_t *id = json_object_get(json_object_get(request, "json"), "ws_connection_id");
    CHECK(ids[n] ? id && !strcmp(json_string_value(id), ids[n]) : !id);
    n++;
  }
  json_decref(requests);
  end();
}

static void taken_and_not_used(void) {
  server_on(s, TRANSCRIPTION, RUNS);
  server_on(s, "GET /rtstream/rts-1/transcription", "{'status':200,'json':{'data':{'transcription_records':[]}}}");
  bind_and_cut(",'rebind.confirm_ms':30");
  WAIT_FOR(actions("start") == 2, 5000);
  CHECK_INT(actions("stop"), 0);
  /* A record every 50 ms, as of a transcript that runs for nobody. They are delivered all the same. */
  long at = (long)time(NULL) + 1;
  char list[8192] = "";
  int made = 0;
  for (int64_t until = now_ms() + slow(10000); actions("stop") == 0 && made < 100; made++) {
    CHECK(now_ms() < until);
    snprintf(list + strlen(list), sizeof list - strlen(list), "%s{'start':%ld,'end':%ld,'text':'%d'}", made ? "," : "",
             at + made, at + made + 1, made);
    server_on(s, "GET /rtstream/rts-1/transcription", "{'status':200,'json':{'data':{'transcription_records':[%s]}}}", list);
    usleep(50000);
  }
  WAIT_FOR(actions("start") == 3, 5000);
  CHECK_INT(actions("stop"), 1);
  for (int n = 0; n < made;) {
    vdbrt_event *e = NULL;
    OK(vdbrt_events_next(events, slow(5000), &e, &err));
    if (vdbrt_event_kind(e) == VDBRT_EVENT_TRANSCRIPT) {
      CHECK_REAL(vdbrt_event_start(e), at + n++);
      CHECK_INT(vdbrt_event_flags(e), VDBRT_EVENT_FETCHED);
    }
    vdbrt_event_free(e);
  }
  end();
}

int main(void) {
  s = server_start();
  refused();
  taken_and_not_used();
  return passed();
}
