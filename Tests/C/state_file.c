/* With a state file a channel goes on where another was: what was bound is bound again, what was acknowledged does not come again, and
 * what was not comes marked. The file belongs to one channel, is read by its owner only, and survives being damaged. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

static long at;
static char path[256];
static server *s;

static vdbrt_client *client_with(const char *more) {
  return client_for(s, "{'reconnect.enabled':true,'state.ack':'manual','rebind.alert_settle_ms':1%s}", more);
}

static vdbrt_events *opened(vdbrt_client *client) {
  char *options = quoted("{'state_file':'%s'}", path);
  vdbrt_events *events = NULL;
  OK(vdbrt_events_open(client, options, NULL, &events, &err));
  free(options);
  return events;
}

/* The next event that is not one of ours; its text, to be freed. */
static vdbrt_event *next_of_service(vdbrt_events *events, char **text) {
  for (;;) {
    vdbrt_event *e = NULL;
    OK(vdbrt_events_next(events, slow(5000), &e, &err));
    if (vdbrt_event_kind(e) < 100) {
      size_t len;
      const char *start = vdbrt_event_text(e, &len);
      *text = text_of(start, len);
      return e;
    }
    vdbrt_event_free(e);
  }
}

static void expect(vdbrt_events *events, const char *text, int flags, bool acknowledge) {
  char *got;
  vdbrt_event *e = next_of_service(events, &got);
  CHECK_TEXT(got, text);
  CHECK_INT(vdbrt_event_flags(e), flags);
  free(got);
  if (acknowledge)
    OK(vdbrt_event_ack(e, &err));
  vdbrt_event_free(e);
}

static void refused(vdbrt_client *client, const char *why) {
  char *options = quoted("{'state_file':'%s'}", path);
  vdbrt_events *events = NULL;
  vdbrt_error *told = NULL;
  CHECK_INT(vdbrt_events_open(client, options, NULL, &events, &told), VDBRT_E_STATE);
  CHECK_HAS(vdbrt_error_message(told), why);
  CHECK_HAS(vdbrt_error_message(told), path);
  vdbrt_error_free(told);
  free(options);
}

/* Overwrites bytes of the file. */
static void damage(long offset, const char *bytes, size_t count) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  CHECK(fd >= 0);
  CHECK_INT(pwrite(fd, bytes, count, offset), (long)count);
  close(fd);
}

/* Two lives of a channel with a new file. */
static void two_lives(const char *more) {
  server_reset(s);
  unlink(path);
  server_on(s, "GET /collection/default/websocket",
            "{'status':200,'json':{'success':true,'data':{'websocket_url':'ws://127.0.0.1:%d/ws'}}}", server_port(s));
#define SAID(text, n)                                                                                                          \
  "{'json':{'channel':'transcript','rtstream_id':'rts-1','data':{'text':'" text                                                \
  "','is_final':true,'start':%ld000,'end':%ld900}}}"
  server_on(s, "GET /ws",
            "[[{'upgrade':true},{'json':{'connection_id':'conn-1'}},{'await':'bound'}," SAID("one", 0) "," SAID(
                "two", 1) ",{'json':{'channel':'alert','rtstream_id':'rts-1','data':{'text':'seen','label':'L'}}},"
                          "{'json':{'channel':'alert','rtstream_id':'rts-1','data':{'text':'not taken','label':'L'}}},"
                          "{'json':{'channel':'weather','data':{'text':'rain'}}},{'text':'no JSON'},{'await':'never'}],"
                          "[{'upgrade':true},{'json':{'connection_id':'conn-2'}},{'await':'never'}],"
                          "[{'upgrade':true},{'json':{'connection_id':'conn-3'}},{'await':'never'}]]",
            at, at, at + 1, at + 1);
  server_on(s, "POST /rtstream/rts-1/transcription", "{'status':200,'json':{'success':true,'data':{'status':'running'}}}");
  server_on(s, "GET /rtstream/rts-1/transcription",
            "{'status':200,'json':{'success':true,'data':{'next_page':false,'transcription_records':["
            "{'start':%ld,'end':%ld.9,'text':'one'},{'start':%ld,'end':%ld.9,'text':'two'},{'start':%ld,'end':%ld.9,'text':'"
            "three'}]}}}",
            at, at, at + 1, at + 1, at + 2, at + 2);

  /* The first life: "one" is acknowledged, "two" and an alert are handed out, another alert is never taken, nor is what
   * is on a channel that nobody knows. */
  vdbrt_client *client = client_with(more);
  vdbrt_events *events = opened(client);
  char *out = NULL;
  OK(vdbrt_rtstream_start_transcript(client, "rts-1", "{\"ws_connection_id\":\"conn-1\"}", NULL, &out, &err));
  vdbrt_string_free(out);
  server_go(s, "bound");
  expect(events, "one", 0, true);
  expect(events, "two", 0, false);
  expect(events, "seen", 0, false);
  struct stat info;
  CHECK_INT(stat(path, &info), 0);
  CHECK_INT(info.st_mode & 0777, 0600);
  CHECK(info.st_size <= 1100000);
  refused(client, "in use");
  OK(vdbrt_events_bindings(events, &out, &err));
  json_t *bindings = json_taken(out);
  CHECK_TEXT(text_at(bindings, "connection_id"), "conn-1");
  CHECK_TEXT(text_at(json_array_get(value_at(bindings, "pipelines"), 0), "rtstream_id"), "rts-1");
  json_decref(bindings);
  vdbrt_events_release(events);
  client_end(client);

  /* The second: what was not acknowledged comes again, first what waits in the file. */
  client = client_with(more);
  events = opened(client);
  expect(events, "seen", VDBRT_EVENT_REDELIVERED, true);
  expect(events, "not taken", 0, true);
  expect(events, "rain", 0, true);
  expect(events, "two", VDBRT_EVENT_FETCHED | VDBRT_EVENT_REDELIVERED, true);
  expect(events, "three", VDBRT_EVENT_FETCHED, true);
  OK(vdbrt_events_connection_id(events, &out, &err));
  CHECK_TEXT(out, "conn-2");
  vdbrt_string_free(out);
  json_t *requests = server_requests(s);
  bool is_bound = false;
  size_t i;
  json_t *request;
  json_array_foreach(requests, i, request) {
    json_t *body = json_object_get(request, "json");
    const char *named = body ? json_string_value(json_object_get(body, "ws_connection_id")) : NULL;
    is_bound = is_bound || (named && !strcmp(named, "conn-2"));
  }
  CHECK(is_bound);
  json_decref(requests);
  vdbrt_events_release(events);
  client_end(client);
}

