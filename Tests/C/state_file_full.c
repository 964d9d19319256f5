/* What is too much for a state file: bindings that have no room are not kept, which is said, and nothing else is lost by it. An alert that
 * is acknowledged then does not come again, one that is not comes again, and what was bound before is bound again. */
#include "support.h"

static server *s;
static atomic_int told;

static void on_line(void *user, int32_t level, const char *topic, const char *message) {
  (void)user, (void)topic;
  if (strstr(message, "has no room for what is bound")) {
    CHECK_INT(level, VDBRT_LOG_ERROR);
    told++;
  }
}

static vdbrt_event *alert(vdbrt_events *events, const char *text, int flags) {
  vdbrt_event *e = next_event(events, VDBRT_EVENT_ALERT);
  size_t len;
  const char *start = vdbrt_event_text(e, &len);
  char *got = text_of(start, len);
  CHECK_TEXT(got, text);
  CHECK_INT(vdbrt_event_flags(e), flags);
  free(got);
  return e;
}

static void start_transcript(vdbrt_client *client, const char *stream) {
  char *out = NULL;
  OK(vdbrt_rtstream_start_transcript(client, stream, "{\"ws_connection_id\":\"conn-1\"}", NULL, &out, &err));
  vdbrt_string_free(out);
}

static void fill(bool is_mapped) {
#define ALERT(text) "{'json':{'channel':'alert','data':{'text':'" text "'}}}"
  server_reset(s);
  server_websockets(s, (const char *[]){ALERT("first") "," ALERT("second") ",{'await':'full'}," ALERT("third"), "", NULL});
  server_on(s, "POST /rtstream/*", "{'status':200,'json':{'success':true,'data':{'status':'running'}}}");
  server_on(s, "GET /rtstream/*",
            "{'status':200,'json':{'success':true,'data':{'next_page':false,'transcription_records':[]}}}");
  char path[256];
  snprintf(path, sizeof path, "%s/%d", temp_folder(), is_mapped);
  vdbrt_config *config[2];
  for (int i = 0; i < 2; i++) {
    config[i] = config_for(s, "{'state.file':'%s','state.mapped':%s,'state.ack':'manual'}", path, is_mapped ? "true" : "false");
    OK(vdbrt_config_set_log(config[i], VDBRT_LOG_WARNING, on_line, NULL, &err));
  }
  vdbrt_client *client = client_of(config[0]);
  vdbrt_events *events = channel_open(client);
  skip_event(events, VDBRT_EVENT_CONNECTED);
  start_transcript(client, "small");
  vdbrt_event *first = alert(events, "first", 0), *second = alert(events, "second", 0);

  /* A stream that has an id as long as the room of the file. */
  char *id = malloc(262145);
  memset(id, 'x', 262144);
  id[262144] = 0;
  told = 0;
  start_transcript(client, id);
  free(id);
  WAIT_FOR(told > 0, 5000);
  OK(vdbrt_event_ack(first, &err));
  vdbrt_event_free(first);
  vdbrt_event_free(second);
  server_go(s, "full");
  vdbrt_event_free(alert(events, "third", 0));
  vdbrt_events_release(events);
  client_end(client);

  client = client_of(config[1]);
  events = channel_open(client);
  skip_event(events, VDBRT_EVENT_CONNECTED);
  char *out = NULL;
  OK(vdbrt_events_bindings(events, &out, &err));
  json_t *bindings = json_taken(out), *pipelines = value_at(bindings, "pipelines");
  CHECK_INT(json_array_size(pipelines), 1);
  CHECK_TEXT(text_at(json_array_get(pipelines, 0), "rtstream_id"), "small");
  json_decref(bindings);
  vdbrt_event_free(alert(events, "second", VDBRT_EVENT_REDELIVERED));
  vdbrt_event_free(alert(events, "third", VDBRT_EVENT_REDELIVERED));
  vdbrt_events_release(events);
  client_end(client);
}

int main(void) {
  s = server_start();
  fill(true);
  fill(false);
  return passed();
}