/* Somebody empties the file under a channel: what happens from then on is not kept, and nothing else. */
static void cut_short(void) {
  server_reset(s);
  unlink(path);
  server_on(s, "GET /collection/default/websocket",
            "{'status':200,'json':{'success':true,'data':{'websocket_url':'ws://127.0.0.1:%d/ws'}}}", server_port(s));
  server_on(s, "GET /ws",
            "[[{'upgrade':true},{'json':{'connection_id':'conn-1'}}," SAID("one", 0) ",{'await':'cut'}," SAID(
                "two", 1) ",{'json':{'channel':'alert','data':{'text':'seen'}}},{'await':'never'}]]",
            at, at, at + 1, at + 1);
  vdbrt_client *client = client_with("");
  vdbrt_events *events = opened(client);
  expect(events, "one", 0, false);
  CHECK_INT(truncate(path, 0), 0);
  server_go(s, "cut");
  expect(events, "two", 0, true);
  expect(events, "seen", 0, true);
  vdbrt_events_release(events);
  client_end(client);
}

int main(void) {
  at = (long)time(NULL) - 5;
  s = server_start();
  snprintf(path, sizeof path, "%s/state", temp_folder());
  cut_short();
  two_lives(",'state.mapped':false");
  two_lives("");

  /* A torn text: the one before it counts. A torn item of the ring, and all is well but for that item. */
  damage(4096 + 30, "\0\0\0\0\0\0", 6);
  vdbrt_client *client = client_with(",'backfill.hold_ms':1");
  vdbrt_events *events = opened(client);
  char *out = NULL;
  OK(vdbrt_events_bindings(events, &out, &err));
  CHECK_HAS(out, "rts-1");
  vdbrt_string_free(out);
  vdbrt_events_release(events);
  client_end(client);

  /* What is no state file is not touched. */
  damage(0, "PRECIOUS", 8);
  client = client_with("");
  refused(client, "none of this library's");
  char head[8];
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  CHECK(fd >= 0 && read(fd, head, 8) == 8 && !memcmp(head, "PRECIOUS", 8));
  close(fd);
  snprintf(path, sizeof path, "%s", "/dev/null");
  refused(client, "cannot be opened");
  snprintf(path, sizeof path, "%s/none/state", temp_folder());
  refused(client, "No such file");

  /* Without a state file an acknowledgement does nothing. */
  FAILS(VDBRT_E_ARGUMENT, vdbrt_event_ack(NULL, &err));
  client_end(client);
  return passed();
}
